//! The offsets of a transaction: the records that it acknowledges, by partition.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rdkafka::Offset;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::Producer as _;

use super::queued::Client;
use super::transaction_steps::CALL_TIMEOUT;
use crate::client::consumer::offsets::{Acknowledged, AssignedPartition, Assignment};
use crate::client::consumer::record::Record;
use crate::client::error::AbortReason;
use crate::client::lock::lock;
use crate::client::topic_partition::{TopicPartition, list_at};

#[derive(Default)]
pub(super) struct TransactionOffsets {
    partitions: Mutex<Vec<PartitionOffsets>>,
    /// The reason for which the offsets were not sent, unless Kafka refused them.
    refused: Mutex<Option<AbortReason>>,
    /// All offsets are with Kafka, which is asked to commit them next.
    sent: AtomicBool,
}

/// The records of a partition that are acknowledged.
#[derive(Clone)]
struct PartitionOffsets {
    partition: Arc<AssignedPartition>,
    offsets: BTreeSet<i64>,
}

impl TransactionOffsets {
    /// Adds a record that is acknowledged.
    pub(super) fn add(&self, record: &Record) {
        let (partition, offset) = (record.origin(), record.offset());
        if let Some(assignment) = partition.assignment() {
            assignment.store_nothing();
        }
        let mut partitions = lock(&self.partitions);
        match partitions.iter_mut().find(|known| Arc::ptr_eq(&known.partition, partition)) {
            Some(known) => drop(known.offsets.insert(offset)),
            None => partitions.push({
                let (partition, offsets) = (Arc::clone(partition), BTreeSet::from([offset]));
                PartitionOffsets { partition, offsets }
            }),
        }
    }

    /// True once Kafka was asked to commit.
    pub(super) fn are_sent(&self) -> bool {
        self.sent.load(Ordering::Acquire)
    }

    pub(super) fn refused(&self) -> Option<AbortReason> {
        lock(&self.refused).clone()
    }

    /// Adds the offsets to the transaction of Kafka, unless they are in it. Blocks.
    pub(super) fn send_to(
        &self,
        client: &Client,
        retry: impl Fn(&dyn Fn() -> KafkaResult<()>) -> KafkaResult<()>,
    ) -> KafkaResult<()> {
        if self.are_sent() {
            return Ok(());
        }
        let partitions = lock(&self.partitions).clone();
        let mut consumers: Vec<(Arc<Assignment>, Vec<&PartitionOffsets>)> = Vec::new();
        for acknowledged in &partitions {
            let Some(assignment) = acknowledged.partition.assignment() else {
                return self.refuse_revoked(acknowledged);
            };
            match consumers.iter_mut().find(|(known, _)| Arc::ptr_eq(known, &assignment)) {
                Some((_, of_consumer)) => of_consumer.push(acknowledged),
                None => consumers.push((assignment, vec![acknowledged])),
            }
        }
        for (assignment, of_consumer) in consumers {
            self.send_of(&assignment, of_consumer.into_iter(), client, &retry)?;
        }
        self.sent.store(true, Ordering::Release);
        Ok(())
    }

    fn send_of<'a>(
        &self,
        assignment: &Assignment,
        partitions: impl Iterator<Item = &'a PartitionOffsets> + Clone,
        client: &Client,
        retry: impl Fn(&dyn Fn() -> KafkaResult<()>) -> KafkaResult<()>,
    ) -> KafkaResult<()> {
        let store = assignment.store();
        let Some((store, group)) = store.and_then(|it| it.group_metadata().map(|group| (it, group))) else {
            return partitions.clone().next().map_or(Ok(()), |it| self.refuse_revoked(it));
        };
        assignment.commit_stored(store.as_ref())?;
        // The metadata is fetched before checking for revocations: Kafka refuses it if a rebalance comes between.
        let mut offsets = Vec::new();
        for acknowledged in partitions {
            match acknowledged.partition.acknowledged_with(&acknowledged.offsets) {
                Acknowledged::UpTo(offset) => {
                    offsets.push((acknowledged.partition.id(), Offset::Offset(offset.saturating_add(1))));
                }
                Acknowledged::LeftOut(offset) => return self.refuse_left_out(acknowledged, offset),
                Acknowledged::Revoked => return self.refuse_revoked(acknowledged),
            }
        }
        let offsets = list_at(offsets)?;
        retry(&|| client.send_offsets_to_transaction(&offsets, &group, CALL_TIMEOUT))
    }

    fn refuse_revoked(&self, acknowledged: &PartitionOffsets) -> KafkaResult<()> {
        let TopicPartition { topic, partition } = acknowledged.partition.id().clone();
        let offset = acknowledged.offsets.first().copied().unwrap_or_default();
        self.refuse(AbortReason::Revoked { topic, partition, offset })
    }

    fn refuse_left_out(&self, acknowledged: &PartitionOffsets, offset: i64) -> KafkaResult<()> {
        let TopicPartition { topic, partition } = acknowledged.partition.id().clone();
        self.refuse(AbortReason::LeftOut { topic, partition, offset })
    }

    fn refuse(&self, reason: AbortReason) -> KafkaResult<()> {
        *lock(&self.refused) = Some(reason);
        Err(KafkaError::Canceled)
    }

    /// Takes note that the transaction was committed: the records are acknowledged.
    pub(super) fn committed(&self) {
        for acknowledged in lock(&self.partitions).iter() {
            acknowledged.partition.committed(&acknowledged.offsets);
        }
    }

    /// Has the consumers go back to the records, after the transaction was aborted. Blocks.
    pub(super) fn rewind(&self) {
        for acknowledged in lock(&self.partitions).iter() {
            if let Some(assignment) = acknowledged.partition.assignment() {
                assignment.rewind(&acknowledged.partition);
            }
        }
    }
}
