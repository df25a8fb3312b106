//! The partitions that a consumer has: which they are, seeking on them, pausing them, and their lag.

use std::sync::Arc;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaResult;

use super::Consumer;
use super::context::Client;
use super::offsets::Assignment;
use super::positions::{Lag, Position, blocking, check_assigned, lag, seek};
use crate::client::error::{Cause, PositionError, ReceiveError};
use crate::client::topic_partition::{TopicPartition, list, partitions};
use crate::message::Decoder;

impl<I: Decoder> Consumer<I> {
    /// The partitions that it has now, in order. They are none before the first message was asked for.
    #[must_use]
    pub fn assignment(&self) -> Vec<TopicPartition> {
        let assigned = self.client().and_then(|client| client.assignment().ok());
        let mut partitions = assigned.as_ref().map(partitions).unwrap_or_default();
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
            self.buffered_or_assigned().await?;
        }
    }

    /// Continues on a partition that it has at another position: its next record is the one there. What was received of it
    /// before can't be acknowledged any more.
    ///
    /// The committed offset changes only once a record is acknowledged there, and then also goes back.
    ///
    /// # Errors
    ///
    /// [`PositionError::NotAssigned`] where it does not have the partition, and [`PositionError::Kafka`] where Kafka
    /// does not tell the offset within 10 s.
    pub async fn seek(&mut self, partition: &TopicPartition, to: Position) -> Result<(), PositionError> {
        self.seek_in(vec![partition.clone()], to).await
    }

    /// Continues on all partitions that it has at a position, as [`seek`](Self::seek). To replay a topic from a time on:
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

    /// Stops giving records of these partitions, until they are [resumed](Self::resume) or assigned anew. It must
    /// still be asked for the next message at least every `max.poll.interval.ms`.
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

    /// Asks the brokers how far it is behind on each of its partitions.
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
        self.forget_buffered(&partitions);
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
        change(&client, &list(&partitions)).map_err(|error| PositionError::Kafka { cause: Cause::new(error) })
    }

    /// None once it is closed.
    fn client(&self) -> Option<Arc<Client>> {
        self.membership.client.clone()
    }

    fn offsets(&self) -> Arc<Assignment> {
        Arc::clone(&self.membership.assignment)
    }
}
