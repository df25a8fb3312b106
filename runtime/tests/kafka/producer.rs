use std::borrow::Cow;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use futures_util::future::{join_all, try_join_all};
use futures_util::{FutureExt as _, TryStreamExt as _};
use thoth_messaging::Message;
use thoth_messaging::client::{CloseError, Kafka, ProducerRecord, SendError, SizeLimit};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{ApiKey, InProcessKafka, ResponseError, TestKafka};

use crate::{DEADLINE, kafka, receive, released, send, source, topic, versions};

#[tokio::test]
async fn a_delivery_says_where_the_message_is() {
    let (test, kafka) = kafka(1).await;
    let before = SystemTime::now() - Duration::from_secs(1);
    let producer = kafka.producer().unwrap();
    let first = producer.send(&released("flask", "1")).await.unwrap();
    let second = producer.send(&released("flask", "2")).await.unwrap();
    assert_eq!(first.topic, kafka.topic_name(&PackageReleased::DESCRIPTOR.topic));
    assert_eq!((first.partition, first.offset, second.offset), (0, 0, 1));
    assert!(test.in_process().is_some() || first.timestamp.unwrap() >= before);
}

#[tokio::test]
async fn messages_of_one_key_keep_their_order_on_one_partition() {
    let (_test, kafka) = kafka(3).await;
    let producer = kafka.producer().unwrap();
    let messages: Vec<_> = (0..300).map(|n| released(&format!("package-{}", n % 7), &n.to_string())).collect();
    let deliveries = try_join_all(messages.iter().map(|message| producer.send(message))).await.unwrap();

    for key in 0..7 {
        let of_key: Vec<_> = deliveries.iter().skip(key).step_by(7).collect();
        assert!(of_key.iter().all(|delivery| delivery.partition == of_key[0].partition));
        assert!(of_key.is_sorted_by(|one, other| one.offset < other.offset), "{of_key:?}");
    }
}

#[tokio::test]
async fn partitions_are_chosen_as_the_java_client_does() {
    let (_test, kafka) = kafka(10).await;
    let producer = kafka.producer().unwrap();
    // The hashes are those of Apache Kafka's own test of murmur2 (UtilsTest), made positive as it does.
    let hashes = [("21", -973_932_308), ("foobar", -790_332_482), ("abc", 479_470_107_i32)];
    for (key, hash) in hashes {
        let partition = (hash & i32::MAX) % 10;
        let delivery = producer.send(&released(key, "1")).await.unwrap();
        assert_eq!(delivery.partition, partition, "{key}");
    }
}

#[tokio::test]
async fn a_topic_that_does_not_exist_is_an_error_that_names_it() {
    let test = TestKafka::start().unwrap();
    let kafka = test.kafka();
    let producer = kafka.producer().unwrap();
    let messages = [released("flask", "1"), released("flask", "2"), released("flask", "3")];
    let sent = tokio::time::timeout(DEADLINE, join_all(messages.iter().map(|message| producer.send(message))));
    for result in sent.await.unwrap() {
        let error = result.unwrap_err();
        let topic = kafka.topic_name(&PackageReleased::DESCRIPTOR.topic);
        assert_eq!(error, SendError::UnknownTopic { topic: topic.clone() });
        assert!(error.to_string().contains(&topic) && error.to_string().contains("create_topic"), "{error}");
        assert!(!error.is_retriable());
    }

    // Once it is there, the same producer finds it.
    test.create_topic(&topic(1)).await.unwrap();
    producer.send(&messages[0]).await.unwrap();
}

