use std::time::{Duration, SystemTime};

use serde_json::json;
use thoth_messaging::client::{Header, ProducerRecord, ReceiveError, SendError, SizeLimit};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::{Message as _, message_factory};

use crate::{DEADLINE, kafka, next, released, send};

#[tokio::test]
async fn headers_time_partition_and_key_arrive_as_they_were_given() {
    let (test, kafka) = kafka(3).await;
    let message = released("flask", "1");
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
    let record = ProducerRecord::of(&message).unwrap();
    let record = record.with_header("origin", "import").with_headers([Header::new("origin", vec![0xff])]);
    let record = record.with_timestamp(time).with_partition(2).with_key("another");
    let delivery = kafka.producer().unwrap().send(record).await.unwrap();
    assert_eq!(delivery.partition, 2);

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let received = next(&mut consumer).await.unwrap();
    let record = received.record();
    assert_eq!(received.message(), &message);
    assert_eq!((record.partition(), record.key()), (2, Some(&b"another"[..])));
    assert_eq!(record.headers(), [Header::new("origin", "import"), Header::new("origin", vec![0xff])]);
    assert!(test.in_process().is_some() || record.timestamp() == Some(time));
}

#[tokio::test]
async fn headers_are_bytes_in_their_order_and_may_repeat() {
    let (_test, kafka) = kafka(1).await;
    let named = |name: &[u8], value: &str| Header::new(name, value);
    let mut absent = Header::new("absent", "");
    absent.value = None;
    let headers =
        [named(b"\xff\xfe", "1"), named(b"a", "2"), named(b"\xff\xfe", "3"), named(b"", "4"), named(b"a", ""), absent];
    let record = ProducerRecord::of(&released("flask", "1")).unwrap().with_headers(headers.clone());
    kafka.producer().unwrap().send(record).await.unwrap();

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let received = next(&mut consumer).await.unwrap();
    assert_eq!(received.record().headers(), headers);
    assert_eq!(received.record().headers()[0].name.as_bytes(), b"\xff\xfe");
}

#[tokio::test]
async fn a_deletion_is_a_tombstone_where_the_message_was() {
    let (_test, kafka) = kafka(5).await;
    let producer = kafka.producer().unwrap();
    let sent = producer.send(&released("flask", "1")).await.unwrap();
    let deleted = producer.delete::<PackageReleased>("flask").await.unwrap();
    assert_eq!((deleted.topic, deleted.partition), (sent.topic, sent.partition));

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    next(&mut consumer).await.unwrap().ack();
    let error = next(&mut consumer).await.unwrap_err();
    let ReceiveError::Tombstone(record) = error else { panic!("{error:?}") };
    assert_eq!((record.key(), record.payload()), (Some(&b"flask"[..]), None));
}

#[tokio::test]
async fn bytes_go_to_the_topic_of_that_very_name() {
    let (_test, kafka) = kafka(1).await;
    let topic = kafka.topic_name(&PackageReleased::DESCRIPTOR.topic);
    let record = ProducerRecord::raw(&topic).with_payload("not json").with_header("reason", "test");
    assert!(!format!("{record:?}").contains("not json"), "no payload in a log");
    let delivery = kafka.producer().unwrap().send(record).await.unwrap();
    assert_eq!(delivery.topic, topic);

    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let error = next(&mut consumer).await.unwrap_err();
    let record = error.record().unwrap();
    assert_eq!((record.key(), record.payload()), (None, Some(&b"not json"[..])));
    assert_eq!(record.headers(), [Header::new("reason", "test")]);
}

#[tokio::test]
async fn a_message_over_the_limit_in_the_schema_is_refused_before_anything_is_asked() {
    let schema = json!({
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "x-kafka": {"topic": "limited", "topicConfiguration": {"max.message.bytes": 500}},
    });
    let limited = message_factory("limited", schema).unwrap();
    let message = limited.message(&json!({"text": "x".repeat(600)})).unwrap();

    // There is no broker: it is not even connected to.
    let kafka = thoth_messaging::client::Kafka::new("127.0.0.1:1");
    let error = kafka.producer().unwrap().send(&message).await.unwrap_err();
    assert!(error.to_string().contains("500") && error.to_string().contains("max.message.bytes"), "{error}");
    let SendError::TooLarge { size, limit: Some(500), set_by: SizeLimit::Topic, .. } = error else {
        panic!("{error:?}")
    };
    assert!(size > 600);

    // Compressed, it may well be small enough: that is for the broker to say.
    let compressing = kafka.with("compression.type", "gzip").producer().unwrap();
    let error = tokio::time::timeout(DEADLINE, compressing.send(&message)).await.unwrap().unwrap_err();
    assert!(matches!(error, SendError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn dynamic_messages_and_their_deletions_go_through_the_same_door() {
    let (_test, kafka) = kafka(1).await;
    let descriptor = PackageReleased::DESCRIPTOR;
    let schema: serde_json::Value = json!({"type": "object", "x-kafka": {"key": "/package_name"}});
    let dynamic = message_factory(&descriptor.topic.name, schema).unwrap().with_key("/package_name");
    let producer = kafka.producer().unwrap();
    let message = dynamic.message(&json!({"package_name": "flask", "n": 1})).unwrap();
    producer.send(&message).await.unwrap();
    let boxed: Box<dyn thoth_messaging::Encode> = Box::new(released("flask", "2"));
    producer.send(&boxed).await.unwrap();
    producer.send(boxed.as_ref()).await.unwrap();
    producer.send(ProducerRecord::tombstone(&descriptor.topic, "flask")).await.unwrap();
    send(&kafka, "flask", &["3"]).await;

    let mut consumer = kafka.consumer_of(dynamic).unwrap();
    let first = next(&mut consumer).await.unwrap();
    assert_eq!(first.record().key(), Some(&b"flask"[..]));
    assert_eq!(first.message().contents()["n"], 1);
    for _ in 0..2 {
        assert_eq!(next(&mut consumer).await.unwrap().message().contents()["package_version"], "2");
    }
    assert!(matches!(next(&mut consumer).await, Err(ReceiveError::Tombstone(_))));
    assert_eq!(next(&mut consumer).await.unwrap().message().contents()["package_version"], "3");
}
