//! One record: decoded, handled, tried again, and settled.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::try_join_all;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time;
use tracing::Instrument as _;

use super::breaker::{Admission, Gate};
use super::clock::Clock;
use super::dead_letter::{Cause, Destination, Reason};
use super::error::{AppError, may_pass, with_sources};
use super::handler::Delivery;
use super::handling::{Handling, Tracer};
use super::health::Health;
use super::ledger::{Ledger, Setback, What};
use super::observer::{Event, Observers};
use super::outcome::{Outcome, Reply};
use super::retries::Retries;
use super::route::Route;
use super::stop::Stop;
use super::turn::Turn;
use crate::client::{Producer, ProducerRecord, Record, SendError};

/// What all work of an app shares.
pub(crate) struct Shop {
    pub(crate) group: String,
    pub(crate) retries: Retries,
    pub(crate) gate: Arc<Gate>,
    pub(crate) clock: Clock,
    pub(crate) producer: Producer,
    pub(crate) observers: Observers,
    pub(crate) tracer: Tracer,
    pub(crate) health: Health,
    pub(crate) dead_letters: Destination,
    /// How long a handler may take.
    pub(crate) attempt_timeout: Duration,
    /// Where records are settled in transactions.
    pub(crate) ledger: Option<Arc<Ledger>>,
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

/// A record in flight.
pub(crate) struct Work {
    pub(crate) shop: Arc<Shop>,
    pub(crate) station: Station,
    pub(crate) record: Arc<Record>,
    /// How many attempts may be made at once.
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) stop: Stop,
    /// When it may be settled.
    pub(crate) turn: Turn,
}

/// What became of a record.
pub(crate) enum Settled {
    /// Its offset is stored, or in the transaction.
    Done,
    /// It is not handled, and comes again.
    GivenUp,
    /// It is not handled, and the app must stop.
    Stop(AppError),
}

/// How an attempt went well.
enum Made {
    /// Its replies are delivered.
    Delivered { replies: usize },
    /// Its replies are to be sent in the transaction.
    Draft(Vec<Reply>),
}

/// How an attempt ended otherwise.
enum Failure {
    Failed { cause: Cause, wait: Option<Duration> },
    DeadLetter { cause: Cause, attempts: u32, failed: bool },
    Stop(String),
}

impl Failure {
    /// Whether it speaks for a breaker to open.
    fn failed(&self) -> bool {
        match self {
            Self::Failed { .. } => true,
            Self::DeadLetter { failed, .. } => *failed,
            Self::Stop(_) => false,
        }
    }

    fn of_reply(error: &SendError, attempt: u32) -> Self {
        let cause = Cause::of_reply(error);
        if may_pass(error) {
            Self::Failed { cause, wait: None }
        } else {
            Self::DeadLetter { cause, attempts: attempt, failed: true }
        }
    }
}

impl From<Setback> for Failure {
    fn from(Setback { attempts, cause, is_final }: Setback) -> Self {
        if is_final { Self::DeadLetter { cause, attempts, failed: true } } else { Self::Failed { cause, wait: None } }
    }
}

impl Work {
    /// Handles the record, in as many attempts as it takes, and settles it.
    pub(crate) async fn settle(mut self) -> Settled {
        let handling = Handling::begin(&self.record, &self.shop.group, &self.shop.tracer);
        let settled = self.work(&handling).instrument(handling.span()).await;
        if matches!(settled, Settled::Done) {
            self.turn.pass();
        }
        settled
    }

