//! The transaction that is open: records that are settled in it, and the messages that are sent for them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{Notify, RwLock};

use crate::app::attempt::PriorFailure;
use crate::app::dead_letter::{FailureCause, LetterForm};
use crate::app::port::{Sent, Transaction};
use crate::app::retry_topics::Tier;
use crate::client::{ProducerRecord, Record, SendError, TopicPartition};

/// The number of records with which a transaction is committed early.
pub(super) const MAX_RECORDS: usize = 10_000;

/// The size of the records with which a transaction is committed early, in bytes. They are kept until then.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The transaction that all message tasks of an app add to. The [`Committer`](super::Committer) ends it, and begins the
/// next.
#[derive(Default)]
pub(crate) struct CurrentTransaction {
    /// Message tasks share a read lock to add; the committer has the write lock to end it. `None` once there is no next one.
    pub(super) batch: Arc<RwLock<Option<Batch>>>,
    /// The failures of records that are received again, by partition and offset, until they are settled.
    prior_failures: Mutex<BTreeMap<(TopicPartition, i64), PriorFailure>>,
    /// Notified when the transaction is to be committed early.
    pub(super) commit_early: Notify,
}

/// A transaction and the records in it.
pub(super) struct Batch {
    transaction: Transaction,
    entries: Mutex<Entries>,
    /// Some messages of a record were queued, and others were not: the transaction must not be committed.
    is_incomplete: AtomicBool,
    /// The number of records with which it is committed early.
    max_records: usize,
}

#[derive(Default)]
struct Entries {
    all: Vec<Entry>,
    bytes: usize,
}

/// A record that is settled once the transaction is committed.
pub(super) struct Entry {
    pub(super) record: Arc<Record>,
    pub(super) attempts: u32,
    pub(super) settlement: Settlement,
    /// The messages that were sent for it, and are not known to be delivered.
    sent: VecDeque<Sent>,
    /// The error of a message that was sent for it, and not delivered.
    pub(super) refused: Option<SendError>,
}

/// The way in which a record is settled; `in_all` are the attempts on all topics.
pub(crate) enum Settlement {
    Handled {
        replies: usize,
    },
    /// It goes to a retry topic.
    Postponed {
        cause: FailureCause,
        in_all: u32,
        backoff: Option<Duration>,
        tier: Tier,
    },
    DeadLetter {
        cause: FailureCause,
        in_all: u32,
        topic: Option<Arc<str>>,
        form: LetterForm,
        has_parking: bool,
    },
}

/// The result of adding a record to the transaction.
pub(crate) enum Added {
    /// The record is acknowledged in the transaction.
    Acknowledged,
    /// Nothing was added: the record is not current any more, or there is no transaction.
    Stale,
}

impl CurrentTransaction {
    /// Adds a record that is settled by this transaction, and queues the messages that are sent for it, in their order.
    ///
    /// # Errors
    ///
    /// The error of a message that was refused. Nothing of the record is added then.
    pub(crate) async fn add(
        &self,
        record: &Arc<Record>,
        attempts: u32,
        messages: Vec<ProducerRecord>,
        settlement: Settlement,
    ) -> Result<Added, SendError> {
        let batch = self.batch.read().await;
        let Some(batch) = batch.as_ref().filter(|_| record.is_current()) else { return Ok(Added::Stale) };
        let (sent, refused) = batch.queue(messages).await?;
        batch.transaction.ack(record);
        let is_refused = refused.is_some();
        let entry = Entry { record: Arc::clone(record), attempts, settlement, sent, refused };
        if batch.push(entry) || is_refused {
            self.commit_early.notify_one();
        }
        Ok(Added::Acknowledged)
    }

    /// Keeps the failure of a record until it is [settled](Self::settled).
    pub(super) fn keep_failure(&self, record: &Record, failure: PriorFailure) {
        lock(&self.prior_failures).insert((record.topic_partition().clone(), record.offset()), failure);
    }

    /// Returns the failure of a record in an aborted transaction, if there is one.
    pub(crate) fn failure(&self, record: &Record) -> Option<PriorFailure> {
        let failures = lock(&self.prior_failures);
        if failures.is_empty() {
            return None;
        }
        failures.get(&(record.topic_partition().clone(), record.offset())).cloned()
    }

    /// Drops the failure of a record whose transaction is committed.
    pub(super) fn settled(&self, record: &Record) {
        let mut failures = lock(&self.prior_failures);
        if !failures.is_empty() {
            failures.remove(&(record.topic_partition().clone(), record.offset()));
        }
    }

    /// Drops the failures of a partition, whose records are received by another member.
    pub(crate) fn forget(&self, partition: &TopicPartition) {
        lock(&self.prior_failures).retain(|(of, _), _| of != partition);
    }

