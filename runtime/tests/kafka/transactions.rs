use std::borrow::Cow;
use std::error::Error as _;
use std::time::Duration;

use futures_util::{FutureExt as _, TryStreamExt as _};
use serde_json::json;
use thoth_messaging::client::{
    AbortReason, CloseError, ConfigError, Delivery, Kafka, Received, SendError, TransactionError,
};
use thoth_messaging::dynamic::{DynamicMessage, MessageType};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{ApiKey, InProcessKafka, ResponseError, TestKafka};
use thoth_messaging::{Decoder as _, message_factory};

use crate::{DEADLINE, kafka, next, receive, released, send, topic, versions};

/// Returns what is made of the messages.
fn results() -> MessageType {
    message_factory("results", json!({"type": "object", "properties": {"of": {"type": "string"}}})).unwrap()
}

fn result(received: &Received<PackageReleased>) -> DynamicMessage {
    results().message(&json!({"of": received.message().package_version})).unwrap()
}

async fn kafka_with_results(partitions: i32) -> (TestKafka, Kafka) {
    let (test, kafka) = kafka(partitions).await;
    test.create_topic(&results().descriptor().topic).await.unwrap();
    (test, kafka)
}

/// The results that a reader of this isolation level gets, up to the last one.
async fn read_results(kafka: &Kafka, isolation: &str, last: &str) -> Vec<String> {
    let kafka = kafka.clone().with_group(format!("{isolation}-{last}")).with("isolation.level", isolation);
    let mut consumer = kafka.consumer_of(results()).unwrap();
    let mut read = Vec::new();
    while read.last().is_none_or(|of| of != last) {
        let received = next(&mut consumer).await.unwrap();
        read.push(received.message().contents()["of"].as_str().unwrap().to_owned());
    }
    consumer.close(DEADLINE).await.unwrap();
    read
}

#[tokio::test]
async fn what_is_committed_is_sent_and_acknowledged() {
    for protocol in ["classic", "consumer"] {
        let (test, kafka) = kafka_with_results(2).await;
        let kafka = kafka.with("group.protocol", protocol);
        send(&kafka, "flask", &["1", "2"]).await;
        send(&kafka, "click", &["3", "4"]).await;
        let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
        let mut producer = kafka.transactional(kafka_id(&kafka)).await.unwrap();

        let mut sent = Vec::new();
        for _ in 0..2 {
            let transaction = producer.begin().await.unwrap();
            for received in receive(&mut consumer, 2).await {
                transaction.send(&result(&received)).await.unwrap();
                sent.push(received.message().package_version.clone());
                transaction.ack(received);
            }
            transaction.commit().await.unwrap();
        }
        producer.close(DEADLINE).await.unwrap();
        consumer.close(DEADLINE).await.unwrap();
        assert_eq!(read_results(&kafka, "read_committed", sent.last().unwrap()).await, sent, "{protocol}");

        if test.in_process().is_some() {
            // It takes the offsets of a transaction, and forgets them.
            continue;
        }
        // The group goes on behind it.
        send(&kafka, "flask", &["5"]).await;
        let mut consumer = kafka.consumer().unwrap();
        assert_eq!(versions(&receive(&mut consumer, 1).await), ["5"], "{protocol}");
    }
}

#[tokio::test]
async fn what_is_aborted_comes_again_and_is_never_read() {
    let (test, kafka) = kafka_with_results(1).await;
    send(&kafka, "flask", &["1", "2", "3"]).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let mut producer = kafka.transactional(kafka_id(&kafka)).await.unwrap();

    let transaction = producer.begin().await.unwrap();
    let received = receive(&mut consumer, 1).await.remove(0);
    transaction.send(&result(&received)).await.unwrap();
    transaction.ack(received);
    transaction.commit().await.unwrap();

    let transaction = producer.begin().await.unwrap();
    for received in receive(&mut consumer, 2).await {
        transaction.send(&results().message(&json!({"of": "aborted"})).unwrap()).await.unwrap();
        transaction.ack(received);
    }
    transaction.abort().await.unwrap();

    let transaction = producer.begin().await.unwrap();
    for received in receive(&mut consumer, 2).await {
        transaction.send(&result(&received)).await.unwrap();
        transaction.ack(received);
    }
    transaction.commit().await.unwrap();
    consumer.close(DEADLINE).await.unwrap();

    // The in-process cluster keeps no transactions apart.
    let isolated = if test.in_process().is_some() { vec!["aborted"; 2] } else { vec![] };
    let committed = read_results(&kafka, "read_committed", "3").await;
    assert_eq!(committed, [&["1"][..], &isolated, &["2", "3"]].concat());
    let all = read_results(&kafka, "read_uncommitted", "3").await;
    assert_eq!(all, ["1", "aborted", "aborted", "2", "3"]);
}

