//! What the next transaction is to commit: records that are settled, and what is sent for them.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, RwLock};

use super::dead_letter::Cause;
use super::error::may_pass;
use super::work::Settled;
use crate::client::{OpenTransaction, ProducerRecord, Queued, Record, SendError};

/// A transaction is committed early when it has so many records,
const MAX_RECORDS: usize = 10_000;

/// or records of so many bytes, which are kept until then.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Where work writes what is settled. The [`Committer`](super::committer::Committer) ends the page that is open, and opens
/// the next.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Read by those who write on it, together; written by who ends it, alone. `None` once there will be no other.
    pub(super) page: Arc<RwLock<Option<Page>>>,
    /// What became of records that come again.
    setbacks: Mutex<BTreeMap<(String, i32, i64), Setback>>,
    /// Told when the page is to be ended early.
    pub(super) full: Notify,
}

/// What a transaction is to commit.
pub(super) struct Page {
    pub(super) transaction: OpenTransaction,
    entries: Mutex<Entries>,
    spoiled: AtomicBool,
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
    pub(super) what: What,
    /// What was sent for it, and is not known to be delivered.
    pub(super) sent: VecDeque<Queued>,
    /// Why something that was sent for it was not delivered.
    pub(super) refused: Option<SendError>,
}

/// What became of a record.
pub(crate) enum What {
    Handled { replies: usize },
    DeadLetter { cause: Cause, topic: Option<Arc<str>> },
}

/// What became of a record in a transaction that did not count.
pub(crate) struct Setback {
    pub(crate) attempts: u32,
    pub(crate) cause: Cause,
    /// Another attempt makes no sense.
    pub(crate) is_final: bool,
}

impl Ledger {
    /// Writes a record down as settled, with the messages that are sent for it, which are queued in their order. With an
    /// error, nothing of it is written.
    pub(crate) async fn write(
        &self,
        record: &Arc<Record>,
        attempts: u32,
        messages: Vec<ProducerRecord>,
        what: What,
    ) -> Result<Settled, SendError> {
        let page = self.page.read().await;
        let Some(page) = page.as_ref().filter(|_| record.is_current()) else { return Ok(Settled::GivenUp) };
        for message in &messages {
            page.transaction.check(message).await?;
        }
        let mut draft = Draft { page, sent: VecDeque::with_capacity(messages.len()) };
        let mut refused = None;
        for message in messages {
            match page.transaction.queue(message).await {
                Ok(queued) => draft.sent.push_back(queued),
                Err(error) if draft.sent.is_empty() && !matches!(error, SendError::Aborted { .. }) => {
                    return Err(error);
                }
                // The transaction can only be aborted. The record is written down all the same, and so comes again.
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        page.transaction.ack(record);
        let (sent, is_refused) = (mem::take(&mut draft.sent), refused.is_some());
        if page.add(Entry { record: Arc::clone(record), attempts, what, sent, refused }) || is_refused {
            self.full.notify_one();
        }
        Ok(Settled::Done)
    }

    pub(super) fn remember(&self, record: &Record, setback: Setback) {
        lock(&self.setbacks).insert((record.topic().to_owned(), record.partition(), record.offset()), setback);
    }

    /// What became of a record before, told once.
    pub(crate) fn setback(&self, record: &Record) -> Option<Setback> {
        let mut setbacks = lock(&self.setbacks);
        if setbacks.is_empty() {
            return None;
        }
        setbacks.remove(&(record.topic().to_owned(), record.partition(), record.offset()))
    }

    /// Forgets the records of a partition: somebody else gets them.
    pub(crate) fn forget(&self, topic: &str, partition: i32) {
        lock(&self.setbacks).retain(|(of, number, _), _| of != topic || *number != partition);
    }

    /// Whether there is something to commit, as far as that can be known at once.
    pub(super) fn has_entries(&self) -> bool {
        self.page.try_read().map_or(true, |page| page.as_ref().is_some_and(Page::has_entries))
    }
}

impl Page {
    pub(super) fn new(transaction: OpenTransaction) -> Self {
        Self { transaction, entries: Mutex::default(), spoiled: AtomicBool::new(false) }
    }

    /// Waits until all that was sent is delivered, or something is not: librdkafka holds the rest back then until the
    /// transaction is aborted. Nothing is lost if its future is dropped.
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

    /// Why the transaction must not be committed, if so: it would hold a part of what is sent for a record.
    pub(super) fn spoiled_by(&self) -> Option<String> {
        let refused = lock(&self.entries).all.iter().find_map(|entry| entry.refused.as_ref().map(ToString::to_string));
        let is_spoiled = self.spoiled.load(Ordering::Acquire);
        refused.or_else(|| is_spoiled.then(|| "not all that is sent for a message was queued".to_owned()))
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries.into_inner().unwrap_or_else(PoisonError::into_inner).all
    }

    fn has_entries(&self) -> bool {
        self.spoiled.load(Ordering::Acquire) || !lock(&self.entries).all.is_empty()
    }

    /// Adds an entry; whether the page is full by it.
    fn add(&self, entry: Entry) -> bool {
        let mut entries = lock(&self.entries);
        entries.bytes += entry.record.payload().map_or(0, <[u8]>::len);
        entries.all.push(entry);
        entries.all.len() >= MAX_RECORDS || entries.bytes >= MAX_BYTES
    }
}

/// Messages that are queued, and whose record is not written down. The transaction must not be committed if it ends so:
/// with the lane of the record, or because Kafka does not take the rest.
struct Draft<'a> {
    page: &'a Page,
    sent: VecDeque<Queued>,
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.sent.is_empty() {
            self.page.spoiled.store(true, Ordering::Release);
        }
    }
}

impl Setback {
    pub(super) fn of_reply(error: &SendError, attempts: u32) -> Self {
        Self { attempts, cause: Cause::of_reply(error), is_final: !may_pass(error) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