    async fn work(&mut self, handling: &Handling) -> Settled {
        let mut attempt = 1;
        let mut setback = self.shop.ledger.as_ref().and_then(|ledger| ledger.setback(&self.record));
        loop {
            let made = match setback.take() {
                Some(setback) => {
                    attempt = setback.attempts;
                    Err(setback.into())
                }
                None => match self.make(attempt, handling).await {
                    Some(made) => made,
                    None => return Settled::GivenUp,
                },
            };
            let failure = match made {
                Ok(Made::Delivered { replies }) => {
                    self.record.settle();
                    self.tell(&Event::Handled { record: &self.record, attempts: attempt, replies });
                    return Settled::Done;
                }
                Ok(Made::Draft(replies)) => match self.write(replies, attempt).await {
                    Ok(settled) => return settled,
                    Err(failure) => failure,
                },
                Err(failure) => failure,
            };
            match failure {
                Failure::Failed { cause, wait } if self.shop.retries.follows(attempt) => {
                    let wait = wait.unwrap_or_else(|| self.shop.retries.wait(attempt));
                    if self.wait(attempt, &cause.error, wait).await.is_none() {
                        return Settled::GivenUp;
                    }
                    attempt = attempt.saturating_add(1);
                }
                Failure::Failed { cause, .. } => return self.give_up(&cause, attempt).await,
                Failure::DeadLetter { cause, attempts, .. } => return self.give_up(&cause, attempts).await,
                Failure::Stop(reason) => return Settled::Stop(AppError::Stopped { place: self.place(), reason }),
            }
        }
    }

    /// Makes an attempt as soon as one may be made; `None` where it is told to stop.
    async fn make(&self, attempt: u32, handling: &Handling) -> Option<Result<Made, Failure>> {
        let (slot, admission) = self.stop.unless_stopped(self.admission()).await?;
        let trial = async {
            match self.attempt(attempt).await {
                Ok(replies) if self.shop.ledger.is_some() => {
                    Ok(Made::Draft(replies.into_iter().map(Reply::traced).collect()))
                }
                Ok(replies) => self.reply(replies, attempt).await,
                Err(failure) => Err(failure),
            }
        };
        let made = handling.attempt(attempt, &self.record, &self.shop.observers, trial).await;
        drop(slot);
        admission.report(made.as_ref().is_err_and(Failure::failed));
        Some(made)
    }

