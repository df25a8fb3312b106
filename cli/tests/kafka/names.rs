//! The names of messages and topics, as the commands that speak to Kafka take them.

use crate::Shop;

/// The spellings of one message: type, title, file stem, file, and the file as it is listed.
const PLACED: [&str; 5] =
    ["OrderPlaced", "order placed", "placed", "orders/placed.schema.json", "schemas/orders/placed.schema.json"];

/// The spellings of its topic: its name and the type of the enum over its messages.
const TOPIC: [&str; 2] = ["shop.order-placed", "ShopOrderPlaced"];

/// Two messages on one topic.
fn shop() -> Shop {
    let shop = Shop::open();
    let message = |title: &str| {
        format!(
            r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "{title}", "description": "x",
            "x-kafka": {{"topic": "shop.order-placed", "partitions": 3, "key": "/id"}}, "type": "object",
            "required": ["type", "id"], "properties": {{"type": {{"const": "{title}"}}, "id": {{"type": "string"}}}}}}"#
        )
    };
    std::fs::remove_file(shop.project.path().join("schemas/order.schema.json")).unwrap();
    shop.project.write("schemas/orders/placed.schema.json", &message("order placed"));
    shop.project.write("schemas/orders/paid.json", &message("order paid"));
    shop
}

#[test]
fn a_message_and_a_topic_have_the_same_spellings_for_each_command() {
    let shop = shop();
    let (placed, paid) = (r#"{"type":"order placed","id":"1"}"#, r#"{"type":"order paid","id":"1"}"#);
    for name in PLACED {
        shop.prints(&["send", name, placed]);
        assert_eq!(shop.run(&["send", name, paid]).code, Some(1), "{name}");
    }
    for name in TOPIC {
        shop.prints(&["send", name, paid]);
    }
    let whole = shop.topic("shop.order-placed");
    for name in PLACED {
        let printed = shop.prints(&["consume", name]);
        assert_eq!(printed.lines().collect::<Vec<_>>(), [placed; PLACED.len()], "{name}");
    }
    for name in TOPIC.into_iter().chain([whole.as_str()]) {
        assert_eq!(shop.prints(&["consume", name]).lines().count(), PLACED.len() + TOPIC.len(), "{name}");
    }
    for name in PLACED.into_iter().chain(TOPIC) {
        for command in [["dlq", "show"], ["dlq", "redrive"]] {
            let run = shop.run(&[command[0], command[1], name]);
            assert_eq!(run.code, Some(0), "{command:?} {name}: {run:?}");
        }
    }
}

#[test]
fn a_name_that_several_messages_have_is_answered_with_these() {
    let shop = shop();
    let customer = shop.project.read("schemas/customer.schema.json");
    shop.project.write("schemas/placed.json", &customer.replace("Moved", "Left").replace("moved", "left"));
    for arguments in [&["send", "placed", "{}"][..], &["consume", "placed"], &["topics", "plan", "placed"]] {
        let run = shop.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains("`placed` may be any of 2 messages: "), "{arguments:?}: {run:?}");
    }
}
