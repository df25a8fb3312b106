//! The service on an in-process Kafka, or on the cluster that `KAFKA_BOOTSTRAP_SERVERS` names.

use shop::{InvoiceIssued, OrderPlaced, OrderPlacedRequired};
use thoth_messaging::Message as _;
use thoth_messaging::app::Reason;
use thoth_messaging::client::ProducerRecord;
use thoth_messaging::testing::{TestApp, TestKafka, Time};

fn order(order_id: &str, total: f64) -> OrderPlaced {
    OrderPlaced::new(OrderPlacedRequired { order_id: order_id.to_owned(), total })
}

async fn start() -> TestApp {
    let kafka = TestKafka::start().unwrap();
    kafka.create_topic(&InvoiceIssued::DESCRIPTOR.topic).await.unwrap();
    TestApp::start_on(kafka, Time::Skips, shop::app).await.unwrap()
}

#[tokio::test]
async fn an_order_is_billed() {
    let test = start().await;
    test.publish(&order("A-1", 9.5)).await.unwrap();
    test.settled(1).await.unwrap();

    let invoices = test.sent::<InvoiceIssued>().await.unwrap();
    assert_eq!(invoices, [InvoiceIssued { order_id: "A-1".to_owned(), amount: 9.5 }]);
}

#[tokio::test]
async fn what_cannot_be_billed_becomes_a_dead_letter() {
    let test = start().await;
    test.publish(&order("A-2", 20_000.0)).await.unwrap();
    test.settled(1).await.unwrap();

    let letters = test.dead_letters().await.unwrap();
    assert_eq!((letters.len(), letters[0].reason), (1, Reason::Rejected));
    assert_eq!(letters[0].error, "orders over 10,000 are billed by hand");
}

#[tokio::test]
async fn an_invalid_order_never_reaches_the_handler() {
    let test = start().await;
    let topic = test.kafka().topic_name(&OrderPlaced::DESCRIPTOR.topic);
    let record = ProducerRecord::raw(topic).with_payload(r#"{"order_id": "A-3", "total": "12"}"#);
    test.publish(record).await.unwrap();
    test.settled(1).await.unwrap();

    let letters = test.dead_letters().await.unwrap();
    assert_eq!((letters[0].reason, letters[0].attempts), (Reason::Invalid, 0));
    assert_eq!(letters[0].violations[0].instance_path, "/total");
}
