//! The offsets of the partitions that a consumer has: which records are in flight, and which offset may be committed.
//!
//! A record is *in flight* from when it is received until it is *acknowledged*. The offset of a partition is *stored*, which
//! hands it to librdkafka for the next commit, up to the first record that is in flight, so that nothing is committed before
//! all that precedes it is acknowledged. librdkafka commits what is stored in the run, at a revoke and when it is closed.
//!
//! Storing an offset costs as much as receiving a record, so it is not done for each: the readers store what is acknowledged
//! [between](Assignment::store_acknowledged) their calls of librdkafka, a [task](keep_stored) does while they are not asked for
//! records, and all is stored before a partition is given up and before the consumer is closed.

use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::KafkaResult;
use tokio::sync::Notify;
use tokio::time;

use super::progress::{Progress, ReceivedRecord};
use super::replaced_topic::ReplacedTopic;
use crate::client::lock::lock;
use crate::client::topic_partition::TopicPartition;

/// The longest time that an acknowledged offset waits to be stored: far less than the interval of commits.
const STORE_INTERVAL: Duration = Duration::from_millis(100);

/// The client that offsets are stored with.
pub(in crate::client) trait OffsetStore: Send + Sync {
    /// Stores the offset of the last record that is acknowledged: the next commit commits the one behind it.
    fn store(&self, partition: &TopicPartition, offset: i64) -> KafkaResult<()>;

    /// Commits what is stored, and has librdkafka forget it. Blocks.
    fn commit_stored(&self) -> KafkaResult<()>;

    /// Continues at an offset. Blocks.
    fn seek(&self, partition: &TopicPartition, offset: i64) -> KafkaResult<()>;

    /// Identifies the member of the group, for a transaction that commits its offsets.
    fn group_metadata(&self) -> Option<ConsumerGroupMetadata>;
}

/// The partitions that a consumer has, and the client that stores their offsets.
#[derive(Default)]
pub(in crate::client) struct Assignment {
    partitions: Mutex<Partitions>,
    /// The partitions with an acknowledged offset that is to be stored, each once.
    unstored: Mutex<Vec<Arc<AssignedPartition>>>,
    store: Mutex<Option<Weak<dyn OffsetStore>>>,
    /// Offsets are committed in transactions only, or not at all.
    stores_nothing: AtomicBool,
    /// True once the offsets are committed that were stored before the first transaction.
    stored_committed: AtomicBool,
    /// Notified when partitions are assigned.
    pub(super) assigned: Notify,
    pub(super) replaced_topic: ReplacedTopic,
}

#[derive(Default)]
struct Partitions {
    /// By topic and number, to be found without an allocation for each record.
    by_name: HashMap<String, HashMap<i32, Arc<AssignedPartition>>>,
    /// The one of the last record: many records of a partition are received one after the other.
    last: Option<Arc<AssignedPartition>>,
}

/// The part of a partition that is acknowledged, given the records that a transaction acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum Acknowledged {
    /// Up to this offset, which is the last one that the transaction acknowledges.
    UpTo(i64),
    /// Not up to the last one: the record of this offset precedes it and is not acknowledged.
    LeftOut(i64),
    /// The partition was revoked, or assigned anew since.
    Revoked,
}

/// A partition, from when it is assigned until it is revoked.
pub(in crate::client) struct AssignedPartition {
    id: TopicPartition,
    assignment: Weak<Assignment>,
    progress: Mutex<Progress>,
}

/// The records of a partition that are in flight.
#[derive(Debug, Default)]
pub(in crate::client) struct InFlight {
    pub(in crate::client) messages: usize,
    /// The one of the lowest offset.
    pub(super) oldest: Option<ReceivedRecord>,
}

