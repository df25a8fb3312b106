//! The transaction that records are added to, and the messages that are sent for them.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, RwLock};

use crate::app::attempt::PriorFailure;
use crate::app::dead_letter::{FailureCause, LetterForm};
use crate::app::port::{Sent, Transaction};
use crate::app::retry_topics::Tier;
use crate::client::{ProducerRecord, Record, SendError, TopicPartition};

/// The number of records with which a transaction is committed early.
pub(super) const MAX_RECORDS: usize = 50_000;

/// The size of the records with which a transaction is committed early, in bytes. They are kept until then.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The transaction that all message tasks of an app add to. The [`Committer`](super::Committer) replaces it by the next one when
/// it begins to commit it.
#[derive(Default)]
pub(crate) struct CurrentTransaction {
    /// `None` once there is no next one.
    batch: Mutex<Option<Arc<Batch>>>,
    /// The failures of records that are received again, by partition and offset, until they are settled.
    prior_failures: Mutex<BTreeMap<(TopicPartition, i64), PriorFailure>>,
    /// Notified when the transaction is to be committed early.
    pub(super) commit_early: Notify,
}

/// A transaction and the records in it.
///
/// It waits until Kafka has committed the one before: what is added meanwhile is kept, up to a limit, and queued once it is open.
pub(super) struct Batch {
    transaction: OnceLock<Arc<Transaction>>,
    /// The transaction before it, by which messages are checked while it waits.
    before: Option<Arc<Transaction>>,
    /// All that was added while it waited is queued: messages are queued as they are added.
    is_open: AtomicBool,
    /// Notified when it does not wait any more.
    opened: Notify,
    /// True once nothing can be added any more. Message tasks share a read lock while they add.
    is_closed: RwLock<bool>,
    entries: Mutex<Entries>,
    /// Some messages of a record were queued, and others were not: the transaction must not be committed.
    is_incomplete: AtomicBool,
}

struct Entries {
    all: Vec<Entry>,
    bytes: usize,
    /// The number of those whose messages were queued, while the batch is being opened.
    queued: usize,
    /// The number with which the transaction is committed early.
    max_records: usize,
}

/// A record that is settled once the transaction is committed.
pub(super) struct Entry {
    pub(super) record: Arc<Record>,
    pub(super) attempts: u32,
    pub(super) settlement: Settlement,
    /// The messages that are to be sent for it once the transaction is open.
    unsent: Vec<ProducerRecord>,
    /// The messages that were sent for it, and are not known to be delivered.
    pub(super) sent: VecDeque<Sent>,
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
    /// Adds a record that is settled by this transaction, and queues the messages that are sent for it, in their order; while
    /// the transaction before it is being committed, once that has ended.
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
        let mut entry = Entry {
            record: Arc::clone(record),
            attempts,
            settlement,
            unsent: messages,
            sent: VecDeque::new(),
            refused: None,
        };
        while let Some(batch) = self.batch() {
            batch.room().await;
            let is_closed = batch.is_closed.read().await;
            if *is_closed {
                continue;
            }
            if !record.is_current() {
                break;
            }
            let Some(transaction) = batch.open_transaction() else {
                batch.check(&entry.unsent).await?;
                match batch.wait(entry) {
                    None => return Ok(Added::Acknowledged),
                    Some(left) => entry = left,
                }
                continue;
            };
            (entry.sent, entry.refused) = batch.queue(transaction, mem::take(&mut entry.unsent)).await?;
            transaction.ack(record);
            let is_refused = entry.refused.is_some();
            if lock(&batch.entries).push(entry) || is_refused {
                self.commit_early.notify_one();
            }
            return Ok(Added::Acknowledged);
        }
        Ok(Added::Stale)
    }

    pub(super) fn batch(&self) -> Option<Arc<Batch>> {
        lock(&self.batch).clone()
    }

    /// Has records added to another transaction from now on. Returns the one before.
    pub(super) fn replace(&self, batch: Option<Batch>) -> Option<Arc<Batch>> {
        mem::replace(&mut *lock(&self.batch), batch.map(Arc::new))
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
}

impl Batch {
    /// Creates the batch of a transaction that is open.
    pub(super) fn opened(transaction: Transaction, max_records: usize) -> Self {
        Self {
            transaction: OnceLock::from(Arc::new(transaction)),
            is_open: AtomicBool::new(true),
            ..Self::waiting(None, max_records)
        }
    }

    /// Creates a batch that waits for the end of the transaction before it.
    pub(super) fn behind(before: &Self, max_records: usize) -> Self {
        Self::waiting(before.transaction.get().cloned(), max_records)
    }

    fn waiting(before: Option<Arc<Transaction>>, max_records: usize) -> Self {
        Self {
            transaction: OnceLock::new(),
            before,
            is_open: AtomicBool::new(false),
            opened: Notify::new(),
            is_closed: RwLock::new(false),
            entries: Mutex::new(Entries { all: Vec::new(), bytes: 0, queued: 0, max_records }),
            is_incomplete: AtomicBool::new(false),
        }
    }

    /// The transaction, once it was begun.
    pub(super) fn transaction(&self) -> Option<&Arc<Transaction>> {
        self.transaction.get()
    }

