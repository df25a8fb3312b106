//! `dev`: a Kafka for other programs on the machine.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use crate::support::{ORDER, Project, Run};
use crate::without_kafka;

fn project() -> Project {
    Project::new(&[("schemas/order.schema.json", ORDER)])
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    Run::of(without_kafka(project.command(arguments)).stdin(Stdio::null()).output().unwrap())
}

/// A `dev` that runs, and the address that it printed.
fn started(project: &Project, arguments: &[&str]) -> (Child, String) {
    let mut command = without_kafka(project.command(&[&["dev"], arguments].concat()));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let servers = line.trim_end().strip_prefix("export KAFKA_BOOTSTRAP_SERVERS=").unwrap().to_owned();
    (child, servers)
}

#[cfg(unix)]
fn signal(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn it_serves_the_topics_of_the_schemas_until_it_is_told_to_end() {
    let project = project();
    for end in ["-TERM", "-INT"] {
        let (child, servers) = started(&project, &["--brokers", "2"]);
        let at = ["--bootstrap-servers", servers.as_str()];
        let sent = run(&project, &[&["send", "OrderPlaced", r#"{"order_id": "A-1"}"#], &at[..]].concat());
        assert_eq!(sent.code, Some(0), "{sent:?}");
        let read = run(&project, &[&["consume", "OrderPlaced", "--pretty"], &at[..]].concat());
        assert!(read.stdout.contains("\"order_id\": \"A-1\""), "{read:?}");
        let letters = run(&project, &[&["dlq", "list"], &at[..]].concat());
        assert!(letters.stdout.contains("shop.order-placed.dlq"), "{letters:?}");
        signal(&child, end);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_it_has_not_is_said_and_times_are_looked_for_without_it() {
    let project = project();
    let (child, servers) = started(&project, &[]);
    let at = ["--bootstrap-servers", servers.as_str()];
    for command in ["plan", "apply"] {
        let run = run(&project, &[&["topics", command], &at[..]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains("has no administration of topics"), "{run:?}");
        assert!(run.stderr.contains("it has the topics that the schemas declared when it started"), "{run:?}");
    }
    let sent = run(&project, &[&["send", "OrderPlaced", r#"{"order_id": "A-1"}"#], &at[..]].concat());
    assert_eq!(sent.code, Some(0), "{sent:?}");
    for (place, expected) in [
        (["--from", "2h"], "{\"order_id\":\"A-1\"}\n"),
        (["--from", "2126-01-31T08:00:00Z"], ""),
        (["--to", "2h"], ""),
        (["--to", "2126-01-31T08:00:00Z"], "{\"order_id\":\"A-1\"}\n"),
    ] {
        let read = run(&project, &[&["consume", "OrderPlaced"], &place[..], &at[..]].concat());
        assert_eq!((read.code, read.stdout.as_str()), (Some(0), expected), "{place:?}: {read:?}");
    }
    signal(&child, "-TERM");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn it_can_be_reached_at_a_port_that_is_chosen() {
    let project = project();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let (child, servers) = started(&project, &["--port", &free]);
    assert_eq!(servers, format!("127.0.0.1:{free}"));
    let sent = run(&project, &["send", "OrderPlaced", r#"{"order_id": "A-1"}"#, "--bootstrap-servers", &servers]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let taken = run(&project, &["dev", "--port", &free]);
    assert_eq!(taken.code, Some(2), "{taken:?}");
    assert!(taken.stderr.contains("= help: choose another one"), "{}", taken.stderr);
    signal(&child, "-TERM");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_command_runs_on_it_and_its_exit_code_is_kept() {
    let project = project();
    let command = env!("CARGO_BIN_EXE_thoth-messaging");
    let script =
        format!(r#"'{command}' send OrderPlaced '{{"order_id": "A-1"}}' && '{command}' consume OrderPlaced; exit 7"#);
    let mut dev = without_kafka(project.command(&["dev", "--", "sh", "-c", &script]));
    // What it takes to get to another cluster is not for this one.
    dev.env("KAFKA_BOOTSTRAP_SERVERS", "kafka.invalid:1").env("KAFKA_SECURITY_PROTOCOL", "SASL_SSL");
    let run = Run::of(dev.stdin(Stdio::null()).output().unwrap());
    assert_eq!(run.code, Some(7), "{run:?}");
    assert!(run.stdout.ends_with("{\"order_id\":\"A-1\"}\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("export"), "{}", run.stdout);

    let mut dev = without_kafka(project.command(&["dev", "--", "sh", "-c", "echo up; exec sleep 60"]));
    let mut child = dev.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    signal(&child, "-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(128 + 15));
}