impl Assignment {
    /// Stores offsets with a client from now on.
    pub(in crate::client) fn attach<S: OffsetStore + 'static>(&self, store: &Arc<S>) {
        let store: Weak<S> = Arc::downgrade(store);
        *lock(&self.store) = Some(store);
    }

    /// Stores no more offsets: the owner of a record must not be the one that ends the client.
    pub(in crate::client) fn detach(&self) {
        *lock(&self.store) = None;
    }

    /// True until the consumer is closed.
    pub(super) fn is_attached(&self) -> bool {
        lock(&self.store).is_some()
    }

    /// The client, unless the consumer was closed.
    pub(in crate::client) fn store(&self) -> Option<Arc<dyn OffsetStore>> {
        lock(&self.store).as_ref()?.upgrade()
    }

    /// Stores no more offsets than those acknowledged by now: they are committed in transactions, or not at all.
    pub(in crate::client) fn store_nothing(&self) {
        if !self.stores_nothing.load(Ordering::Acquire) {
            self.store_acknowledged();
            self.stores_nothing.store(true, Ordering::Release);
        }
    }

    /// Stores the acknowledged offsets that are not stored yet.
    pub(in crate::client) fn store_acknowledged(&self) {
        if lock(&self.unstored).is_empty() {
            return;
        }
        let Some(store) = self.store() else { return };
        let unstored = mem::take(&mut *lock(&self.unstored));
        for partition in unstored {
            partition.store_acknowledged(store.as_ref());
        }
    }

    /// Commits what was stored before the first transaction, and has librdkafka forget it: it would commit it again when the
    /// partition is given up, after what the transactions have committed. Blocks.
    pub(in crate::client) fn commit_stored(&self, store: &dyn OffsetStore) -> KafkaResult<()> {
        if self.stored_committed.load(Ordering::Acquire) {
            return Ok(());
        }
        self.store_acknowledged();
        store.commit_stored()?;
        self.stored_committed.store(true, Ordering::Release);
        Ok(())
    }

    /// Takes note of a record that was received at this time.
    pub(in crate::client) fn received(
        self: &Arc<Self>,
        topic: &str,
        partition: i32,
        offset: i64,
        at: Instant,
    ) -> Arc<AssignedPartition> {
        let partitions = &mut *lock(&self.partitions);
        let is_last = |last: &&Arc<AssignedPartition>| last.id.partition == partition && last.id.topic == topic;
        if let Some(assigned) = partitions.last.as_ref().filter(is_last)
            && lock(&assigned.progress).receive(offset, at)
        {
            return Arc::clone(assigned);
        }
        let assigned = partitions.received(TopicPartition::new(topic, partition), offset, at, self);
        partitions.last = Some(Arc::clone(&assigned));
        assigned
    }

    fn find(&self, TopicPartition { topic, partition }: &TopicPartition) -> Option<Arc<AssignedPartition>> {
        lock(&self.partitions).by_name.get(topic)?.get(partition).cloned()
    }

    /// The offset of the first record of a partition that is in flight.
    pub(super) fn first_in_flight(&self, partition: &TopicPartition) -> Option<i64> {
        let partition = self.find(partition)?;
        let progress = lock(&partition.progress);
        progress.first().map(|record| record.offset)
    }

    /// The records of a partition that are in flight.
    pub(in crate::client) fn in_flight(&self, partition: &TopicPartition) -> InFlight {
        let Some(partition) = self.find(partition) else {
            return InFlight::default();
        };
        let progress = lock(&partition.progress);
        InFlight { messages: progress.messages(), oldest: progress.first().copied() }
    }

    /// Forgets partitions: acknowledging their records has no effect from now on.
    pub(in crate::client) fn revoked<'a>(&self, revoked: impl IntoIterator<Item = &'a TopicPartition>) {
        let mut partitions = lock(&self.partitions);
        for TopicPartition { topic, partition } in revoked {
            let assigned = partitions.by_name.get_mut(topic).and_then(|numbers| numbers.remove(partition));
            if let Some(assigned) = assigned {
                lock(&assigned.progress).revoked = true;
            }
        }
    }

    /// Goes back to the first record of a partition that is not acknowledged, unless it was revoked. Blocks.
    pub(in crate::client) fn rewind(&self, partition: &AssignedPartition) {
        let Some(offset) = self.forget(partition) else {
            return;
        };
        let Some(store) = self.store() else {
            return;
        };
        if let Err(error) = store.seek(&partition.id, offset) {
            // Revoked this very moment: its new owner begins there.
            let TopicPartition { topic, partition } = &partition.id;
            tracing::warn!("Kafka: {topic}[{partition}]: not back at offset {offset}: {error}");
        }
    }

    /// Forgets a partition, and returns the offset of its first record that is not acknowledged.
    fn forget(&self, partition: &AssignedPartition) -> Option<i64> {
        let mut partitions = lock(&self.partitions);
        let mut progress = lock(&partition.progress);
        if progress.revoked {
            return None;
        }
        progress.revoked = true;
        partitions.by_name.get_mut(&partition.id.topic)?.remove(&partition.id.partition);
        progress.first().map(|record| record.offset)
    }
}

/// Stores what is acknowledged while the consumer is not asked for records, until it is closed.
pub(super) async fn keep_stored(assignment: Weak<Assignment>) {
    while let Some(assignment) = assignment.upgrade().filter(|assignment| assignment.is_attached()) {
        assignment.store_acknowledged();
        drop(assignment);
        time::sleep(STORE_INTERVAL).await;
    }
}

