//! `send`.

use serde_json::{Value, json};

use crate::Shop;

#[test]
fn a_message_is_sent_with_the_key_of_its_schema_and_headers() {
    let shop = Shop::open();
    let sent = shop.run(&["send", "OrderPlaced", r#"{"order_id": "A-1"}"#, "-H", "origin=test", "-H", "empty="]);
    assert_eq!((sent.code, sent.stderr.as_str()), (Some(0), "1 message: 1 delivered\n"));
    assert!(sent.stdout.starts_with(&format!("topic `{}`, partition ", shop.topic("shop.order-placed"))), "{sent:?}");
    let by_topic =
        shop.run_on(&["send", "shop.order-placed", "-", "--key", "other"], "{\n  \"order_id\": \"A-2\"\n}\n");
    assert_eq!(by_topic.code, Some(0), "{by_topic:?}");

    let mut records = shop.records("shop.order-placed");
    records.sort_by_key(|record| record["key"].as_str().map(str::to_owned));
    assert_eq!((&records[0]["key"], &records[1]["key"]), (&json!("A-1"), &json!("other")));
    assert_eq!(records[0]["headers"], json!([{"name": "origin", "value": "test"}, {"name": "empty", "value": ""}]));
    assert_eq!(records[0]["payload"], json!({"order_id": "A-1"}));
}

#[test]
fn an_invalid_message_is_refused_with_every_violation_and_not_sent() {
    let shop = Shop::open();
    let refused = shop.run(&["send", "OrderPlaced", r#"{"order_id": 1, "total": -1}"#]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stdout.contains("/order_id: expected a string"), "{}", refused.stdout);
    assert!(refused.stdout.contains("/total: expected 0 or more"), "{}", refused.stdout);
    assert!(refused.stderr.contains("1 message: 0 delivered, 1 refused"), "{}", refused.stderr);
    let no_json = shop.run(&["send", "OrderPlaced", "{"]);
    assert_eq!(no_json.code, Some(1));
    assert!(no_json.stdout.contains("not JSON"), "{}", no_json.stdout);
    assert_eq!(shop.records("shop.order-placed"), Vec::<Value>::new());
}

const LINES: &str = "{\"order_id\": \"A-1\"}\n\n{\"order_id\": 2}\n{\"order_id\": \"A-3\"}\n";

#[test]
fn of_a_file_with_an_invalid_line_nothing_is_sent_unless_it_is_asked_for() {
    let shop = Shop::open();
    shop.project.write("orders.ndjson", LINES);
    let refused = shop.run(&["send", "OrderPlaced", "--file", "orders.ndjson"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.stdout.starts_with("orders.ndjson:3:14: record 3: /order_id: expected a string"),
        "{}",
        refused.stdout
    );
    assert!(refused.stderr.contains("3 messages: 0 delivered, 1 refused; nothing is sent"), "{}", refused.stderr);
    assert_eq!(shop.records("shop.order-placed"), Vec::<Value>::new());

    let some = shop.run(&["send", "OrderPlaced", "--file", "orders.ndjson", "--skip-invalid", "--format", "json"]);
    assert_eq!(some.code, Some(1), "{some:?}");
    let said: Value = serde_json::from_str(&some.stdout).unwrap();
    assert_eq!((&said["messages"], &said["delivered"], &said["refused"]), (&json!(3), &json!(2), &json!(1)), "{said}");
    assert_eq!((&said["findings"][0]["line"], &said["findings"][0]["pointer"]), (&json!(3), &json!("/order_id")));
    assert_eq!(shop.records("shop.order-placed").len(), 2);
}

#[test]
fn of_standard_input_what_is_valid_is_sent_as_it_comes() {
    let shop = Shop::open();
    let run = shop.run_on(&["send", "OrderPlaced", "--file", "-"], LINES);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.starts_with("-:3:14: "), "{}", run.stdout);
    assert_eq!(run.stderr, "3 messages: 2 delivered, 1 refused\n");
}

#[test]
fn many_messages_of_a_key_keep_their_order() {
    let shop = Shop::open();
    let lines: Vec<_> = (0..3000).map(|total| format!("{{\"order_id\": \"A-1\", \"total\": {total}}}")).collect();
    shop.project.write("orders.jsonl", &lines.join("\r\n"));
    let sent = shop.run(&["send", "OrderPlaced", "--file", "orders.jsonl"]);
    assert_eq!((sent.code, sent.stderr.as_str()), (Some(0), "3000 messages: 3000 delivered\n"), "{}", sent.stdout);
    let totals: Vec<_> = shop.records("shop.order-placed").iter().map(|it| it["payload"]["total"].as_u64()).collect();
    assert_eq!(totals, (0..3000).map(Some).collect::<Vec<_>>());
}

#[test]
fn a_tombstone_has_a_key_and_no_payload() {
    let shop = Shop::open();
    assert_eq!(shop.run(&["send", "OrderPlaced", "--tombstone"]).code, Some(2));
    shop.prints(&["send", "OrderPlaced", "--tombstone", "--key", "A-1"]);
    let records = shop.records("shop.order-placed");
    assert_eq!((&records[0]["key"], &records[0]["tombstone"]), (&json!("A-1"), &json!(true)));
}

#[test]
fn a_topic_that_no_schema_declares_is_taken_when_that_is_asked_for() {
    let shop = Shop::open();
    let refused = shop.run(&["send", "shop.order-placed.dlq", "{}"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("`--unchecked` takes any topic"), "{}", refused.stderr);
    shop.prints(&["send", "shop.order-placed.dlq", "no JSON", "--unchecked"]);
    assert_eq!(shop.records("shop.order-placed.dlq")[0]["payload_text"], "no JSON");
}

#[test]
fn the_form_of_the_python_program_is_completed_and_checked() {
    let shop = Shop::open();
    let schema = crate::support::ORDER.replace("\"additionalProperties\": false", "\"additionalProperties\": true");
    shop.project.write("schemas/order.schema.json", &schema);
    let one = ["send", "--topic-name", "shop.order-placed", "--message-contents", r#"{"order_id": "A-1"}"#];
    shop.prints(&one);
    let file = r#"[{"topic_name": "shop.order-placed", "message_contents": {"order_id": "A-2", "component_name": "me"}},
                   {"topic_name": "shop.customer-moved", "message_contents": {"email": "a@b"}}]"#;
    shop.project.write("messages.json", file);
    shop.prints(&["send", "--message-file", "messages.json"]);
    let mut payloads: Vec<_> = shop.records("shop.order-placed").iter().map(|it| it["payload"].clone()).collect();
    payloads.sort_by_key(ToString::to_string);
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        payloads.contains(&json!({"order_id": "A-1", "component_name": "thoth-messaging", "service_version": version}))
    );
    assert!(payloads.contains(&json!({"order_id": "A-2", "component_name": "me", "service_version": version})));

    shop.project.write("messages.json", &file.replace("\"a@b\"", "1"));
    let refused = shop.run(&["send", "--message-file", "messages.json"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stdout.contains("messages.json:2:"), "{}", refused.stdout);
    assert_eq!(shop.records("shop.order-placed").len(), 2);
}

#[test]
fn a_topic_is_created_only_when_that_is_asked_for() {
    let Some(shop) = Shop::real("creating a topic") else { return };
    let order = r#"{"order_id": "A-1"}"#;
    let missing = shop.run(&["send", "OrderPlaced", order]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(missing.stderr.contains("`thoth-messaging topics apply` makes those"), "{}", missing.stderr);
    shop.prints(&["send", "OrderPlaced", order, "--create-if-not-exist"]);
    assert_eq!(shop.run(&["topics", "plan", "OrderPlaced", "--check"]).code, Some(0));
    let own = ["send", "own", "{}", "--unchecked", "--create-if-not-exist", "--partitions", "5", "--replication", "1"];
    shop.prints(&own);
    let run = shop.run(&["consume", "own", "--unchecked", "--partition", "5"]);
    assert!(run.stderr.contains("its partitions are 0, 1, 2, 3, 4"), "{}", run.stderr);
}

#[test]
fn a_file_in_the_place_of_the_payload_is_named_with_the_option_for_it() {
    let shop = Shop::open();
    shop.project.write("orders.json", r#"{"order_id": "A-1"}"#);
    let run = shop.run(&["send", "OrderPlaced", "orders.json"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("`orders.json` is a file") && run.stderr.contains("--file orders.json"), "{run:?}");
    shop.prints(&["send", "OrderPlaced", "--file", "orders.json"]);
}
