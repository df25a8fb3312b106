//! `consume`.

#[cfg(unix)]
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::Shop;

fn with_orders() -> Shop {
    let shop = Shop::open();
    let orders = "{\"order_id\": \"A-1\", \"total\": 1}\n{\"order_id\": \"A-1\", \"total\": 2}\n{\"order_id\": \"A-1\",\"total\":3}";
    let sent = shop.run_on(&["send", "OrderPlaced", "--file", "-"], orders);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    shop
}

#[test]
fn prints_the_payloads_that_are_there_and_ends() {
    let shop = with_orders();
    let run = shop.run(&["consume", "OrderPlaced"]);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(lines[0], r#"{"order_id":"A-1","total":1}"#);
    assert_eq!(lines.len(), 3);
    assert_eq!(run.stderr, "3 messages: 3 valid, 0 invalid\n");
    let nothing = shop.run(&["consume", "CustomerMoved", "shop.order-placed", "--from", "end"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(0), ""), "{nothing:?}");
}

#[test]
fn begins_and_ends_where_it_is_told() {
    let shop = with_orders();
    let totals = |arguments: &[&str]| {
        let printed = shop.prints(&[&["consume", "OrderPlaced"], arguments].concat());
        let total = |line: &str| serde_json::from_str::<Value>(line).unwrap()["total"].as_i64().unwrap();
        printed.lines().map(total).collect::<Vec<_>>()
    };
    assert_eq!(totals(&["--from", "-1"]), [3]);
    assert_eq!(totals(&["--from", "1"]), [2, 3]);
    assert_eq!(totals(&["--to", "1"]), [1]);
    assert_eq!(totals(&["--from", "1", "--until", "-1"]), [2]);
    assert_eq!(totals(&["--max", "2"]), [1, 2]);
    assert_eq!(totals(&["--filter", "/total=2"]), [2]);
    assert_eq!(totals(&["--key", "A-2"]), [0; 0]);
    let all: i64 = ["0", "1", "2"].iter().flat_map(|partition| totals(&["--partition", partition])).sum();
    assert_eq!(all, 6);
    if shop.cluster.is_none() {
        assert_eq!(totals(&["--from", "1h"]), [1, 2, 3]);
        assert_eq!(totals(&["--to", "1h"]), [0; 0]);
    } else {
        println!("skipped: positions by time need a real cluster (KAFKA_BOOTSTRAP_SERVERS)");
    }
}

#[test]
fn an_invalid_payload_is_told_of_with_its_violations_and_ends_nothing() {
    let shop = with_orders();
    shop.prints(&["send", "shop.order-placed", r#"{"order_id": 7}"#, "--unchecked"]);
    shop.prints(&["send", "shop.order-placed", "no JSON", "--unchecked"]);
    shop.prints(&["send", "OrderPlaced", "--tombstone", "--key", "A-1"]);
    let run = shop.run(&["consume", "OrderPlaced"]);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 3), "{run:?}");
    assert!(run.stderr.contains("not valid: /order_id: expected a string"), "{}", run.stderr);
    assert!(run.stderr.contains("is not JSON"), "{}", run.stderr);
    assert!(run.stderr.contains("a tombstone: what was sent with the key `A-1` is deleted"), "{}", run.stderr);
    assert!(run.stderr.ends_with("6 messages: 4 valid, 2 invalid\n"), "{}", run.stderr);
    assert_eq!(shop.run(&["consume", "OrderPlaced", "--strict"]).code, Some(1));

    let json: Vec<Value> = shop
        .prints(&["consume", "OrderPlaced", "--format", "json"])
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let invalid = json.iter().find(|it| it["payload"]["order_id"] == 7).unwrap();
    assert_eq!((&invalid["valid"], &invalid["violations"][0]["instancePath"]), (&false.into(), &"/order_id".into()));
    let pretty = shop.prints(&["consume", "OrderPlaced", "--pretty"]);
    assert!(pretty.contains("not valid: /order_id: expected a string"), "{pretty}");
    assert!(pretty.contains("key `A-1`\n{\n  \"order_id\": \"A-1\",\n  \"total\": 1\n}\n"), "{pretty}");
}

#[test]
fn sensitive_values_and_keys_are_hidden_unless_they_are_asked_for() {
    let shop = Shop::open();
    shop.prints(&[
        "send",
        "CustomerMoved",
        r#"{"email": "s3cret@x", "city": "Rome", "address": ["s3cret 1"], "n": 1.50}"#,
    ]);
    shop.prints(&["send", "shop.customer-moved", r#"{"email": ["s3cret@x"]}"#, "--unchecked", "--key", "s3cret@x"]);
    shop.prints(&["send", "shop.customer-moved", "s3cret no JSON", "--unchecked"]);
    for form in [&[][..], &["--pretty"], &["--format", "json"]] {
        let run = shop.run(&[&["consume", "CustomerMoved"], form].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(!run.stdout.contains("s3cret") && !run.stderr.contains("s3cret"), "{form:?}: {run:?}");
    }
    let run = shop.run(&["consume", "CustomerMoved", "--pretty", "--show-sensitive"]);
    assert!(run.stdout.contains("s3cret 1") && run.stdout.contains("key `s3cret@x`"), "{}", run.stdout);
}

/// The text of a payload can hold more than its tree does: a member that stands twice.
#[test]
fn a_sensitive_member_that_stands_twice_is_hidden_each_time() {
    let shop = Shop::open();
    for payload in [
        r#"{"email": "s3cret@x", "email": null}"#,
        r#"{"email": {"a": "s3cret@x"}, "email": null}"#,
        r#"{"email": null, "email": "s3cret@x"}"#,
        r#"{"email": null, "address": ["s3cret 1"], "address": []}"#,
        r#"{"email": null, "address": ["s3cret 1"], "address": null}"#,
    ] {
        shop.prints(&["send", "shop.customer-moved", payload, "--unchecked"]);
    }
    for form in [&[][..], &["--pretty"], &["--format", "json"]] {
        let run = shop.run(&[&["consume", "CustomerMoved"], form].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stderr.contains("5 invalid"), "{run:?}");
        assert!(!run.stdout.contains("s3cret") && !run.stderr.contains("s3cret"), "{form:?}: {run:?}");
    }
    let run = shop.run(&["consume", "CustomerMoved", "--pretty"]);
    assert!(run.stdout.contains("\"email\": \"[redacted]\""), "{}", run.stdout);
}

/// A card and tokens: values that are sensitive as a whole, names in them included.
const PAYMENT: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "CustomerMoved",
  "description": "A customer has paid.",
  "x-kafka": { "topic": "shop.customer-moved", "partitions": 1 },
  "type": "object",
  "properties": {
    "card": { "type": "string", "description": "Number.", "x-sensitive": true },
    "tokens": {
      "type": "object", "description": "By token.", "x-sensitive": true,
      "additionalProperties": { "type": "integer" }, "propertyNames": { "maxLength": 12 }
    },
    "holder": {
      "type": "object", "description": "Who.", "x-sensitive": true,
      "properties": { "name": { "type": "string", "description": "Name." } }, "additionalProperties": false
    }
  }
}
"#;

#[test]
fn names_within_sensitive_values_and_misshapen_payloads_are_hidden() {
    let shop = Shop::open();
    shop.project.write("schemas/customer.schema.json", PAYMENT);
    let payloads = [
        r#"{"tokens": {"s3cret": "x"}}"#,
        r#"{"tokens": {"s3cret-s3cret": 1}}"#,
        r#"{"tokens": {"s3cret": 1, "s3cret": 2}}"#,
        r#"{"holder": {"s3cret": 1}}"#,
        r#"[{"card": "s3cret"}]"#,
        r#""s3cret""#,
    ];
    for payload in payloads {
        shop.prints(&["send", "shop.customer-moved", payload, "--unchecked"]);
        let sent = shop.run(&["send", "CustomerMoved", payload]);
        assert!(sent.code == Some(1) && !sent.stdout.contains("s3cret") && !sent.stderr.contains("s3cret"), "{sent:?}");
    }
    for form in [&[][..], &["--pretty"], &["--format", "json"]] {
        let run = shop.run(&[&["consume", "CustomerMoved"], form].concat());
        assert!(run.stderr.contains("6 invalid"), "{run:?}");
        assert!(!run.stdout.contains("s3cret") && !run.stderr.contains("s3cret"), "{form:?}: {run:?}");
    }
    let run = shop.run(&["consume", "CustomerMoved"]);
    assert!(run.stderr.contains("not valid: /tokens: expected an integer"), "{}", run.stderr);
}

#[test]
fn a_filter_on_a_place_that_no_schema_is_about_is_told_of() {
    let shop = with_orders();
    let slip = shop.run(&["consume", "OrderPlaced", "--filter", "/orderid=A-1"]);
    assert_eq!((slip.code, slip.stdout.as_str()), (Some(0), ""), "{slip:?}");
    assert!(slip.stderr.contains("no schema of these topics says anything of `/orderid`"), "{slip:?}");
    for known in ["/order_id=A-1", "/total=1"] {
        let run = shop.run(&["consume", "OrderPlaced", "--filter", known]);
        assert!(!run.stderr.contains("no schema"), "{run:?}");
    }
    let both = shop.run(&["consume", "OrderPlaced", "shop.customer-moved", "--filter", "/address/0=x"]);
    assert!(!both.stderr.contains("no schema"), "one of them is about it: {both:?}");
}

#[test]
fn a_group_goes_on_where_it_stopped() {
    let shop = with_orders();
    let group = crate::unique();
    let consume = |arguments: &[&str]| {
        let run = shop.run(&[&["consume", "OrderPlaced", "--group", &group], arguments].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stdout.lines().count()
    };
    assert_eq!(consume(&["--max", "2"]), 2);
    assert_eq!(consume(&[]), 1);
    assert_eq!(consume(&[]), 0);
}

#[cfg(unix)]
#[test]
fn follows_what_comes_until_it_is_asked_to_end_and_ends_quietly() {
    let shop = with_orders();
    for (signal, id) in [("-INT", "later"), ("-TERM", "still later")] {
        let mut command = shop.command(&["consume", "OrderPlaced", "CustomerMoved", "--follow", "--from", "-3"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.next().is_some());
        shop.prints(&["send", "OrderPlaced", &format!("{{\"order_id\": \"{id}\"}}")]);
        assert!(lines.any(|line| line == format!("{{\"order_id\":\"{id}\"}}")));
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{signal}");
    }
}

#[test]
fn a_tail_of_several_topics_names_the_topic_of_each_payload() {
    let shop = with_orders();
    shop.prints(&["send", "CustomerMoved", r#"{"email": "a@example.org", "city": "Brno"}"#]);
    let tail = ["tail", "OrderPlaced", "CustomerMoved", "--from", "beginning", "--max", "4"];
    let printed = shop.prints(&tail);
    let (orders, customers) = (shop.topic("shop.order-placed"), shop.topic("shop.customer-moved"));
    let of = |topic: &str| printed.lines().filter(|line| line.starts_with(&format!("{topic} {{"))).count();
    assert_eq!((of(&orders), of(&customers)), (3, 1), "{printed}");
    assert!(printed.contains("\"city\":\"Brno\"") && !printed.contains("a@example.org"), "{printed}");
    let json = shop.prints(&[&tail[..], &["--format", "json"]].concat());
    let topics: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(topics.iter().filter(|it: &&Value| it["topic"] == customers.as_str()).count(), 1, "{json}");
    // One topic needs no name.
    assert!(shop.prints(&["tail", "OrderPlaced", "--from", "-1", "--max", "1"]).starts_with('{'));
    assert_eq!(shop.run(&["tail", "OrderPlaced", "--group", "g"]).code, Some(2));
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let shop = with_orders();
    let mut child =
        shop.command(&["consume", "OrderPlaced"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn of_a_topic_with_several_messages_those_of_one_are_printed() {
    let shop = Shop::open();
    let kind = |title: &str, kind: &str| {
        format!(
            r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "{title}", "description": "x",
            "x-kafka": {{"topic": "shop.order-placed", "partitions": 3, "key": "/id"}}, "type": "object",
            "required": ["type", "id"], "properties": {{"type": {{"const": "{kind}"}}, "id": {{"type": "string"}}}}}}"#
        )
    };
    shop.project.write("schemas/order.schema.json", &kind("OrderPlaced", "placed"));
    shop.project.write("schemas/paid.schema.json", &kind("OrderPaid", "paid"));
    let lines = "{\"type\": \"placed\", \"id\": \"1\"}\n{\"type\": \"paid\", \"id\": \"1\"}\n";
    let sent = shop.run_on(&["send", "shop.order-placed", "--file", "-"], lines);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert_eq!(shop.run(&["send", "OrderPaid", r#"{"type": "placed", "id": "1"}"#]).code, Some(1));
    assert_eq!(shop.prints(&["consume", "OrderPaid"]), "{\"type\":\"paid\",\"id\":\"1\"}\n");
    assert_eq!(shop.prints(&["consume", "shop.order-placed"]).lines().count(), 2);
}
