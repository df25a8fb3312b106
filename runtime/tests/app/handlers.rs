use std::sync::Mutex;

use serde_json::json;
use thoth_messaging::app::{App, AppError, Context, Reason};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::dynamic::{DynamicMessage, message_factory};
use thoth_messaging::messages::{PackageReleased, SolvedPackage, SolvedPackageRequired, UnresolvedPackage};
use thoth_messaging::testing::{TestApp, TestKafka, TestingError, Time};
use thoth_messaging::{Decoder, Message, OneOf};

use crate::{Script, committed, released, topic};

fn solved(released: &PackageReleased) -> SolvedPackage {
    SolvedPackage::new(SolvedPackageRequired {
        component_name: "test".to_owned(),
        service_version: "1.0.0".to_owned(),
        package_name: released.package_name.clone(),
        package_version: released.package_version.clone(),
        index_url: released.index_url.clone(),
        solver: "solver-rhel-9-py312".to_owned(),
    })
}

/// A Kafka with the topic of the replies.
async fn with_replies() -> TestKafka {
    let kafka = TestKafka::start().unwrap();
    kafka.create_topic(&SolvedPackage::DESCRIPTOR.topic).await.unwrap();
    kafka
}

#[tokio::test]
async fn a_message_is_handled_once_and_committed() {
    let script = Script::default();
    let test = script.start().await;
    for version in ["1", "2", "3"] {
        test.publish(&released("flask", version)).await.unwrap();
    }
    test.settled(3).await.unwrap();
    assert_eq!(script.handled(), ["1", "2", "3"]);
    assert_eq!(committed(&test, &[(0, 3)]).await, [(0, 3)].into());
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.retried, summary.abandoned), (3, 0, 0));
    assert!(summary.dead_letters.is_empty());
}

#[tokio::test]
async fn a_test_that_reads_replies_without_their_topic_is_told_which_one() {
    let test = Script::default().start().await;
    let error = test.sent::<UnresolvedPackage>().await.unwrap_err();
    let topic = test.kafka().topic_name(&UnresolvedPackage::DESCRIPTOR.topic);
    assert_eq!(error, TestingError::UnknownTopic { topic: topic.clone() });
    assert!(error.to_string().contains(&format!("`{topic}` does not exist: create it")), "{error}");
}

#[tokio::test]
async fn each_topic_has_its_handler_and_all_share_the_state() {
    type State = Mutex<Vec<String>>;
    async fn on_released(released: PackageReleased, context: Context<State>) {
        assert_eq!(context.record().key(), Some(released.package_name.as_bytes()));
        assert_eq!((context.record().partition(), context.record().offset(), context.attempt()), (0, 0, 1));
        context.state().lock().unwrap().push(format!("released {}", released.package_name));
    }
    async fn on_solved(solved: SolvedPackage, context: Context<State>) {
        context.state().lock().unwrap().push(format!("solved {}", solved.package_name));
        assert_eq!(context.state().lock().unwrap().len(), 2);
    }
    let app = |kafka: &_| App::new(kafka).state(State::default()).handle(on_released).handle(on_solved);
    let test = TestApp::start(app).await.unwrap();
    let flask = released("flask", "1");
    test.publish(&flask).await.unwrap();
    test.settled(1).await.unwrap();
    test.publish(&solved(&flask)).await.unwrap();
    test.settled(2).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.retried), (2, 0), "no assertion of a handler failed");
}

#[tokio::test]
async fn replies_are_delivered_before_the_message_is_settled() {
    let app = |kafka: &_| App::new(kafka).handle(|released: PackageReleased| async move { solved(&released) });
    let test = TestApp::start_on(with_replies().await, Time::Skips, app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.publish(&released("click", "8")).await.unwrap();
    test.settled(2).await.unwrap();
    let sent = test.sent::<SolvedPackage>().await.unwrap();
    assert_eq!(sent, [solved(&released("flask", "1")), solved(&released("click", "8"))]);
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.replies), (2, 2));
}

#[tokio::test]
async fn several_replies_keep_their_order_and_may_have_headers() {
    async fn twice(released: PackageReleased) -> Result<Vec<ProducerRecord>, thoth_messaging::EncodeError> {
        let record = ProducerRecord::of(&solved(&released))?;
        Ok(vec![record.clone().with_header("n", "1"), record.with_header("n", "2")])
    }
    let test =
        TestApp::start_on(with_replies().await, Time::Skips, |kafka| App::new(kafka).handle(twice)).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    let sent = test.kafka().records(&SolvedPackage::DESCRIPTOR.topic).await.unwrap();
    let headers: Vec<_> = sent.iter().map(|record| record.headers()[0].value.clone().unwrap()).collect();
    assert_eq!(headers, [b"1", b"2"]);
}

