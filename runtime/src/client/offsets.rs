//! Which offset of a partition is handled: all before it are, in the order in which they were received.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::{Offset, TopicPartitionList};

use tokio::sync::Notify;

use super::consumer::Context;
use super::identity::Identity;

/// The partitions that a consumer has, and the client that stores their offsets.
#[derive(Default)]
pub(super) struct Assignment {
    partitions: Mutex<HashMap<String, HashMap<i32, Arc<Partition>>>>,
    client: Mutex<Weak<StreamConsumer<Context>>>,
    /// Offsets are committed in transactions only, or not at all.
    stores_nothing: AtomicBool,
    /// What was stored before that is committed.
    stored_committed: AtomicBool,
    /// Told when partitions are assigned.
    pub(super) assigned: Notify,
    /// Whether the topics are still those that were subscribed to.
    pub(super) identity: Identity,
}

/// How far a partition is handled, once some of its records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Up to this offset.
    Behind(i64),
    /// Not up to all of the records: this one is before them and not handled.
    LeftOut(i64),
    /// Somebody else has the partition now, or this consumer anew.
    Revoked,
}

/// How long going back may take, which needs no network.
const SEEK_TIMEOUT: Duration = Duration::from_secs(5);

/// A partition, from when it is assigned until it is revoked.
pub(super) struct Partition {
    pub(super) topic: String,
    pub(super) number: i32,
    progress: Mutex<Progress>,
}

/// What of a partition was received and not yet stored.
#[derive(Debug, Default)]
struct Progress {
    /// Offsets in the order in which they were received, and whether each is handled. The first one never is. They
    /// have gaps where the topic is compacted or transactional.
    in_flight: VecDeque<Entry>,
    /// Somebody else has the partition now, or this consumer anew.
    revoked: bool,
}

/// A record that was received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) offset: i64,
    pub(super) received: Instant,
    done: bool,
}

/// How much of a partition was received and is not acknowledged.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    pub(super) messages: usize,
    /// That of the lowest offset.
    pub(super) oldest: Option<Entry>,
}

impl Assignment {
    /// The client that stores offsets from now on.
    pub(super) fn attach(&self, client: &Arc<StreamConsumer<Context>>) {
        *lock(&self.client) = Arc::downgrade(client);
    }

    /// Stores no more offsets: whoever holds a record must not be the one to end the client.
    pub(super) fn detach(&self) {
        *lock(&self.client) = Weak::new();
    }

    /// The client, unless the consumer was closed.
    pub(super) fn client(&self) -> Option<Arc<StreamConsumer<Context>>> {
        lock(&self.client).upgrade()
    }

    /// Stores no more offsets: it is transactions that commit them, or nobody does.
    pub(super) fn store_nothing(&self) {
        self.stores_nothing.store(true, Ordering::Release);
    }

    /// Commits what was stored before there were transactions, and lets librdkafka forget it: it would commit it again
    /// when the partition is given up, after what the transactions have committed. Blocks.
    pub(super) fn commit_stored(&self, client: &StreamConsumer<Context>) -> KafkaResult<()> {
        if self.stored_committed.load(Ordering::Acquire) {
            return Ok(());
        }
        match client.commit_consumer_state(CommitMode::Sync) {
            Ok(()) | Err(KafkaError::ConsumerCommit(Code::NoOffset)) => {}
            Err(error) => return Err(error),
        }
        let mut stored = client.assignment()?;
        stored.set_all_offsets(Offset::Invalid)?;
        client.store_offsets(&stored)?;
        self.stored_committed.store(true, Ordering::Release);
        Ok(())
    }

