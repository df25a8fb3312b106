//! A crate of message types is tested like any other.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use orders::{Customer, OrderLine, OrderPlaced, OrderPlacedPriority, Sku};
use thoth_messaging::Message;

fn order() -> OrderPlaced {
    let line = OrderLine { sku: sku("TEA-4711"), quantity: 2, unit_price: 4.99 };
    OrderPlaced::new("DE-000417".to_owned(), Customer::new(7), vec![line])
}

fn sku(text: &str) -> Sku {
    text.to_owned().try_into().unwrap()
}

#[test]
fn an_order_survives_the_road() {
    let order = order();
    assert_eq!(OrderPlaced::decode(&order.encode().unwrap()).unwrap(), order);
    assert_eq!(order.priority, OrderPlacedPriority::Standard);
    assert_eq!(order.key().as_deref(), Some("7"));
}

#[test]
fn all_three_mistakes_of_an_order_are_reported() {
    let order = OrderPlaced { order_id: "417".to_owned(), note: Some("x".repeat(501)), lines: vec![], ..order() };
    let error = order.encode().unwrap_err();
    let mut found: Vec<_> = error.violations().iter().map(|v| (v.instance_path.as_str(), v.keyword.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, [("/lines", "minItems"), ("/note", "maxLength"), ("/order_id", "pattern")]);
}

#[test]
fn a_named_value_cannot_be_built_wrong() {
    assert!(Sku::try_from("TEA-4711".to_owned()).is_ok());
    assert!(Sku::try_from("T".to_owned()).is_err());
}

#[test]
fn a_closed_order_refuses_other_members() {
    let payload = br#"{"order_id": "DE-000417", "customer": {"id": 7}, "lines":
        [{"sku": "TEA-4711", "quantity": 1, "unit_price": 1}], "colour": "green"}"#;
    let error = OrderPlaced::decode(payload).unwrap_err();
    assert_eq!(error.violations()[0].keyword, "additionalProperties");
}

#[test]
fn the_address_of_a_customer_is_not_shown() {
    let customer = Customer { email: Some("ada@example.org".to_owned()), ..Customer::new(7) };
    assert!(!format!("{customer:?}").contains("ada@"));
}
