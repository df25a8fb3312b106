//! Apps when something breaks beside them. Topics can be deleted on a real cluster only.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use serde_json::json;
use thoth_messaging::app::{App, AppError, Breaker, Context, DeadLetters, Reason, Retries};
use thoth_messaging::client::{Kafka, ProducerRecord, ReceiveError, SendError};
use thoth_messaging::dynamic::{DynamicMessage, MessageType};
use thoth_messaging::message::TopicProperty;
use thoth_messaging::messages::{PackageReleased, SolvedPackage};
use thoth_messaging::testing::{ApiKey, ResponseError, TestApp, TestKafka, Time};
use thoth_messaging::{Decoder as _, Message, Topic, message_factory};
use tokio::sync::Semaphore;

use crate::{DEADLINE, Script, committed, kafka, released, topic};

/// The cluster, unless it is the in-process one, which can't do that.
async fn real_kafka(what: &str) -> Option<Arc<TestKafka>> {
    let kafka = kafka(1).await;
    if kafka.in_process().is_some() {
        println!("skipped: {what} needs a real cluster (KAFKA_BOOTSTRAP_SERVERS)");
        return None;
    }
    Some(kafka)
}

async fn delete(kafka: &TestKafka, topic: &Topic) {
    let mut config = rdkafka::ClientConfig::new();
    config.set("bootstrap.servers", kafka.kafka().bootstrap_servers());
    let admin: AdminClient<DefaultClientContext> = config.create().unwrap();
    let name = kafka.topic_name(topic);
    let deleted = admin.delete_topics(&[&name], &AdminOptions::new()).await.unwrap();
    assert_eq!(deleted, [Ok(name)]);
}

/// By default a client believes for 30 s that a topic that is gone may be there soon.
fn sooner(kafka: &Kafka) -> Kafka {
    kafka.clone().with("topic.metadata.propagation.max.ms", "1000")
}

async fn solve(released: PackageReleased) -> SolvedPackage {
    let PackageReleased { package_name, package_version, index_url, .. } = released;
    let solved = json!({
        "component_name": "test",
        "service_version": "1.0.0",
        "package_name": package_name,
        "package_version": package_version,
        "index_url": index_url,
        "solver": "solver",
    });
    SolvedPackage::decode(solved.to_string().as_bytes()).unwrap()
}

#[tokio::test]
async fn a_topic_that_is_deleted_ends_the_app_with_an_error_that_names_it() {
    let Some(kafka) = real_kafka("to delete a topic").await else { return };
    let script = Script::default();
    let test = TestApp::start_on(kafka.clone(), Time::Skips, |kafka| script.app(&sooner(kafka))).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    delete(&kafka, topic()).await;
    let error = test.ended().await.unwrap_err();
    assert!(matches!(error, AppError::Receive(ReceiveError::UnknownTopic { .. })), "{error:?}");
    assert!(error.to_string().contains(&kafka.topic_name(topic())), "{error}");
}

#[tokio::test]
async fn a_topic_that_is_made_anew_is_read_from_its_start() {
    let Some(kafka) = real_kafka("to delete a topic").await else { return };
    let script = Script::default();
    // Paused, so that the app does not see how short the new topic is at first: it would go on at its old offset.
    let app = |kafka: &Kafka| script.app(kafka).max_in_flight_bytes(1);
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    for (name, version) in [("flask", "old 0"), ("flask", "old 1"), ("wait", "old 2")] {
        test.publish(&released(name, version)).await.unwrap();
    }
    script.wait_for_attempts(3).await;
    delete(&kafka, topic()).await;
    kafka.create_topic(topic()).await.unwrap();
    let new: Vec<_> = (0..10).map(|number| format!("new {number}")).collect();
    let producer = kafka.kafka().producer().unwrap();
    for version in &new {
        producer.send(&released("flask", version)).await.unwrap();
    }
    script.open_gate();
    let error = test.ended().await.unwrap_err();
    assert!(matches!(error, AppError::Receive(ReceiveError::TopicReplaced { .. })), "{error:?}");
    assert!(error.to_string().contains(&kafka.topic_name(topic())), "{error}");

    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    test.settled(10).await.unwrap();
    let handled = script.handled();
    assert_eq!(handled[handled.len() - 10..], new, "{handled:?}");
    assert_eq!(committed(&test, &[(0, 10)]).await, [(0, 10)].into());
}