    fn open_transaction(&self) -> Option<&Arc<Transaction>> {
        self.transaction.get().filter(|_| self.is_open.load(Ordering::Acquire))
    }

    /// Waits until there is room, or it waits no more.
    async fn room(&self) {
        loop {
            let opened = self.opened.notified();
            if self.is_open.load(Ordering::Acquire) || !lock(&self.entries).is_full() {
                return;
            }
            opened.await;
        }
    }

    /// Refuses messages that would be refused when they are queued, as far as that is known.
    async fn check(&self, messages: &[ProducerRecord]) -> Result<(), SendError> {
        if let Some(transaction) = self.before.as_ref() {
            for message in messages {
                transaction.check(message).await?;
            }
        }
        Ok(())
    }

    /// Keeps an entry until the transaction is open. Returns it if it is.
    fn wait(&self, entry: Entry) -> Option<Entry> {
        let mut entries = lock(&self.entries);
        if self.is_open.load(Ordering::Acquire) {
            return Some(entry);
        }
        entries.push(entry);
        None
    }

    /// Begins the transaction that it waited for. Drops what is received again, and returns the number of these records.
    pub(super) fn begin(&self, transaction: Transaction, max_records: usize) -> usize {
        let _ = self.transaction.set(Arc::new(transaction));
        let mut entries = lock(&self.entries);
        let before = entries.all.len();
        entries.all.retain(|entry| entry.record.is_current());
        entries.bytes = entries.all.iter().map(|entry| entry.record.size()).sum();
        entries.max_records = max_records;
        before - entries.all.len()
    }

    /// Queues the messages of what was added while it waited, in their order. Then messages are queued as they are added. Returns
    /// true if the transaction is to end early.
    pub(super) async fn open(&self) -> bool {
        let mut is_broken = false;
        while let Some(transaction) = self.transaction.get()
            && let Some((index, record, messages)) = self.next_unsent()
        {
            // If it was refused, the transaction can only be aborted. All that is in it is received again.
            let queued = if is_broken { Ok(Default::default()) } else { self.queue(transaction, messages).await };
            let (sent, refused) = queued.unwrap_or_else(|error| (VecDeque::new(), Some(error)));
            transaction.ack(&record);
            is_broken |= refused.is_some();
            if let Some(entry) = lock(&self.entries).all.get_mut(index) {
                (entry.sent, entry.refused) = (sent, refused);
            }
        }
        is_broken || lock(&self.entries).is_full()
    }

    /// The next entry whose messages are to be queued. If there is none, it is open.
    fn next_unsent(&self) -> Option<(usize, Arc<Record>, Vec<ProducerRecord>)> {
        let entries = &mut *lock(&self.entries);
        let index = entries.queued;
        let Some(entry) = entries.all.get_mut(index) else {
            self.end_waiting();
            return None;
        };
        entries.queued += 1;
        Some((index, Arc::clone(&entry.record), mem::take(&mut entry.unsent)))
    }

    /// Lets those go on that wait for room.
    pub(super) fn end_waiting(&self) {
        self.is_open.store(true, Ordering::Release);
        self.opened.notify_waiters();
    }

    /// Waits until nobody adds to it any more, and takes its entries. It is cancel safe.
    pub(super) async fn close(&self) -> Vec<Entry> {
        *self.is_closed.write().await = true;
        mem::take(&mut lock(&self.entries).all)
    }

    /// Tells whether there is something to commit.
    pub(super) fn has_entries(&self) -> bool {
        self.is_incomplete() || !lock(&self.entries).all.is_empty()
    }

    pub(super) fn is_incomplete(&self) -> bool {
        self.is_incomplete.load(Ordering::Acquire)
    }

    /// Has the transaction aborted.
    pub(super) fn set_incomplete(&self) {
        self.is_incomplete.store(true, Ordering::Release);
    }

    /// Queues the messages of a record. If a message is refused behind others, the transaction can only be aborted; it is
    /// returned with its error, so that the record is added all the same, and received again.
    async fn queue(
        &self,
        transaction: &Transaction,
        messages: Vec<ProducerRecord>,
    ) -> Result<(VecDeque<Sent>, Option<SendError>), SendError> {
        // What a single message is refused for, it is refused for when it is queued.
        for message in messages.iter().filter(|_| messages.len() > 1) {
            transaction.check(message).await?;
        }
        let mut queueing = Queueing { batch: self, sent: VecDeque::with_capacity(messages.len()) };
        for message in messages {
            match transaction.queue(message).await {
                Ok(queued) => queueing.sent.push_back(queued),
                Err(error) if queueing.sent.is_empty() && !matches!(error, SendError::Aborted { .. }) => {
                    return Err(error);
                }
                Err(error) => return Ok((queueing.finish(), Some(error))),
            }
        }
        Ok((queueing.finish(), None))
    }
}

impl Entries {
    /// Adds an entry. Returns whether the transaction is full.
    fn push(&mut self, entry: Entry) -> bool {
        self.bytes += entry.record.size();
        self.all.push(entry);
        self.is_full()
    }

    fn is_full(&self) -> bool {
        self.all.len() >= self.max_records || self.bytes >= MAX_BYTES
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
            self.batch.set_incomplete();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