#[tokio::test]
async fn a_broker_that_cannot_be_reached_is_an_error_in_bounded_time() {
    let producer = Kafka::new("127.0.0.1:1").producer().unwrap();
    let sent = tokio::time::timeout(DEADLINE, producer.send(&released("flask", "1"))).await;
    let error = sent.unwrap().unwrap_err();
    assert!(matches!(error, SendError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:1") && error.to_string().contains("refused"), "{error}");
    assert!(error.is_retriable() && !source(&error).is_empty());
}

#[tokio::test]
async fn a_broker_that_is_lost_is_an_error_in_bounded_time() {
    let cluster = InProcessKafka::start().unwrap();
    cluster.create_topic(&topic(1)).unwrap();
    let producer = cluster.kafka().with("delivery.timeout.ms", "2000").producer().unwrap();
    producer.send(&released("flask", "1")).await.unwrap();

    cluster.broker_down(1).unwrap();
    let sent = tokio::time::timeout(DEADLINE, producer.send(&released("flask", "2"))).await;
    let error = sent.unwrap().unwrap_err();
    assert!(matches!(error, SendError::TimedOut { .. }), "{error:?}");
    assert!(error.is_retriable());

    cluster.broker_up(1).unwrap();
    tokio::time::timeout(DEADLINE, async { while producer.send(&released("flask", "2")).await.is_err() {} })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_short_outage_loses_and_doubles_nothing() {
    let cluster = InProcessKafka::start().unwrap();
    cluster.create_topic(&topic(1)).unwrap();
    let kafka = cluster.kafka().with_group("test");
    let producer = kafka.producer().unwrap();
    let outage = [ResponseError::Disconnected, ResponseError::NotLeaderOrFollower];
    cluster.fail_requests(ApiKey::Produce, &outage).unwrap();
    for version in ["1", "2", "3"] {
        producer.send(&released("flask", version)).await.unwrap();
    }

    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 3).await), ["1", "2", "3"]);
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_with_size_and_limit() {
    let (_test, kafka) = kafka(1).await;
    let producer = kafka.with("message.max.bytes", "2000").producer().unwrap();
    let error = producer.send(&released(&"x".repeat(2000), "1")).await.unwrap_err();
    let SendError::TooLarge { size, limit: Some(2000), set_by: SizeLimit::Producer, .. } = error else {
        panic!("{error:?}")
    };
    let text = error.to_string();
    assert!(size > 4000 && text.contains(&size.to_string()) && text.contains("2000"), "{text}");
    assert!(!text.contains("xxx"));
    // The next one is none the worse for it.
    producer.send(&released("flask", "1")).await.unwrap();
}

#[tokio::test]
async fn a_message_over_the_limit_of_the_broker_is_the_same_error() {
    let test = TestKafka::start().unwrap();
    let topic = topic(1).with_configuration(const { &[(Cow::Borrowed("max.message.bytes"), Cow::Borrowed("1000"))] });
    test.create_topic(&topic).await.unwrap();
    if let Some(cluster) = test.in_process() {
        cluster.fail_requests(ApiKey::Produce, &[ResponseError::MessageTooLarge]).unwrap();
    }
    let producer = test.kafka().producer().unwrap();
    let error = producer.send(&released(&"x".repeat(2000), "1")).await.unwrap_err();
    assert!(matches!(error, SendError::TooLarge { limit: None, set_by: SizeLimit::Topic, .. }), "{error:?}");
    assert!(error.to_string().contains("max.message.bytes"), "{error}");
}

#[tokio::test]
async fn a_full_queue_makes_senders_wait_and_loses_nothing() {
    for (property, value) in [("queue.buffering.max.messages", "3"), ("queue.buffering.max.kbytes", "1")] {
        let (_test, kafka) = kafka(1).await;
        let producer = kafka.clone().with(property, value).producer().unwrap();
        // Each is about 150 bytes, the first one more than the whole queue of 1 KiB.
        let messages: Vec<_> =
            (0..200).map(|n| released(&"x".repeat(if n == 0 { 2000 } else { 1 }), &n.to_string())).collect();
        let deliveries = try_join_all(messages.iter().map(|message| producer.send(message))).await.unwrap();
        let offsets: Vec<_> = deliveries.iter().map(|delivery| delivery.offset).collect();
        assert_eq!(offsets, (0..200).collect::<Vec<_>>(), "{property}");
    }
}

#[tokio::test]
async fn a_send_that_is_given_up_leaves_its_room_to_others() {
    let (_test, kafka) = kafka(1).await;
    send(&kafka, "flask", &["0"]).await;
    let producer = kafka.clone().with("queue.buffering.max.messages", "1").producer().unwrap();
    producer.send(&released("flask", "1")).await.unwrap();
    for _ in 0..10 {
        let _ = producer.send(&released("flask", "2")).now_or_never();
    }
    producer.send(&released("flask", "3")).await.unwrap();

    let mut consumer = kafka.consumer().unwrap();
    let mut received = receive(&mut consumer, 4).await;
    while versions(&received).last() != Some(&"3") {
        received.extend(receive(&mut consumer, 1).await);
    }
    // What was queued is delivered although nobody waits for it; what had no room is not.
    assert!(versions(&received).starts_with(&["0", "1", "2"]));
}

#[tokio::test]
async fn close_delivers_what_is_queued_and_ends_every_clone() {
    let (_test, kafka) = kafka(1).await;
    let producer = kafka.with("linger.ms", "2000").producer().unwrap();
    let message = released("flask", "1");
    producer.send(&message).await.unwrap();
    let other = producer.clone();
    let mut queued = pin!(other.send(&message));
    assert!(queued.as_mut().now_or_never().is_none());

    producer.close(DEADLINE).await.unwrap();
    assert_eq!(queued.await.unwrap().offset, 1);
    let error = other.send(&message).await.unwrap_err();
    assert!(matches!(error, SendError::Closed { .. }), "{error:?}");
}

#[tokio::test]
async fn close_says_how_many_messages_were_not_delivered() {
    let cluster = InProcessKafka::start().unwrap();
    cluster.create_topic(&topic(1)).unwrap();
    let producer = cluster.kafka().producer().unwrap();
    producer.send(&released("flask", "1")).await.unwrap();

    cluster.broker_down(1).unwrap();
    let messages = [released("flask", "2"), released("flask", "3")];
    let sending = join_all(messages.iter().map(|message| producer.send(message)));
    let closing = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        producer.close(Duration::from_secs(1)).await
    };
    let (sent, closed) = tokio::time::timeout(DEADLINE, async { tokio::join!(sending, closing) }).await.unwrap();
    let error = closed.unwrap_err();
    assert!(error.to_string().starts_with("2 messages were not delivered"), "{error}");
    let CloseError::NotDelivered { messages: 2, records, .. } = error else { panic!("{error:?}") };
    assert_eq!(records.into_records(), messages.map(|message| ProducerRecord::of(&message).unwrap()));
    assert!(sent.iter().all(|result| matches!(result, Err(SendError::Closed { .. }))), "{sent:?}");
}

#[tokio::test]
async fn what_is_queued_when_a_producer_is_dropped_is_delivered() {
    let (_test, kafka) = kafka(1).await;
    let producer = kafka.producer().unwrap();
    producer.send(&released("flask", "1")).await.unwrap();
    let _ = producer.send(&released("flask", "2")).now_or_never();
    drop(producer);

    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 2).await), ["1", "2"]);
}

#[tokio::test]
async fn many_messages_fit_a_topic_whose_limit_is_below_that_of_a_batch() {
    let test = TestKafka::start().unwrap();
    let small = const { &[(Cow::Borrowed("max.message.bytes"), Cow::Borrowed("1000"))] };
    let topic = topic(1).with_configuration(small);
    test.create_topic(&topic).await.unwrap();
    let producer = test.kafka().producer().unwrap();
    let record = |n: usize| ProducerRecord::declared(&topic).with_key(n.to_string()).with_payload("x".repeat(n));
    let deliveries: Vec<_> = producer.send_all((0..900).map(record)).try_collect().await.unwrap();
    assert!(deliveries.iter().map(|delivery| delivery.offset).eq(0..900));
}