#[tokio::test]
async fn a_topic_of_replies_that_vanishes_holds_messages_up_until_it_is_back() {
    let Some(kafka) = real_kafka("to delete a topic").await else { return };
    let replies = &SolvedPackage::DESCRIPTOR.topic;
    kafka.create_topic(replies).await.unwrap();
    let app = |kafka: &Kafka| App::new(&sooner(kafka)).handle(solve);
    let test = TestApp::start_on(kafka.clone(), Time::Held, app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    delete(&kafka, replies).await;
    test.publish(&released("flask", "2")).await.unwrap();
    test.failed(1).await.unwrap();
    kafka.create_topic(replies).await.unwrap();
    test.advance(Duration::from_secs(1));
    test.settled(2).await.unwrap();
    assert_eq!(test.sent::<SolvedPackage>().await.unwrap()[0].package_version, "2");
    assert!(test.dead_letters().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_missing_right_to_the_topic_of_replies_is_no_fault_of_the_message() {
    async fn solve_later(released: PackageReleased, gate: Context<Arc<Semaphore>>) -> SolvedPackage {
        gate.state().acquire().await.unwrap().forget();
        solve(released).await
    }
    let kafka = kafka(1).await;
    let Some(cluster) = kafka.in_process() else { return };
    kafka.create_topic(&SolvedPackage::DESCRIPTOR.topic).await.unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let app = |kafka: &Kafka| App::new(kafka).state(gate.clone()).handle(solve_later);
    let test = TestApp::start_on(kafka.clone(), Time::Held, app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    cluster.fail_requests(ApiKey::Produce, &[ResponseError::TopicAuthorizationFailed]).unwrap();
    gate.add_permits(10);
    test.failed(1).await.unwrap();
    test.advance(Duration::from_secs(1));
    test.settled(1).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert!(dead.is_empty(), "{dead:?}");
    assert_eq!(test.sent::<SolvedPackage>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_topic_of_replies_that_stays_away_makes_dead_letters_that_name_it() {
    // Its topic is never created.
    let test = TestApp::start(|kafka| App::new(kafka).retries(Retries::default().attempts(2)).handle(solve)).await;
    let test = test.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    if test.kafka().in_process().is_some() {
        // It creates topics, whatever clients say.
        return;
    }
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead[0].reason, dead[0].attempts), (Reason::ReplyFailed, 2));
    let name = test.kafka().topic_name(&SolvedPackage::DESCRIPTOR.topic);
    assert!(dead[0].error.contains(&format!("`{name}` does not exist")), "{}", dead[0].error);
}

#[tokio::test]
async fn a_dead_letter_topic_that_vanishes_ends_the_app_and_its_message_comes_again() {
    let Some(kafka) = real_kafka("to delete a topic").await else { return };
    let script = Script::default();
    let app = |kafka: &Kafka| script.app(&sooner(kafka).with("delivery.timeout.ms", "5000"));
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    test.publish(&released("reject", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    delete(&kafka, &DeadLetters::default().of(topic()).unwrap()).await;
    for (name, version) in [("flask", "2"), ("reject", "3"), ("flask", "4")] {
        test.publish(&released(name, version)).await.unwrap();
    }
    let error = test.ended().await.unwrap_err();
    let AppError::DeadLetter { cause, .. } = &error else { panic!("{error:?}") };
    assert!(matches!(**cause, SendError::UnknownTopic { .. }) && error.to_string().contains("offset 2"), "{error}");

    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    test.settled(2).await.unwrap();
    assert_eq!(test.dead_letters().await.unwrap()[0].offset, 2);
    assert_eq!(script.handled(), ["2", "4"]);
    assert_eq!(committed(&test, &[(0, 4)]).await, [(0, 4)].into());
}

const SMALL: &[TopicProperty] = &[(Cow::Borrowed("max.message.bytes"), Cow::Borrowed("1000"))];

#[tokio::test]
async fn a_dead_letter_that_is_too_large_for_its_topic_ends_the_app_and_its_message_comes_again() {
    let Some(kafka) = real_kafka("a limit of a topic").await else { return };
    let letters = DeadLetters::default().of(topic()).unwrap().with_configuration(SMALL);
    kafka.create_topic(&letters).await.unwrap();
    let script = Script::default();
    let test = script.start_on(&kafka, Time::Skips).await;
    test.publish(&released("flask", "1")).await.unwrap();
    test.publish(&released("reject", &"2".repeat(2000))).await.unwrap();
    let group = kafka.kafka();
    let error = test.ended().await.unwrap_err();
    let AppError::DeadLetter { cause, .. } = &error else { panic!("{error:?}") };
    assert!(matches!(**cause, SendError::TooLarge { .. }) && error.to_string().contains("offset 1"), "{error}");
    assert_eq!(kafka.committed(&group, topic()).await.unwrap(), [(0, 1)].into());
}

#[tokio::test]
async fn a_reply_that_is_too_large_for_its_topic_is_a_dead_letter_that_says_so() {
    let Some(kafka) = real_kafka("a limit of a topic").await else { return };
    let replies = SolvedPackage::DESCRIPTOR.topic.clone().with_configuration(SMALL);
    kafka.create_topic(&replies).await.unwrap();
    let test = TestApp::start_on(kafka, Time::Skips, |kafka| App::new(kafka).handle(solve)).await.unwrap();
    test.publish(&released("flask", &"1".repeat(2000))).await.unwrap();
    test.publish(&released("flask", "2")).await.unwrap();
    test.settled(2).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead.len(), dead[0].reason, dead[0].attempts), (1, Reason::ReplyFailed, 1));
    assert!(dead[0].error.contains("the broker refused it"), "{}", dead[0].error);
    assert_eq!(test.sent::<SolvedPackage>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn when_all_fails_the_breaker_opens_and_nothing_is_lost_before_all_works_again() {
    async fn store(_: PackageReleased, is_up: Context<AtomicBool>) -> Result<(), &'static str> {
        if is_up.state().load(Ordering::Relaxed) { Ok(()) } else { Err("the database is down") }
    }
    const MESSAGES: u64 = 30;
    let breaker = Breaker::default().window(10).pause(Duration::from_secs(3600));
    let app = |kafka: &Kafka| App::new(kafka).state(AtomicBool::new(false)).breaker(breaker).handle(store);
    let kafka = kafka(1).await;
    let test = TestApp::start_on(kafka.clone(), Time::Held, app).await.unwrap();
    for number in 0..MESSAGES {
        test.publish(&released("flask", &number.to_string())).await.unwrap();
    }
    for attempt in 1..=7 {
        test.failed(attempt).await.unwrap();
        test.advance(Duration::from_secs(30));
    }
    // The eighth is the last of the first message; two of the next one, and it opens.
    test.settled(1).await.unwrap();
    test.failed(8).await.unwrap();
    test.advance(Duration::from_secs(30));
    test.opened(1).await.unwrap();
    assert_eq!(test.dead_letters().await.unwrap().len(), 1);
    assert_eq!(committed(&test, &[(0, 1)]).await, [(0, 1)].into());
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.abandoned), (0, MESSAGES - 1));

    let works = |kafka: &Kafka| App::new(kafka).state(AtomicBool::new(true)).breaker(breaker).handle(store);
    let test = TestApp::start_on(kafka, Time::Held, works).await.unwrap();
    test.settled(MESSAGES - 1).await.unwrap();
    assert_eq!(test.dead_letters().await.unwrap().len(), 1);
    assert_eq!(test.stop().await.unwrap().handled, MESSAGES - 1);
}

/// A topic whose messages tell their version, of which a reader knows the first ones.
fn builds(versions: &[&str]) -> MessageType {
    let schema = json!({
        "type": "object",
        "required": ["version"],
        "properties": {"version": {"enum": versions}, "commit": {"type": "string"}},
    });
    message_factory("test.build", schema).unwrap()
}

#[tokio::test]
async fn a_message_of_a_newer_schema_is_a_dead_letter_until_a_reader_knows_it() {
    let (old, new) = (builds(&["v1"]), builds(&["v1", "v2"]));
    let reader = |reads: &MessageType| {
        let reads = reads.clone();
        move |kafka: &Kafka| App::new(kafka).handle_of(reads, async |_: DynamicMessage| ())
    };
    let kafka = Arc::new(TestKafka::start().unwrap());
    let test = TestApp::start_on(kafka.clone(), Time::Skips, reader(&old)).await.unwrap();
    let send = |payload: &str| ProducerRecord::raw(kafka.topic_name(&new.descriptors()[0].topic)).with_payload(payload);
    test.publish(send(r#"{"version": "v1", "added": "later"}"#)).await.unwrap();
    test.publish(send(r#"{"version": "v2"}"#)).await.unwrap();
    test.settled(2).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead.len(), dead[0].reason, dead[0].attempts), (1, Reason::Invalid, 0));
    assert_eq!((&*dead[0].violations[0].instance_path, &*dead[0].violations[0].keyword), ("/version", "enum"));
    assert_eq!(test.stop().await.unwrap().handled, 1);

    let test = TestApp::start_on(kafka.clone(), Time::Skips, reader(&new)).await.unwrap();
    let letter = &dead[0].record;
    test.publish(send(std::str::from_utf8(letter.payload().unwrap()).unwrap())).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!(test.stop().await.unwrap().handled, 1);
}

#[tokio::test]
async fn an_app_starts_where_one_of_the_addresses_answers() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let app = |kafka: &Kafka| {
        let servers = format!("127.0.0.1:1,{}", kafka.bootstrap_servers());
        script.app(&kafka.clone().with("bootstrap.servers", servers))
    };
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    tokio::time::timeout(DEADLINE, test.settled(1)).await.unwrap().unwrap();
    test.stop().await.unwrap();
}
