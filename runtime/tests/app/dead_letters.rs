use std::time::SystemTime;

use thoth_messaging::app::{AppError, DeadLetter, DeadLetters, Reason, headers};
use thoth_messaging::client::{Header, Kafka, ProducerRecord, Record, SendError};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{ApiKey, ResponseError, TestApp, Time};
use thoth_messaging::{Message, Topic};

use crate::{DEADLINE, Script, committed, kafka, released, topic};

fn header<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
    let header = record.headers().iter().rfind(|header| header.name == name)?;
    Some(std::str::from_utf8(header.value.as_deref()?).unwrap())
}

#[tokio::test]
async fn what_fails_on_every_attempt_keeps_its_bytes_and_says_why() {
    let began = SystemTime::now();
    let script = Script::default();
    let test = script.start().await;
    let message = released("fail", "1");
    let record = ProducerRecord::of(&message).unwrap().with_header("trace", [0xff, 0x00]).with_header(vec![0xff], "2");
    let delivery = test.publish(record).await.unwrap();
    test.settled(1).await.unwrap();

    let dead = test.dead_letters().await.unwrap();
    let [letter] = &dead[..] else { panic!("{dead:?}") };
    assert_eq!(letter.record.topic(), format!("{}.dlq", delivery.topic));
    assert_eq!(letter.record.key(), Some(&b"fail"[..]));
    assert_eq!(letter.record.payload(), Some(&message.encode().unwrap()[..]));
    assert_eq!(letter.record.headers()[..2], [Header::new("trace", [0xff, 0x00]), Header::new(vec![0xff], "2")]);
    assert_eq!((letter.reason, letter.attempts), (Reason::Failed, 8));
    assert_eq!(letter.error, "the handler fails");
    assert!(letter.violations.is_empty());
    assert_eq!((letter.topic.as_str(), letter.partition, letter.offset), (delivery.topic.as_str(), 0, 0));
    assert!(header(&letter.record, headers::GROUP).is_some_and(|group| group == letter.group && !group.is_empty()));
    assert!(letter.time.duration_since(began).unwrap_or_default().as_secs() < 3600);
    assert_eq!(committed(&test, &[(0, 1)]).await, [(0, 1)].into());
}

#[tokio::test]
async fn a_payload_that_does_not_decode_is_one_with_its_violations_and_without_its_values() {
    let script = Script::default();
    let test = script.start().await;
    let name = test.kafka().topic_name(topic());
    let invalid = r#"{"package_name": "s3cret", "package_version": 7}"#;
    test.publish(ProducerRecord::raw(&name).with_key("k").with_payload(invalid)).await.unwrap();
    test.publish(ProducerRecord::raw(&name).with_payload("not json, and s3cret")).await.unwrap();
    test.publish(ProducerRecord::tombstone(topic(), "flask")).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(4).await.unwrap();
    assert_eq!(script.handled(), ["1"]);

    let mut dead = test.dead_letters().await.unwrap();
    dead.sort_by_key(|letter| letter.offset);
    let reasons: Vec<_> = dead.iter().map(|letter| (letter.reason, letter.attempts)).collect();
    assert_eq!(reasons, [(Reason::Invalid, 0), (Reason::NotJson, 0), (Reason::Tombstone, 0)]);
    assert_eq!(dead[0].record.payload(), Some(invalid.as_bytes()));
    assert_eq!((dead[1].record.key(), dead[2].record.payload()), (None, None));
    let expected = PackageReleased::decode(invalid.as_bytes()).unwrap_err();
    assert_eq!(dead[0].violations, expected.violations());
    let violations: serde_json::Value =
        serde_json::from_str(header(&dead[0].record, headers::VIOLATIONS).unwrap()).unwrap();
    assert!(violations[0]["instancePath"].is_string() && violations[0]["keyword"].is_string());
    for letter in &dead {
        for header in letter.record.headers() {
            assert!(!String::from_utf8_lossy(header.value.as_deref().unwrap()).contains("s3cret"), "{}", header.name);
        }
    }
}

#[tokio::test]
async fn a_handler_may_reject_a_message_at_once() {
    let script = Script::default();
    let test = script.start().await;
    test.publish(&released("reject", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead[0].reason, dead[0].attempts), (Reason::Rejected, 1));
    assert_eq!(dead[0].error, "the handler rejects it");
}

