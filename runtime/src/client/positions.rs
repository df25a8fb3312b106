//! Where a consumer is on its partitions: which it has, how far it is behind, and how it goes elsewhere.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::topic_partition_list::TopicPartitionListElem;
use rdkafka::{Offset, TopicPartitionList};
use tokio::task;

use super::consumer::{Client, Consumer};
use super::error::{Cause, PositionError, ReceiveError};
use super::offsets::Assignment;
use super::topics::ANSWER_TIMEOUT;
use crate::message::Decoder;

/// How long to wait for a partition that was assigned only just, before it is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// A partition of a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The name of the topic on the cluster.
    pub topic: String,
    /// The partition.
    pub partition: i32,
}

/// A place on a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Position {
    /// The first record that is there.
    Beginning,
    /// Behind the last record that is there.
    End,
    /// The record of this offset, or the next one.
    Offset(i64),
    /// The first record of this time or later; the end where there is none.
    Time(SystemTime),
}

/// How far a consumer is behind on a partition.
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

impl<I: Decoder> Consumer<I> {
    /// The partitions that it has now, in order. They are none before the first message was asked for.
    #[must_use]
    pub fn assignment(&self) -> Vec<TopicPartition> {
        let assigned = self.client().map(|client| client.assignment());
        let mut partitions: Vec<_> = match assigned {
            Some(Ok(assigned)) => assigned.elements().iter().map(TopicPartition::of).collect(),
            Some(Err(_)) | None => Vec::new(),
        };
        partitions.sort();
        partitions
    }

    /// Joins the group, and waits until it has partitions. It waits for as long as it takes: where the group has more
    /// members than there are partitions, that may be for ever.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next), but for those that come with a record.
    pub async fn assigned(&mut self) -> Result<Vec<TopicPartition>, ReceiveError> {
        loop {
            let partitions = self.assignment();
            if !partitions.is_empty() {
                return Ok(partitions);
            }
            self.ahead_or_assigned().await?;
        }
    }

    /// Goes to another place on a partition that it has: the next record of it is the one there. What was received of
    /// it before can't be acknowledged any more.
    ///
    /// The committed offset changes only once a record is acknowledged there: after going back, too, the group then goes on
    /// behind it.
    ///
    /// # Errors
    ///
    /// [`PositionError::NotAssigned`] where it does not have the partition, and [`PositionError::Kafka`] where Kafka
    /// does not tell the place within 10 s.
    pub async fn seek(&mut self, partition: &TopicPartition, to: Position) -> Result<(), PositionError> {
        self.seek_in(vec![partition.clone()], to).await
    }

    /// Goes to a place on all partitions that it has, as [`seek`](Self::seek). To replay a topic from a time on:
    ///
    /// ```no_run
    /// # async fn run(kafka: thoth_messaging::Kafka) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::{Duration, SystemTime};
    /// use thoth_messaging::client::Position;
    /// use thoth_messaging::messages::PackageReleased;
    ///
    /// let mut consumer = kafka.with_group("replay").consumer::<PackageReleased>()?;
    /// consumer.assigned().await?;
    /// consumer.seek_all(Position::Time(SystemTime::now() - Duration::from_secs(3600))).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`seek`](Self::seek). Where only a part was refused, the others are there.
    pub async fn seek_all(&mut self, to: Position) -> Result<(), PositionError> {
        self.seek_in(self.assignment(), to).await
    }

