//! What happens in an app, told in one place: to the log, to the summary, to tests, and to whoever measures.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::dead_letter::Reason;
use super::summary::Summary;
use crate::client::{ReceiveError, Record, TransactionError};

/// What happens in an app.
pub(crate) enum Event<'a> {
    /// A record is in flight from now on.
    Received(&'a Record),
    /// An attempt ended, however it did.
    Attempted { record: &'a Record, took: Duration },
    /// It is handled, its replies are delivered, and its offset may be stored.
    Handled { record: &'a Record, attempts: u32, replies: usize },
    /// An attempt failed; another one follows.
    Failed { record: &'a Record, attempt: u32, error: &'a str, wait: Duration },
    /// A message will not be handled. It is on the dead-letter topic, if there is one.
    DeadLetter { record: &'a Record, attempts: u32, reason: Reason, error: &'a str, topic: Option<&'a str> },
    /// A dead letter was not delivered; it is tried again.
    DeadLetterDelayed { record: &'a Record, error: &'a str },
    /// A transaction was aborted: its records, and those behind them, come again.
    Aborted { records: usize, reason: &'a str },
    /// Kafka did not answer at the end of a transaction; it is asked again.
    TransactionDelayed(&'a TransactionError),
    /// What was in flight and is not handled: it comes again.
    GivenUp { records: usize },
    /// Nothing is handled for so long.
    BreakerOpened { pause: Duration },
    /// All is handled again.
    BreakerClosed,
    /// Kafka can't be reached; it is tried again.
    Unreachable(&'a ReceiveError),
}

/// Somebody who wants to know. It is told from many tasks at once, and must not block.
pub(crate) trait Observer: Send + Sync {
    fn see(&self, event: &Event<'_>);
}

/// All of them.
#[derive(Clone, Default)]
pub(crate) struct Observers(Vec<Arc<dyn Observer>>);

impl Observers {
    pub(crate) fn add(&mut self, observer: Arc<dyn Observer>) {
        self.0.push(observer);
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        for observer in &self.0 {
            observer.see(event);
        }
    }
}

/// Writes what happens as events of `tracing`.
pub(crate) struct Log;

impl Observer for Log {
    fn see(&self, event: &Event<'_>) {
        match event {
            Event::Received(record) => tracing::trace!("{record}: in flight"),
            Event::Attempted { record, took } => tracing::trace!("{record}: an attempt took {took:?}"),
            Event::Handled { record, attempts, replies } => {
                tracing::debug!("{record}: handled in {attempts} attempts, {replies} replies");
            }
            Event::Failed { record, attempt, error, wait } => {
                tracing::warn!("{record}: attempt {attempt} failed, the next one is in {wait:?}: {error}");
            }
            Event::DeadLetter { record, attempts, reason, error, topic: Some(topic) } => {
                tracing::error!(
                    "{record}: {reason} after {attempts} attempts, now a dead letter on `{topic}`: {error}"
                );
            }
            Event::DeadLetter { record, attempts, reason, error, topic: None } => {
                tracing::error!("{record}: {reason} after {attempts} attempts, left behind: {error}");
            }
            Event::DeadLetterDelayed { record, error } => {
                tracing::error!("{record}: its dead letter was not delivered, which is tried again: {error}");
            }
            Event::Aborted { records, reason } => {
                tracing::warn!("a transaction was aborted, and {records} messages come again: {reason}");
            }
            Event::TransactionDelayed(error) => tracing::error!("{error}"),
            Event::GivenUp { records } => tracing::info!("{records} messages in flight are given up; they come again"),
            Event::BreakerOpened { pause } => {
                tracing::error!("nearly everything fails: nothing is handled for {pause:?}");
            }
            Event::BreakerClosed => tracing::info!("a message was handled: all are again"),
            Event::Unreachable(error) => tracing::error!("{error}"),
        }
    }
}

/// Counts for the summary.
#[derive(Default)]
pub(crate) struct Counts {
    handled: AtomicU64,
    replies: AtomicU64,
    retried: AtomicU64,
    given_up: AtomicU64,
    dead_letters: Mutex<std::collections::BTreeMap<Reason, u64>>,
}

impl Counts {
    pub(crate) fn summary(&self) -> Summary {
        Summary {
            handled: self.handled.load(Ordering::Relaxed),
            replies: self.replies.load(Ordering::Relaxed),
            retried: self.retried.load(Ordering::Relaxed),
            given_up: self.given_up.load(Ordering::Relaxed),
            dead_letters: self.dead_letters.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

impl Observer for Counts {
    fn see(&self, event: &Event<'_>) {
        match event {
            Event::Handled { replies, .. } => {
                self.handled.fetch_add(1, Ordering::Relaxed);
                self.replies.fetch_add(*replies as u64, Ordering::Relaxed);
            }
            Event::Failed { .. } => {
                self.retried.fetch_add(1, Ordering::Relaxed);
            }
            Event::DeadLetter { reason, .. } => {
                *self.dead_letters.lock().unwrap_or_else(PoisonError::into_inner).entry(*reason).or_default() += 1;
            }
            Event::GivenUp { records } | Event::Aborted { records, .. } => {
                self.given_up.fetch_add(*records as u64, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}
