//! What is on a topic, as who reads it sees it.

use std::io::Read as _;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaResult;
use rdkafka::message::Message as _;
use rdkafka::{Offset, TopicPartitionList};
use thoth_messaging::{Kafka, Message as _, Topic};
use tokio::sync::oneshot;
use tokio::task;

use super::item::PlainItem;
use super::measure::{Failure, PATIENCE};
use crate::messages::Receipt;
use crate::steps::nanoseconds;

/// The time that a broker has to answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The receipts that are written from now on.
pub(super) struct Receipts {
    consumer: BaseConsumer,
    messages: u64,
}

impl Receipts {
    pub(super) async fn from_now(kafka: &Kafka, messages: u64) -> Result<Self, Failure> {
        let consumer = consumer(kafka)?;
        let topic = kafka.topic_name(&Receipt::DESCRIPTOR.topic);
        task::spawn_blocking(move || {
            let mut list = TopicPartitionList::new();
            for (partition, end) in ends_of(&consumer, &topic)? {
                list.add_partition_offset(&topic, partition, Offset::Offset(end))?;
            }
            consumer.assign(&list)?;
            Ok(Self { consumer, messages })
        })
        .await?
    }

    /// Waits until there is one of each number, and returns the time of the last one, in nanoseconds since 1970.
    pub(super) async fn all(self, once: bool) -> Result<u64, Failure> {
        task::spawn_blocking(move || self.read(once)).await?
    }

    fn read(&self, once: bool) -> Result<u64, Failure> {
        let mut seen = vec![false; usize::try_from(self.messages)?];
        let (mut missing, deadline) = (seen.len(), Instant::now() + PATIENCE);
        while missing > 0 {
            if Instant::now() > deadline {
                return Err(format!("of {} receipts {missing} are missing", seen.len()).into());
            }
            let Some(message) = self.consumer.poll(Duration::from_millis(100)) else { continue };
            let item: PlainItem = serde_json::from_slice(message?.payload().unwrap_or_default())?;
            let seen = seen.get_mut(usize::try_from(item.number)?).ok_or("a receipt of nothing")?;
            if *seen && once {
                return Err(format!("there are two receipts of item {}", item.number).into());
            }
            missing -= usize::from(!*seen);
            *seen = true;
        }
        Ok(u64::try_from(nanoseconds())?)
    }
}

/// The number of messages on a topic, of which none was deleted.
pub(super) async fn ends(kafka: &Kafka, topic: &Topic) -> Result<u64, Failure> {
    let (consumer, topic) = (consumer(kafka)?, kafka.topic_name(topic));
    let ends = task::spawn_blocking(move || ends_of(&consumer, &topic)).await??;
    Ok(u64::try_from(ends.into_iter().map(|(_, end)| end).sum::<i64>())?)
}

fn ends_of(consumer: &BaseConsumer, topic: &str) -> Result<Vec<(i32, i64)>, Failure> {
    let metadata = consumer.fetch_metadata(Some(topic), TIMEOUT)?;
    let partitions = metadata.topics().iter().flat_map(rdkafka::metadata::MetadataTopic::partitions);
    partitions.map(|partition| Ok((partition.id(), end_of(consumer, topic, partition.id())?))).collect()
}

/// The end of a partition, which may have no leader for a moment.
fn end_of(consumer: &BaseConsumer, topic: &str, partition: i32) -> KafkaResult<i64> {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        match consumer.fetch_watermarks(topic, partition, TIMEOUT) {
            Ok((_, end)) => return Ok(end),
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

fn consumer(kafka: &Kafka) -> Result<BaseConsumer, Failure> {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", kafka.bootstrap_servers())
        .set("group.id", "none")
        .set("enable.auto.commit", "false");
    Ok(config.create()?)
}

/// Waits for the end of the standard input, by which the program that measures says that it has read all receipts.
pub(super) async fn told_to_end() {
    let (sender, told) = oneshot::channel();
    thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = sender.send(());
    });
    let _ = told.await;
}
