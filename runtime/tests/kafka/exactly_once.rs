//! Consume, transform, produce while members come, go and die, on a real cluster alone: the in-process one has no
//! transactions.

use std::collections::BTreeMap;
use std::mem;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use serde_json::json;
use thoth_messaging::client::{Delivery, Kafka, ProducerRecord, TransactionError};
use thoth_messaging::dynamic::MessageType;
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::{Decoder as _, Topic, message_factory};
use tokio::task::JoinHandle;
use tokio::time;

use crate::{DEADLINE, kafka, next, released};

const MESSAGES: usize = 2000;
const WAVES: usize = 8;
const PARTITIONS: i32 = 4;

fn results() -> MessageType {
    message_factory("results", json!({"type": "object", "required": ["of"]})).unwrap().with_key("/of")
}

/// Makes a result of each message, exactly once, until it is aborted.
fn processor(kafka: &Kafka, id: usize) -> JoinHandle<()> {
    let kafka = kafka.clone().with("transaction.timeout.ms", "10000");
    tokio::spawn(async move {
        let id = format!("{}-{id}", kafka.topic_name(&Topic::new("processor")));
        loop {
            // Who was fenced by a newer one of its id starts anew, as a service would.
            let error = process(&kafka, &id).await;
            assert!(
                matches!(error, TransactionError::Fatal { .. } | TransactionError::Unreachable { .. }),
                "{error:?}"
            );
        }
    })
}

async fn process(kafka: &Kafka, id: &str) -> TransactionError {
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    let mut producer = match kafka.transactional(id).await {
        Ok(producer) => producer,
        Err(error) => return error,
    };
    loop {
        let batch = consumer.next_batch(20, Duration::from_millis(10)).await;
        let transaction = match producer.begin().await {
            Ok(transaction) => transaction,
            Err(error) if error.is_retriable() => continue,
            Err(error) => return error,
        };
        for received in batch {
            let received = received.unwrap();
            let result = results().message(&json!({"of": received.message().package_version})).unwrap();
            // If it fails, so does the commit.
            let _ = transaction.send(&result).await;
            transaction.ack(received);
        }
        match transaction.commit().await {
            Err(error) if !error.is_retriable() => return error,
            _ => {}
        }
    }
}

async fn send_wave(kafka: &Kafka, wave: usize) {
    let numbers = wave * MESSAGES / WAVES..(wave + 1) * MESSAGES / WAVES;
    let messages = numbers.map(|n| ProducerRecord::of(&released(&format!("package-{n}"), &n.to_string())));
    let producer = kafka.producer().unwrap();
    let _: Vec<Delivery> = producer.send_all(messages).try_collect().await.unwrap();
    producer.close(DEADLINE).await.unwrap();
}

/// Returns how often each result is read at this isolation level.
async fn read(kafka: &Kafka, isolation: &str) -> BTreeMap<usize, usize> {
    let kafka = kafka.clone().with_group(isolation).with("isolation.level", isolation);
    let mut consumer = kafka.consumer_of(results()).unwrap();
    let mut read = BTreeMap::new();
    let mut take = |of: &serde_json::Value| *read.entry(of.as_str().unwrap().parse().unwrap()).or_default() += 1;
    for _ in 0..MESSAGES {
        take(&next(&mut consumer).await.unwrap().message().contents()["of"]);
    }
    // Nothing more comes.
    while let Ok(Some(more)) = time::timeout(Duration::from_secs(3), consumer.next()).await {
        take(&more.unwrap().message().contents()["of"]);
    }
    consumer.close(DEADLINE).await.unwrap();
    read
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_result_is_read_once_while_processors_come_go_and_die() {
    for protocol in ["classic", "consumer"] {
        let (test, kafka) = kafka(PARTITIONS).await;
        if test.in_process().is_some() {
            return;
        }
        let kafka = match protocol {
            // Who dies while it joins can't leave, because Kafka answers requests one by one: the others wait for so long.
            "classic" => kafka.with("group.protocol", protocol).with("session.timeout.ms", "6000"),
            _ => kafka.with("group.protocol", protocol),
        };
        test.create_topic(&results().descriptor().topic.clone().with_partitions(PARTITIONS)).await.unwrap();
        let mut processors: Vec<_> = (0..2).map(|id| processor(&kafka, id)).collect();
        let disturb = async {
            // One joins, then they die in the middle of their work, and come back at once.
            for (wave, id) in [2, 0, 1, 2, 0, 1, 2, 0].into_iter().enumerate() {
                send_wave(&kafka, wave).await;
                time::sleep(Duration::from_millis(400)).await;
                match processors.get_mut(id) {
                    Some(running) => mem::replace(running, processor(&kafka, id)).abort(),
                    None => processors.push(processor(&kafka, id)),
                }
            }
            processors
        };
        let (read, processors) = tokio::join!(read(&kafka, "read_committed"), disturb);
        processors.iter().for_each(JoinHandle::abort);
        let aborted = self::read(&kafka, "read_uncommitted").await.values().sum::<usize>() - MESSAGES;
        println!("{protocol}: {MESSAGES} results, and {aborted} more in transactions that were aborted");
        assert_eq!(read, (0..MESSAGES).map(|n| (n, 1)).collect(), "{protocol}");
    }
}