#[tokio::test]
async fn a_dropped_transaction_is_aborted_by_the_next() {
    let (_test, kafka) = kafka_with_results(1).await;
    send(&kafka, "flask", &["1", "2"]).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let mut producer = kafka.transactional(kafka_id(&kafka)).await.unwrap();
    let transaction = producer.begin().await.unwrap();
    for received in receive(&mut consumer, 2).await {
        transaction.ack(received);
    }
    drop(transaction);

    let transaction = producer.begin().await.unwrap();
    let received = receive(&mut consumer, 2).await;
    assert_eq!(versions(&received), ["1", "2"]);
    for received in received {
        transaction.ack(received);
    }
    drop(transaction);
    producer.close(DEADLINE).await.unwrap();
    assert_eq!(versions(&receive(&mut consumer, 2).await), ["1", "2"]);
}

#[tokio::test]
async fn a_commit_that_nobody_waits_for_goes_on_and_the_next_transaction_comes_behind_it() {
    let (_test, kafka) = kafka_with_results(1).await;
    send(&kafka, "flask", &["1", "2"]).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let mut producer = kafka.transactional(kafka_id(&kafka)).await.unwrap();
    for _ in 0..2 {
        let transaction = producer.begin().await.unwrap();
        let received = next(&mut consumer).await.unwrap();
        transaction.send(&result(&received)).await.unwrap();
        transaction.ack(received);
        assert!(transaction.commit().now_or_never().is_none());
    }
    producer.close(DEADLINE).await.unwrap();
    assert_eq!(read_results(&kafka, "read_committed", "2").await, ["1", "2"]);
}

#[tokio::test]
async fn a_record_that_is_left_out_aborts_the_transaction() {
    let (_test, kafka) = kafka_with_results(1).await;
    send(&kafka, "flask", &["1", "2", "3"]).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let mut producer = kafka.transactional(kafka_id(&kafka)).await.unwrap();
    let transaction = producer.begin().await.unwrap();
    let mut received = receive(&mut consumer, 3).await;
    transaction.ack(received.remove(0));
    transaction.ack(received.remove(1));
    let error = transaction.commit().await.unwrap_err();
    let TransactionError::Aborted { reason: AbortReason::LeftOut { offset: 1, .. }, .. } = &error else {
        panic!("{error:?}")
    };
    assert!(error.is_retriable() && error.to_string().contains("offset 1"), "{error}");

    // All of it comes again, and what was received before counts no more.
    let transaction = producer.begin().await.unwrap();
    transaction.ack(received.remove(0));
    let error = transaction.commit().await.unwrap_err();
    assert!(
        matches!(error, TransactionError::Aborted { reason: AbortReason::Revoked { offset: 1, .. }, .. }),
        "{error:?}"
    );
    assert_eq!(versions(&receive(&mut consumer, 3).await), ["1", "2", "3"]);
}

#[tokio::test]
async fn what_another_member_has_by_now_aborts_the_transaction() {
    let (_test, kafka) = kafka_with_results(1).await;
    send(&kafka, "flask", &["1"]).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let mut producer = kafka.transactional(kafka_id(&kafka)).await.unwrap();
    let transaction = producer.begin().await.unwrap();
    transaction.ack(next(&mut consumer).await.unwrap());
    consumer.close(DEADLINE).await.unwrap();
    let error = transaction.commit().await.unwrap_err();
    assert!(matches!(error, TransactionError::Aborted { reason: AbortReason::Revoked { .. }, .. }), "{error:?}");

    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["1"]);
}

#[tokio::test]
async fn what_was_acknowledged_otherwise_is_committed_with_what_is_behind_it() {
    let (test, kafka) = kafka_with_results(1).await;
    send(&kafka, "flask", &["1", "2", "3", "4", "5"]).await;
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    next(&mut consumer).await.unwrap().ack();
    let mut producer = kafka.transactional(kafka_id(&kafka)).await.unwrap();
    let transaction = producer.begin().await.unwrap();
    transaction.ack(next(&mut consumer).await.unwrap());
    next(&mut consumer).await.unwrap().ack();
    transaction.ack(next(&mut consumer).await.unwrap());
    transaction.commit().await.unwrap();
    consumer.close(DEADLINE).await.unwrap();

    let mut consumer = kafka.consumer().unwrap();
    // The in-process cluster forgets the offsets of a transaction.
    let next = if test.in_process().is_some() { "2" } else { "5" };
    assert_eq!(versions(&receive(&mut consumer, 1).await), [next]);
}

#[tokio::test]
async fn a_newer_producer_of_the_same_id_fences_the_older() {
    let (test, kafka) = kafka_with_results(1).await;
    if test.in_process().is_some() {
        // It fences nobody.
        return;
    }
    let mut older = kafka.transactional(kafka_id(&kafka)).await.unwrap();
    let transaction = older.begin().await.unwrap();
    transaction.send(&released("flask", "1")).await.unwrap();

    let mut newer = kafka.transactional(kafka_id(&kafka)).await.unwrap();
    let begun = newer.begin().await.unwrap();
    begun.send(&released("flask", "2")).await.unwrap();
    begun.commit().await.unwrap();

    let error = transaction.commit().await.unwrap_err();
    assert!(matches!(error, TransactionError::Fatal { .. }) && !error.is_retriable(), "{error:?}");
    assert!(error.to_string().contains("transactional.id") && error.source().is_some(), "{error}");
    assert!(matches!(older.begin().await, Err(TransactionError::Fatal { .. })));
}

