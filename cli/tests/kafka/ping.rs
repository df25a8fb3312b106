//! `ping`.

use std::process::Stdio;

use serde_json::Value;

use crate::support::{Project, Run};
use crate::{Shop, without_kafka};

fn ping(arguments: &[&str]) -> Run {
    let project = Project::new(&[]);
    let command = project.command(&[&["ping", "--timeout", "5"], arguments].concat());
    Run::of(without_kafka(command).stdin(Stdio::null()).output().unwrap())
}

#[test]
fn a_cluster_that_answers_is_shown_with_its_brokers() {
    let shop = Shop::empty();
    let printed = shop.prints(&["ping"]);
    assert!(printed.starts_with("cluster ") && printed.contains(" answers in "), "{printed}");
    assert!(printed.contains("broker 1 at ") && printed.contains(": reached in "), "{printed}");
    // The in-process one says nothing of it.
    assert_eq!(printed.contains(", controller: "), shop.cluster.is_none(), "{printed}");
    let json: Value = serde_json::from_str(&shop.prints(&["ping", "--format", "json"])).unwrap();
    assert_eq!(json["answers"], true);
    let brokers = if shop.cluster.is_some() { 1 } else { 3 };
    assert_eq!(json["brokers"].as_array().unwrap().len(), brokers);
}

#[test]
fn each_reason_why_nobody_answers_is_told_with_what_to_do() {
    let refused = ping(&["--bootstrap-servers", "127.0.0.1:1"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("127.0.0.1:1") && refused.stderr.contains("Connection refused"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("= help: nothing listens there"), "{}", refused.stderr);
    let unknown = ping(&["--bootstrap-servers", "kafka.invalid:9092", "--format", "json"]);
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    let json: Value = serde_json::from_str(&unknown.stdout).unwrap();
    assert!(json["help"].as_str().unwrap().contains("DNS"), "{json}");
}

/// A connection that is refused is no reason to wait: this would time out.
#[test]
fn addresses_where_nothing_listens_end_it_before_its_time_is_over() {
    let project = Project::new(&[]);
    let servers = "PLAINTEXT://127.0.0.1:1,127.0.0.1:2";
    let command = project.command(&["ping", "--timeout", "3600", "--bootstrap-servers", servers]);
    let run = Run::of(without_kafka(command).stdin(Stdio::null()).output().unwrap());
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("127.0.0.1:1: ") && run.stderr.contains("127.0.0.1:2: "), "{run:?}");
    assert!(run.stderr.contains("= help: nothing listens there"), "{run:?}");
}

#[test]
fn settings_that_are_wrong_are_no_answer() {
    for (arguments, expected) in [
        (&[][..], "nothing says where Kafka is"),
        (&["--bootstrap-servers", "127.0.0.1:1", "-X", "no.such=1"], "`no.such`: librdkafka has no such property"),
        (&["--bootstrap-servers", "127.0.0.1:1", "-X", "acks"], "`-X acks` has no value"),
        (&["-X", "bootstrap.servers=127.0.0.1:1", "-X", "socket.timeout.ms=soon"], "`socket.timeout.ms`"),
    ] {
        let run = ping(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(expected) && run.stderr.contains("= help: "), "{}", run.stderr);
    }
}

/// With the feature `tls`, on the secured listeners of `scripts/kafka start --secure`.
#[cfg(feature = "tls")]
#[test]
fn tls_and_passwords_are_tried_too() {
    let Ok(servers) = std::env::var("THOTH_SECURE_SERVERS") else {
        println!("skipped: TLS and SASL need secured listeners (THOTH_SECURE_SERVERS)");
        return;
    };
    let authority = format!("ssl.ca.location={}/ca.pem", std::env::var("THOTH_SECURE_FOLDER").unwrap());
    let with = |password: &str, authority: &[&str]| {
        let password = format!("sasl.password={password}");
        let own = ["--bootstrap-servers", &servers, "-X", "security.protocol=SASL_SSL", "-X", "sasl.mechanism=PLAIN"];
        ping(&[&own[..], &["-X", "sasl.username=alice", "-X", &password], authority].concat())
    };
    let fine = with("alice-secret", &["-X", &authority]);
    assert_eq!(fine.code, Some(0), "{fine:?}");
    let wrong = with("wrong", &["-X", &authority]);
    assert!(wrong.code == Some(1) && wrong.stderr.contains("user or password are refused"), "{wrong:?}");
    let untrusted = with("alice-secret", &[]);
    assert!(untrusted.code == Some(1) && untrusted.stderr.contains("not trusted"), "{untrusted:?}");
}
