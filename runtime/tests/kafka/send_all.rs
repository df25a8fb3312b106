use std::cell::Cell;
use std::future::{Future as _, poll_fn};
use std::pin::pin;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::json;
use thoth_messaging::client::{CloseError, Delivery, ProducerRecord, SendError};
use thoth_messaging::testing::InProcessKafka;
use thoth_messaging::{EncodeError, message_factory};

use crate::{DEADLINE, kafka, receive, released, topic, versions};

#[tokio::test]
async fn reports_come_in_order_and_an_error_stops_nothing_behind_it() {
    let (_test, kafka) = kafka(1).await;
    let producer = kafka.producer().unwrap();
    let other = message_factory("no.such.topic", json!({"type": "object"})).unwrap().message(&json!({})).unwrap();
    let refused: Result<ProducerRecord, EncodeError> =
        Err(EncodeError::Invalid { message: "test".to_owned(), violations: Vec::new() });
    let records = [
        ProducerRecord::of(&released("flask", "1")),
        refused,
        ProducerRecord::of(&released("flask", "2")),
        ProducerRecord::of(&other),
        ProducerRecord::of(&released("flask", "3")),
    ];
    let reports: Vec<_> = producer.send_all(records).collect().await;
    assert!(matches!(reports[1], Err(SendError::Encode(_))), "{reports:?}");
    assert!(matches!(reports[3], Err(SendError::UnknownTopic { .. })), "{reports:?}");
    let offsets = [0, 2, 4].map(|report: usize| reports[report].as_ref().unwrap().offset);
    assert_eq!(offsets, [0, 1, 2]);
}

#[tokio::test]
async fn many_messages_are_under_way_at_once_but_not_all() {
    let (_test, kafka) = kafka(1).await;
    let producer = kafka.with("queue.buffering.max.messages", "10000").producer().unwrap();
    let taken = Cell::new(0);
    let records = (0..25_000).map(|n| {
        taken.set(n + 1);
        ProducerRecord::of(&released("flask", &n.to_string()))
    });
    let mut reports = pin!(producer.send_all(records));
    let mut last = None;
    for reported in 0..25_000 {
        let delivery = reports.try_next().await.unwrap().unwrap();
        assert!(last < Some(delivery.offset), "in order");
        last = Some(delivery.offset);
        assert!(taken.get() <= reported + 1 + 11_000, "{} taken after {reported} reports", taken.get());
    }
    assert!(reports.next().await.is_none());
}

#[tokio::test]
async fn many_sends_that_are_awaited_at_once_are_polled_a_few_times_each() {
    const SENDS: u32 = 20_000;
    let (_test, kafka) = kafka(1).await;
    let producer = kafka.producer().unwrap();
    let polls = Cell::new(0);
    let (producer, polled) = (&producer, &polls);
    let sends = stream::iter(0..SENDS).map(async |n| {
        let message = released("flask", &n.to_string());
        let mut send = pin!(producer.send(&message));
        poll_fn(|context| {
            polled.set(polled.get() + 1);
            send.as_mut().poll(context)
        })
        .await
    });
    let deliveries: Vec<Delivery> = sends.buffer_unordered(10_000).try_collect().await.unwrap();
    assert_eq!(deliveries.len(), 20_000);
    assert!(polls.get() < 10 * SENDS, "{} polls of {SENDS} sends", polls.get());
}

#[tokio::test]
async fn who_stops_at_an_error_takes_no_more_messages() {
    let (_test, kafka) = kafka(1).await;
    let producer = kafka.producer().unwrap();
    let taken = Cell::new(0);
    let records = (0..5000).map(|n| {
        taken.set(n + 1);
        match n {
            7 => Err(EncodeError::Invalid { message: "test".to_owned(), violations: Vec::new() }),
            _ => ProducerRecord::of(&released("flask", &n.to_string())),
        }
    });
    let error = producer.send_all(records).try_collect::<Vec<Delivery>>().await.unwrap_err();
    assert!(matches!(error, SendError::Encode(_)), "{error:?}");
    assert!(taken.get() <= 1008, "{}", taken.get());
    // What was queued by then is delivered, in order.
    producer.close(DEADLINE).await.unwrap();
    let mut consumer = kafka.consumer().unwrap();
    let first: Vec<_> = (0..7).map(|n| n.to_string()).collect();
    assert_eq!(versions(&receive(&mut consumer, 7).await), first);
}

#[tokio::test]
async fn a_stream_of_messages_is_sent_from_a_task_of_its_own() {
    let (_test, kafka) = kafka(1).await;
    let producer = kafka.producer().unwrap();
    let task = tokio::spawn(async move {
        let records = stream::iter(0..100).map(|n| ProducerRecord::of(&released("flask", &n.to_string())));
        let deliveries: Result<Vec<Delivery>, _> = producer.send_stream(records).try_collect().await;
        let messages = [released("flask", "100"), released("flask", "101")];
        let more: Result<Vec<Delivery>, _> = producer.send_all(&messages).try_collect().await;
        (deliveries, more)
    });
    let (deliveries, more) = task.await.unwrap();
    assert_eq!(deliveries.unwrap().len(), 100);
    assert_eq!(more.unwrap().last().unwrap().offset, 101);
}

#[tokio::test]
async fn what_close_gives_back_can_be_sent_again() {
    let cluster = InProcessKafka::start().unwrap();
    cluster.create_topic(&topic(2)).unwrap();
    let kafka = cluster.kafka().with_group("test");
    let producer = kafka.producer().unwrap();
    producer.send(&released("flask", "0")).await.unwrap();
    cluster.broker_down(1).unwrap();
    let record = |version: &str| ProducerRecord::of(&released("flask", version)).unwrap();
    let records = [record("1").with_header("try", "1"), record("2").with_partition(1), record("3")];
    let (sent, closed) = tokio::join!(producer.send_all(records.clone()).collect::<Vec<_>>(), async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        producer.close(std::time::Duration::from_millis(100)).await
    });
    assert!(sent.iter().all(Result::is_err), "{sent:?}");
    let Err(CloseError::NotDelivered { messages: 3, records: undelivered, .. }) = closed else { panic!("{closed:?}") };
    let undelivered = undelivered.into_records();
    assert!(records.iter().all(|record| undelivered.contains(record)), "{undelivered:?}");

    cluster.broker_up(1).unwrap();
    let deliveries: Vec<_> = kafka.producer().unwrap().send_all(undelivered).try_collect().await.unwrap();
    assert_eq!(deliveries.len(), 3);
    assert!(deliveries.iter().any(|delivery| delivery.partition == 1), "{deliveries:?}");
}
