//! `dlq`.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use thoth_messaging::Message as _;
use thoth_messaging::app::{App, Reason};
use thoth_messaging::client::ProducerRecord;
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::TestApp;

use crate::support::{ORDER, Project, Run};
use crate::{Shop, without_kafka};

const LETTERS: &str = "shop.order-placed.dlq";

/// Dead letters as an app writes them, one each in partition after partition.
fn letter(shop: &Shop, reason: &str, payload: &str, key: &str) {
    letter_from(&shop.topic("shop.order-placed"), shop, reason, payload, key);
}

/// The same, with another topic as its origin.
fn letter_from(origin: &str, shop: &Shop, reason: &str, payload: &str, key: &str) {
    let origin = format!("dlq.topic={origin}");
    let reason = format!("dlq.reason={reason}");
    let headers = [
        reason.as_str(),
        "dlq.error=it is cursed",
        origin.as_str(),
        "dlq.partition=1",
        "dlq.offset=7",
        "dlq.attempts=8",
        "dlq.group=solver",
        "dlq.time=1769846400000",
        "origin=test",
    ];
    let mut arguments = vec!["send", LETTERS, payload, "--unchecked", "--key", key];
    arguments.extend(headers.iter().flat_map(|header| ["-H", header]));
    shop.prints(&arguments);
}

