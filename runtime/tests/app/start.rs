use std::error::Error as _;
use std::future::{pending, ready};
use std::time::Duration;

use thoth_messaging::Message as _;
use thoth_messaging::app::{App, AppError, DeadLetters};
use thoth_messaging::client::{Kafka, ReceiveError};
use thoth_messaging::messages::{CveProvided, PackageReleased};
use thoth_messaging::testing::{TestApp, TestKafka};

use crate::{Script, kafka, released, topic};

fn nowhere() -> Kafka {
    Kafka::new("127.0.0.1:1").with_group("test")
}

async fn ignore(_: PackageReleased) {}

#[tokio::test]
async fn what_can_never_work_is_an_error_before_anything_is_handled() {
    let error = App::new(&nowhere()).run_until(pending()).await.unwrap_err();
    assert!(matches!(error, AppError::NoHandlers), "{error:?}");

    let error = App::new(&nowhere()).handle(ignore).handle(ignore).run_until(pending()).await.unwrap_err();
    assert!(matches!(&error, AppError::TopicTwice { topic: twice } if *twice == topic().name), "{error:?}");

    let to_itself = DeadLetters::topic(topic().name.as_ref());
    let error = App::new(&nowhere()).handle(ignore).dead_letters(to_itself).run_until(pending()).await.unwrap_err();
    assert!(matches!(error, AppError::DeadLetterLoop { .. }), "{error:?}");

    let error = App::new(&Kafka::new("127.0.0.1:1")).handle(ignore).run_until(pending()).await.unwrap_err();
    assert!(matches!(error, AppError::Config(_)), "{error:?}");
}

#[tokio::test]
async fn the_group_may_be_that_of_the_app() {
    let app = App::new(&Kafka::new("127.0.0.1:1")).group("test").handle(ignore);
    app.run_until(ready(())).await.unwrap();
}

#[tokio::test]
async fn a_topic_that_does_not_exist_is_an_error_that_names_it() {
    let kafka = TestKafka::start().unwrap();
    let app = App::new(&kafka.kafka()).handle(ignore).dead_letters(DeadLetters::skip());
    let error = app.run_until(pending()).await.unwrap_err();
    assert!(matches!(error, AppError::Receive(ReceiveError::UnknownTopic { .. })), "{error:?}");
    assert!(error.to_string().contains(&kafka.topic_name(topic())), "{error}");
}

#[tokio::test]
async fn topics_that_do_not_exist_are_all_named_before_any_is_created_for_dead_letters() {
    async fn ignore_other(_: CveProvided) {}

    let kafka = TestKafka::start().unwrap();
    let app =
        App::new(&kafka.kafka()).handle(ignore).handle(ignore_other).dead_letters(DeadLetters::default().create());
    let error = app.run_until(pending()).await.unwrap_err();
    assert!(matches!(error, AppError::Receive(ReceiveError::UnknownTopic { .. })), "{error:?}");
    for topic in [topic(), &CveProvided::DESCRIPTOR.topic] {
        assert!(error.to_string().contains(&format!("`{}`", kafka.topic_name(topic))), "{error}");
    }
}

/// On the listener of users without rights, which `scripts/kafka start --secure` exports.
#[tokio::test]
async fn a_missing_right_ends_the_app_and_is_named() {
    let Ok(servers) = std::env::var("THOTH_LIMITED_SERVERS") else {
        println!("skipped: needs a cluster of `scripts/kafka start --secure`");
        return;
    };
    let carol = Kafka::new(servers).with_group("carol").with("security.protocol", "SASL_PLAINTEXT");
    let carol =
        carol.with("sasl.mechanism", "PLAIN").with("sasl.username", "carol").with("sasl.password", "carol-secret");
    let app = App::new(&carol.with_topic_prefix("hidden")).handle(ignore);
    let error = app.run_until(pending()).await.unwrap_err();
    assert!(matches!(error, AppError::Receive(ReceiveError::Kafka { .. })), "{error:?}");
    assert!(error.to_string().contains(&format!("the right `Read` on the topic `hidden.{}`", topic().name)), "{error}");
}

/// The in-process Kafka has no administration, which is said at once.
#[tokio::test]
async fn a_dead_letter_topic_that_can_not_be_created_is_named() {
    let kafka = kafka(1).await;
    if kafka.in_process().is_none() {
        return;
    }
    let app = App::new(&kafka.kafka()).handle(ignore).dead_letters(DeadLetters::default().create());
    let error = app.run_until(pending()).await.unwrap_err();
    let letters = format!("{}.dlq", kafka.topic_name(topic()));
    assert!(matches!(&error, AppError::NoDeadLetterTopic { topic } if *topic == letters), "{error:?}");
}

#[tokio::test]
async fn a_broker_that_is_down_at_the_start_is_waited_for() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let Some(cluster) = kafka.in_process() else { return };
    let test = TestApp::start_on(kafka.clone(), thoth_messaging::testing::Time::Skips, |settings| {
        cluster.broker_down(1).unwrap();
        script.app(settings).dead_letters(DeadLetters::skip())
    });
    let test = test.await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!test.has_ended());
    cluster.broker_up(1).unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    test.stop().await.unwrap();
}

#[tokio::test]
async fn an_app_that_finds_no_broker_ends_when_it_is_told() {
    let app = App::new(&nowhere()).handle(ignore);
    let summary = app.run_until(tokio::time::sleep(Duration::from_millis(200))).await.unwrap();
    assert_eq!(summary.handled, 0);
}

#[tokio::test]
async fn an_error_of_kafka_that_does_not_pass_ends_the_app() {
    use thoth_messaging::testing::{ApiKey, ResponseError};

    let script = Script::default();
    let kafka = kafka(1).await;
    let Some(cluster) = kafka.in_process() else { return };
    let test = script.start_on(&kafka, thoth_messaging::testing::Time::Skips).await;
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    let denied = ResponseError::TopicAuthorizationFailed;
    cluster.fail_requests(ApiKey::Fetch, &[denied; 3]).unwrap();
    let error = test.ended().await.unwrap_err();
    assert!(matches!(error, AppError::Receive(_)), "{error:?}");
    assert!(error.source().is_some());
}
