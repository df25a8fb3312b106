//! The ids of schemas, in what is sent and in what is read.

use serde_json::{Value, json};
use thoth_messaging_codegen::lock_hash;
use thoth_messaging_documents::Identity;

use crate::Shop;
use crate::support::ORDER;

/// A shop whose orders name their schema.
fn with_ids() -> Shop {
    let shop = Shop::open();
    let order = ORDER.replacen("\"x-kafka\": {", "\"x-kafka\": { \"schemaIdLocation\": \"header\",", 1);
    assert_ne!(order, ORDER);
    shop.project.write("schemas/order.schema.json", &order);
    shop
}

fn consumed(shop: &Shop, arguments: &[&str]) -> Vec<Value> {
    let printed = shop.prints(&[&["consume", "OrderPlaced", "--format", "json"], arguments].concat());
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_is_sent_names_its_schema_and_consume_says_which() {
    let shop = with_ids();
    shop.prints(&["send", "OrderPlaced", r#"{"order_id": "A-1"}"#]);
    let records = consumed(&shop, &[]);
    let id = records[0]["schema_id"].as_str().unwrap();
    assert_eq!((id.len(), &records[0]["schema_of"], &records[0]["valid"]), (36, &json!("OrderPlaced"), &json!(true)));
    let hex = format!("01{}", id.replace('-', ""));
    assert_eq!(records[0]["headers"], json!([{"name": "__value_schema_id", "value_hex": hex}]));
    let pretty = shop.prints(&["consume", "OrderPlaced", "--pretty"]);
    assert!(pretty.contains(&format!("schema: {id}, that of OrderPlaced\n")), "{pretty}");
    assert!(!pretty.contains("__value_schema_id"), "{pretty}");

    // The schema goes on, and the message is one of a version that the folder does not have.
    let order = ORDER.replacen("OrderPlaced", "OrderTaken", 1);
    shop.project.write("schemas/order.schema.json", &order);
    let pretty = shop.prints(&["consume", "OrderTaken", "--pretty"]);
    assert!(pretty.contains(&format!("schema: {id}, unknown\n")), "{pretty}");
    let shown = shop.prints(&["show", "OrderTaken"]);
    assert!(!shown.contains("schema id"), "{shown}");
}

#[test]
fn a_payload_is_read_behind_the_number_of_its_schema() {
    let shop = Shop::open();
    let lines = "\0\0\0\0\x07{\"order_id\": \"A-1\"}\n\0\0\0\0\x07{\"order_id\": 7}\n\0\0\0\n\x01\0\0\0\x07{}";
    let sent = shop.run_on(&["send", "shop.order-placed", "--unchecked", "--key", "A-1", "--file", "-"], lines);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let run = shop.run(&["consume", "OrderPlaced"]);
    assert_eq!(run.stdout, "{\"order_id\":\"A-1\"}\n", "{run:?}");
    for problem in
        ["not valid: /order_id: expected a string", "is cut short: it has 3 bytes", "begins with a control character"]
    {
        assert!(run.stderr.contains(problem), "{problem}: {}", run.stderr);
    }
    assert!(run.stderr.ends_with("4 messages: 1 valid, 3 invalid\n"), "{}", run.stderr);
    let records = consumed(&shop, &["--filter", "/order_id=A-1"]);
    assert_eq!((records.len(), &records[0]["schema_id"], &records[0]["schema_of"]), (1, &json!("7"), &Value::Null));
    assert_eq!(records[0]["payload"], json!({"order_id": "A-1"}));
}

#[test]
fn a_dead_letter_shows_who_wrote_it_and_goes_back_with_its_frame() {
    let shop = with_ids();
    let topic = shop.topic("shop.order-placed");
    let origin = format!("dlq.topic={topic}");
    let headers = [
        "dlq.reason=failed",
        "dlq.error=it is cursed",
        "dlq.schema-id=7",
        "dlq.writer=unknown",
        &origin,
        "dlq.partition=1",
        "dlq.offset=7",
        "dlq.attempts=8",
        "dlq.group=solver",
        "dlq.time=1769846400000",
    ];
    let mut arguments = vec!["send", "shop.order-placed.dlq", "--unchecked", "--key", "A-1", "--file", "-"];
    arguments.extend(headers.iter().flat_map(|header| ["-H", header]));
    let sent = shop.run_on(&arguments, "\0\0\0\0\x07{\"order_id\": \"A-1\"}\n\0\0\0");
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let shown = shop.prints(&["dlq", "show", "OrderPlaced"]);
    assert!(shown.contains("schema: 7, unknown to the handler\n"), "{shown}");
    assert!(shown.contains("{\n  \"order_id\": \"A-1\"\n}\n"), "{shown}");
    let json = shop.run(&["dlq", "show", "OrderPlaced", "--format", "json", "--limit", "1"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["schema_id"], &json["writer"]), (&json!("7"), &json!("unknown")));

    let redriven = shop.run(&["dlq", "redrive", "OrderPlaced"]);
    assert_eq!(redriven.code, Some(1), "{redriven:?}");
    assert!(redriven.stdout.contains("is cut short: it has 3 bytes"), "{redriven:?}");
    let records = shop.records("shop.order-placed");
    assert_eq!((records.len(), &records[0]["schema_id"]), (1, &json!("7")));
    assert_eq!(records[0]["headers"], json!([{"name": "dlq.redriven", "value": "1"}]));
}

/// The lock file of a schema that is the second of three versions.
fn lock(schema: &str) -> String {
    let identity = Identity::of_text(schema).unwrap();
    let (hash, guid) = (lock_hash(&identity.text), identity.guid.to_string());
    let version = |number: u32, id: u32| json!({"version": number, "id": id, "guid": null, "hash": ""});
    let versions = json!([version(1, 7), {"version": 2, "id": 258, "guid": guid, "hash": hash}, version(3, 9)]);
    let subject =
        json!({"file": "order.schema.json", "version": 2, "id": 258, "guid": guid, "hash": hash, "versions": versions});
    json!({"version": 1, "subjects": {"shop.order-placed-value": subject}}).to_string()
}

#[test]
fn older_and_newer_writers_are_known_by_the_lock_file() {
    let shop = Shop::open();
    let order = ORDER.replacen("\"x-kafka\": {", "\"x-kafka\": { \"schemaIdLocation\": \"payload\",", 1);
    shop.project.write("schemas/order.schema.json", &order);
    let missing = shop.run(&["send", "OrderPlaced", r#"{"order_id": "A-1"}"#]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
    shop.project.write("schemas/registry.lock", &lock(&order));
    shop.prints(&["send", "OrderPlaced", r#"{"order_id":"A-1"}"#]);
    let framed = |number: char| format!("\0\0\0\0{number}{{\"order_id\": \"A-1\"}}");
    let lines = [framed('\u{7}'), framed('\u{9}'), framed('\u{1}')].join("\n");
    let sent = shop.run_on(&["send", "shop.order-placed", "--unchecked", "--key", "A-1", "--file", "-"], &lines);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let records = consumed(&shop, &[]);
    let writer = |id: &str| {
        let record = records.iter().find(|record| record["schema_id"] == id).unwrap();
        (record["writer"].as_str().unwrap(), record["schema_of"].as_str())
    };
    assert_eq!(writer("258"), ("same", Some("OrderPlaced")));
    assert_eq!(writer("7"), ("older", Some("OrderPlaced")));
    assert_eq!(writer("9"), ("newer", Some("OrderPlaced")));
    assert_eq!(writer("1"), ("unknown", None));
    let pretty = shop.prints(&["consume", "OrderPlaced", "--pretty"]);
    assert!(pretty.contains("schema: 7, older than that of OrderPlaced\n"), "{pretty}");
}
