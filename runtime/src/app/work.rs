//! One record: decoded, handled, tried again, and settled.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::try_join_all;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::breaker::{Admission, Gate};
use super::clock::Clock;
use super::dead_letter::{Cause, Destination, Reason};
use super::error::AppError;
use super::handler::Delivery;
use super::observer::{Event, Observers};
use super::outcome::{Outcome, Reply};
use super::retries::Retries;
use super::route::Route;
use super::stop::Stop;
use crate::client::{Producer, ProducerRecord, Record, SendError};

/// What all work of an app shares.
pub(crate) struct Shop {
    pub(crate) group: String,
    pub(crate) retries: Retries,
    pub(crate) gate: Arc<Gate>,
    pub(crate) clock: Clock,
    pub(crate) producer: Producer,
    pub(crate) observers: Observers,
    pub(crate) dead_letters: Destination,
}

/// The handler of a topic, and where its dead letters go.
#[derive(Clone)]
pub(crate) struct Station {
    pub(crate) route: Arc<dyn Route>,
    /// By its name in the schema.
    pub(crate) topic: Arc<str>,
    /// By its name on the cluster.
    pub(crate) dead_letters: Option<Arc<str>>,
}

/// A record in hand.
pub(crate) struct Work {
    pub(crate) shop: Arc<Shop>,
    pub(crate) station: Station,
    pub(crate) record: Arc<Record>,
    /// How many attempts may be made at once.
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) stop: Stop,
}

/// What became of a record.
pub(crate) enum Settled {
    /// Its offset may be stored.
    Done,
    /// It is not handled, and comes again.
    GivenUp,
    /// It is not handled, and the app must stop.
    Stop(AppError),
}

/// How an attempt ended.
enum Verdict {
    Done { replies: usize },
    Failed { cause: Cause, wait: Option<Duration> },
    DeadLetter { cause: Cause, attempts: u32, failed: bool },
    Stop(String),
}

impl Verdict {
    /// Whether it speaks for a breaker to open.
    fn failed(&self) -> bool {
        match self {
            Self::Failed { .. } => true,
            Self::DeadLetter { failed, .. } => *failed,
            Self::Done { .. } | Self::Stop(_) => false,
        }
    }
}

impl Work {
    /// Handles the record, in as many attempts as it takes, and settles it.
    pub(crate) async fn settle(self) -> Settled {
        let mut attempt = 1;
        loop {
            let Some((slot, admission)) = self.stop.unless_stopped(self.turn()).await else {
                return Settled::GivenUp;
            };
            let verdict = self.attempt(attempt).await;
            drop(slot);
            admission.report(verdict.failed());
            match verdict {
                Verdict::Done { replies } => {
                    self.record.settle();
                    self.tell(&Event::Handled { record: &self.record, attempts: attempt, replies });
                    return Settled::Done;
                }
                Verdict::Failed { cause, wait } if self.shop.retries.follows(attempt) => {
                    let wait = wait.unwrap_or_else(|| self.shop.retries.wait(attempt));
                    if self.wait(attempt, &cause.error, wait).await.is_none() {
                        return Settled::GivenUp;
                    }
                    attempt = attempt.saturating_add(1);
                }
                Verdict::Failed { cause, .. } => return self.give_up(&cause, attempt).await,
                Verdict::DeadLetter { cause, attempts, .. } => return self.give_up(&cause, attempts).await,
                Verdict::Stop(reason) => return Settled::Stop(AppError::Stopped { place: self.place(), reason }),
            }
        }
    }

    /// Waits until an attempt may be made.
    async fn turn(&self) -> (Option<OwnedSemaphorePermit>, Admission) {
        // The slots are never closed.
        let slot = Arc::clone(&self.slots).acquire_owned().await.ok();
        (slot, self.shop.gate.enter().await)
    }

    /// Waits for the next attempt; `None` where it is told to stop.
    async fn wait(&self, attempt: u32, error: &str, wait: Duration) -> Option<()> {
        let until = self.shop.clock.now().saturating_add(wait);
        self.tell(&Event::Failed { record: &self.record, attempt, error, wait });
        self.stop.unless_stopped(self.shop.clock.sleep_until(until)).await
    }

