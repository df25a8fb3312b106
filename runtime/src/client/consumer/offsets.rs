//! The offsets of the partitions that a consumer has: which records are in flight, and which offset may be committed.
//!
//! A record is *in flight* from when it is received until it is *acknowledged*. The offset of a partition is *stored*, which
//! hands it to librdkafka for the next commit, up to the first record that is in flight, so that nothing is committed before
//! all that precedes it is acknowledged. librdkafka commits what is stored in the run, at a revoke and when it is closed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::KafkaResult;
use tokio::sync::Notify;

use super::replaced_topic::ReplacedTopic;
use crate::client::lock::lock;
use crate::client::topic_partition::TopicPartition;

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
    /// By topic and number, to be found without an allocation for each record.
    partitions: Mutex<HashMap<String, HashMap<i32, Arc<AssignedPartition>>>>,
    store: Mutex<Option<Weak<dyn OffsetStore>>>,
    /// Offsets are committed in transactions only, or not at all.
    stores_nothing: AtomicBool,
    /// True once the offsets are committed that were stored before the first transaction.
    stored_committed: AtomicBool,
    /// Notified when partitions are assigned.
    pub(super) assigned: Notify,
    pub(super) replaced_topic: ReplacedTopic,
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
    progress: Mutex<Progress>,
}

/// The records of a partition that are in flight. What is acknowledged takes no memory, also behind a record that never is.
#[derive(Debug, Default)]
struct Progress {
    /// The first one, which is often the only one.
    first: Option<ReceivedRecord>,
    /// Those behind it, by offset, of which there are gaps where the topic is compacted or transactional.
    behind: BTreeMap<i64, ReceivedRecord>,
    /// The offset of the last record that was received.
    last: Option<i64>,
    /// The partition was revoked, or assigned anew since.
    revoked: bool,
}

/// A record that was received.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReceivedRecord {
    pub(super) offset: i64,
    pub(super) at: Instant,
    /// The offset of the record that was received before it.
    previous: Option<i64>,
}

/// The records of a partition that are in flight.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    pub(super) messages: usize,
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

    /// Stores no more offsets: they are committed in transactions, or not at all.
    pub(in crate::client) fn store_nothing(&self) {
        self.stores_nothing.store(true, Ordering::Release);
    }

    /// Commits what was stored before the first transaction, and has librdkafka forget it: it would commit it again when the
    /// partition is given up, after what the transactions have committed. Blocks.
    pub(in crate::client) fn commit_stored(&self, store: &dyn OffsetStore) -> KafkaResult<()> {
        if self.stored_committed.load(Ordering::Acquire) {
            return Ok(());
        }
        store.commit_stored()?;
        self.stored_committed.store(true, Ordering::Release);
        Ok(())
    }

    /// Takes note of a record that was received.
    pub(in crate::client) fn received(&self, topic: &str, partition: i32, offset: i64) -> Arc<AssignedPartition> {
        let mut partitions = lock(&self.partitions);
        if let Some(assigned) = partitions.get(topic).and_then(|numbers| numbers.get(&partition)) {
            let mut progress = lock(&assigned.progress);
            if progress.receive(offset) {
                return Arc::clone(assigned);
            }
            // Back to an earlier offset: the topic was truncated or made anew.
            progress.revoked = true;
        }
        let mut progress = Progress::default();
        progress.receive(offset);
        let id = TopicPartition::new(topic, partition);
        let assigned = Arc::new(AssignedPartition { id, progress: Mutex::new(progress) });
        partitions.entry(topic.to_owned()).or_default().insert(partition, Arc::clone(&assigned));
        assigned
    }

    fn find(&self, TopicPartition { topic, partition }: &TopicPartition) -> Option<Arc<AssignedPartition>> {
        lock(&self.partitions).get(topic)?.get(partition).cloned()
    }

    /// The offset of the first record of a partition that is in flight.
    pub(super) fn first_in_flight(&self, partition: &TopicPartition) -> Option<i64> {
        let partition = self.find(partition)?;
        let progress = lock(&partition.progress);
        progress.first.map(|record| record.offset)
    }

    /// The records of a partition that are in flight.
    pub(super) fn in_flight(&self, partition: &TopicPartition) -> InFlight {
        let Some(partition) = self.find(partition) else {
            return InFlight::default();
        };
        let progress = lock(&partition.progress);
        InFlight { messages: progress.in_flight().count(), oldest: progress.first }
    }

    /// Forgets partitions: acknowledging their records has no effect from now on.
    pub(in crate::client) fn revoked<'a>(&self, revoked: impl IntoIterator<Item = &'a TopicPartition>) {
        let mut partitions = lock(&self.partitions);
        for TopicPartition { topic, partition } in revoked {
            let assigned = partitions.get_mut(topic).and_then(|numbers| numbers.remove(partition));
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
        partitions.get_mut(&partition.id.topic)?.remove(&partition.id.partition);
        progress.first.map(|record| record.offset)
    }

    /// Acknowledges a record, and stores the offset of its partition if that advances.
    pub(super) fn ack(&self, partition: &AssignedPartition, offset: i64) {
        // Locked until the offset is stored, so that offsets are stored in order.
        let mut progress = lock(&partition.progress);
        if self.stores_nothing.load(Ordering::Acquire) {
            progress.ack(offset);
            return;
        }
        let Some(acknowledged) = progress.ack(offset) else {
            return;
        };
        let store = lock(&self.store);
        let Some(store) = store.as_ref().and_then(Weak::upgrade) else {
            return;
        };
        if let Err(error) = store.store(&partition.id, acknowledged) {
            // Revoked this very moment, or closed: the record comes again.
            let TopicPartition { topic, partition } = &partition.id;
            tracing::debug!("Kafka: {topic}[{partition}]: offset {acknowledged} not stored: {error}");
        }
    }
}