    /// Gives no more records of these partitions, until they are [resumed](Self::resume) or assigned anew. It is still to
    /// be asked for the next message at least every `max.poll.interval.ms`.
    ///
    /// # Errors
    ///
    /// [`PositionError::NotAssigned`] where it does not have one of them.
    pub fn pause<'a>(&self, partitions: impl IntoIterator<Item = &'a TopicPartition>) -> Result<(), PositionError> {
        self.of_assigned(partitions, rdkafka::consumer::Consumer::pause)
    }

    /// Gives records of these partitions again.
    ///
    /// # Errors
    ///
    /// As [`pause`](Self::pause).
    pub fn resume<'a>(&self, partitions: impl IntoIterator<Item = &'a TopicPartition>) -> Result<(), PositionError> {
        self.of_assigned(partitions, rdkafka::consumer::Consumer::resume)
    }

    /// How far it is behind on each of its partitions. It asks the brokers.
    ///
    /// # Errors
    ///
    /// [`PositionError::Kafka`] where a broker does not answer within 10 s.
    pub fn lag(&self) -> impl Future<Output = Result<Vec<Lag>, PositionError>> + Send + use<I> {
        let (client, offsets, partitions) = (self.client(), self.offsets(), self.assignment());
        blocking(move || client.map_or(Ok(Vec::new()), |client| lag(&client, &offsets, partitions)))
    }

    async fn seek_in(&mut self, partitions: Vec<TopicPartition>, to: Position) -> Result<(), PositionError> {
        let Some(client) = self.client() else {
            return Ok(());
        };
        check_assigned(&client, &partitions)?;
        let offsets = self.offsets();
        let sought = partitions.clone();
        let result = blocking(move || seek(&client, &offsets, &sought, to)).await;
        self.forget_ahead(&partitions);
        result
    }

    fn of_assigned<'a>(
        &self,
        partitions: impl IntoIterator<Item = &'a TopicPartition>,
        change: impl FnOnce(&Client, &TopicPartitionList) -> KafkaResult<()>,
    ) -> Result<(), PositionError> {
        let Some(client) = self.client() else {
            return Ok(());
        };
        let partitions: Vec<_> = partitions.into_iter().cloned().collect();
        check_assigned(&client, &partitions)?;
        change(&client, &list(&partitions)).map_err(|error| PositionError::Kafka { cause: error.into() })
    }
}

impl TopicPartition {
    /// A partition, by the name of its topic on the cluster.
    #[must_use]
    pub fn new(topic: impl std::convert::Into<String>, partition: i32) -> Self {
        Self { topic: topic.into(), partition }
    }

    fn of(element: &TopicPartitionListElem<'_>) -> Self {
        Self::new(element.topic(), element.partition())
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "topic `{}`, partition {}", self.topic, self.partition)
    }
}

async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> KafkaResult<T> + Send + 'static,
) -> Result<T, PositionError> {
    let answer = task::spawn_blocking(ask).await.unwrap_or(Err(KafkaError::Canceled));
    answer.map_err(|error| PositionError::Kafka { cause: Cause::from(error) })
}

fn check_assigned(client: &Client, partitions: &[TopicPartition]) -> Result<(), PositionError> {
    let assigned = client.assignment().map_err(|error| PositionError::Kafka { cause: error.into() })?;
    let missing = partitions.iter().find(|it| assigned.find_partition(&it.topic, it.partition).is_none());
    missing.map_or(Ok(()), |partition| Err(PositionError::NotAssigned { partition: partition.clone() }))
}

fn list(partitions: &[TopicPartition]) -> TopicPartitionList {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for TopicPartition { topic, partition } in partitions {
        list.add_partition(topic, *partition);
    }
    list
}

fn seek(client: &Client, offsets: &Assignment, partitions: &[TopicPartition], to: Position) -> KafkaResult<()> {
    let targets = resolve(client, partitions, to)?;
    let deadline = Instant::now() + ANSWER_TIMEOUT;
    for element in targets.elements() {
        let mut target = TopicPartitionList::new();
        target.add_partition_offset(element.topic(), element.partition(), element.offset())?;
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
        offsets.revoked(&target);
    }
    Ok(())
}

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

fn lag(client: &Client, offsets: &Assignment, partitions: Vec<TopicPartition>) -> KafkaResult<Vec<Lag>> {
    let received = client.position()?;
    let committed = client.committed_offsets(list(&partitions), ANSWER_TIMEOUT)?;
    let lag = |partition: TopicPartition| {
        let TopicPartition { topic, partition: number } = &partition;
        let (first, end) = client.fetch_watermarks(topic, *number, ANSWER_TIMEOUT)?;
        let known = |list: &TopicPartitionList| match list.find_partition(topic, *number)?.offset() {
            Offset::Offset(offset) => Some(offset),
            _ => None,
        };
        let next = offsets.first_in_flight(topic, *number).or_else(|| known(&received)).or_else(|| known(&committed));
        Ok(Lag { next: next.unwrap_or(first), end, partition })
    };
    partitions.into_iter().map(lag).collect()
}

impl<I: Decoder> Consumer<I> {
    /// None once it is closed.
    fn client(&self) -> Option<Arc<Client>> {
        self.membership.client.clone()
    }

    fn offsets(&self) -> Arc<Assignment> {
        Arc::clone(&self.membership.assignment)
    }
}
