//! Extractors, and layers around handlers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use thoth_messaging::app::{
    App, Context, FromContext, Headers, Key, Metadata, Next, Outcome, Reason, Retries, State, handler,
};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::messages::{PackageReleased, SolvedPackage};
use thoth_messaging::testing::{TestApp, TestKafka, Time};
use thoth_messaging::{Message, Topic};

use crate::{released, topic};

type Calls = Mutex<Vec<String>>;

fn note(calls: &Calls, call: impl Into<String>) {
    calls.lock().unwrap().push(call.into());
}

/// Starts an app, and keeps its state.
async fn start(app: impl FnOnce(App<State<Calls>>) -> App<State<Calls>>) -> (TestApp, State<Calls>) {
    let calls = State::<Calls>(Arc::default());
    let state = calls.clone();
    (TestApp::start(|kafka| app(App::new(kafka).state(state))).await.unwrap(), calls)
}

fn calls(calls: &State<Calls>) -> Vec<String> {
    calls.lock().unwrap().clone()
}

#[tokio::test]
async fn extractors_stand_in_any_order_behind_the_message() {
    async fn one(_: PackageReleased, key: Key, State(calls): State<State<Calls>>, headers: Headers) {
        note(&calls, format!("{:?} {:?} {}", key.as_str(), headers.get_str("n"), headers.len()));
    }
    async fn other(_: SolvedPackage, metadata: Metadata, context: Context<State<Calls>>, key: Option<Key>) {
        let Metadata { .. } = metadata;
        assert_eq!((metadata.offset(), metadata.attempt()), (context.record().offset(), context.attempt()));
        assert_eq!((metadata.topic(), metadata.partition()), (context.record().topic(), context.record().partition()));
        assert_eq!(metadata.timestamp(), context.record().timestamp());
        note(context.state(), format!("key: {}", key.is_some()));
    }
    let (test, seen) = start(|app| app.handle(one).handle(other)).await;
    let record = ProducerRecord::of(&released("flask", "1")).unwrap();
    test.publish(record.with_header("n", "1").with_header("n", "2")).await.unwrap();
    test.settled(1).await.unwrap();
    let solved = ProducerRecord::raw(test.kafka().topic_name(&SolvedPackage::DESCRIPTOR.topic));
    let payload = r#"{"component_name": "c", "service_version": "1", "package_name": "flask", "package_version": "1",
        "index_url": "https://pypi.org/simple", "solver": "s"}"#;
    test.publish(solved.with_payload(payload)).await.unwrap();
    test.settled(2).await.unwrap();
    let seen = calls(&seen);
    assert!(seen[0].starts_with(r#"Some("flask") Some("2") "#), "{seen:?}");
    assert_eq!(seen[1], "key: false");
    assert_eq!(test.stop().await.unwrap().retried, 0, "no assertion of a handler failed");
}

#[tokio::test]
async fn a_message_without_the_key_that_its_handler_takes_is_a_dead_letter() {
    let test = TestApp::start(|kafka| App::new(kafka).handle(async |_: PackageReleased, _: Key| ())).await.unwrap();
    let payload = released("flask", "1").encode().unwrap();
    test.publish(ProducerRecord::raw(test.kafka().topic_name(topic())).with_payload(payload)).await.unwrap();
    test.settled(1).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!(
        (dead[0].reason, dead[0].attempts, dead[0].error.as_str()),
        (Reason::Rejected, 1, "the message has no key")
    );
}

#[tokio::test]
async fn an_extractor_of_ones_own_decides_on_the_outcome() {
    struct Tenant(String);
    impl<S> FromContext<S> for Tenant {
        fn from_context(context: &Context<S>) -> Result<Self, Outcome> {
            let tenant = Headers::from_context(context)?.get_str("tenant").map(str::to_owned);
            tenant.map(Tenant).ok_or_else(|| Outcome::RetryAfter(Duration::from_secs(1)))
        }
    }
    async fn handle(_: PackageReleased, Tenant(tenant): Tenant, State(calls): State<State<Calls>>) {
        note(&calls, tenant);
    }
    let (test, seen) = start(|app| app.retries(Retries::default().attempts(2)).handle(handle)).await;
    let record = ProducerRecord::of(&released("flask", "1")).unwrap();
    test.publish(record.clone()).await.unwrap();
    test.publish(record.with_header("tenant", "ada")).await.unwrap();
    test.settled(2).await.unwrap();
    assert_eq!(calls(&seen), ["ada"]);
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.retried, summary.dead_letters), (1, 1, [(Reason::Failed, 1)].into()));
}

