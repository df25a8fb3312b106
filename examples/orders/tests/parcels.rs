//! A topic with two messages, each with a handler of its own.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::future::pending;
use std::sync::{Arc, Mutex};

use orders::{ParcelReturned, ParcelSent, ShopParcels};
use thoth_messaging::Message;
use thoth_messaging::app::{App, AppError, OtherMessages, Reason, State};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::testing::TestApp;

type Calls = Arc<Mutex<Vec<String>>>;

async fn on_sent(parcel: ParcelSent, State(calls): State<Calls>) {
    calls.lock().unwrap().push(format!("sent {}", parcel.order_id));
}

async fn on_returned(parcel: ParcelReturned, State(calls): State<Calls>) {
    calls.lock().unwrap().push(format!("returned {}: {}", parcel.order_id, parcel.reason));
}

fn nowhere() -> App<Calls> {
    App::new(&Kafka::new("127.0.0.1:1").with_group("test")).state(Calls::default())
}

async fn publish(test: &TestApp, payload: &str) {
    let topic = test.kafka().topic_name(&ParcelSent::DESCRIPTOR.topic);
    test.publish(ProducerRecord::raw(topic).with_key("DE-000417").with_payload(payload)).await.unwrap();
}

const SENT: &str = r#"{"type": "sent", "order_id": "DE-000417"}"#;
const RETURNED: &str = r#"{"type": "returned", "order_id": "DE-000417", "reason": "nobody at home"}"#;

#[tokio::test]
async fn each_message_is_given_to_the_handler_of_its_type() {
    let calls = Calls::default();
    let state = Arc::clone(&calls);
    let test = TestApp::start(|kafka| App::new(kafka).state(state).handle(on_sent).handle(on_returned)).await.unwrap();
    publish(&test, SENT).await;
    publish(&test, RETURNED).await;
    publish(&test, r#"{"type": "returned", "order_id": "DE-000417"}"#).await;
    test.settled(3).await.unwrap();
    assert_eq!(*calls.lock().unwrap(), ["sent DE-000417", "returned DE-000417: nobody at home"]);
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead[0].reason, dead[0].violations[0].keyword.as_str()), (Reason::Invalid, "required"));
}

#[tokio::test]
async fn an_app_without_a_handler_for_one_of_them_does_not_start() {
    let error = nowhere().handle(on_sent).run_until(pending()).await.unwrap_err();
    assert!(
        matches!(&error, AppError::NoHandlerFor { topic, messages } if topic == "shop.parcels" && messages == &["ParcelReturned"]),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_app_may_skip_those_that_have_no_handler() {
    let app =
        |kafka: &Kafka| App::new(kafka).state(Calls::default()).other_messages(OtherMessages::Skip).handle(on_sent);
    let test = TestApp::start(app).await.unwrap();
    publish(&test, RETURNED).await;
    publish(&test, SENT).await;
    test.settled(2).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.skipped), (1, 1));
}

#[tokio::test]
async fn one_handler_of_the_enum_handles_all_of_them() {
    async fn on_parcel(parcel: ShopParcels, State(calls): State<Calls>) {
        calls.lock().unwrap().push(format!("{parcel:?}"));
    }
    let test = TestApp::start(|kafka| App::new(kafka).state(Calls::default()).handle(on_parcel)).await.unwrap();
    publish(&test, SENT).await;
    publish(&test, RETURNED).await;
    test.settled(2).await.unwrap();
    assert_eq!(test.stop().await.unwrap().handled, 2);

    let error = nowhere().handle(on_parcel).handle(on_sent).run_until(pending()).await.unwrap_err();
    assert!(matches!(&error, AppError::TopicTwice { topic } if topic == "shop.parcels"), "{error:?}");
}
