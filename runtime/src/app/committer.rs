//! Ends transactions, one after the other.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedRwLockWriteGuard;
use tokio::time::{self, Interval, MissedTickBehavior};

use super::error::AppError;
use super::exactly_once::ExactlyOnce;
use super::ledger::{Entry, Ledger, Page, Setback, What};
use super::observer::{Event, Observers};
use crate::client::{CloseError, SendError, TransactionError, TransactionalProducer, Uncommitted};

/// Commits what is written on the [`Ledger`], page by page.
pub(crate) struct Committer {
    producer: TransactionalProducer,
    ledger: Arc<Ledger>,
    observers: Observers,
    tick: Interval,
    ending: Option<Ending>,
}

/// A page on which nobody writes any more.
struct Ending {
    page: OwnedRwLockWriteGuard<Option<Page>>,
    /// Why its transaction is being aborted, once it is.
    aborted_for: Option<String>,
}

/// A transaction that did not count, and whose consumer has gone back.
pub(crate) struct Aborted {
    /// The partitions of its records: topic and number.
    pub(crate) partitions: BTreeSet<(String, i32)>,
    pub(crate) records: usize,
    pub(crate) reason: String,
}

impl Committer {
    pub(crate) fn new(producer: TransactionalProducer, settings: &ExactlyOnce, observers: Observers) -> Self {
        let mut tick = time::interval(settings.commit_every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { producer, ledger: Arc::default(), observers, tick, ending: None }
    }

    /// Opens the first page.
    pub(crate) async fn open(&mut self) -> Result<(), AppError> {
        let transaction = self.producer.open().map_err(AppError::Transaction)?;
        *self.ledger.page.write().await = Some(Page::new(transaction));
        Ok(())
    }

    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Waits until there is something to commit, and it is time to.
    pub(crate) async fn due(&mut self) {
        loop {
            tokio::select! {
                _ = self.tick.tick() => {}
                () = self.ledger.full.notified() => {}
            }
            if self.ledger.has_entries() {
                return;
            }
        }
    }

    /// Commits what is on the page, or aborts it, and opens the next. Where Kafka does not answer, it goes on asking. If its
    /// future is dropped, the next call goes on where it was. Its consumer must not be asked for records meanwhile.
    pub(crate) async fn commit(&mut self) -> Result<Option<Aborted>, AppError> {
        if self.ending.is_none() {
            let page = Arc::clone(&self.ledger.page).write_owned().await;
            self.ending = Some(Ending { page, aborted_for: None });
        }
        let ended = self.end().await;
        let ended = ended.and_then(|()| self.turn_page());
        if ended.is_err() {
            self.close_ledger();
        }
        ended
    }

    /// Ends the transaction of the page.
    async fn end(&mut self) -> Result<(), AppError> {
        let Some(ending) = &mut self.ending else { return Ok(()) };
        let Some(page) = ending.page.as_mut() else { return Ok(()) };
        if page.spoiled_by().is_none() {
            page.deliver().await;
        }
        if ending.aborted_for.is_none() {
            ending.aborted_for = page.spoiled_by();
        }
        if ending.aborted_for.is_none() {
            ending.aborted_for = commit(&mut self.producer, &self.observers).await?;
        }
        if ending.aborted_for.is_none() {
            return Ok(());
        }
        loop {
            let Err(error) = self.producer.abort().await else { return Ok(()) };
            delayed(error, &self.observers)?;
        }
    }

    /// Says what became of the entries, and opens the next page.
    fn turn_page(&mut self) -> Result<Option<Aborted>, AppError> {
        let Some(Ending { mut page, aborted_for }) = self.ending.take() else { return Ok(None) };
        let Some(ended) = page.take() else { return Ok(None) };
        let entries = ended.into_entries();
        let aborted = match aborted_for {
            None => {
                for entry in &entries {
                    self.tell(entry);
                }
                None
            }
            Some(reason) => Some(self.take_back(entries, reason)?),
        };
        *page = Some(Page::new(self.producer.open().map_err(AppError::Transaction)?));
        Ok(aborted)
    }

    fn tell(&self, Entry { record, attempts, what, .. }: &Entry) {
        let attempts = *attempts;
        self.observers.tell(&match what {
            What::Handled { replies } => Event::Handled { record, attempts, replies: *replies },
            What::DeadLetter { cause, topic } => Event::DeadLetter {
                record,
                attempts,
                reason: cause.reason,
                error: &cause.error,
                topic: topic.as_deref(),
            },
        });
    }

    /// Remembers of entries that come again why they do.
    fn take_back(&self, entries: Vec<Entry>, reason: String) -> Result<Aborted, AppError> {
        let mut aborted = Aborted { partitions: BTreeSet::new(), records: entries.len(), reason };
        for Entry { record, attempts, what, refused, .. } in entries {
            aborted.partitions.insert((record.topic().to_owned(), record.partition()));
            let setback = match (refused, what) {
                // It was another message's that was refused.
                (None | Some(SendError::Aborted { .. }), _) => continue,
                (Some(error), What::Handled { .. }) => Setback::of_reply(&error, attempts),
                (Some(error), What::DeadLetter { cause, .. }) if error.is_retriable() => {
                    Setback { attempts, cause, is_final: true }
                }
                (Some(error), What::DeadLetter { cause, .. }) => {
                    return Err(AppError::refused_dead_letter(&record, &cause, error));
                }
            };
            self.ledger.remember(&record, setback);
        }
        Ok(aborted)
    }

    /// Lets nobody write any more.
    fn close_ledger(&mut self) {
        if let Some(Ending { mut page, .. }) = self.ending.take() {
            *page = None;
        }
    }

    /// Ends the producer. What was not committed is aborted.
    pub(crate) async fn close(self, deadline: Duration) -> Result<(), CloseError> {
        self.producer.close(deadline).await
    }
}

/// Commits the transaction that is open; why it can only be aborted, where it can't.
async fn commit(producer: &mut TransactionalProducer, observers: &Observers) -> Result<Option<String>, AppError> {
    loop {
        match producer.try_commit().await {
            Ok(()) => return Ok(None),
            Err(Uncommitted::ToAbort(reason)) => return Ok(Some(reason.to_string())),
            Err(Uncommitted::Failed(error)) => delayed(error, observers)?,
        }
    }
}

/// Says that Kafka did not answer, and is asked again; everything else stops the app.
fn delayed(error: TransactionError, observers: &Observers) -> Result<(), AppError> {
    if !error.is_retriable() {
        return Err(AppError::Transaction(error));
    }
    observers.tell(&Event::TransactionDelayed(&error));
    Ok(())
}
