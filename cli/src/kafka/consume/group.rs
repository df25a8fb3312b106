//! The records that a member of a consumer group gets.

use std::collections::BTreeMap;
use std::time::Duration;

use thoth_messaging::client::{Consumer, ReceiveError, Record, TopicPartition};
use thoth_messaging::{DecodeError, Decoder, Descriptor, Schema, Topic};
use tokio::time;

use super::topic::ConsumedTopic;
use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::stderr::say;

/// The silence after which it checks whether all is read.
const QUIET: Duration = Duration::from_secs(1);

/// The number of silences that are the end: behind the last record there may be marks of transactions, which
/// count as records and never come.
const PATIENCE: u32 = 5;

/// The time limit for joining the group and getting partitions.
const JOIN: Duration = Duration::from_secs(30);

/// The time limit for committing and leaving.
const LEAVE: Duration = Duration::from_secs(10);

/// A member of a group.
pub(super) struct Member {
    consumer: Consumer<Raw>,
    follow: bool,
    /// Behind the last record of the partitions that it has, as it was when it got them; of those that are not read to
    /// there.
    ends: Option<BTreeMap<TopicPartition, i64>>,
}

/// Reads records, and decodes nothing.
pub(super) struct Raw(Vec<Descriptor>);

impl Decoder for Raw {
    type Message = ();

    fn descriptor(&self) -> &Descriptor {
        &self.0[0]
    }

    fn decode(&self, _: &[u8]) -> Result<(), DecodeError> {
        Ok(())
    }

    fn descriptors(&self) -> Vec<&Descriptor> {
        self.0.iter().collect()
    }
}

impl Raw {
    fn new(topics: &[ConsumedTopic], cluster: &Cluster) -> Self {
        static NONE: Schema = Schema::new("", "", "");
        let descriptor = |topic: &ConsumedTopic| {
            let mut descriptor = Descriptor::new("", Topic::new(""), &NONE);
            descriptor.topic.name = cluster.without_prefix(&topic.name).to_owned().into();
            descriptor
        };
        Self(topics.iter().map(descriptor).collect())
    }
}

impl Member {
    pub(super) fn new(group: &str, topics: &[ConsumedTopic], follow: bool, cluster: &Cluster) -> Result<Self, Failure> {
        let consumer = cluster.kafka.clone().with_group(group).consumer_of(Raw::new(topics, cluster))?;
        Ok(Self { consumer, follow, ends: None })
    }

    pub(super) async fn next(&mut self) -> Result<Option<Record>, Failure> {
        if !self.follow && self.ends.is_none() && !self.find_ends().await? {
            return Ok(None);
        }
        let mut quiet = 0;
        while !self.ends.as_ref().is_some_and(BTreeMap::is_empty) {
            let record = match time::timeout(QUIET, self.consumer.next()).await {
                Ok(Some(Ok(received))) => Record::from(received),
                Ok(Some(Err(ReceiveError::Tombstone(record)))) => *record,
                Ok(Some(Err(error))) => return Err(error.into()),
                Ok(None) => return Ok(None),
                Err(_) if self.follow => continue,
                Err(_) => {
                    quiet += 1;
                    self.forget_read().await?;
                    if quiet < PATIENCE {
                        continue;
                    }
                    return Ok(None);
                }
            };
            let partition = TopicPartition::new(record.topic(), record.partition());
            if let Some(ends) = &mut self.ends
                && ends.get(&partition).is_some_and(|end| record.offset() >= end - 1)
            {
                ends.remove(&partition);
            }
            return Ok(Some(record));
        }
        Ok(None)
    }

    /// Waits for its partitions. Whether it got any.
    async fn find_ends(&mut self) -> Result<bool, Failure> {
        let Ok(assigned) = time::timeout(JOIN, self.consumer.assigned()).await else {
            let said = "the other members of the group have all partitions: there is nothing to read";
            say(said);
            return Ok(false);
        };
        assigned?;
        let lag = self.consumer.lag().await?;
        self.ends = Some(lag.into_iter().filter(|it| it.records() > 0).map(|it| (it.partition, it.end)).collect());
        Ok(true)
    }

    /// Forgets the ends that it has come to, or that another member sees to now.
    async fn forget_read(&mut self) -> Result<(), Failure> {
        let lag = self.consumer.lag().await?;
        let open: Vec<_> = lag.into_iter().filter(|it| it.records() > 0).map(|it| it.partition).collect();
        if let Some(ends) = &mut self.ends {
            ends.retain(|partition, _| open.contains(partition));
        }
        Ok(())
    }

    pub(super) async fn close(self) -> Result<(), Failure> {
        Ok(self.consumer.close(LEAVE).await?)
    }
}
