use std::time::Duration;

use futures_util::StreamExt as _;
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use thoth_messaging::client::{Kafka, ProducerRecord, ReceiveError, Received};
use thoth_messaging::message::{FrameError, SchemaId, VALUE_SCHEMA_ID};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::TestKafka;
use thoth_messaging::{DecodeError, Message};

use crate::{DEADLINE, kafka, next, receive, released, send, source, topic, versions};

/// Puts a record on the topic as any other client may.
async fn send_raw(kafka: &Kafka, payload: Option<&str>) {
    let producer: FutureProducer =
        ClientConfig::new().set("bootstrap.servers", kafka.bootstrap_servers()).create().unwrap();
    let topic = kafka.topic_name(&PackageReleased::DESCRIPTOR.topic);
    let headers = OwnedHeaders::new().insert(Header { key: "origin", value: Some("elsewhere") });
    let mut record: FutureRecord<'_, str, str> = FutureRecord::to(&topic).key("flask").headers(headers);
    record.payload = payload;
    producer.send(record, DEADLINE).await.unwrap();
}

#[tokio::test]
async fn what_is_sent_is_received_with_its_key() {
    let (test, kafka) = kafka(1).await;
    let message = released("flask", "3.1.0");
    let delivery = kafka.producer().unwrap().send(&message).await.unwrap();

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let received = next(&mut consumer).await.unwrap();
    assert_eq!(received.message(), &message);
    let record = received.record();
    assert_eq!(record.key(), Some(&b"flask"[..]));
    assert_eq!(record.payload(), Some(&message.encode().unwrap()[..]));
    assert_eq!((record.topic(), record.partition(), record.offset()), (delivery.topic.as_str(), 0, 0));
    assert!(test.in_process().is_some() || record.timestamp() == delivery.timestamp);
    assert!(record.headers().is_empty());
    received.ack();
    consumer.close(DEADLINE).await.unwrap();
}

#[tokio::test]
async fn a_message_is_received_out_of_its_frame() {
    let (_test, kafka) = kafka(1).await;
    let producer = kafka.producer().unwrap();
    let name = kafka.topic_name(&PackageReleased::DESCRIPTOR.topic);
    let message = released("flask", "1");
    let framed = [&b"\0\0\0\x01\x02"[..], &message.encode().unwrap()].concat();
    producer.send(ProducerRecord::raw(&name).with_payload(framed.clone())).await.unwrap();
    let own = PackageReleased::DESCRIPTOR.schema.guid.unwrap();
    producer.send(ProducerRecord::of(&message).unwrap().with_schema_id(own)).await.unwrap();
    producer.send(ProducerRecord::raw(&name).with_payload(*b"\0\0")).await.unwrap();
    producer.send(ProducerRecord::of(&message).unwrap().with_header(VALUE_SCHEMA_ID, "1")).await.unwrap();

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let [first, second] = &receive(&mut consumer, 2).await[..] else { panic!("two messages") };
    assert_eq!((first.message(), second.message()), (&message, &message));
    assert_eq!(first.record().schema_id(), Some(SchemaId::Number(258)));
    assert_eq!(second.record().schema_id(), Some(SchemaId::Guid(own)));
    assert_eq!(first.record().payload(), Some(&framed[..]));
    for expected in [FrameError::CutShort { bytes: 2 }, FrameError::HeaderLength { bytes: Some(1) }] {
        let error = next(&mut consumer).await.unwrap_err();
        let ReceiveError::Invalid(invalid) = error else { panic!("{error}") };
        assert!(
            invalid.error.to_string().starts_with("payload of PackageReleased can't be read: the "),
            "{}",
            invalid.error
        );
        assert_eq!(invalid.error, DecodeError::Frame { message: "PackageReleased".to_owned(), reason: expected });
        assert_eq!((invalid.record.schema_id(), invalid.record.unframed()), (None, Err(expected)));
        invalid.ack();
    }
    consumer.close(DEADLINE).await.unwrap();
}

#[tokio::test]
async fn a_partition_is_received_in_order() {
    let (_test, kafka) = kafka(3).await;
    let producer = kafka.producer().unwrap();
    let mut sent = vec![Vec::new(); 3];
    for n in 0..60 {
        let delivery = producer.send(&released(&format!("package-{}", n % 11), &n.to_string())).await.unwrap();
        sent[usize::try_from(delivery.partition).unwrap()].push(n.to_string());
    }

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let mut got = vec![Vec::new(); 3];
    for received in receive(&mut consumer, 60).await {
        let partition = usize::try_from(received.record().partition()).unwrap();
        got[partition].push(received.into_parts().0.package_version);
    }
    assert_eq!(got, sent);
}

