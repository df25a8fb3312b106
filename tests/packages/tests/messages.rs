//! Messages of a user go to bytes and back, and what the schema refuses is refused.

use packages::{Line, OrderPlaced};
use thoth_messaging::Message;
use thoth_messaging::serde_json::{Value, json};
use thoth_messaging_compat::{Files, Limits, Schema, Verdict, covers};

fn order() -> OrderPlaced {
    let line = Line { sku: "TEA-4711".to_owned(), quantity: 2 };
    OrderPlaced { order_id: "DE-000417".to_owned(), lines: vec![line] }
}

#[test]
fn encodes_and_decodes() {
    let payload = order().encode().unwrap();
    let expected = json!({"order_id": "DE-000417", "lines": [{"sku": "TEA-4711", "quantity": 2}]});
    assert_eq!(thoth_messaging::serde_json::from_slice::<Value>(&payload).unwrap(), expected);
    assert_eq!(OrderPlaced::decode(&payload).unwrap(), order());
    assert_eq!(&*OrderPlaced::DESCRIPTOR.topic.name, "orders.placed");
}

#[test]
fn refuses_what_the_schema_refuses() {
    assert!(OrderPlaced::decode(br#"{"order_id": "DE-000417", "lines": []}"#).is_err());
    assert!(OrderPlaced { lines: Vec::new(), ..order() }.encode().is_err());
}

#[test]
fn compares_schemas() {
    let schema = |document| {
        let mut files = Files::new();
        files.insert("order.schema.json", document);
        Schema::new(&files, "order.schema.json").unwrap()
    };
    let [old, new] = [json!({"type": "string"}), json!({"type": "string", "maxLength": 2})].map(schema);
    assert_eq!(covers(&old, &new, &Limits::default()), Verdict::Compatible);
}