impl Partitions {
    fn received(
        &mut self,
        id: TopicPartition,
        offset: i64,
        at: Instant,
        assignment: &Arc<Assignment>,
    ) -> Arc<AssignedPartition> {
        let TopicPartition { topic, partition } = &id;
        if let Some(assigned) = self.by_name.get(topic).and_then(|numbers| numbers.get(partition)) {
            let mut progress = lock(&assigned.progress);
            if progress.receive(offset, at) {
                return Arc::clone(assigned);
            }
            // Back to an earlier offset: the topic was truncated or made anew.
            progress.revoked = true;
        }
        let mut progress = Progress::default();
        progress.receive(offset, at);
        let (numbers, number) = (self.by_name.entry(topic.clone()).or_default(), *partition);
        let (assignment, progress) = (Arc::downgrade(assignment), Mutex::new(progress));
        let assigned = Arc::new(AssignedPartition { id, assignment, progress });
        numbers.insert(number, Arc::clone(&assigned));
        assigned
    }
}

impl AssignedPartition {
    pub(in crate::client) fn id(&self) -> &TopicPartition {
        &self.id
    }

    /// The assignment of its consumer, unless that is gone.
    pub(in crate::client) fn assignment(&self) -> Option<Arc<Assignment>> {
        self.assignment.upgrade()
    }

    /// Acknowledges a record. The offset of the partition, if that advances, is stored soon.
    pub(super) fn ack(self: &Arc<Self>, offset: i64) {
        let mut progress = lock(&self.progress);
        let Some(acknowledged) = progress.ack(offset) else { return };
        if progress.unstored.replace(acknowledged).is_some() {
            return;
        }
        drop(progress);
        if let Some(assignment) = self.assignment().filter(|it| !it.stores_nothing.load(Ordering::Acquire)) {
            lock(&assignment.unstored).push(Arc::clone(self));
        }
    }

    /// Stores what is acknowledged, if it is not stored yet.
    fn store_acknowledged(&self, store: &dyn OffsetStore) {
        // Locked until the offset is stored, so that offsets are stored in order.
        let mut progress = lock(&self.progress);
        let Some(offset) = progress.unstored.take().filter(|_| !progress.revoked) else { return };
        if let Err(error) = store.store(&self.id, offset) {
            // Revoked this very moment, or closed: the record comes again.
            let TopicPartition { topic, partition } = &self.id;
            tracing::debug!("Kafka: {topic}[{partition}]: offset {offset} not stored: {error}");
        }
    }

    /// True until the partition is revoked or assigned anew.
    pub(super) fn is_current(&self) -> bool {
        !lock(&self.progress).revoked
    }

    /// The part of the partition that is acknowledged once these records are.
    pub(in crate::client) fn acknowledged_with(&self, offsets: &BTreeSet<i64>) -> Acknowledged {
        lock(&self.progress).acknowledged_with(offsets)
    }

    /// Acknowledges records whose offsets are committed.
    pub(in crate::client) fn committed(&self, offsets: &BTreeSet<i64>) {
        let mut progress = lock(&self.progress);
        for offset in offsets {
            progress.ack(*offset);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps what is stored, as partition and offset.
    #[derive(Default)]
    struct Stored(Mutex<Vec<(i32, i64)>>);

    impl OffsetStore for Stored {
        fn store(&self, partition: &TopicPartition, offset: i64) -> KafkaResult<()> {
            lock(&self.0).push((partition.partition, offset));
            Ok(())
        }

        fn commit_stored(&self) -> KafkaResult<()> {
            Ok(())
        }

        fn seek(&self, _: &TopicPartition, _: i64) -> KafkaResult<()> {
            Ok(())
        }

        fn group_metadata(&self) -> Option<ConsumerGroupMetadata> {
            None
        }
    }

    #[test]
    fn offsets_are_stored_with_the_client_until_it_is_detached_or_transactions_commit_them() {
        let stored = Arc::new(Stored::default());
        let assignment = Arc::new(Assignment::default());
        assignment.attach(&stored);
        let ack = |partition, offset| {
            let assigned = assignment.received("topic", partition, offset, Instant::now());
            assigned.ack(offset);
            assignment.store_acknowledged();
        };
        ack(0, 7);
        ack(1, 3);
        assignment.detach();
        ack(0, 8);
        assignment.attach(&stored);
        ack(0, 9);
        assignment.store_nothing();
        ack(0, 10);
        assert_eq!(*lock(&stored.0), [(0, 7), (1, 3), (0, 9)]);
    }

    #[test]
    fn a_partition_that_comes_back_starts_anew() {
        let assignment = Arc::new(Assignment::default());
        let before = assignment.received("topic", 0, 1, Instant::now());
        assignment.revoked([&TopicPartition::new("topic", 0)]);
        let after = assignment.received("topic", 0, 1, Instant::now());
        assert!(!Arc::ptr_eq(&before, &after));
        assert_eq!(lock(&before.progress).ack(1), None);
        assert_eq!(lock(&after.progress).ack(1), Some(1));
    }
}