    async fn attempt(&self, attempt: u32) -> Verdict {
        let delivery = Delivery { record: Arc::clone(&self.record), attempt, producer: self.shop.producer.clone() };
        let handled = AssertUnwindSafe(async {
            match self.station.route.call(&self.station.topic, delivery) {
                Ok(outcome) => Ok(outcome.await),
                Err(cause) => Err(cause),
            }
        });
        let outcome = match handled.catch_unwind().await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(cause)) => return Verdict::DeadLetter { cause, attempts: attempt - 1, failed: true },
            Err(panic) => {
                let panic = panic_text(panic.as_ref());
                let cause = Cause::new(Reason::Panicked, format!("the handler panicked: {panic}"));
                return Verdict::Failed { cause, wait: None };
            }
        };
        match outcome {
            Outcome::Done => Verdict::Done { replies: 0 },
            Outcome::Reply(replies) => self.reply(replies, attempt).await,
            Outcome::Failed(error) => {
                Verdict::Failed { cause: Cause::new(Reason::Failed, with_sources(error.as_ref())), wait: None }
            }
            Outcome::RetryAfter(wait) => {
                let cause = Cause::new(Reason::Failed, "the handler asked for another attempt");
                Verdict::Failed { cause, wait: Some(wait) }
            }
            Outcome::DeadLetter(reason) => {
                Verdict::DeadLetter { cause: Cause::new(Reason::Rejected, reason), attempts: attempt, failed: false }
            }
            Outcome::Stop(reason) => Verdict::Stop(reason),
        }
    }

    /// Sends replies, in their order, and waits until all are delivered.
    async fn reply(&self, replies: Vec<Reply>, attempt: u32) -> Verdict {
        match try_join_all(replies.into_iter().map(|Reply(record)| self.shop.producer.send(record))).await {
            Ok(delivered) => Verdict::Done { replies: delivered.len() },
            Err(error) => {
                let mut cause = Cause::new(Reason::ReplyFailed, format!("a reply was not sent: {error}"));
                if let SendError::Encode(refused) = &error {
                    cause.violations = refused.violations().to_vec();
                }
                if error.is_retriable() {
                    Verdict::Failed { cause, wait: None }
                } else {
                    Verdict::DeadLetter { cause, attempts: attempt, failed: true }
                }
            }
        }
    }

    /// Sees to it that the record does not hold up what is behind it.
    async fn give_up(&self, cause: &Cause, attempts: u32) -> Settled {
        let topic = self.station.dead_letters.as_deref();
        match (&self.shop.dead_letters, topic) {
            (_, Some(topic)) => {
                if let Err(settled) = self.send_dead_letter(topic, cause, attempts).await {
                    return settled;
                }
            }
            (Destination::Skip, None) => {}
            (_, None) => {
                let error = format!("{}: {}", cause.reason, cause.error);
                return Settled::Stop(AppError::Unhandled { place: self.place(), error });
            }
        }
        self.record.settle();
        let Cause { reason, error, .. } = cause;
        self.tell(&Event::DeadLetter { record: &self.record, attempts, reason: *reason, error, topic });
        Settled::Done
    }

    /// Sends the dead letter until it is delivered: without it the record is not done.
    async fn send_dead_letter(&self, topic: &str, cause: &Cause, attempts: u32) -> Result<(), Settled> {
        let mut letter =
            ProducerRecord::raw(topic).with_headers(cause.headers(&self.record, attempts, &self.shop.group));
        if let Some(key) = self.record.key() {
            letter = letter.with_key(key);
        }
        if let Some(payload) = self.record.payload() {
            letter = letter.with_payload(payload);
        }
        let mut sends = 1;
        loop {
            let Err(refused) = self.shop.producer.send(letter.clone()).await else { return Ok(()) };
            if !refused.is_retriable() {
                let error = format!("{}: {}", cause.reason, cause.error);
                return Err(Settled::Stop(AppError::DeadLetter {
                    place: self.place(),
                    error,
                    cause: Box::new(refused),
                }));
            }
            self.tell(&Event::DeadLetterDelayed { record: &self.record, error: &refused.to_string() });
            let until = self.shop.clock.now().saturating_add(Retries::default().wait(sends));
            if self.stop.unless_stopped(self.shop.clock.sleep_until(until)).await.is_none() {
                return Err(Settled::GivenUp);
            }
            sends = sends.saturating_add(1);
        }
    }

    fn tell(&self, event: &Event<'_>) {
        self.shop.observers.tell(event);
    }

    fn place(&self) -> String {
        self.record.to_string()
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text")
}

/// An error and what it came from, in one line.
fn with_sources(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
