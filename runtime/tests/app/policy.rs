//! Settings of handlers, and decisions on their errors.

use std::fmt;
use std::future::pending;
use std::time::Duration;

use thoth_messaging::Message;
use thoth_messaging::app::{App, AppError, Context, DeadLetters, Outcome, Reason, Retries, Retry, handler};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::dynamic::{DynamicMessage, message_factory};
use thoth_messaging::messages::{CveProvided, PackageReleased};
use thoth_messaging::testing::{TestApp, Time};

use crate::{Script, kafka, released};

fn cve() -> ProducerRecord {
    let payload = released("flask", "1").encode().unwrap();
    ProducerRecord::of(&CveProvided::decode(&payload).unwrap()).unwrap()
}

async fn fails<M>(_: M) -> Result<(), String> {
    Err("it always fails".to_owned())
}

#[derive(Debug)]
enum ApiError {
    NoSuchAccount,
    TooManyRequests,
    Unreachable,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for ApiError {}

fn decide(error: &ApiError) -> Option<Retry> {
    match error {
        ApiError::NoSuchAccount => Some(Retry::Never),
        ApiError::TooManyRequests => Some(Retry::After(Duration::from_secs(3600))),
        ApiError::Unreachable => None,
    }
}

/// Fails once, with the error that the package is named after.
async fn calls_an_api(released: PackageReleased, context: Context<()>) -> Result<(), std::io::Error> {
    let error = match released.package_name.as_str() {
        "no-such-account" => ApiError::NoSuchAccount,
        "too-many-requests" => ApiError::TooManyRequests,
        _ => ApiError::Unreachable,
    };
    // The error of the API is the source of the one that is returned.
    if context.attempt() == 1 { Err(std::io::Error::other(error)) } else { Ok(()) }
}

#[tokio::test]
async fn a_handler_has_retries_of_its_own() {
    let app = |kafka: &Kafka| {
        let once = handler(fails::<CveProvided>).retries(Retries::none());
        App::new(kafka).retries(Retries::default().attempts(3)).handle(fails::<PackageReleased>).handle(once)
    };
    let test = TestApp::start(app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.publish(cve()).await.unwrap();
    test.settled(2).await.unwrap();
    let mut attempts: Vec<_> = test
        .dead_letters()
        .await
        .unwrap()
        .into_iter()
        .map(|dead| (dead.topic.contains("cve"), dead.attempts))
        .collect();
    attempts.sort_unstable();
    assert_eq!(attempts, [(false, 3), (true, 1)]);
}

#[tokio::test]
async fn errors_of_a_type_are_not_tried_again() {
    let app = |kafka: &Kafka| App::new(kafka).on_error(decide).handle(calls_an_api);
    let test = TestApp::start(app).await.unwrap();
    for name in ["no-such-account", "unreachable", "too-many-requests"] {
        test.publish(&released(name, "1")).await.unwrap();
    }
    test.settled(3).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].reason, dead[0].attempts, dead[0].error.as_str()), (Reason::Failed, 1, "NoSuchAccount"));
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.retried), (2, 2));
}

#[tokio::test]
async fn errors_are_not_tried_again_exactly_once_and_per_key_either() {
    let app = |kafka: &Kafka| App::new(kafka).exactly_once("policy-1").per_key(4).on_error(decide).handle(calls_an_api);
    let test = TestApp::start(app).await.unwrap();
    for name in ["no-such-account", "unreachable"] {
        test.publish(&released(name, "1")).await.unwrap();
    }
    test.settled(2).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.retried, summary.dead_letters), (1, 1, [(Reason::Failed, 1)].into()));
}

#[tokio::test]
async fn an_error_says_when_it_is_tried_again() {
    let app = |kafka: &Kafka| App::new(kafka).on_error(decide).handle(calls_an_api);
    let test = TestApp::start_on(kafka(1).await, Time::Held, app).await.unwrap();
    test.publish(&released("too-many-requests", "1")).await.unwrap();
    test.failed(1).await.unwrap();
    test.advance(Duration::from_secs(3599));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(test.settled_by_now(), 0);
    test.advance(Duration::from_secs(1));
    test.settled(1).await.unwrap();
    assert_eq!(test.stop().await.unwrap().handled, 1);
}