#[tokio::test]
async fn after_a_restart_what_was_not_acknowledged_comes_again_and_only_that() {
    let (_test, kafka) = kafka(1).await;
    send(&kafka, "flask", &["1", "2", "3", "4"]).await;

    let mut consumer = kafka.consumer().unwrap();
    let mut received = receive(&mut consumer, 4).await;
    received.drain(..2).for_each(Received::ack);
    drop(received);
    consumer.close(DEADLINE).await.unwrap();

    let mut consumer = kafka.consumer().unwrap();
    let received = receive(&mut consumer, 2).await;
    assert_eq!(versions(&received), ["3", "4"]);
    received.into_iter().for_each(Received::ack);
    consumer.close(DEADLINE).await.unwrap();

    send(&kafka, "flask", &["5"]).await;
    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["5"]);
}

#[tokio::test]
async fn what_is_acknowledged_out_of_order_waits_for_what_is_before_it() {
    let (_test, kafka) = kafka(1).await;
    send(&kafka, "flask", &["1", "2", "3", "4", "5"]).await;

    let mut consumer = kafka.consumer().unwrap();
    let received = receive(&mut consumer, 5).await;
    for received in received.into_iter().rev() {
        // All but the third.
        if received.message().package_version != "3" {
            received.ack();
        }
    }
    consumer.close(DEADLINE).await.unwrap();

    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 3).await), ["3", "4", "5"]);
}

#[tokio::test]
async fn a_dropped_consumer_commits_what_is_acknowledged() {
    let (_test, kafka) = kafka(1).await;
    send(&kafka, "flask", &["1", "2"]).await;

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    next(&mut consumer).await.unwrap().ack();
    drop(consumer);

    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["2"]);
}

#[tokio::test]
async fn without_auto_commit_close_commits() {
    let (_test, kafka) = kafka(1).await;
    let kafka = kafka.with("enable.auto.commit", "false");
    send(&kafka, "flask", &["1", "2"]).await;

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    next(&mut consumer).await.unwrap().ack();
    consumer.close(DEADLINE).await.unwrap();

    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["2"]);
}

#[tokio::test]
async fn done_after_close_changes_nothing() {
    let (_test, kafka) = kafka(1).await;
    send(&kafka, "flask", &["1"]).await;

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let received = next(&mut consumer).await.unwrap();
    consumer.close(DEADLINE).await.unwrap();
    received.ack();

    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["1"]);
}

#[tokio::test]
async fn a_partition_that_moves_takes_along_what_is_acknowledged_and_nothing_else() {
    let (_test, kafka) = kafka(2).await;
    let producer = kafka.producer().unwrap();
    for n in 0..40 {
        producer.send(&released(&format!("package-{n}"), &n.to_string())).await.unwrap();
    }

    let mut first = kafka.consumer().unwrap();
    let mut acknowledged = Vec::new();
    let mut kept = Vec::new();
    for received in receive(&mut first, 40).await {
        // The first ten of each partition.
        if received.record().offset() < 10 {
            acknowledged.push(received.message().package_version.clone());
            received.ack();
        } else {
            kept.push(received);
        }
    }

    // The first consumer must be asked on, to give a partition up.
    let mut second = kafka.consumer::<PackageReleased>().unwrap();
    let moved = tokio::time::timeout(DEADLINE, async {
        tokio::select! {
            received = second.next() => received.unwrap().unwrap(),
            received = first.next() => panic!("received again by who had it: {received:?}"),
        }
    });
    let moved = moved.await.unwrap();
    assert_eq!(moved.record().offset(), 10, "the first that was not acknowledged");
    assert!(!acknowledged.contains(&moved.message().package_version));

    // Whoever had it before cannot mark it any more.
    kept.into_iter().for_each(Received::ack);
    second.close(DEADLINE).await.unwrap();
    first.close(DEADLINE).await.unwrap();
    let mut third = kafka.consumer::<PackageReleased>().unwrap();
    let again = next(&mut third).await.unwrap();
    assert_eq!(again.message(), moved.message());
    assert_eq!((again.record().partition(), again.record().offset()), (moved.record().partition(), 10));
}

