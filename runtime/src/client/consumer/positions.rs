//! Positions on the partitions of a consumer: finding them, seeking, and how far behind it is.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::topic_partition_list::TopicPartitionListElem;
use rdkafka::{Offset, TopicPartitionList};
use tokio::task;

use super::context::Client;
use super::offsets::Assignment;
use crate::client::error::{Cause, PositionError};
use crate::client::topic_lookup::ANSWER_TIMEOUT;
use crate::client::topic_partition::{TopicPartition, list, list_at};

/// The time to wait for a partition that was assigned only just, before it is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// A position on a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Position {
    /// The first record.
    Beginning,
    /// The end, behind the last record.
    End,
    /// The record of this offset, or the next one.
    Offset(i64),
    /// The first record of this time or later; the end where there is none.
    Time(SystemTime),
}

/// The distance between a consumer and the end of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lag {
    /// The partition.
    pub partition: TopicPartition,
    /// The offset of the first record that is not acknowledged.
    pub next: i64,
    /// The offset behind the last record that can be read.
    pub end: i64,
}

impl Lag {
    /// The number of records that are not acknowledged, as far as offsets tell: the marks of transactions and what was
    /// compacted away count as records.
    #[must_use]
    pub fn records(&self) -> u64 {
        u64::try_from(self.end.saturating_sub(self.next)).unwrap_or_default()
    }
}

/// Asks Kafka on a thread where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> KafkaResult<T> + Send + 'static,
) -> Result<T, PositionError> {
    let answer = task::spawn_blocking(ask).await.unwrap_or(Err(KafkaError::Canceled));
    answer.map_err(|error| PositionError::Kafka { cause: Cause::new(error) })
}

/// Checks that a client has partitions.
pub(super) fn check_assigned(client: &Client, partitions: &[TopicPartition]) -> Result<(), PositionError> {
    let assigned = client.assignment().map_err(|error| PositionError::Kafka { cause: Cause::new(error) })?;
    let missing = partitions.iter().find(|it| assigned.find_partition(&it.topic, it.partition).is_none());
    missing.map_or(Ok(()), |partition| Err(PositionError::NotAssigned { partition: partition.clone() }))
}

/// Continues on partitions at a position. Blocks.
pub(super) fn seek(
    client: &Client,
    offsets: &Assignment,
    partitions: &[TopicPartition],
    to: Position,
) -> KafkaResult<()> {
    let targets = resolve(client, partitions, to)?;
    let deadline = Instant::now() + ANSWER_TIMEOUT;
    for element in targets.elements() {
        let partition = TopicPartition::new(element.topic(), element.partition());
        let target = list_at([(&partition, element.offset())])?;
        loop {
            let sought = client.seek_partitions(target.clone(), ANSWER_TIMEOUT)?;
            match sought.elements().iter().try_for_each(TopicPartitionListElem::error) {
                // It was assigned only just, and librdkafka does not fetch from it yet.
                Err(error) if error.rdkafka_error_code() == Some(Code::State) && Instant::now() < deadline => {
                    thread::sleep(PAUSE);
                }
                result => break result?,
            }
        }
        offsets.store_acknowledged();
        offsets.revoked([&partition]);
    }
    Ok(())
}

/// The offsets of a position on partitions. Blocks.
pub(super) fn resolve(client: &Client, partitions: &[TopicPartition], to: Position) -> KafkaResult<TopicPartitionList> {
    let mut targets = list(partitions);
    match to {
        Position::Beginning => targets.set_all_offsets(Offset::Beginning)?,
        Position::End => targets.set_all_offsets(Offset::End)?,
        Position::Offset(offset) => targets.set_all_offsets(Offset::Offset(offset))?,
        Position::Time(time) => {
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
            targets.set_all_offsets(Offset::Offset(millis))?;
            targets = client.offsets_for_times(targets, ANSWER_TIMEOUT)?;
            targets.elements().iter().try_for_each(TopicPartitionListElem::error)?;
        }
    }
    Ok(targets)
}

/// The lag of a client on partitions. Blocks.
pub(super) fn lag(client: &Client, offsets: &Assignment, partitions: Vec<TopicPartition>) -> KafkaResult<Vec<Lag>> {
    let received = client.position()?;
    let committed = client.committed_offsets(list(&partitions), ANSWER_TIMEOUT)?;
    let lag = |partition: TopicPartition| {
        let TopicPartition { topic, partition: number } = &partition;
        let (first, end) = client.fetch_watermarks(topic, *number, ANSWER_TIMEOUT)?;
        let known = |list: &TopicPartitionList| match list.find_partition(topic, *number)?.offset() {
            Offset::Offset(offset) => Some(offset),
            _ => None,
        };
        let next = offsets.first_in_flight(&partition).or_else(|| known(&received)).or_else(|| known(&committed));
        Ok(Lag { next: next.unwrap_or(first), end, partition })
    };
    partitions.into_iter().map(lag).collect()
}