    /// Takes note of a record that was received.
    pub(super) fn received(&self, topic: &str, number: i32, offset: i64) -> Arc<Partition> {
        let mut partitions = lock(&self.partitions);
        if let Some(partition) = partitions.get(topic).and_then(|numbers| numbers.get(&number)) {
            let mut progress = lock(&partition.progress);
            if progress.in_flight.back().is_none_or(|last| last.offset < offset) {
                progress.in_flight.push_back(Entry::new(offset));
                return Arc::clone(partition);
            }
            // Back to an earlier offset: the topic was truncated or made anew.
            progress.revoked = true;
        }
        let progress = Progress { in_flight: VecDeque::from([Entry::new(offset)]), revoked: false };
        let partition = Arc::new(Partition { topic: topic.to_owned(), number, progress: Mutex::new(progress) });
        partitions.entry(topic.to_owned()).or_default().insert(number, Arc::clone(&partition));
        partition
    }

    /// The offset of the first record of a partition that was received and is not acknowledged.
    pub(super) fn first_in_flight(&self, topic: &str, number: i32) -> Option<i64> {
        let partitions = lock(&self.partitions);
        let progress = lock(&partitions.get(topic)?.get(&number)?.progress);
        progress.in_flight.front().map(|entry| entry.offset)
    }

    /// How much of a partition was received and is not acknowledged.
    pub(super) fn in_flight(&self, topic: &str, number: i32) -> InFlight {
        let partitions = lock(&self.partitions);
        let Some(partition) = partitions.get(topic).and_then(|numbers| numbers.get(&number)) else {
            return InFlight::default();
        };
        let progress = lock(&partition.progress);
        let messages = progress.in_flight.iter().filter(|entry| !entry.done).count();
        InFlight { messages, oldest: progress.in_flight.iter().find(|entry| !entry.done).copied() }
    }

    /// Forgets partitions: acknowledging their records has no effect from now on.
    pub(super) fn revoked(&self, revoked: &TopicPartitionList) {
        let mut partitions = lock(&self.partitions);
        for element in revoked.elements() {
            let known = partitions.get_mut(element.topic()).and_then(|numbers| numbers.remove(&element.partition()));
            if let Some(partition) = known {
                lock(&partition.progress).revoked = true;
            }
        }
    }

    /// Goes back to the first record of a partition that is not handled, if it is still this one's. Blocks.
    pub(super) fn rewind(&self, partition: &Arc<Partition>) {
        let Some(offset) = self.forget(partition) else {
            return;
        };
        let Some(client) = self.client() else {
            return;
        };
        let mut target = TopicPartitionList::new();
        let sought = target
            .add_partition_offset(&partition.topic, partition.number, Offset::Offset(offset))
            .and_then(|()| client.seek_partitions(target, SEEK_TIMEOUT))
            .and_then(|sought| {
                sought.elements().iter().try_for_each(rdkafka::topic_partition_list::TopicPartitionListElem::error)
            });
        if let Err(error) = sought {
            // Revoked this very moment: whoever has it now begins there.
            tracing::warn!("Kafka: {}[{}]: not back at offset {offset}: {error}", partition.topic, partition.number);
        }
    }

    /// Forgets a partition, and returns the offset of the first record in flight that is not handled.
    fn forget(&self, partition: &Arc<Partition>) -> Option<i64> {
        let mut partitions = lock(&self.partitions);
        let mut progress = lock(&partition.progress);
        if progress.revoked {
            return None;
        }
        progress.revoked = true;
        partitions.get_mut(&partition.topic)?.remove(&partition.number);
        progress.in_flight.front().map(|entry| entry.offset)
    }

    /// Marks a record handled, and stores the offset of its partition if that goes on by it.
    pub(super) fn ack(&self, partition: &Partition, offset: i64) {
        // Locked until the offset is stored, so that offsets are stored in order.
        let mut progress = lock(&partition.progress);
        if self.stores_nothing.load(Ordering::Acquire) {
            progress.mark(offset);
            return;
        }
        let Some(handled) = progress.ack(offset) else {
            return;
        };
        let client = lock(&self.client);
        let Some(client) = client.upgrade() else {
            return;
        };
        if let Err(error) = client.store_offset(&partition.topic, partition.number, handled) {
            // Revoked this very moment, or closed: the record comes again.
            tracing::debug!("Kafka: {}[{}]: offset {handled} not stored: {error}", partition.topic, partition.number);
        }
    }
}