#[tokio::test]
async fn an_invalid_payload_is_an_item_and_the_stream_goes_on() {
    let (_test, kafka) = kafka(1).await;
    send_raw(&kafka, Some("not json, and s3cret")).await;
    send_raw(&kafka, Some(r#"{"package_name": 7}"#)).await;
    send(&kafka, "flask", &["1"]).await;

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let error = next(&mut consumer).await.unwrap_err();
    assert!(!error.is_retriable() && !source(&error).is_empty());
    let text = format!("{error} {error:?}");
    assert!(text.contains("partition 0, offset 0") && !text.contains("s3cret"), "{text}");
    let ReceiveError::Invalid(invalid) = error else { panic!("{error:?}") };
    assert!(matches!(invalid.error, DecodeError::NotJson { .. }));
    assert_eq!(invalid.record.payload(), Some(&b"not json, and s3cret"[..]));
    assert_eq!(invalid.record.key(), Some(&b"flask"[..]));
    let header = &invalid.record.headers()[0];
    assert_eq!((header.name.as_bytes(), header.value.as_deref()), (&b"origin"[..], Some(&b"elsewhere"[..])));
    invalid.ack();

    let error = next(&mut consumer).await.unwrap_err();
    let ReceiveError::Invalid(invalid) = error else { panic!("{error:?}") };
    assert!(matches!(invalid.error, DecodeError::Invalid { .. }));
    drop(invalid);
    assert_eq!(next(&mut consumer).await.unwrap().message().package_version, "1");
    consumer.close(DEADLINE).await.unwrap();

    // The first was skipped on purpose, the second not.
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let error = next(&mut consumer).await.unwrap_err();
    assert_eq!(error.record().unwrap().offset(), 1);
}

#[tokio::test]
async fn a_tombstone_is_an_item_of_its_own() {
    let (_test, kafka) = kafka(1).await;
    send_raw(&kafka, None).await;
    send(&kafka, "flask", &["1"]).await;

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let error = next(&mut consumer).await.unwrap_err();
    let ReceiveError::Tombstone(record) = error else { panic!("{error:?}") };
    assert_eq!((record.key(), record.payload()), (Some(&b"flask"[..]), None));
    record.ack();
    assert_eq!(next(&mut consumer).await.unwrap().message().package_version, "1");
}

#[tokio::test]
async fn a_consumer_is_a_stream() {
    let (_test, kafka) = kafka(1).await;
    send(&kafka, "flask", &["1", "2", "3"]).await;
    let consumer = kafka.consumer::<PackageReleased>().unwrap();
    let received = tokio::time::timeout(DEADLINE, consumer.take(3).collect::<Vec<_>>()).await.unwrap();
    assert!(received.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_consumer_can_be_asked_from_another_task_and_given_up_at_any_time() {
    let (_test, kafka) = kafka(1).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(50), consumer.next()).await.is_err());
    send(&kafka, "flask", &["1"]).await;
    let task = tokio::spawn(async move { next(&mut consumer).await.unwrap().into_parts().0 });
    assert_eq!(task.await.unwrap().package_version, "1");
}

#[tokio::test]
async fn a_topic_that_does_not_exist_is_an_error_that_names_it() {
    let test = TestKafka::start().unwrap();
    let kafka = test.kafka();
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let error = next(&mut consumer).await.unwrap_err();
    let name = kafka.topic_name(&PackageReleased::DESCRIPTOR.topic);
    assert!(matches!(&error, ReceiveError::UnknownTopic { topic } if *topic == name), "{error:?}");
    assert!(error.to_string().contains(&name), "{error}");

    // It looks again, and finds it once it is there.
    test.create_topic(&topic(1)).await.unwrap();
    send(&kafka, "flask", &["1"]).await;
    assert_eq!(next(&mut consumer).await.unwrap().message().package_version, "1");
}

#[tokio::test]
async fn a_broker_that_cannot_be_reached_is_an_error_in_bounded_time() {
    let kafka = Kafka::new("127.0.0.1:1").with_group("test");
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let error = next(&mut consumer).await.unwrap_err();
    assert!(matches!(error, ReceiveError::Unreachable { .. }) && error.is_retriable(), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:1") && error.to_string().contains("refused"), "{error}");
    consumer.close(DEADLINE).await.unwrap();
}
