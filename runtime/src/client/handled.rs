//! The records that a transaction marks as handled, by partition.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::Producer as _;
use rdkafka::{Offset, TopicPartitionList};

use super::error::AbortReason;
use super::offsets::{Assignment, Partition, Reach};
use super::record::Record;
use super::sender::Client;
use super::transaction::PATIENCE;

#[derive(Default)]
pub(super) struct Handled {
    partitions: Mutex<Vec<Taken>>,
    /// Why the offsets were not sent, where it is not Kafka that refused them.
    refused: Mutex<Option<AbortReason>>,
    /// All offsets are with Kafka, which is asked to commit them next.
    sent: AtomicBool,
}

/// Records of a partition.
#[derive(Clone)]
struct Taken {
    assignment: Arc<Assignment>,
    partition: Arc<Partition>,
    offsets: BTreeSet<i64>,
}

impl Handled {
    pub(super) fn add(&self, record: &Record) {
        let (assignment, partition, offset) = record.place();
        assignment.store_nothing();
        let mut partitions = lock(&self.partitions);
        match partitions.iter_mut().find(|taken| Arc::ptr_eq(&taken.partition, &partition)) {
            Some(taken) => drop(taken.offsets.insert(offset)),
            None => partitions.push(Taken { assignment, partition, offsets: BTreeSet::from([offset]) }),
        }
    }

    /// Whether Kafka was asked to commit.
    pub(super) fn is_sent(&self) -> bool {
        self.sent.load(Ordering::Acquire)
    }

    pub(super) fn refused(&self) -> Option<AbortReason> {
        lock(&self.refused).clone()
    }

    /// Adds the offsets to the transaction, unless they are in it. Blocks.
    pub(super) fn send_to(
        &self,
        client: &Client,
        insist: impl Fn(&dyn Fn() -> KafkaResult<()>) -> KafkaResult<()>,
    ) -> KafkaResult<()> {
        if self.is_sent() {
            return Ok(());
        }
        let taken = lock(&self.partitions).clone();
        let mut consumers: Vec<&Arc<Assignment>> = Vec::new();
        for Taken { assignment, .. } in &taken {
            if !consumers.iter().any(|known| Arc::ptr_eq(known, assignment)) {
                consumers.push(assignment);
            }
        }
        for assignment in consumers {
            let of_consumer = taken.iter().filter(|taken| Arc::ptr_eq(&taken.assignment, assignment));
            self.send_of(assignment, of_consumer, client, &insist)?;
        }
        self.sent.store(true, Ordering::Release);
        Ok(())
    }

    fn send_of<'a>(
        &self,
        assignment: &Assignment,
        taken: impl Iterator<Item = &'a Taken> + Clone,
        client: &Client,
        insist: impl Fn(&dyn Fn() -> KafkaResult<()>) -> KafkaResult<()>,
    ) -> KafkaResult<()> {
        let consumer = assignment.client();
        let Some((consumer, group)) = consumer.and_then(|it| it.group_metadata().map(|group| (it, group))) else {
            return taken.clone().next().map_or(Ok(()), |taken| self.refuse(taken, taken.first(), true));
        };
        assignment.commit_stored(&consumer)?;
        // The metadata is older than this look at what is revoked: Kafka refuses it if a rebalance comes between.
        let mut offsets = TopicPartitionList::new();
        for taken in taken {
            match taken.partition.reach(&taken.offsets) {
                Reach::Behind(offset) => {
                    let next = Offset::Offset(offset.saturating_add(1));
                    offsets.add_partition_offset(&taken.partition.topic, taken.partition.number, next)?;
                }
                Reach::LeftOut(offset) => return self.refuse(taken, offset, false),
                Reach::Revoked => return self.refuse(taken, taken.first(), true),
            }
        }
        insist(&|| client.send_offsets_to_transaction(&offsets, &group, PATIENCE))
    }

    fn refuse(&self, taken: &Taken, offset: i64, revoked: bool) -> KafkaResult<()> {
        let (topic, partition) = (taken.partition.topic.clone(), taken.partition.number);
        *lock(&self.refused) = Some(if revoked {
            AbortReason::Revoked { topic, partition, offset }
        } else {
            AbortReason::LeftOut { topic, partition, offset }
        });
        Err(KafkaError::Canceled)
    }

    /// The transaction was committed: the records are handled.
    pub(super) fn settle(&self) {
        for taken in lock(&self.partitions).iter() {
            taken.partition.settle(&taken.offsets);
        }
    }

    /// The transaction was aborted: the records come again. Blocks.
    pub(super) fn rewind(&self) {
        for taken in lock(&self.partitions).iter() {
            taken.assignment.rewind(&taken.partition);
        }
    }
}

impl Taken {
    fn first(&self) -> i64 {
        self.offsets.first().copied().unwrap_or_default()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