impl Partition {
    pub(super) fn is_current(&self) -> bool {
        !lock(&self.progress).revoked
    }

    /// How far it is handled once these records are.
    pub(super) fn reach(&self, offsets: &BTreeSet<i64>) -> Reach {
        lock(&self.progress).reach(offsets)
    }

    /// Marks records handled whose offsets are committed.
    pub(super) fn settle(&self, offsets: &BTreeSet<i64>) {
        let mut progress = lock(&self.progress);
        for offset in offsets {
            progress.ack(*offset);
        }
    }
}

impl Entry {
    fn new(offset: i64) -> Self {
        Self { offset, received: Instant::now(), done: false }
    }
}

impl Progress {
    fn reach(&self, offsets: &BTreeSet<i64>) -> Reach {
        if self.revoked {
            return Reach::Revoked;
        }
        let is_handled = |entry: &&Entry| entry.done || offsets.contains(&entry.offset);
        let handled = self.in_flight.iter().take_while(is_handled).last().map(|entry| entry.offset);
        match (handled, self.in_flight.iter().find(|entry| !is_handled(entry)), offsets.last()) {
            (Some(handled), _, Some(last)) if handled >= *last => Reach::Behind(handled),
            (_, Some(left_out), _) => Reach::LeftOut(left_out.offset),
            // They are not in flight.
            _ => Reach::Revoked,
        }
    }

    /// Marks an offset handled.
    fn mark(&mut self, offset: i64) -> Option<()> {
        let index = self.in_flight.binary_search_by_key(&offset, |entry| entry.offset).ok()?;
        self.in_flight.get_mut(index)?.done = true;
        Some(())
    }

    /// Marks an offset handled. Returns the last one of which all before it are, if that is another one now.
    fn ack(&mut self, offset: i64) -> Option<i64> {
        if self.revoked {
            return None;
        }
        self.mark(offset)?;
        let mut handled = None;
        while let Some(Entry { offset, done: true, .. }) = self.in_flight.front() {
            handled = Some(*offset);
            self.in_flight.pop_front();
        }
        handled
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(offsets: &[i64]) -> Progress {
        Progress { in_flight: offsets.iter().copied().map(Entry::new).collect(), revoked: false }
    }

    #[test]
    fn only_what_has_no_unhandled_record_before_it_is_stored() {
        let mut progress = received(&[4, 5, 6]);
        assert_eq!(progress.ack(5), None);
        assert_eq!(progress.ack(4), Some(5));
        assert_eq!(progress.ack(6), Some(6));
        assert!(progress.in_flight.is_empty());
    }

    #[test]
    fn gaps_between_offsets_do_not_hold_it_up() {
        let mut progress = received(&[10, 12, 90]);
        assert_eq!(progress.ack(10), Some(10));
        assert_eq!(progress.ack(12), Some(12));
        assert_eq!(progress.ack(90), Some(90));
    }

    #[test]
    fn nothing_is_stored_for_a_revoked_partition_or_an_unknown_offset() {
        let mut progress = received(&[1, 2]);
        assert_eq!(progress.ack(7), None);
        progress.revoked = true;
        assert_eq!(progress.ack(1), None);
    }

    #[test]
    fn a_partition_that_comes_back_starts_anew() {
        let assignment = Assignment::default();
        let before = assignment.received("topic", 0, 1);
        let mut revoked = TopicPartitionList::new();
        revoked.add_partition("topic", 0);
        assignment.revoked(&revoked);
        let after = assignment.received("topic", 0, 1);
        assert!(!Arc::ptr_eq(&before, &after));
        assert_eq!(lock(&before.progress).ack(1), None);
        assert_eq!(lock(&after.progress).ack(1), Some(1));
    }
}