#[tokio::test]
async fn a_dead_letter_that_is_sent_again_and_dies_again_tells_of_the_last_time() {
    let script = Script::default();
    let test = script.start().await;
    test.publish(&released("fail", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    let first = test.dead_letters().await.unwrap().remove(0).record;
    let again =
        ProducerRecord::raw(test.kafka().topic_name(topic())).with_headers(first.headers().to_vec()).with_payload("{}");
    test.publish(again).await.unwrap();
    test.settled(2).await.unwrap();
    let second = test.dead_letters().await.unwrap().into_iter().find(|letter| letter.offset == 1).unwrap();
    assert_eq!((second.reason, second.attempts), (Reason::Invalid, 0));
}

#[tokio::test]
async fn the_topic_is_a_setting() {
    for letters in [DeadLetters::suffix("-dead"), DeadLetters::topic("graveyard")] {
        let script = Script::default();
        let expected = letters.of(topic()).unwrap();
        let test = TestApp::start(|kafka| script.app(kafka).dead_letters(letters)).await.unwrap();
        test.publish(&released("reject", "1")).await.unwrap();
        test.settled(1).await.unwrap();
        let records = test.kafka().records(&expected).await.unwrap();
        assert_eq!(DeadLetter::read(records.into_iter().next().unwrap()).unwrap().reason, Reason::Rejected);
    }
}

#[tokio::test]
async fn without_dead_letters_messages_may_be_left_behind() {
    let script = Script::default();
    let test = TestApp::start(|kafka| script.app(kafka).dead_letters(DeadLetters::skip())).await.unwrap();
    test.publish(&released("reject", "1")).await.unwrap();
    test.publish(&released("flask", "2")).await.unwrap();
    test.settled(2).await.unwrap();
    assert_eq!(committed(&test, &[(0, 2)]).await, [(0, 2)].into());
    assert_eq!(test.stop().await.unwrap().dead_letters, [(Reason::Rejected, 1)].into());
}

#[tokio::test]
async fn without_dead_letters_the_app_may_stop_at_the_message() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let app = |kafka: &_| script.app(kafka).dead_letters(DeadLetters::stop());
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    for (name, version) in [("flask", "1"), ("reject", "2"), ("flask", "3")] {
        test.publish(&released(name, version)).await.unwrap();
    }
    let error = test.ended().await.unwrap_err();
    assert!(matches!(&error, AppError::Unhandled { .. }), "{error:?}");
    assert!(error.to_string().contains("partition 0, offset 1: rejected: the handler rejects it"), "{error}");
    assert_eq!(script.handled(), ["1"], "what is behind it is not handled");
    assert_eq!(kafka.committed(&kafka.kafka(), topic()).await.unwrap(), [(0, 1)].into());
}

#[tokio::test]
async fn a_missing_topic_is_an_error_at_the_start_that_names_it() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let error = script.app(&kafka.kafka()).run_until(std::future::pending()).await.unwrap_err();
    let name = format!("{}.dlq", kafka.topic_name(topic()));
    assert!(matches!(&error, AppError::NoDeadLetterTopic { topic } if *topic == name), "{error:?}");
    assert!(error.to_string().contains(&name), "{error}");
}

