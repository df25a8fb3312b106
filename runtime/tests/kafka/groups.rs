use std::time::Duration;

use serde_json::json;
use thoth_messaging::client::{CloseError, ProducerRecord, ReceiveError, Received};
use thoth_messaging::dynamic::DynamicMessage;
use thoth_messaging::messages::{PackageReleased, ThothRepoInit};
use thoth_messaging::testing::{ApiKey, InProcessKafka, ResponseError, TestKafka};
use thoth_messaging::{Decoder as _, Message as _, OneOf, Typed, message_factory};

use crate::{DEADLINE, kafka, next, receive, released, send, topic, versions};

#[derive(Debug)]
enum Event {
    Released(PackageReleased),
    Dynamic(DynamicMessage),
}

#[tokio::test]
async fn one_consumer_reads_messages_of_several_topics() {
    let (test, kafka) = kafka(2).await;
    let dynamic =
        message_factory("other", json!({"type": "object", "properties": {"n": {"type": "integer"}}})).unwrap();
    test.create_topic(&dynamic.descriptor().topic).await.unwrap();
    let producer = kafka.producer().unwrap();
    producer.send(&released("flask", "1")).await.unwrap();
    producer.send(&dynamic.message(&json!({"n": 2})).unwrap()).await.unwrap();
    // Each topic has its own schema.
    let wrong = ProducerRecord::raw(kafka.topic_name(&dynamic.descriptor().topic)).with_payload(r#"{"n": "two"}"#);
    producer.send(wrong).await.unwrap();

    let events = OneOf::of(Event::Released).and_decoder(dynamic.clone(), Event::Dynamic);
    let mut consumer = kafka.consumer_of(events).unwrap();
    let (mut released, mut others, mut refused) = (0, 0, 0);
    for _ in 0..3 {
        match next(&mut consumer).await {
            Ok(received) => {
                match received.message() {
                    Event::Released(message) => released += i32::from(message.package_version == "1"),
                    Event::Dynamic(message) => others += i32::from(message.contents()["n"] == 2),
                }
                received.ack();
            }
            Err(ReceiveError::Invalid(invalid)) => {
                assert!(invalid.record.topic().ends_with("other"), "{invalid:?}");
                refused += 1;
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((released, others, refused), (1, 1, 1));
}

#[tokio::test]
async fn a_missing_topic_of_several_is_named() {
    let (_test, kafka) = kafka(1).await;
    let both = OneOf::of(|_: PackageReleased| ()).and(|_: ThothRepoInit| ());
    let mut consumer = kafka.consumer_of(both).unwrap();
    let error = next(&mut consumer).await.unwrap_err();
    let missing = kafka.topic_name(&ThothRepoInit::DESCRIPTOR.topic);
    assert!(matches!(&error, ReceiveError::UnknownTopic { topic } if *topic == missing), "{error:?}");
}

#[test]
fn of_several_types_on_one_topic_the_first_that_accepts_wins() {
    let with = |property: &str| {
        let schema = json!({"type": "object", "required": [property]});
        message_factory("shared", schema).unwrap()
    };
    let several = OneOf::of_decoder(with("first"), |_| 1).and_decoder(with("second"), |_| 2);
    assert_eq!(several.decode_from("shared", br#"{"first": 0, "second": 0}"#).unwrap(), 1);
    assert_eq!(several.decode_from("shared", br#"{"second": 0}"#).unwrap(), 2);
    let error = several.decode_from("shared", b"{}").unwrap_err();
    assert!(error.to_string().contains("first"), "{error}");
}

#[tokio::test]
async fn a_batch_has_what_there_is_up_to_its_size() {
    let (_test, kafka) = kafka(1).await;
    send(&kafka, "flask", &["1", "2", "3", "4", "5"]).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let mut batch = async |max, wait| {
        let batch = tokio::time::timeout(DEADLINE, consumer.next_batch(max, wait)).await.unwrap();
        batch.into_iter().map(|received| received.unwrap().into_parts().0.package_version).collect::<Vec<_>>()
    };
    assert_eq!(batch(3, DEADLINE).await, ["1", "2", "3"]);
    assert_eq!(batch(3, Duration::from_secs(1)).await, ["4", "5"]);
}

#[tokio::test]
async fn a_batch_that_is_given_up_loses_nothing() {
    let (_test, kafka) = kafka(1).await;
    send(&kafka, "flask", &["1", "2", "3"]).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let given_up = tokio::time::timeout(Duration::from_secs(5), consumer.next_batch(10, DEADLINE)).await;
    assert!(given_up.is_err());
    assert_eq!(next(&mut consumer).await.unwrap().message().package_version, "1");
    let batch = consumer.next_batch(2, DEADLINE).await;
    let batch: Vec<_> = batch.into_iter().map(Result::unwrap).collect();
    assert_eq!(versions(&batch), ["2", "3"]);
}

#[tokio::test]
async fn a_batch_ends_at_an_error_of_the_consumer() {
    let test = TestKafka::start().unwrap();
    let mut consumer = test.kafka().consumer::<PackageReleased>().unwrap();
    let batch = tokio::time::timeout(DEADLINE, consumer.next_batch(10, DEADLINE)).await.unwrap();
    assert!(matches!(&batch[..], [Err(ReceiveError::UnknownTopic { .. })]), "{batch:?}");
    test.create_topic(&topic(1)).await.unwrap();
    send(&test.kafka(), "flask", &["1"]).await;
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["1"]);
}

#[tokio::test]
async fn a_static_member_has_its_partition_back_after_a_restart_and_nobody_else_had_it() {
    for protocol in ["classic", "consumer"] {
        let (test, kafka) = kafka(2).await;
        if test.in_process().is_some() {
            return;
        }
        let member = |name: &str| {
            let kafka = kafka.clone().with("group.protocol", protocol).with("group.instance.id", name);
            kafka.consumer::<PackageReleased>().unwrap()
        };
        let (mut first, mut second) = (member("first"), member("second"));
        tokio::time::timeout(DEADLINE, async {
            while first.assignment().len() != 1 || second.assignment().len() != 1 {
                let _ = tokio::time::timeout(Duration::from_millis(50), first.next()).await;
                let _ = tokio::time::timeout(Duration::from_millis(50), second.next()).await;
            }
        })
        .await
        .expect("a partition for each");
        let of_first = first.assignment().remove(0);
        first.close(DEADLINE).await.unwrap();

        let record = ProducerRecord::of(&released("flask", "1")).unwrap().with_partition(of_first.partition);
        kafka.producer().unwrap().send(record).await.unwrap();
        assert!(tokio::time::timeout(Duration::from_secs(2), second.next()).await.is_err(), "{protocol}");

        let mut first = member("first");
        let back = async {
            tokio::select! {
                received = first.next() => received.unwrap().unwrap(),
                received = second.next() => panic!("{received:?}"),
            }
        };
        let received = tokio::time::timeout(DEADLINE, back).await.unwrap();
        assert_eq!(received.record().partition(), of_first.partition, "{protocol}");
        received.ack();
    }
}

#[tokio::test]
async fn a_consumer_without_a_broker_is_closed_at_its_deadline() {
    let cluster = InProcessKafka::start().unwrap();
    cluster.create_topic(&topic(1)).unwrap();
    let kafka = cluster.kafka().with_group("test");
    send(&kafka, "flask", &["1"]).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    next(&mut consumer).await.unwrap().ack();
    cluster.broker_down(1).unwrap();
    let closed = tokio::time::timeout(DEADLINE, consumer.close(Duration::from_secs(1))).await.unwrap();
    let error = closed.unwrap_err();
    assert!(matches!(error, CloseError::NotLeft { .. } | CloseError::NotCommitted { .. }), "{error:?}");
}

#[tokio::test]
async fn a_commit_that_fails_for_a_while_is_made_again_when_the_consumer_is_closed() {
    let cluster = InProcessKafka::start().unwrap();
    cluster.create_topic(&topic(1)).unwrap();
    // Nothing is committed before it is closed.
    let kafka = cluster.kafka().with_group("test").with("enable.auto.commit", "false");
    send(&kafka, "flask", &["1", "2"]).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    next(&mut consumer).await.unwrap().ack();
    // More often than librdkafka makes it again by itself.
    cluster.fail_requests(ApiKey::OffsetCommit, &[ResponseError::RequestTimedOut; 8]).unwrap();
    consumer.close(DEADLINE).await.unwrap();
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["2"]);
}

#[tokio::test]
async fn both_group_protocols_commit_what_is_acknowledged() {
    for protocol in ["classic", "consumer"] {
        let (_test, kafka) = kafka(1).await;
        let kafka = kafka.with("group.protocol", protocol);
        // With the other protocol it is the broker that says it.
        let kafka = if protocol == "classic" { kafka.with("session.timeout.ms", "6000") } else { kafka };
        send(&kafka, "flask", &["1", "2", "3"]).await;
        let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
        receive(&mut consumer, 2).await.into_iter().for_each(Received::ack);
        consumer.close(DEADLINE).await.unwrap();
        let mut consumer = kafka.consumer_of(Typed::<PackageReleased>::new()).unwrap();
        assert_eq!(versions(&receive(&mut consumer, 1).await), ["3"], "{protocol}");
    }
}
