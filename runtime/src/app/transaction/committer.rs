//! The end of transactions, one after the other.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedRwLockWriteGuard;
use tokio::time::{self, Interval, MissedTickBehavior};

use super::current::{Batch, CurrentTransaction, Entry, MAX_RECORDS, Settlement};
use super::exactly_once::ExactlyOnce;
use crate::app::attempt::PriorFailure;
use crate::app::dead_letter::LetterForm;
use crate::app::error::AppError;
use crate::app::observe::{Event, Observers};
use crate::app::port::Transactions;
use crate::client::{CloseError, SendError, TopicPartition, TransactionError, Uncommitted};

/// Commits the [`CurrentTransaction`], again and again.
pub(crate) struct Committer {
    producer: Transactions,
    transaction: Arc<CurrentTransaction>,
    observers: Observers,
    tick: Interval,
    ending: Option<Ending>,
    /// The number of records with which a transaction is committed early: fewer after an abort, so that what can be committed
    /// is, and more after each commit.
    max_records: usize,
}

/// A transaction that is being ended: nothing can be added any more.
struct Ending {
    batch: OwnedRwLockWriteGuard<Option<Batch>>,
    /// The reason why it is being aborted, once it is.
    abort_reason: Option<String>,
    /// The partitions of its records whose consumer is rewound when it is aborted. Those that were lost are not, and what was
    /// received of them since stays in flight.
    to_rewind: BTreeSet<TopicPartition>,
}

/// A transaction that was aborted, and whose consumer was rewound.
pub(crate) struct Aborted {
    /// The partitions that were rewound.
    pub(crate) partitions: BTreeSet<TopicPartition>,
    pub(crate) records: usize,
    pub(crate) reason: String,
}