    /// Tells whether there is something to commit; true if it can't be known at once.
    pub(super) fn has_entries(&self) -> bool {
        self.batch.try_read().map_or(true, |batch| batch.as_ref().is_some_and(Batch::has_entries))
    }
}

impl Batch {
    pub(super) fn new(transaction: Transaction, max_records: usize) -> Self {
        Self { transaction, entries: Mutex::default(), is_incomplete: AtomicBool::new(false), max_records }
    }

    /// Queues the messages of a record. If a message is refused behind others, the transaction can only be aborted; it is
    /// returned with its error, so that the record is added all the same, and received again.
    async fn queue(&self, messages: Vec<ProducerRecord>) -> Result<(VecDeque<Sent>, Option<SendError>), SendError> {
        // What a single message is refused for, it is refused for when it is queued.
        for message in messages.iter().filter(|_| messages.len() > 1) {
            self.transaction.check(message).await?;
        }
        let mut queueing = Queueing { batch: self, sent: VecDeque::with_capacity(messages.len()) };
        for message in messages {
            match self.transaction.queue(message).await {
                Ok(queued) => queueing.sent.push_back(queued),
                Err(error) if queueing.sent.is_empty() && !matches!(error, SendError::Aborted { .. }) => {
                    return Err(error);
                }
                Err(error) => return Ok((queueing.finish(), Some(error))),
            }
        }
        Ok((queueing.finish(), None))
    }

    /// Waits until all that was sent is delivered, or something is not: librdkafka holds the rest back then until the
    /// transaction is aborted. It is cancel safe.
    pub(super) async fn deliver(&mut self) {
        let entries = self.entries.get_mut().unwrap_or_else(PoisonError::into_inner);
        for entry in &mut entries.all {
            while let Some(queued) = entry.sent.front_mut() {
                let delivered = self.transaction.delivered(queued).await;
                entry.sent.pop_front();
                if let Err(error) = delivered {
                    entry.refused = Some(error);
                    return;
                }
            }
        }
    }

    /// Takes note of all that was refused, once the transaction is aborted and librdkafka has reported on everything in it:
    /// each refusal that is not known would cost another transaction.
    pub(super) fn find_refusals(&mut self) {
        let entries = self.entries.get_mut().unwrap_or_else(PoisonError::into_inner);
        for entry in &mut entries.all {
            for mut queued in entry.sent.drain(..) {
                if let Some(Err(error)) = self.transaction.delivered(&mut queued).now_or_never()
                    && is_refusal(&error)
                    && entry.refused.as_ref().is_none_or(|known| !is_refusal(known))
                {
                    entry.refused = Some(error);
                }
            }
        }
    }

    /// Returns the reason why the transaction must be aborted, if there is one: it would hold only a part of the messages
    /// that are sent for a record.
    pub(super) fn abort_reason(&self) -> Option<String> {
        let refused = lock(&self.entries).all.iter().find_map(|entry| entry.refused.as_ref().map(ToString::to_string));
        let is_incomplete = self.is_incomplete.load(Ordering::Acquire);
        refused.or_else(|| is_incomplete.then(|| "not all that is sent for a message was queued".to_owned()))
    }

    /// Returns the partitions of its records that the consumer has had since.
    pub(super) fn current_partitions(&self) -> BTreeSet<TopicPartition> {
        let entries = lock(&self.entries);
        let current = entries.all.iter().filter(|entry| entry.record.is_current());
        current.map(|entry| entry.record.topic_partition().clone()).collect()
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries.into_inner().unwrap_or_else(PoisonError::into_inner).all
    }

    fn has_entries(&self) -> bool {
        self.is_incomplete.load(Ordering::Acquire) || !lock(&self.entries).all.is_empty()
    }

    /// Adds an entry. Returns whether the transaction is full.
    fn push(&self, entry: Entry) -> bool {
        let mut entries = lock(&self.entries);
        entries.bytes += entry.record.size();
        entries.all.push(entry);
        entries.all.len() >= self.max_records || entries.bytes >= MAX_BYTES
    }
}

/// Messages that are queued for a record that is not added yet. If it is dropped before it is finished, as with the worker
/// of the record, the transaction is incomplete.
struct Queueing<'a> {
    batch: &'a Batch,
    sent: VecDeque<Sent>,
}

impl Queueing<'_> {
    fn finish(mut self) -> VecDeque<Sent> {
        mem::take(&mut self.sent)
    }
}

impl Drop for Queueing<'_> {
    fn drop(&mut self) {
        if !self.sent.is_empty() {
            self.batch.is_incomplete.store(true, Ordering::Release);
        }
    }
}

/// False for what was not sent because of another message.
fn is_refusal(error: &SendError) -> bool {
    !matches!(error, SendError::Aborted { .. })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