/// Three letters of one key, so of one partition: one that failed, one that is not valid, and another that failed.
fn with_letters() -> Shop {
    let shop = Shop::open();
    letter(&shop, "failed", r#"{"order_id": "A-1", "total":  1}"#, "A-1");
    letter(&shop, "invalid", r#"{"order_id": "A-2", "note": "x"}"#, "A-1");
    letter(&shop, "failed", r#"{"order_id": "A-3"}"#, "A-1");
    shop
}

fn orders(shop: &Shop) -> Vec<String> {
    let id = |record: &Value| record["payload"]["order_id"].as_str().unwrap().to_owned();
    shop.records("shop.order-placed").iter().map(id).collect()
}

#[test]
fn letters_are_counted_by_reason() {
    let shop = with_letters();
    shop.prints(&["send", LETTERS, "{}", "--unchecked", "--key", "A-1"]);
    let arguments = ["dlq", "list", &shop.topic(LETTERS)];
    let listed = shop.run(&arguments);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    let row = listed.stdout.lines().nth(1).unwrap();
    assert!(row.contains("  failed 2, invalid 1, no letter 1  2026-01-31T08:00:00Z"), "{row}");
    assert_eq!(listed.stderr, "3 dead letters on 1 topic\n");
    let json: Value = serde_json::from_str(&shop.prints(&["dlq", "list", "--format", "json"])).unwrap();
    let all = json.as_array().unwrap();
    assert_eq!(all.len(), 2, "{json}");
    let orders = all.iter().find(|it| it["topic"] == shop.topic(LETTERS)).unwrap();
    assert_eq!((&orders["letters"], &orders["reasons"]), (&json!(3), &json!({"failed": 2, "invalid": 1})));
}

#[test]
fn a_letter_is_shown_with_all_that_is_known_of_it() {
    let shop = with_letters();
    let shown = shop.prints(&["dlq", "show", "OrderPlaced"]);
    for expected in [
        "reason: failed, it is cursed\n",
        &format!("from: topic `{}`, partition 1, offset 7\n", shop.topic("shop.order-placed")),
        "by: group `solver` after 8 attempts, 2026-01-31T08:00:00Z\n",
        "key: A-1\n",
        "header: origin = test\n",
        "{\n  \"order_id\": \"A-1\",\n  \"total\": 1\n}\n",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let invalid = shop.run(&["dlq", "show", LETTERS, "--reason", "invalid", "--format", "json"]);
    let json: Value = serde_json::from_str(&invalid.stdout).unwrap();
    assert_eq!((&json["reason"], &json["payload"]["order_id"]), (&json!("invalid"), &json!("A-2")));
    let limited = shop.run(&["dlq", "show", "shop.order-placed", "--limit", "1"]);
    assert!(limited.stderr.contains("2 more: `--limit` shows them"), "{}", limited.stderr);
}

#[test]
fn letters_of_every_reason_can_be_asked_for() {
    let shop = Shop::open();
    for reason in Reason::ALL {
        letter(&shop, reason.as_str(), r#"{"order_id": "A-1"}"#, "A-1");
    }
    for reason in Reason::ALL {
        let shown = shop.prints(&["dlq", "show", LETTERS, "--reason", reason.as_str(), "--format", "json"]);
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["reason"], reason.as_str());
    }
}

#[test]
fn valid_letters_go_back_once_and_what_is_left_goes_back_when_the_schema_accepts_it() {
    let shop = with_letters();
    let group = ["--group", &crate::unique()];
    let redrive = |arguments: &[&str]| shop.run(&[&["dlq", "redrive", "OrderPlaced"], &group[..], arguments].concat());

    let dry = redrive(&["--dry-run"]);
    assert_eq!(dry.code, Some(1), "{dry:?}");
    let target = format!(": would be sent to `{}`\n", shop.topic("shop.order-placed"));
    assert_eq!(dry.stdout.matches(&target).count(), 2, "{}", dry.stdout);
    assert_eq!(orders(&shop), [""; 0]);

    let first = redrive(&[]);
    assert_eq!(first.code, Some(1), "{first:?}");
    assert!(first.stdout.contains("offset 1: not valid: "), "{}", first.stdout);
    assert!(first.stderr.contains(": 2 sent again, 1 left\n"), "{}", first.stderr);
    let sent = shop.records("shop.order-placed");
    assert_eq!(orders(&shop), ["A-1", "A-3"]);
    assert_eq!(sent[0]["key"], "A-1");
    let headers = json!([{"name": "origin", "value": "test"}, {"name": "dlq.redriven", "value": "1"}]);
    assert_eq!(sent[0]["headers"], headers);

    let second = redrive(&[]);
    assert!(
        second.stderr.contains("1 dead letter of ") && second.stderr.contains(": 0 sent again, 1 left"),
        "{second:?}"
    );
    let list = shop.prints(&["dlq", "list", &shop.topic(LETTERS), "--format", "json", group[0], group[1]]);
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list[0]["redriven"], 2);

    shop.project.write(
        "schemas/order.schema.json",
        &ORDER.replace("\"additionalProperties\": false", "\"$comment\": \"open\""),
    );
    let third = redrive(&[]);
    assert_eq!(third.code, Some(0), "{third:?}");
    assert_eq!(orders(&shop), ["A-1", "A-3", "A-2"]);
    assert!(redrive(&[]).stderr.starts_with("0 dead letters of "));
    assert!(redrive(&["--from-beginning"]).stderr.contains(": 3 sent again, 0 left"));
    assert_eq!(orders(&shop).len(), 6);
}

#[test]
fn a_forged_letter_goes_nowhere_but_where_the_operator_allows() {
    let shop = Shop::open();
    let admin = shop.topic("shop.customer-moved");
    letter_from(&admin, &shop, "failed", r#"{"email": "a@x"}"#, "1");
    letter_from("__consumer_offsets", &shop, "failed", "{}", "1");
    letter_from(&shop.topic(LETTERS), &shop, "failed", r#"{"order_id": "A-1"}"#, "1");
    let group = ["--group", &crate::unique()];
    let redrive = |arguments: &[&str]| shop.run(&[&["dlq", "redrive", "OrderPlaced"], &group[..], arguments].concat());

    for arguments in [&["--dry-run"][..], &[], &["--unchecked"]] {
        let refused = redrive(arguments);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stdout.contains(&format!("`--allow-origin {admin}` sends it there")), "{}", refused.stdout);
        assert!(refused.stdout.contains("a topic of Kafka's own"), "{}", refused.stdout);
        assert!(refused.stderr.contains(" 0 ") && refused.stderr.contains(", 3 left\n"), "{}", refused.stderr);
    }
    assert_eq!(
        (orders(&shop).len(), shop.records("shop.customer-moved").len(), shop.records(LETTERS).len()),
        (0, 0, 3)
    );

    let internal = redrive(&["--allow-origin", "__consumer_offsets"]);
    assert_eq!(internal.code, Some(2), "{internal:?}");
    let allowed = redrive(&["--allow-origin", &admin, "--format", "json"]);
    let json: Value = serde_json::from_str(&allowed.stdout).unwrap();
    let expected = (json!(1), json!({admin.clone(): 1}), Some(2));
    assert_eq!((json["sent"].clone(), json["targets"].clone(), json["left"].as_array().map(Vec::len)), expected);
    assert_eq!(shop.records("shop.customer-moved").len(), 1);
}

#[test]
fn what_the_schema_of_either_topic_calls_sensitive_is_hidden() {
    let shop = Shop::open();
    letter_from(&shop.topic("shop.customer-moved"), &shop, "failed", r#"{"email": "s3cret@x"}"#, "s3cret@x");
    let shown = shop.prints(&["dlq", "show", "OrderPlaced"]);
    assert!(!shown.contains("s3cret") && shown.contains("\"email\": \"[redacted]\""), "{shown}");

    // A letter of the topic with sensitive values that says that it is of another, which has none.
    let headers = ["dlq.reason=failed", "dlq.error=x", "dlq.partition=1", "dlq.offset=7", "dlq.attempts=8"];
    let origin = format!("dlq.topic={}", shop.topic("shop.order-placed"));
    let more = ["dlq.group=solver", "dlq.time=1769846400000", &origin];
    let letters = "shop.customer-moved.dlq";
    let mut arguments = vec!["send", letters, r#"{"email": "s3cret@x", "email": null}"#, "--unchecked"];
    arguments.extend(["--key", "s3cret@x"]);
    arguments.extend(headers.iter().chain(&more).flat_map(|header| ["-H", header]));
    shop.prints(&arguments);
    for form in [&[][..], &["--format", "json"]] {
        let shown = shop.prints(&[&["dlq", "show", "CustomerMoved"], form].concat());
        assert!(!shown.contains("s3cret") && shown.contains("[redacted]"), "{shown}");
    }
}

/// As the apps of older versions wrote them.
#[test]
fn names_within_sensitive_values_are_cut_from_what_a_letter_says() {
    let shop = Shop::open();
    let violation =
        json!([{"instancePath": "/address/0/s3cret", "schemaPath": "x#", "keyword": "type", "expected": "x"}]);
    let violation = format!("dlq.violations={violation}");
    let origin = format!("dlq.topic={}", shop.topic("shop.customer-moved"));
    let mut arguments = vec!["send", "shop.customer-moved.dlq", "{}", "--unchecked"];
    for header in [
        "dlq.reason=invalid",
        "dlq.error=payload of CustomerMoved is not valid: /address/0/s3cret: expected x",
        &violation,
        &origin,
        "dlq.partition=1",
        "dlq.offset=7",
        "dlq.attempts=0",
        "dlq.group=solver",
        "dlq.time=1769846400000",
    ] {
        arguments.extend(["-H", header]);
    }
    shop.prints(&arguments);
    for form in [&[][..], &["--format", "json"]] {
        let shown = shop.prints(&[&["dlq", "show", "CustomerMoved"], form].concat());
        assert!(!shown.contains("s3cret") && shown.contains("/address/0: expected x"), "{shown}");
        let whole = shop.prints(&[&["dlq", "show", "CustomerMoved", "--show-sensitive"], form].concat());
        assert!(whole.contains("/address/0/s3cret: expected x"), "{whole}");
    }
}

#[test]
fn letters_are_chosen_by_reason_number_and_place() {
    let shop = with_letters();
    let group = ["--group", &crate::unique()];
    let redrive = |arguments: &[&str]| shop.run(&[&["dlq", "redrive", LETTERS], &group[..], arguments].concat());
    let partition = shop.records(LETTERS)[0]["partition"].to_string();

    let passed = redrive(&["--reason", "tombstone"]);
    assert!(passed.stderr.contains(": 0 sent again, 0 left, 3 passed over"), "{passed:?}");
    let one = redrive(&["--partition", &partition, "--offset", "2"]);
    assert_eq!(one.code, Some(0), "{one:?}");
    assert_eq!(orders(&shop), ["A-3"]);
    let limited = redrive(&["--limit", "1"]);
    assert_eq!((limited.code, orders(&shop)), (Some(0), vec!["A-3".to_owned(), "A-1".to_owned()]), "{limited:?}");
    let rest = redrive(&[]);
    assert!(rest.stderr.contains(": 0 sent again, 1 left") && rest.stderr.contains("1 were sent before"), "{rest:?}");
}

#[test]
fn a_letter_of_a_topic_that_no_schema_declares_is_left() {
    let shop = with_letters();
    std::fs::remove_file(shop.project.path().join("schemas/order.schema.json")).unwrap();
    let hidden = shop.run(&["dlq", "show", LETTERS]);
    assert!(hidden.code == Some(0) && !hidden.stdout.contains("A-1"), "{hidden:?}");
    let group = ["--group", &crate::unique()];
    let left = shop.run(&[&["dlq", "redrive", LETTERS], &group[..]].concat());
    assert_eq!(left.code, Some(1));
    assert!(left.stdout.contains("no schema declares its topic"), "{}", left.stdout);
    let sent = shop.run(&[&["dlq", "redrive", LETTERS, "--unchecked"], &group[..]].concat());
    assert_eq!(sent.code, Some(0), "{sent:?}");
}

/// The letters that an app makes, and the way back to it.
#[tokio::test]
async fn what_fails_again_is_a_letter_again_which_says_how_often_it_was_sent() {
    let test = TestApp::start(|kafka| {
        App::new(kafka).handle(
            async |released: PackageReleased| {
                if released.package_name == "cursed" { Err("it is cursed") } else { Ok(()) }
            },
        )
    });
    let test = test.await.unwrap();
    let released = br#"{"component_name": "test", "service_version": "1", "package_name": "cursed",
        "package_version": "1", "index_url": "https://pypi.org/simple"}"#;
    let message = ProducerRecord::of(&PackageReleased::decode(released).unwrap()).unwrap();
    test.publish(message.with_header(vec![0xff], "bytes").with_header("origin", "test")).await.unwrap();
    test.settled(1).await.unwrap();

    let topic = test.kafka().topic_name(&PackageReleased::DESCRIPTOR.topic);
    let prefix = topic.strip_suffix(&format!(".{}", PackageReleased::DESCRIPTOR.topic.name)).unwrap().to_owned();
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let schemas = schemas.to_str().unwrap();
    let servers = test.kafka().kafka().bootstrap_servers().to_owned();
    let project = Project::new(&[]);
    let run = async |arguments: &[&str]| {
        let mut command = without_kafka(project.command(&[arguments, &["--schemas", schemas]].concat()));
        command.env("KAFKA_BOOTSTRAP_SERVERS", &servers).env("THOTH_DEPLOYMENT_NAME", &prefix).stdin(Stdio::null());
        Run::of(tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap())
    };
    let shown = run(&["dlq", "show", "PackageReleased"]).await;
    assert!(shown.stdout.contains("reason: failed, it is cursed\n"), "{shown:?}");
    assert!(shown.stdout.contains(&format!("from: topic `{topic}`, partition 0, offset 0, ")), "{}", shown.stdout);

    // The group of the app has a member, and keeps nothing for others: then nothing is sent.
    let refused = run(&["dlq", "redrive", "PackageReleased", "--group", &prefix]).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("a group that has members"), "{}", refused.stderr);

    let redriven = run(&["dlq", "redrive", "PackageReleased", "--group", &crate::unique()]).await;
    assert_eq!(redriven.code, Some(0), "{redriven:?}");
    test.settled(2).await.unwrap();
    let shown = run(&["dlq", "show", "PackageReleased"]).await;
    assert_eq!(shown.stdout.matches("sent again: 1 times before\n").count(), 1, "{}", shown.stdout);
    let consumed = run(&["consume", "PackageReleased", "--format", "json"]).await;
    let last: Value = serde_json::from_str(consumed.stdout.lines().last().unwrap()).unwrap();
    let headers = last["headers"].as_array().unwrap();
    assert_eq!(headers[0], json!({"name_hex": "ff", "value": "bytes"}));
    assert_eq!(headers[1], json!({"name": "origin", "value": "test"}));
    test.stop().await.unwrap();
}

#[test]
fn a_redrive_that_is_killed_goes_on_where_it_was_and_sends_a_batch_twice_at_most() {
    const LETTERS_SENT: usize = 3000;
    let shop = Shop::open();
    let letters: Vec<_> = (0..LETTERS_SENT).map(|n| format!("{{\"order_id\": \"A-{n}\"}}\n")).collect();
    shop.project.write("letters.ndjson", &letters.concat());
    let origin = format!("dlq.topic={}", shop.topic("shop.order-placed"));
    let headers = ["dlq.reason=failed", "dlq.error=it is cursed", &origin, "dlq.partition=1", "dlq.offset=7"];
    let headers = headers.iter().chain(&["dlq.attempts=8", "dlq.group=solver", "dlq.time=1769846400000"]);
    let mut arguments = vec!["send", LETTERS, "--file", "letters.ndjson", "--unchecked", "--key", "A"];
    arguments.extend(headers.flat_map(|header| ["-H", header]));
    shop.prints(&arguments);

    let mut redrive = shop.command(&["dlq", "redrive", "OrderPlaced"]);
    let mut redrive = redrive.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // In the middle of it.
    while shop.prints(&["consume", "OrderPlaced", "--max", "1"]).is_empty() {}
    redrive.kill().unwrap();
    redrive.wait().unwrap();
    shop.prints(&["dlq", "redrive", "OrderPlaced"]);
    let mut sent = orders(&shop);
    assert!((LETTERS_SENT..=LETTERS_SENT + 100).contains(&sent.len()), "{}", sent.len());
    sent.sort_unstable();
    sent.dedup();
    assert_eq!(sent.len(), LETTERS_SENT, "each of them");
}