impl Committer {
    pub(crate) fn new(producer: Transactions, settings: &ExactlyOnce, observers: Observers) -> Self {
        let mut tick = time::interval(settings.commit_every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (transaction, max_records) = (Arc::default(), MAX_RECORDS);
        Self { producer, transaction, observers, tick, ending: None, max_records }
    }

    /// Begins the first transaction.
    pub(crate) async fn begin(&mut self) -> Result<(), AppError> {
        let transaction = self.producer.open().map_err(AppError::Transaction)?;
        *self.transaction.batch.write().await = Some(Batch::new(transaction, self.max_records));
        Ok(())
    }

    pub(crate) fn transaction(&self) -> &Arc<CurrentTransaction> {
        &self.transaction
    }

    /// Waits until there is something to commit, and it is time to.
    pub(crate) async fn due(&mut self) {
        loop {
            tokio::select! {
                biased;
                _ = self.tick.tick() => {}
                () = self.transaction.commit_early.notified() => {}
            }
            if self.transaction.has_entries() {
                return;
            }
        }
    }

    /// Commits the transaction, or aborts it, and begins the next. While Kafka does not answer, it keeps trying. If its
    /// future is dropped, the next call continues where it was. The consumer must not be asked for records meanwhile.
    pub(crate) async fn commit(&mut self) -> Result<Option<Aborted>, AppError> {
        if self.ending.is_none() {
            let batch = Arc::clone(&self.transaction.batch).write_owned().await;
            self.ending = Some(Ending { batch, abort_reason: None, to_rewind: BTreeSet::new() });
        }
        let ended = self.end().await;
        let ended = ended.and_then(|()| self.begin_next());
        if ended.is_err() {
            self.close_transaction();
        }
        ended
    }

    /// Commits or aborts the transaction.
    async fn end(&mut self) -> Result<(), AppError> {
        let Some(ending) = &mut self.ending else { return Ok(()) };
        let Some(batch) = ending.batch.as_mut() else { return Ok(()) };
        if batch.abort_reason().is_none() {
            batch.deliver().await;
        }
        if ending.abort_reason.is_none() {
            ending.abort_reason = batch.abort_reason();
        }
        if ending.abort_reason.is_none() {
            ending.abort_reason = commit(&mut self.producer, &self.observers).await?;
        }
        if ending.abort_reason.is_none() {
            return Ok(());
        }
        // Once it is aborted, no record of it is current.
        ending.to_rewind.extend(batch.current_partitions());
        loop {
            let Err(error) = self.producer.abort().await else { break };
            retry_later(error, &self.observers)?;
        }
        batch.find_refusals();
        Ok(())
    }

    /// Reports how the entries are settled, or keeps why they are not, and begins the next transaction.
    fn begin_next(&mut self) -> Result<Option<Aborted>, AppError> {
        let Some(Ending { mut batch, abort_reason, to_rewind }) = self.ending.take() else { return Ok(None) };
        let Some(ended) = batch.take() else { return Ok(None) };
        let entries = ended.into_entries();
        let aborted = match abort_reason {
            None => {
                for entry in &entries {
                    self.transaction.settled(&entry.record);
                    self.report(entry);
                }
                self.max_records = self.max_records.saturating_mul(2).min(MAX_RECORDS);
                None
            }
            Some(reason) => {
                self.max_records = (entries.len() / 2).clamp(1, MAX_RECORDS);
                Some(self.aborted(entries, to_rewind, reason)?)
            }
        };
        let next = self.producer.open().map_err(AppError::Transaction)?;
        // Where a commit takes as long as the interval, the next would else be due at once, with next to nothing in it.
        self.tick.reset();
        *batch = Some(Batch::new(next, self.max_records));
        Ok(aborted)
    }

    fn report(&self, Entry { record, attempts, settlement, .. }: &Entry) {
        self.observers.notify(&match settlement {
            Settlement::Handled { replies } => Event::Handled { record, attempts: *attempts, replies: *replies },
            Settlement::Postponed { cause, in_all, tier, .. } => {
                let (topic, delay) = (&tier.topic, tier.delay);
                Event::Postponed { record, attempts: *in_all, error: &cause.error, topic, delay }
            }
            Settlement::DeadLetter { cause, in_all, topic, .. } => Event::DeadLetter {
                record,
                attempts: *in_all,
                reason: cause.reason,
                error: &cause.error,
                topic: topic.as_deref(),
            },
        });
    }

    /// Keeps the failures of records that are received again.
    fn aborted(
        &self,
        entries: Vec<Entry>,
        partitions: BTreeSet<TopicPartition>,
        reason: String,
    ) -> Result<Aborted, AppError> {
        let aborted = Aborted { partitions, records: entries.len(), reason };
        for Entry { record, attempts, settlement, refused, .. } in entries {
            // It may have been a message of another record that was refused.
            let refused = refused.filter(|error| !matches!(error, SendError::Aborted { .. }));
            let failure = match (refused, settlement) {
                (None, Settlement::Handled { .. }) => continue,
                (None, Settlement::Postponed { cause, backoff, .. }) => {
                    PriorFailure::Retriable { attempts, cause, backoff }
                }
                (Some(error), Settlement::Postponed { cause, backoff, .. }) if error.is_retriable() => {
                    PriorFailure::Retriable { attempts, cause, backoff }
                }
                (Some(_), Settlement::Postponed { cause, .. }) => {
                    PriorFailure::DeadLetter { attempts, cause, form: LetterForm::default() }
                }
                (None, Settlement::DeadLetter { cause, form, .. }) => {
                    PriorFailure::DeadLetter { attempts, cause, form }
                }
                (Some(error), Settlement::Handled { .. }) => PriorFailure::of_reply(&error, attempts),
                (Some(error), Settlement::DeadLetter { cause, form, has_parking, .. }) => {
                    match form.after(&error, has_parking) {
                        Some(form) => PriorFailure::DeadLetter { attempts, cause, form },
                        None if error.is_retriable() => PriorFailure::DeadLetter { attempts, cause, form },
                        None => return Err(AppError::refused_dead_letter(&record, &cause, error)),
                    }
                }
            };
            self.transaction.keep_failure(&record, failure);
        }
        Ok(aborted)
    }

    /// Ends without a next transaction: nothing can be added any more.
    fn close_transaction(&mut self) {
        if let Some(Ending { mut batch, .. }) = self.ending.take() {
            *batch = None;
        }
    }

    /// Closes the producer. A transaction that was not committed is aborted.
    pub(crate) async fn close(self, deadline: Duration) -> Result<(), CloseError> {
        self.producer.close(deadline).await
    }
}

/// Commits the transaction that is open. Returns the reason, if it can only be aborted.
async fn commit(producer: &mut Transactions, observers: &Observers) -> Result<Option<String>, AppError> {
    loop {
        match producer.try_commit().await {
            Ok(()) => return Ok(None),
            Err(Uncommitted::ToAbort(reason)) => return Ok(Some(reason.to_string())),
            Err(Uncommitted::Failed(error)) => retry_later(error, observers)?,
        }
    }
}

/// Reports that Kafka did not answer, and is asked again. Every other error stops the app.
fn retry_later(error: TransactionError, observers: &Observers) -> Result<(), AppError> {
    if !error.is_retriable() {
        return Err(AppError::Transaction(error));
    }
    observers.notify(&Event::TransactionDelayed(&error));
    Ok(())
}
