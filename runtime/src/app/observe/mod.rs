//! Events of an app, and those who observe them.
//!
//! All that happens is reported as an [`Event`] to the [`Observers`], and nowhere else: the [log](Log), the
//! [counts](Counts) of the summary, the [meters](Meters), the app's [health](Health), and the test kit. [`MessageTrace`] is
//! a message as a trace sees it.

mod health;
#[cfg(feature = "opentelemetry")]
mod instruments;
mod meters;
mod summary;
mod trace;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub use self::health::{Health, Unhealthy};
#[cfg(feature = "opentelemetry")]
pub(crate) use self::instruments::InstrumentedGroup;
pub(crate) use self::meters::Meters;
pub(crate) use self::summary::Counts;
pub use self::summary::Summary;
use self::trace::failed;
pub(crate) use self::trace::{MessageTrace, Tracer};
use crate::app::dead_letter::Reason;
use crate::client::lock::lock;
use crate::client::repeats::Repeats;
use crate::client::{OtherWriter, ReceiveError, Record, TransactionError};
use crate::visible::visible;

/// An event in an app.
pub(crate) enum Event<'a> {
    /// The app begins to read topics, as a member of a group.
    Started { group: &'a str, topics: &'a [String] },
    /// The app is to end: no attempt begins any more.
    Draining,
    /// The app has ended without an error.
    Ended(&'a Summary),
    /// A record was received, and is in flight.
    Received(&'a Record),
    /// The record was written by another schema than that of its handlers.
    OtherWriter { record: &'a Record, other: &'a OtherWriter },
    /// An attempt ended, successfully or not.
    Attempted { record: &'a Record, took: Duration },
    /// A message is handled: its replies are delivered, and it is settled. One without attempts is skipped.
    Handled { record: &'a Record, attempts: u32, replies: usize },
    /// An attempt failed, and another one follows.
    Failed { record: &'a Record, attempt: u32, error: &'a str, backoff: Duration },
    /// The attempts on a topic failed, and a copy is on a retry topic.
    Postponed { record: &'a Record, attempts: u32, error: &'a str, topic: &'a str, delay: Duration },
    /// A copy for a retry topic was not delivered.
    CopyRefused { record: &'a Record, error: &'a str },
    /// A message can't be handled, and is settled: it is on the dead-letter topic, or skipped where there is none.
    DeadLetter { record: &'a Record, attempts: u32, reason: Reason, error: &'a str, topic: Option<&'a str> },
    /// A dead letter was not delivered, and is sent again.
    DeadLetterDelayed { record: &'a Record, error: &'a str },
    /// A transaction was aborted: its records, and those in flight behind them, are received again.
    Aborted { records: usize, reason: &'a str },
    /// Kafka did not answer at the end of a transaction, and is asked again.
    TransactionDelayed(&'a TransactionError),
    /// Records in flight were abandoned: they are not settled, and are received again.
    Abandoned { records: usize },
    /// No attempt is made for this long.
    BreakerOpened { pause: Duration },
    /// Attempts are made again.
    BreakerClosed,
    /// Kafka can't be reached at the start, and is tried again.
    Unreachable(&'a ReceiveError),
}

/// An observer of events. It is called from many tasks at once, and must not block.
pub(crate) trait Observer: Send + Sync {
    fn observe(&self, event: &Event<'_>);
}

/// All observers of an app.
#[derive(Clone, Default)]
pub(crate) struct Observers(Vec<Arc<dyn Observer>>);

impl Observers {
    pub(crate) fn add(&mut self, observer: Arc<dyn Observer>) {
        self.0.push(observer);
    }

    pub(crate) fn notify(&self, event: &Event<'_>) {
        for observer in &self.0 {
            observer.observe(event);
        }
    }
}

/// Logs events through `tracing`: trouble that lasts once, and then ever more rarely.
#[derive(Default)]
pub(crate) struct Log(Mutex<Repeats>);

impl Log {
    /// Logs an error that is reported at each attempt.
    fn repeated(&self, error: &str) {
        // How long it took, and how often it came, is never the same.
        let what = error.split(" (after ").next().unwrap_or(error);
        match lock(&self.0).note(what, Instant::now()) {
            Some(0) => tracing::error!("{error}"),
            Some(times) => tracing::error!("{error}, {times} times more since this was last told"),
            None => tracing::debug!("{error}"),
        }
    }
}

impl Observer for Log {
    fn observe(&self, event: &Event<'_>) {
        match event {
            Event::Started { group, topics } => {
                let (version, topics) = (env!("CARGO_PKG_VERSION"), topics.join("`, `"));
                tracing::info!("thoth-messaging {version}: group `{group}` reads `{topics}`");
            }
            Event::Draining => tracing::info!("the app ends: running attempts may end, and no other begins"),
            Event::Ended(summary) => tracing::info!("the app has ended: {summary}"),
            Event::Received(record) => tracing::trace!("{record}: in flight"),
            Event::OtherWriter { record, other } => other.log(record.topic()),
            Event::Attempted { record, took } => tracing::trace!("{record}: an attempt took {took:?}"),
            Event::Handled { record, attempts: 0, .. } => tracing::debug!("{record}: skipped, it has no handler here"),
            Event::Handled { record, attempts, replies } => {
                tracing::debug!("{record}: handled in {attempts} attempts, {replies} replies");
            }
            Event::Failed { record, attempt, error, backoff } => {
                tracing::warn!(
                    "{record}: attempt {attempt} failed, the next one is in {backoff:?}: {}",
                    visible(error)
                );
            }
            Event::Postponed { record, attempts, error, topic, delay } => {
                tracing::warn!(
                    "{record}: attempt {attempts} failed, the next one is in {delay:?}, by `{topic}`: {}",
                    visible(error)
                );
            }
            Event::CopyRefused { record, error } => {
                tracing::error!("{record}: its copy for a retry topic was not delivered: {}", visible(error));
            }
            Event::DeadLetter { record, attempts, reason, error, topic: Some(topic) } => {
                failed(*reason);
                tracing::error!(
                    "{record}: {reason} after {attempts} attempts, now a dead letter on `{topic}`: {}",
                    visible(error)
                );
            }
            Event::DeadLetter { record, attempts, reason, error, topic: None } => {
                failed(*reason);
                tracing::error!("{record}: {reason} after {attempts} attempts, skipped: {}", visible(error));
            }
            Event::DeadLetterDelayed { record, error } => {
                tracing::error!(
                    "{record}: its dead letter was not delivered, which is tried again: {}",
                    visible(error)
                );
            }
            Event::Aborted { records, reason } => {
                tracing::warn!("a transaction was aborted, and {records} messages come again: {}", visible(reason));
            }
            Event::TransactionDelayed(error) => self.repeated(&error.to_string()),
            Event::Abandoned { records } => {
                tracing::info!("{records} messages in flight are abandoned; they come again");
            }
            Event::BreakerOpened { pause } => {
                tracing::error!("nearly everything fails: nothing is handled for {pause:?}");
            }
            Event::BreakerClosed => tracing::info!("a message was handled: all are again"),
            Event::Unreachable(error) => self.repeated(&error.to_string()),
        }
    }
}