async fn outer(next: Next, State(calls): State<State<Calls>>) -> Outcome {
    note(&calls, "outer");
    let outcome = next.run().await;
    note(&calls, "outer ends");
    outcome
}

async fn inner(next: Next, headers: Headers, context: Context<State<Calls>>) -> Result<Outcome, String> {
    note(context.state(), format!("inner {}", context.attempt()));
    match headers.get_str("layer") {
        Some("refuse") => Ok(Outcome::dead_letter("refused")),
        Some("skip") => Ok(Outcome::Handled),
        Some("fail") if context.attempt() == 1 => Err("the layer fails".to_owned()),
        _ => Ok(next.run().await),
    }
}

async fn handled(_: PackageReleased, State(calls): State<State<Calls>>) {
    note(&calls, "handler");
}

#[tokio::test]
async fn layers_are_around_all_handlers_and_those_that_are_added_first_are_outside() {
    // A layer holds for handlers that were added before it, too.
    let (test, seen) = start(|app| app.handle(handler(handled).layer(inner)).layer(outer)).await;
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!(calls(&seen), ["outer", "inner 1", "handler", "outer ends"]);
    // What is no message has no handler, and no layer.
    test.publish(ProducerRecord::raw(test.kafka().topic_name(topic())).with_payload("{}")).await.unwrap();
    test.settled(2).await.unwrap();
    assert_eq!(calls(&seen).len(), 4);
}

#[tokio::test]
async fn a_layer_decides_whether_the_handler_is_called() {
    let (test, seen) = start(|app| app.layer(inner).handle(handled)).await;
    for layer in ["refuse", "skip", "fail"] {
        let record = ProducerRecord::of(&released("flask", "1")).unwrap();
        test.publish(record.with_header("layer", layer)).await.unwrap();
    }
    test.settled(3).await.unwrap();
    assert_eq!(calls(&seen), ["inner 1", "inner 1", "inner 1", "inner 2", "handler"]);
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.retried, summary.dead_letters), (2, 1, [(Reason::Rejected, 1)].into()));
}

#[tokio::test]
async fn a_layer_of_one_handler_is_around_no_other_one() {
    async fn on_solved(_: SolvedPackage, State(calls): State<State<Calls>>) {
        note(&calls, "solved");
    }
    let (test, seen) = start(|app| app.handle(handler(on_solved).layer(outer)).handle(handled)).await;
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!(calls(&seen), ["handler"]);
}

#[tokio::test]
async fn replies_and_panics_pass_through_layers_exactly_once() {
    async fn pass(next: Next) -> Outcome {
        next.run().await
    }
    let kafka = TestKafka::start().unwrap();
    kafka.create_topic(&Topic::new("replies")).await.unwrap();
    let replies = kafka.topic_name(&Topic::new("replies"));
    let reply = move |released: PackageReleased, metadata: Metadata| {
        let replies = replies.clone();
        async move {
            assert_ne!((released.package_version.as_str(), metadata.attempt()), ("panic", 1));
            ProducerRecord::raw(replies).with_payload(released.package_version)
        }
    };
    let app = |kafka: &Kafka| App::new(kafka).exactly_once("layers-1").per_key(4).layer(pass).handle(reply);
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    for version in ["1", "panic"] {
        test.publish(&released("flask", version)).await.unwrap();
    }
    test.settled(2).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.replies, summary.retried), (2, 2, 1));
}
