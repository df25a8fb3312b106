//! A crate of message types is tested like any other.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::collections::HashMap;

use orders::{
    Customer, CustomerRequired, OrderLine, OrderPlaced, OrderPlacedPriority, OrderPlacedRequired, ParcelReturned,
    ParcelReturnedRequired, ParcelReturnedType, Sku,
};
use thoth_messaging::{InvalidValue, Message, Validate};

fn order() -> OrderPlaced {
    let line = OrderLine { sku: sku("TEA-4711"), quantity: 2, unit_price: 4.99 };
    OrderPlaced::new(OrderPlacedRequired { order_id: "DE-000417".to_owned(), customer: customer(), lines: vec![line] })
}

fn customer() -> Customer {
    Customer::new(CustomerRequired { id: 7 })
}

fn sku(text: &str) -> Sku {
    text.parse().unwrap()
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
    let error: InvalidValue = Sku::try_from("T").unwrap_err();
    assert_eq!(error.to_string(), "minLength: expected at least 3 characters");
}

#[test]
fn a_named_value_is_used_as_its_text() {
    let stock = HashMap::from([(sku("TEA-4711"), 3)]);
    assert_eq!(stock.get("TEA-4711"), Some(&3));
    assert_eq!(sku("TEA-4711").to_string(), "TEA-4711");
    assert_eq!("express".parse(), Ok(OrderPlacedPriority::Express));
    assert!("at once".parse::<OrderPlacedPriority>().is_err());
}

#[test]
fn a_constant_is_filled_in() {
    let returned = ParcelReturned::new(ParcelReturnedRequired {
        order_id: "DE-000417".to_owned(),
        reason: "nobody at home".to_owned(),
    });
    assert_eq!(returned.r#type, ParcelReturnedType::Returned);
}

#[test]
fn a_value_is_checked_without_being_sent() {
    assert_eq!(order().validate(), Ok(()));
    let line = OrderLine { sku: sku("TEA-4711"), quantity: 1000, unit_price: 4.99 };
    let error = OrderPlaced { lines: vec![line], ..order() }.validate().unwrap_err();
    assert_eq!(error.keyword(), "maximum");
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
    let customer = Customer { email: Some("ada@example.org".to_owned()), ..customer() };
    assert!(!format!("{customer:?}").contains("ada@"));
}