    /// Waits until an attempt may be made.
    async fn admission(&self) -> (Option<OwnedSemaphorePermit>, Admission) {
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

    /// Decodes the record and asks its handler; gives its replies.
    async fn attempt(&self, attempt: u32) -> Result<Vec<Reply>, Failure> {
        let delivery = Delivery { record: Arc::clone(&self.record), attempt, producer: self.shop.producer.clone() };
        let handled = AssertUnwindSafe(async {
            match self.station.route.call(&self.station.topic, delivery) {
                Ok(outcome) => Ok(outcome.await),
                Err(cause) => Err(cause),
            }
        });
        let failed = |reason, error| Failure::Failed { cause: Cause::new(reason, error), wait: None };
        let outcome = match time::timeout(self.shop.attempt_timeout, handled.catch_unwind()).await {
            Ok(Ok(Ok(outcome))) => outcome,
            Ok(Ok(Err(cause))) => return Err(Failure::DeadLetter { cause, attempts: attempt - 1, failed: true }),
            Ok(Err(panic)) => {
                let error = format!("the handler panicked: {}", panic_text(panic.as_ref()));
                return Err(failed(Reason::Panicked, error));
            }
            Err(_) => {
                let error = format!("the handler did not end within {:?}", self.shop.attempt_timeout);
                return Err(failed(Reason::TimedOut, error));
            }
        };
        match outcome {
            Outcome::Done => Ok(Vec::new()),
            Outcome::Reply(replies) => Ok(replies),
            Outcome::Failed(error) => Err(failed(Reason::Failed, with_sources(error.as_ref()))),
            Outcome::RetryAfter(wait) => {
                let cause = Cause::new(Reason::Failed, "the handler asked for another attempt");
                Err(Failure::Failed { cause, wait: Some(wait) })
            }
            Outcome::DeadLetter(reason) => {
                let cause = Cause::new(Reason::Rejected, reason);
                Err(Failure::DeadLetter { cause, attempts: attempt, failed: false })
            }
            Outcome::Stop(reason) => Err(Failure::Stop(reason)),
        }
    }

    /// Sends replies, in their order, and waits until all are delivered.
    async fn reply(&self, replies: Vec<Reply>, attempt: u32) -> Result<Made, Failure> {
        match try_join_all(replies.into_iter().map(|Reply(record)| self.shop.producer.send(record))).await {
            Ok(delivered) => Ok(Made::Delivered { replies: delivered.len() }),
            Err(error) => Err(Failure::of_reply(&error, attempt)),
        }
    }

    /// Writes the record down as handled, with its replies, behind all before it on its partition.
    async fn write(&mut self, replies: Vec<Reply>, attempt: u32) -> Result<Settled, Failure> {
        let Some(ledger) = self.shop.ledger.clone() else { return Ok(Settled::GivenUp) };
        if !self.turn.comes().await {
            return Ok(Settled::GivenUp);
        }
        let encoded: Result<Vec<_>, _> = replies.into_iter().map(|Reply(record)| record).collect();
        let written = match encoded {
            Ok(messages) => {
                let what = What::Handled { replies: messages.len() };
                ledger.write(&self.record, attempt, messages, what).await
            }
            Err(error) => Err(SendError::Encode(error)),
        };
        written.map_err(|error| Failure::of_reply(&error, attempt))
    }

    /// Sees to it that the record does not hold up what is behind it.
    async fn give_up(&mut self, cause: &Cause, attempts: u32) -> Settled {
        let topic = self.station.dead_letters.as_deref();
        if topic.is_none() && self.shop.dead_letters != Destination::Skip {
            let error = format!("{}: {}", cause.reason, cause.error);
            return Settled::Stop(AppError::Unhandled { place: self.place(), error });
        }
        let letter = topic.map(|topic| self.letter(topic, cause, attempts));
        if !self.turn.comes().await {
            return Settled::GivenUp;
        }
        // Until it is put away the record is not done.
        let mut attempt = 1;
        loop {
            let refused = match self.put_away(letter.clone(), cause, attempts).await {
                Ok(settled) => return settled,
                Err(refused) => refused,
            };
            if !refused.is_retriable() {
                return Settled::Stop(AppError::refused_dead_letter(&self.record, cause, refused));
            }
            self.tell(&Event::DeadLetterDelayed { record: &self.record, error: &with_sources(&refused) });
            let until = self.shop.clock.now().saturating_add(Retries::default().wait(attempt));
            if self.stop.unless_stopped(self.shop.clock.sleep_until(until)).await.is_none() {
                return Settled::GivenUp;
            }
            attempt = attempt.saturating_add(1);
        }
    }

    /// The dead letter of the record.
    fn letter(&self, topic: &str, cause: &Cause, attempts: u32) -> ProducerRecord {
        let mut letter =
            ProducerRecord::raw(topic).with_headers(cause.headers(&self.record, attempts, &self.shop.group));
        if let Some(key) = self.record.key() {
            letter = letter.with_key(key);
        }
        if let Some(payload) = self.record.payload() {
            letter = letter.with_payload(payload);
        }
        letter
    }

    /// Sends the dead letter, if there is one, and settles the record.
    async fn put_away(
        &self,
        letter: Option<ProducerRecord>,
        cause: &Cause,
        attempts: u32,
    ) -> Result<Settled, SendError> {
        if let Some(ledger) = &self.shop.ledger {
            let what = What::DeadLetter { cause: cause.clone(), topic: self.station.dead_letters.clone() };
            return ledger.write(&self.record, attempts, letter.into_iter().collect(), what).await;
        }
        if let Some(letter) = letter {
            self.shop.producer.send(letter).await?;
        }
        self.record.settle();
        let (topic, Cause { reason, error, .. }) = (self.station.dead_letters.as_deref(), cause);
        self.tell(&Event::DeadLetter { record: &self.record, attempts, reason: *reason, error, topic });
        Ok(Settled::Done)
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