#[tokio::test]
async fn a_missing_topic_is_created_where_that_is_asked_for() {
    let kafka = kafka(1).await;
    if kafka.in_process().is_some() {
        return; // It can't create topics on request.
    }
    let script = Script::default();
    let topic = DeadLetters::default().of(topic()).unwrap();
    let created = async {
        while kafka.records(&topic).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let app = script.app(&kafka.kafka()).dead_letters(DeadLetters::default().create());
    tokio::time::timeout(DEADLINE, app.run_until(created)).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_message_of_a_dead_letter_that_is_refused_comes_again() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let Some(cluster) = kafka.in_process() else { return };
    let test = script.start_on(&kafka, Time::Skips).await;
    test.publish(&released("wait", "1")).await.unwrap();
    test.publish(&released("reject", "2")).await.unwrap();
    script.wait_for_attempts(1).await;
    cluster.fail_requests(ApiKey::Produce, &[ResponseError::TopicAuthorizationFailed]).unwrap();
    script.open_gate();
    let error = test.ended().await.unwrap_err();
    assert!(matches!(error, AppError::DeadLetter { .. }), "{error:?}");

    let test = script.start_on(&kafka, Time::Skips).await;
    test.settled(1).await.unwrap();
    assert_eq!(test.dead_letters().await.unwrap().len(), 1);
    assert_eq!(test.stop().await.unwrap().dead_letters, [(Reason::Rejected, 1)].into());
}

#[tokio::test]
async fn a_dead_letter_that_is_too_large_for_the_producer_stops_the_app() {
    let script = Script::default();
    let app = |kafka: &Kafka| script.app(&kafka.clone().with("message.max.bytes", "2000"));
    let test = TestApp::start(app).await.unwrap();
    let record = ProducerRecord::raw(test.kafka().topic_name(topic())).with_payload("x".repeat(5000));
    test.publish(record).await.unwrap();
    let error = test.ended().await.unwrap_err();
    let AppError::DeadLetter { cause, .. } = &error else { panic!("{error:?}") };
    assert!(matches!(**cause, SendError::TooLarge { .. }), "{cause:?}");
    assert!(error.to_string().contains("partition 0, offset 0: not-json"), "{error}");
}

#[tokio::test]
async fn a_payload_at_the_limit_of_java_and_the_brokers_becomes_one_whole() {
    let script = Script::default();
    let test = script.start().await;
    let payload = "x".repeat(1_020_000);
    let producer = test.kafka().kafka().with("message.max.bytes", "2000000").producer().unwrap();
    let record = ProducerRecord::raw(test.kafka().topic_name(topic())).with_payload(payload.clone());
    producer.send(record).await.unwrap();
    test.settled(1).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!(dead[0].record.payload(), Some(payload.as_bytes()));
    assert_eq!(header(&dead[0].record, headers::CUT), None);
}

#[tokio::test]
async fn one_that_is_too_large_loses_headers_and_never_its_payload() {
    for (refused, cut, own) in [(1, "details", Some("mine")), (2, "headers", None)] {
        let Some((test, payload)) = refused_as_too_large(refused, DeadLetters::default()).await else { return };
        test.settled(2).await.unwrap();
        let dead = test.dead_letters().await.unwrap();
        let [letter] = &dead[..] else { panic!("{dead:?}") };
        assert_eq!(letter.record.payload(), Some(&payload[..]));
        assert_eq!((letter.reason, header(&letter.record, headers::CUT)), (Reason::Rejected, Some(cut)));
        assert_eq!(header(&letter.record, "own"), own);
    }
}

#[tokio::test]
async fn one_that_its_topic_refuses_is_parked_where_that_is_chosen() {
    let letters = DeadLetters::default().park_refused("parked");
    let Some((test, payload)) = refused_as_too_large(3, letters).await else { return };
    test.settled(2).await.unwrap();
    let letters = test.dead_letters().await.unwrap();
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    let parked = &letter.record;
    assert_eq!(parked.topic(), test.kafka().topic_name(&Topic::new("parked")));
    assert_eq!((parked.payload(), header(parked, headers::CUT)), (Some(&payload[..]), None));
    assert_eq!(header(parked, "own"), Some("mine"));
    assert_eq!(committed(&test, &[(0, 2)]).await, [(0, 2)].into());
}

/// An app whose second message is rejected, and whose dead letter the in-process cluster refuses so many times; and the payload
/// of that message.
async fn refused_as_too_large(times: usize, letters: DeadLetters) -> Option<(TestApp, Vec<u8>)> {
    let script = Script::default();
    let kafka = kafka(1).await;
    let cluster = kafka.in_process()?;
    let app = |kafka: &_| script.app(kafka).dead_letters(letters);
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    test.publish(&released("wait", "1")).await.unwrap();
    let message = released("reject", "2");
    test.publish(ProducerRecord::of(&message).unwrap().with_header("own", "mine")).await.unwrap();
    script.wait_for_attempts(1).await;
    let refusals = vec![ResponseError::MessageTooLarge; times];
    cluster.fail_requests(ApiKey::Produce, &refusals).unwrap();
    script.open_gate();
    Some((test, message.encode().unwrap()))
}

#[tokio::test]
async fn a_broker_that_fails_for_a_while_delays_a_dead_letter() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let Some(cluster) = kafka.in_process() else { return };
    let test = script.start_on(&kafka, Time::Skips).await;
    test.publish(&released("wait", "1")).await.unwrap();
    test.publish(&released("reject", "2")).await.unwrap();
    script.wait_for_attempts(1).await;
    cluster.fail_requests(ApiKey::Produce, &[ResponseError::NotEnoughReplicas; 3]).unwrap();
    script.open_gate();
    test.settled(2).await.unwrap();
    assert_eq!(test.dead_letters().await.unwrap().len(), 1);
}