#[tokio::test]
async fn a_reply_goes_on_to_the_next_handler() {
    async fn on_released(released: PackageReleased) -> Option<SolvedPackage> {
        (released.package_name != "ignored").then(|| solved(&released))
    }
    async fn on_solved(_: SolvedPackage) {}
    let app = |kafka: &_| App::new(kafka).handle(on_released).handle(on_solved);
    let test = TestApp::start(app).await.unwrap();
    test.publish(&released("ignored", "1")).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(3).await.unwrap();
    assert_eq!(test.stop().await.unwrap().handled, 3);
}

#[tokio::test]
async fn a_reply_that_can_never_be_sent_is_a_dead_letter_of_its_message() {
    let dynamic = message_factory("test.reply", [("count", "integer")]).unwrap();
    let mut refused = dynamic.message(&json!({"count": 1})).unwrap();
    *refused.contents_mut() = json!({"count": "s3cret"});
    let kafka = TestKafka::start().unwrap();
    kafka.create_topic(&dynamic.descriptor().topic).await.unwrap();
    let handler = move |_: PackageReleased| {
        let refused = refused.clone();
        async move { refused }
    };
    let test = TestApp::start_on(kafka, Time::Skips, |kafka| App::new(kafka).handle(handler)).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead[0].reason, dead[0].attempts), (Reason::ReplyFailed, 1));
    assert_eq!(dead[0].violations[0].instance_path, "/count");
    assert!(!dead[0].error.contains("s3cret"));
}

#[tokio::test]
async fn messages_of_a_type_made_at_run_time_are_handled_too() {
    async fn on_failed(failed: DynamicMessage, context: Context<Mutex<i64>>) {
        *context.state().lock().unwrap() += failed.contents()["exit_code"].as_i64().unwrap();
        assert_eq!(*context.state().lock().unwrap(), 7);
    }
    let failed = message_factory("test.build-failed", [("exit_code", "integer")]).unwrap();
    let message = failed.message(&json!({"exit_code": 7})).unwrap();
    let bad = failed.descriptor().topic.clone();
    let app = |kafka: &_| App::new(kafka).state(Mutex::new(0)).handle_of(failed, on_failed);
    let test = TestApp::start(app).await.unwrap();
    test.publish(&message).await.unwrap();
    test.publish(ProducerRecord::raw(test.kafka().topic_name(&bad)).with_payload("{}")).await.unwrap();
    test.settled(2).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.dead_letters), (1, [(Reason::Invalid, 1)].into()));
}

#[tokio::test]
async fn one_handler_may_have_several_topics() {
    enum Event {
        Released(PackageReleased),
        Solved(SolvedPackage),
    }
    async fn on_event(event: Event) -> Option<SolvedPackage> {
        match event {
            Event::Released(released) => Some(solved(&released)),
            Event::Solved(solved) => {
                assert_eq!(solved.package_name, "flask");
                None
            }
        }
    }
    let events = || OneOf::of(Event::Released).and(Event::Solved);
    let test = TestApp::start(|kafka| App::new(kafka).handle_of(events(), on_event)).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(2).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.replies, summary.retried), (2, 1, 0));

    let twice = App::new(&Kafka::new("127.0.0.1:1")).handle_of(events(), on_event).handle(async |_: SolvedPackage| ());
    let error = twice.run_until(std::future::pending()).await.unwrap_err();
    assert!(matches!(error, AppError::TopicTwice { .. }), "{error:?}");
}

#[tokio::test]
async fn who_expects_an_option_gets_tombstones() {
    async fn on_change(released: Option<UnresolvedPackage>, context: Context<()>) -> Result<(), String> {
        match (context.record().key(), released) {
            (Some(b"flask"), None) => Ok(()),
            (key, released) => Err(format!("{key:?} {released:?}")),
        }
    }
    let app = |kafka: &_| App::new(kafka).handle(on_change);
    let test = TestApp::start(app).await.unwrap();
    let topic = &UnresolvedPackage::DESCRIPTOR.topic;
    test.publish(ProducerRecord::tombstone(topic, "flask")).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!(test.stop().await.unwrap().handled, 1);
}

#[tokio::test]
async fn an_app_goes_on_where_the_group_stopped() {
    let script = Script::default();
    let kafka = crate::kafka(1).await;
    let test = script.start_on(&kafka, Time::Skips).await;
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    test.stop().await.unwrap();
    let test = script.start_on(&kafka, Time::Skips).await;
    test.publish(&released("flask", "2")).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!(script.handled(), ["1", "2"]);
    let kafka = test.kafka().clone();
    let group = kafka.kafka();
    test.stop().await.unwrap();
    assert_eq!(kafka.committed(&group, topic()).await.unwrap(), [(0, 2)].into());
}
