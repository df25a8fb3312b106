//! The offsets of positions, of partitions of many topics at once.

use std::collections::BTreeMap;
use std::time::SystemTime;

use rdkafka::Offset;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::Admin;
use super::topics::REQUEST_TIMEOUT;
use crate::client::consumer::Position;
use crate::client::error::{AdminError, Cause};
use crate::client::ffi::groups::list_offsets;
use crate::client::topic_lookup::ANSWER_TIMEOUT;
use crate::client::topic_partition::{TopicPartition, list_at};

impl Admin {
    /// The offsets of a position, by partition; none of partitions that the cluster does not have. The end is behind the last
    /// record of a transaction that is committed; a time that no record has reached is the end, and an offset that is not there
    /// any more the first that is.
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers for 10 s, [`AdminError::Offsets`] where the user lacks the right
    /// `Describe` on a topic or a partition has no leader, and [`AdminError::Kafka`] where Kafka does not answer within 20 s.
    pub async fn offsets(
        &self,
        partitions: impl IntoIterator<Item = TopicPartition>,
        at: Position,
    ) -> Result<BTreeMap<TopicPartition, i64>, AdminError> {
        let partitions: Vec<_> = partitions.into_iter().collect();
        self.check_connection(ANSWER_TIMEOUT).await?;
        match at {
            Position::Beginning => self.list_offsets(&partitions, Offset::Beginning).await,
            Position::End => self.list_offsets(&partitions, Offset::End).await,
            Position::Offset(offset) => {
                let mut offsets = self.list_offsets(&partitions, Offset::Beginning).await?;
                for (partition, end) in self.list_offsets(&partitions, Offset::End).await? {
                    offsets.entry(partition).and_modify(|first| *first = offset.clamp(*first, end.max(*first)));
                }
                Ok(offsets)
            }
            Position::Time(time) => {
                let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
                let mut offsets = self.list_offsets(&partitions, Offset::Offset(millis)).await?;
                let without = offsets.iter().filter(|(_, offset)| **offset < 0).map(|(partition, _)| partition.clone());
                offsets.extend(self.list_offsets(&without.collect::<Vec<_>>(), Offset::End).await?);
                Ok(offsets)
            }
        }
    }

    async fn list_offsets(
        &self,
        partitions: &[TopicPartition],
        at: Offset,
    ) -> Result<BTreeMap<TopicPartition, i64>, AdminError> {
        if partitions.is_empty() {
            return Ok(BTreeMap::new());
        }
        let asked = list_at(partitions.iter().map(|partition| (partition, at)));
        let asked = asked.map_err(|error| AdminError::Kafka { cause: Cause::new(error) })?;
        let listed = self.with_client(move |client| list_offsets(client.inner(), &asked, REQUEST_TIMEOUT)).await?;
        let mut offsets = BTreeMap::new();
        for (partition, offset) in listed {
            match offset {
                Ok(offset) => drop(offsets.insert(partition, offset)),
                Err(Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition) => {}
                Err(code) => {
                    let topic = partition.topic;
                    let need = (Code::TopicAuthorizationFailed, "Describe", topic.as_str());
                    let cause = Cause::new(KafkaError::AdminOp(code)).needing(&[need]);
                    return Err(AdminError::Offsets { topic, cause });
                }
            }
        }
        Ok(offsets)
    }
}
