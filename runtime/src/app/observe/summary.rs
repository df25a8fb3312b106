//! The summary of a run.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Event, Observer};
use crate::app::dead_letter::Reason;

/// The counts of a run of an app, from its first record to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The number of messages that were handled.
    pub handled: u64,
    /// The number of replies that were sent and delivered.
    pub replies: u64,
    /// The number of messages that have no handler, and were [skipped](crate::app::OtherMessages::Skip), and of those on retry
    /// topics that are of another group.
    pub skipped: u64,
    /// The number of failed attempts that were followed by another one.
    pub retried: u64,
    /// The number of times that a message went to a [retry topic](crate::app::RetryTopics).
    pub postponed: u64,
    /// The number of messages that could not be handled, by reason: dead letters, and messages that were logged where there are
    /// [none](crate::app::DeadLetters::skip).
    pub dead_letters: BTreeMap<Reason, u64>,
    /// The number of messages that were in flight and not settled when a partition was revoked, a transaction aborted or
    /// the app ended. They are received again.
    pub abandoned: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { handled, replies, retried, abandoned, .. } = self;
        write!(f, "{handled} handled, {replies} replies, {retried} retried, {abandoned} abandoned")?;
        if self.postponed > 0 {
            write!(f, ", {} postponed", self.postponed)?;
        }
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        for (index, (reason, count)) in self.dead_letters.iter().enumerate() {
            let start = if index == 0 { "; dead letters: " } else { ", " };
            write!(f, "{start}{count} {reason}")?;
        }
        Ok(())
    }
}

/// Counts events for the summary.
#[derive(Default)]
pub(crate) struct Counts {
    handled: AtomicU64,
    replies: AtomicU64,
    skipped: AtomicU64,
    retried: AtomicU64,
    postponed: AtomicU64,
    abandoned: AtomicU64,
    dead_letters: Mutex<BTreeMap<Reason, u64>>,
}

impl Counts {
    pub(crate) fn summary(&self) -> Summary {
        Summary {
            handled: self.handled.load(Ordering::Relaxed),
            replies: self.replies.load(Ordering::Relaxed),
            skipped: self.skipped.load(Ordering::Relaxed),
            retried: self.retried.load(Ordering::Relaxed),
            postponed: self.postponed.load(Ordering::Relaxed),
            abandoned: self.abandoned.load(Ordering::Relaxed),
            dead_letters: self.dead_letters.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

impl Observer for Counts {
    fn observe(&self, event: &Event<'_>) {
        match event {
            Event::Handled { attempts: 0, .. } => {
                self.skipped.fetch_add(1, Ordering::Relaxed);
            }
            Event::Handled { replies, .. } => {
                self.handled.fetch_add(1, Ordering::Relaxed);
                self.replies.fetch_add(*replies as u64, Ordering::Relaxed);
            }
            Event::Failed { .. } => {
                self.retried.fetch_add(1, Ordering::Relaxed);
            }
            Event::Postponed { .. } => {
                self.postponed.fetch_add(1, Ordering::Relaxed);
            }
            Event::DeadLetter { reason, .. } => {
                *self.dead_letters.lock().unwrap_or_else(PoisonError::into_inner).entry(*reason).or_default() += 1;
            }
            Event::Abandoned { records } | Event::Aborted { records, .. } => {
                self.abandoned.fetch_add(*records as u64, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}