#[tokio::test]
async fn a_predicate_decides_and_a_handler_before_its_app() {
    let app = |kafka: &Kafka| {
        let of_handler = handler(fails::<PackageReleased>)
            .on_any_error(|error| error.to_string().contains("always").then_some(Retry::Never));
        App::new(kafka).on_any_error(|_| Retry::Backoff).handle(of_handler).handle(fails::<CveProvided>)
    };
    let test = TestApp::start(app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.publish(cve()).await.unwrap();
    test.settled(2).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!(summary.retried, 7, "the other handler has eight attempts");
}

#[tokio::test]
async fn dead_letters_of_a_handler_go_where_it_says() {
    let app = |kafka: &Kafka| {
        let to_one =
            handler(fails::<PackageReleased>).retries(Retries::none()).dead_letters(DeadLetters::topic("lost"));
        App::new(kafka).retries(Retries::none()).handle(to_one).handle(fails::<CveProvided>)
    };
    let test = TestApp::start(app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.publish(cve()).await.unwrap();
    // What does not decode goes where dead letters of the only handler go.
    let topic = test.kafka().topic_name(crate::topic());
    test.publish(ProducerRecord::raw(topic).with_payload("{}")).await.unwrap();
    test.settled(3).await.unwrap();
    let mut dead: Vec<_> = test.dead_letters().await.unwrap();
    dead.sort_by_key(|dead| dead.reason);
    let topics: Vec<_> = dead.iter().map(|dead| (dead.reason, dead.record.topic().ends_with("lost"))).collect();
    assert_eq!(topics.len(), 3);
    assert_eq!(topics[0], (Reason::Invalid, true));
    assert_eq!(topics[1..].iter().filter(|(_, is_lost)| *is_lost).count(), 1);
}

#[tokio::test]
async fn handlers_of_one_topic_have_their_own_policies() {
    let order = |kind: &str| {
        let schema =
            serde_json::json!({"type": "object", "properties": {"type": {"const": kind}}, "required": ["type"]});
        message_factory("test.orders", schema).unwrap()
    };
    let (placed, cancelled) = (order("placed"), order("cancelled"));
    let (topic, messages) =
        (placed.clone(), [&placed, &cancelled].map(|it| it.schema()["properties"]["type"]["const"].clone()));
    let app = |kafka: &Kafka| {
        let skipping =
            handler(fails::<DynamicMessage>).retries(Retries::default().attempts(2)).dead_letters(DeadLetters::skip());
        App::new(kafka)
            .retries(Retries::none())
            .handle_of(placed, skipping)
            .handle_of(cancelled, fails::<DynamicMessage>)
    };
    let test = TestApp::start(app).await.unwrap();
    let name = test.kafka().topic_name(&thoth_messaging::Decoder::descriptor(&topic).topic);
    for kind in messages.into_iter().chain([serde_json::json!("unknown")]) {
        let payload = serde_json::json!({"type": kind}).to_string();
        test.publish(ProducerRecord::raw(name.clone()).with_payload(payload)).await.unwrap();
    }
    test.settled(3).await.unwrap();
    let mut dead: Vec<_> =
        test.dead_letters().await.unwrap().into_iter().map(|dead| (dead.reason, dead.attempts)).collect();
    dead.sort_unstable();
    assert_eq!(dead, [(Reason::Invalid, 0), (Reason::Failed, 1)], "the other one is skipped");
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.retried, summary.dead_letters[&Reason::Failed]), (1, 2));
}

#[tokio::test]
async fn a_handler_has_a_timeout_of_its_own() {
    let app = |kafka: &Kafka| {
        let hangs = handler(async |_: PackageReleased| pending::<()>().await);
        App::new(kafka).handle(hangs.attempt_timeout(Duration::from_millis(10)).retries(Retries::none()))
    };
    let test = TestApp::start(app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!(test.stop().await.unwrap().dead_letters, [(Reason::TimedOut, 1)].into());
}

#[tokio::test]
async fn a_handler_is_per_key_in_an_app_that_is_not() {
    let script = Script::default();
    let state = script.clone();
    let app = |kafka: &Kafka| App::new(kafka).state(state).handle(handler(crate::scripted).per_key(4));
    let test = TestApp::start(app).await.unwrap();
    test.publish(&released("wait", "1")).await.unwrap();
    test.publish(&released("flask", "2")).await.unwrap();
    // Of another key than the one that waits.
    test.settled(1).await.unwrap();
    assert_eq!(script.handled(), ["2"]);
    script.open_gate();
    test.settled(2).await.unwrap();
}

#[tokio::test]
async fn handlers_of_a_topic_must_agree_on_its_concurrency() {
    let order = |kind: &str| message_factory("test.orders", [(kind, "string")]).unwrap();
    let handled = async |_: DynamicMessage| Outcome::Handled;
    let app = App::new(&Kafka::new("127.0.0.1:1").with_group("test"))
        .handle_of(order("placed"), handler(handled).per_key(4))
        .handle_of(order("cancelled"), handler(handled).per_partition());
    let error = app.run_until(pending()).await.unwrap_err();
    assert!(
        matches!(&error, AppError::SettingsDiffer { topic, setting: "per_key" } if topic == "test.orders"),
        "{error:?}"
    );
}