#[tokio::test]
async fn many_messages_go_in_one_transaction() {
    let (_test, kafka) = kafka_with_results(3).await;
    let mut producer = kafka.transactional(kafka_id(&kafka)).await.unwrap();
    let transaction = producer.begin().await.unwrap();
    let messages: Vec<_> = (0..2000).map(|n| released(&format!("package-{n}"), "1")).collect();
    let deliveries: Vec<Delivery> = transaction.send_all(&messages).try_collect().await.unwrap();
    assert_eq!(deliveries.len(), 2000);
    transaction.commit().await.unwrap();
    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(receive(&mut consumer, 2000).await.len(), 2000);
}

#[tokio::test]
async fn a_message_that_kafka_refuses_aborts_the_transaction_and_the_producer_goes_on() {
    let test = TestKafka::start().unwrap();
    let small = const { &[(Cow::Borrowed("max.message.bytes"), Cow::Borrowed("1000"))] };
    test.create_topic(&topic(1).with_configuration(small)).await.unwrap();
    let kafka = test.kafka();
    let mut producer = kafka.transactional(kafka_id(&kafka)).await.unwrap();
    let transaction = producer.begin().await.unwrap();
    transaction.send(&released("flask", "1")).await.unwrap();
    if let Some(cluster) = test.in_process() {
        cluster.fail_requests(ApiKey::Produce, &[ResponseError::MessageTooLarge]).unwrap();
    }
    let error = transaction.send(&released(&"x".repeat(2000), "2")).await.unwrap_err();
    assert!(matches!(error, SendError::TooLarge { .. }), "{error:?}");
    let error = transaction.commit().await.unwrap_err();
    assert!(matches!(error, TransactionError::Aborted { reason: AbortReason::Kafka(_), .. }), "{error:?}");

    // librdkafka has one more transaction aborted, in which the sequence of its messages has a gap.
    let again = async {
        loop {
            let transaction = producer.begin().await.unwrap();
            let sent = transaction.send(&released("flask", "3")).await;
            assert!(matches!(sent, Ok(_) | Err(SendError::Aborted { .. })), "{sent:?}");
            match transaction.commit().await {
                Ok(()) => break,
                Err(error) => assert!(error.is_retriable(), "{error:?}"),
            }
        }
    };
    tokio::time::timeout(DEADLINE, again).await.unwrap();
}

#[tokio::test]
async fn a_coordinator_that_is_lost_is_an_error_in_bounded_time_and_begin_finds_out() {
    let cluster = InProcessKafka::start().unwrap();
    cluster.create_topic(&topic(1)).unwrap();
    let kafka = cluster.kafka().with("transaction.timeout.ms", "3000");
    let mut producer = kafka.transactional("test").await.unwrap();
    let transaction = producer.begin().await.unwrap();
    transaction.send(&released("flask", "1")).await.unwrap();
    cluster.broker_down(1).unwrap();
    let error = tokio::time::timeout(DEADLINE, transaction.commit()).await.unwrap().unwrap_err();
    assert!(matches!(error, TransactionError::Unreachable { .. }) && error.is_retriable(), "{error:?}");

    cluster.broker_up(1).unwrap();
    let again = async {
        loop {
            match producer.begin().await {
                Ok(transaction) => break transaction.commit().await.unwrap(),
                Err(error) => assert!(error.is_retriable(), "{error:?}"),
            }
        }
    };
    tokio::time::timeout(DEADLINE, again).await.unwrap();
}

#[tokio::test]
async fn without_a_cluster_there_is_an_error_in_bounded_time() {
    let kafka = Kafka::new("127.0.0.1:1").with("transaction.timeout.ms", "2000");
    let error = tokio::time::timeout(DEADLINE, kafka.transactional("test")).await.unwrap().unwrap_err();
    assert!(matches!(error, TransactionError::Unreachable { .. }) && error.is_retriable(), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:1") && error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn close_gives_a_lost_transaction_up_at_its_deadline() {
    let cluster = InProcessKafka::start().unwrap();
    cluster.create_topic(&topic(1)).unwrap();
    let mut producer = cluster.kafka().transactional("test").await.unwrap();
    let transaction = producer.begin().await.unwrap();
    transaction.send(&released("flask", "1")).await.unwrap();
    drop(transaction);
    cluster.broker_down(1).unwrap();
    let error = tokio::time::timeout(DEADLINE, producer.close(Duration::from_secs(1))).await.unwrap().unwrap_err();
    assert!(matches!(error, CloseError::NotAborted { .. }), "{error:?}");
}

#[tokio::test]
async fn a_producer_without_transactions_refuses_an_id() {
    let error = Kafka::new("localhost:9092").with("transactional.id", "test").producer().unwrap_err();
    assert!(matches!(error, ConfigError::Unsafe { .. }), "{error:?}");
    assert!(error.to_string().contains("transactional.id"), "{error}");
}

/// An id that no other test has.
fn kafka_id(kafka: &Kafka) -> String {
    kafka.topic_name(&results().descriptor().topic)
}