impl AssignedPartition {
    pub(in crate::client) fn id(&self) -> &TopicPartition {
        &self.id
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

impl Progress {
    /// Takes note of a record. Returns false for one from before another that is in flight.
    fn receive(&mut self, offset: i64) -> bool {
        if self.first.is_some() && self.last.is_some_and(|last| last >= offset) {
            return false;
        }
        let previous = self.last.replace(offset);
        let record = ReceivedRecord { offset, at: Instant::now(), previous };
        if self.first.is_none() {
            self.first = Some(record);
        } else {
            self.behind.insert(offset, record);
        }
        true
    }

    /// In the order of their offsets.
    fn in_flight(&self) -> impl Iterator<Item = &ReceivedRecord> {
        self.first.iter().chain(self.behind.values())
    }

    fn is_in_flight(&self, offset: i64) -> bool {
        self.first.is_some_and(|first| first.offset == offset) || self.behind.contains_key(&offset)
    }

    fn acknowledged_with(&self, offsets: &BTreeSet<i64>) -> Acknowledged {
        if self.revoked || !offsets.iter().any(|offset| self.is_in_flight(*offset)) {
            return Acknowledged::Revoked;
        }
        let left_out = self.in_flight().find(|record| !offsets.contains(&record.offset));
        let up_to = left_out.map_or(self.last, |record| record.previous);
        match (up_to, left_out, offsets.last()) {
            (Some(up_to), _, Some(last)) if up_to >= *last => Acknowledged::UpTo(up_to),
            (_, Some(left_out), _) => Acknowledged::LeftOut(left_out.offset),
            _ => Acknowledged::Revoked,
        }
    }

    /// Acknowledges the record of an offset. Returns the offset of the last record that is acknowledged with all before it, if
    /// that advances.
    fn ack(&mut self, offset: i64) -> Option<i64> {
        if self.revoked {
            return None;
        }
        if self.first?.offset != offset {
            self.behind.remove(&offset);
            return None;
        }
        self.first = self.behind.pop_first().map(|(_, record)| record);
        self.first.map_or(self.last, |first| first.previous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(offsets: &[i64]) -> Progress {
        let mut progress = Progress::default();
        assert!(offsets.iter().all(|offset| progress.receive(*offset)));
        progress
    }

    #[test]
    fn an_offset_is_stored_only_once_all_before_it_are_acknowledged() {
        let mut progress = received(&[4, 5, 6]);
        assert_eq!(progress.ack(5), None);
        assert_eq!(progress.ack(4), Some(5));
        assert_eq!(progress.ack(6), Some(6));
        assert_eq!(progress.in_flight().count(), 0);
    }

    #[test]
    fn gaps_between_offsets_do_not_hold_it_up() {
        let mut progress = received(&[10, 12, 90]);
        assert_eq!(progress.ack(10), Some(10));
        assert_eq!(progress.ack(12), Some(12));
        assert_eq!(progress.ack(90), Some(90));
    }

    #[test]
    fn what_is_acknowledged_behind_a_record_that_never_is_takes_no_memory() {
        let mut progress = received(&[0]);
        for offset in 1..10_000 {
            assert!(progress.receive(offset));
            assert_eq!(progress.ack(offset), None);
        }
        assert_eq!(progress.in_flight().count(), 1);
        assert_eq!(progress.ack(0), Some(9_999));
        assert!(progress.receive(3), "all was acknowledged: it may begin anew anywhere");
    }

    #[test]
    fn a_transaction_takes_an_unbroken_part_or_leaves_the_first_one_out() {
        let mut progress = received(&[1, 2, 4, 5]);
        let with =
            |progress: &Progress, offsets: &[i64]| progress.acknowledged_with(&offsets.iter().copied().collect());
        assert_eq!(with(&progress, &[1, 2]), Acknowledged::UpTo(2));
        assert_eq!(with(&progress, &[2, 4]), Acknowledged::LeftOut(1));
        assert_eq!(with(&progress, &[7]), Acknowledged::Revoked);
        progress.ack(4);
        assert_eq!(with(&progress, &[1, 2]), Acknowledged::UpTo(4));
        assert_eq!(with(&progress, &[1, 2, 5]), Acknowledged::UpTo(5));
    }

    #[test]
    fn nothing_is_stored_for_a_revoked_partition_or_an_unknown_offset() {
        let mut progress = received(&[1, 2]);
        assert_eq!(progress.ack(7), None);
        progress.revoked = true;
        assert_eq!(progress.ack(1), None);
    }

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
        let assignment = Assignment::default();
        assignment.attach(&stored);
        let ack = |partition, offset| {
            let assigned = assignment.received("topic", partition, offset);
            assignment.ack(&assigned, offset);
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
        let assignment = Assignment::default();
        let before = assignment.received("topic", 0, 1);
        assignment.revoked([&TopicPartition::new("topic", 0)]);
        let after = assignment.received("topic", 0, 1);
        assert!(!Arc::ptr_eq(&before, &after));
        assert_eq!(lock(&before.progress).ack(1), None);
        assert_eq!(lock(&after.progress).ack(1), Some(1));
    }
}
