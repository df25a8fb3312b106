//! The task of a message: it makes attempts until the message is settled.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::try_join_all;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time;
use tracing::Instrument as _;

use super::Shared;
use crate::app::attempt::{AttemptFailure, AttemptPermit, PriorFailure, Retries};
use crate::app::dead_letter::{DeadLetter, Destination, FailureCause, LetterForm, Reason, error_chain};
use crate::app::error::AppError;
use crate::app::handler::{Attempt, Outcome, Reply, TopicHandler};
use crate::app::observe::{Event, MessageTrace};
use crate::app::shutdown::StopSignal;
use crate::app::transaction::{Added, Settlement, Ticket};
use crate::client::{Record, SendError};

/// The task of a record in flight.
pub(crate) struct MessageTask {
    pub(crate) shared: Arc<Shared>,
    pub(crate) handler: TopicHandler,
    pub(crate) record: Arc<Record>,
    /// One for each attempt that the worker may run concurrently.
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) stop: StopSignal,
    /// The turn of the record to be added to the transaction.
    pub(crate) ticket: Ticket,
}

/// The end of a message task.
pub(crate) enum TaskEnd {
    /// The record is settled and acknowledged, or added to the transaction that does both.
    Acknowledged,
    /// The record is not settled, and is received again.
    Abandoned,
    /// The record is not settled, and the app must stop.
    Stop(AppError),
}

/// A successful attempt.
enum Success {
    /// Its replies are delivered.
    Delivered { replies: usize },
    /// Its replies are to be sent in the transaction.
    ToAdd(Vec<Reply>),
}

impl From<Added> for TaskEnd {
    fn from(added: Added) -> Self {
        match added {
            Added::Acknowledged => Self::Acknowledged,
            Added::Stale => Self::Abandoned,
        }
    }
}

impl MessageTask {
    /// Handles the record, in as many attempts as it takes, and settles it.
    pub(crate) async fn run(mut self) -> TaskEnd {
        let trace = MessageTrace::begin(&self.record, &self.shared.group, &self.shared.tracer);
        let end = self.handle(&trace).instrument(trace.span()).await;
        if matches!(end, TaskEnd::Acknowledged) {
            self.ticket.pass();
        }
        end
    }

    async fn handle(&mut self, trace: &MessageTrace) -> TaskEnd {
        let transaction = self.shared.transaction.as_ref();
        // Those in which the handler was called.
        let mut attempts: u32 = 0;
        let mut prior = match transaction.and_then(|transaction| transaction.failure(&self.record)) {
            Some(PriorFailure::DeadLetter { attempts, cause, form }) => {
                return self.dead_letter(&cause, attempts, form).await;
            }
            Some(PriorFailure::Retriable { attempts: before, cause }) => {
                attempts = before;
                Some(AttemptFailure::retriable(cause))
            }
            None => None,
        };
        loop {
            let attempted = if let Some(prior) = prior.take() {
                Err(prior)
            } else {
                let number = attempts.saturating_add(1);
                let Some(attempted) = self.attempt(number, trace).await else { return TaskEnd::Abandoned };
                if !matches!(attempted, Err(AttemptFailure::Undecodable(_))) {
                    attempts = number;
                }
                attempted
            };
            let settled = match attempted {
                Ok(success) => self.settle_handled(success, attempts).await,
                Err(failure) => Err(failure),
            };
            let end = match settled {
                Ok(end) => Some(end),
                Err(failure) => self.fail(failure, attempts).await,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Waits for the next attempt, or ends without; `None` if another attempt follows.
    async fn fail(&mut self, failure: AttemptFailure, attempts: u32) -> Option<TaskEnd> {
        match failure {
            AttemptFailure::Retriable { cause, backoff } if self.shared.retries.allows_another(attempts) => {
                let backoff = backoff.unwrap_or_else(|| self.shared.retries.backoff(attempts));
                let until = self.after(backoff);
                let error = &cause.error;
                self.notify(&Event::Failed { record: &self.record, attempt: attempts, error, backoff });
                let waited = self.sleep_until(until).await;
                if waited.is_some() { None } else { Some(TaskEnd::Abandoned) }
            }
            AttemptFailure::Retriable { cause, .. }
            | AttemptFailure::Final(cause)
            | AttemptFailure::Undecodable(cause)
            | AttemptFailure::Rejected(cause) => Some(self.dead_letter(&cause, attempts, LetterForm::default()).await),
            AttemptFailure::Stop(reason) => {
                Some(TaskEnd::Stop(AppError::Stopped { place: self.record.to_string(), reason }))
            }
        }
    }

    /// Makes an attempt, once it has a slot and a permit; `None` if it is stopped before.
    async fn attempt(&self, number: u32, trace: &MessageTrace) -> Option<Result<Success, AttemptFailure>> {
        let (slot, permit) = self.stop.unless_stopped(self.permit()).await?;
        let attempt = async {
            match self.call(number).await {
                Ok(replies) if self.shared.transaction.is_some() => {
                    Ok(Success::ToAdd(replies.into_iter().map(Reply::traced).collect()))
                }
                Ok(replies) => self.send(replies).await,
                Err(failure) => Err(failure),
            }
        };
        let attempted = trace.attempt(number, &self.record, &self.shared.observers, attempt).await;
        drop(slot);
        permit.report(attempted.as_ref().is_err_and(AttemptFailure::counts_for_breaker));
        Some(attempted)
    }

    /// Waits until an attempt may be made.
    async fn permit(&self) -> (Option<OwnedSemaphorePermit>, AttemptPermit) {
        // The slots are never closed.
        let slot = Arc::clone(&self.slots).acquire_owned().await.ok();
        (slot, self.shared.breaker.acquire().await)
    }

    /// Decodes the record and calls its handler. Returns its replies.
    async fn call(&self, number: u32) -> Result<Vec<Reply>, AttemptFailure> {
        let attempt =
            Attempt { record: Arc::clone(&self.record), number, producer: self.shared.sink.producer().clone() };
        let called = AssertUnwindSafe(async {
            match self.handler.route.call(&self.handler.topic, attempt) {
                Ok(outcome) => Ok(outcome.await),
                Err(cause) => Err(cause),
            }
        });
        let failed = |reason, error| AttemptFailure::retriable(FailureCause::new(reason, error));
        let timeout = self.shared.attempt_timeout;
        let outcome = match time::timeout(timeout, called.catch_unwind()).await {
            Ok(Ok(Ok(outcome))) => outcome,
            Ok(Ok(Err(cause))) => return Err(AttemptFailure::Undecodable(cause)),
            Ok(Err(panic)) => {
                let error = format!("the handler panicked: {}", panic_text(panic.as_ref()));
                return Err(failed(Reason::Panicked, error));
            }
            Err(_) => return Err(failed(Reason::TimedOut, format!("the handler did not end within {timeout:?}"))),
        };
        replies(outcome)
    }

    /// Sends replies, in their order, and waits until all are delivered.
    async fn send(&self, replies: Vec<Reply>) -> Result<Success, AttemptFailure> {
        match try_join_all(replies.into_iter().map(|Reply(record)| self.shared.sink.send(record))).await {
            Ok(delivered) => Ok(Success::Delivered { replies: delivered.len() }),
            Err(error) => Err(AttemptFailure::of_reply(&error)),
        }
    }

    /// Settles the record as handled, or adds it to the transaction.
    async fn settle_handled(&mut self, success: Success, attempts: u32) -> Result<TaskEnd, AttemptFailure> {
        match success {
            Success::Delivered { replies } => {
                self.record.acknowledge();
                self.notify(&Event::Handled { record: &self.record, attempts, replies });
                Ok(TaskEnd::Acknowledged)
            }
            Success::ToAdd(replies) => self.add(replies, attempts).await,
        }
    }

    /// Adds the record to the transaction as handled, with its replies, behind all before it on its partition.
    async fn add(&mut self, replies: Vec<Reply>, attempts: u32) -> Result<TaskEnd, AttemptFailure> {
        let Some(transaction) = self.shared.transaction.clone() else { return Ok(TaskEnd::Abandoned) };
        if !self.ticket.called().await {
            return Ok(TaskEnd::Abandoned);
        }
        let encoded: Result<Vec<_>, _> = replies.into_iter().map(|Reply(record)| record).collect();
        let added = match encoded {
            Ok(messages) => {
                let settlement = Settlement::Handled { replies: messages.len() };
                transaction.add(&self.record, attempts, messages, settlement).await
            }
            Err(error) => Err(SendError::Encode(error)),
        };
        added.map(TaskEnd::from).map_err(|error| AttemptFailure::of_reply(&error))
    }

    /// Settles the record by its dead letter, however long that takes.
    async fn dead_letter(&mut self, cause: &FailureCause, attempts: u32, mut form: LetterForm) -> TaskEnd {
        if self.handler.dead_letter_topic.is_none() && self.shared.dead_letters != Destination::Skip {
            return TaskEnd::Stop(AppError::Unhandled { place: self.record.to_string(), error: cause.to_string() });
        }
        if !self.ticket.called().await {
            return TaskEnd::Abandoned;
        }
        let mut tries = 1;
        loop {
            let refused = match self.send_dead_letter(cause, attempts, form).await {
                Ok(end) => return end,
                Err(refused) => refused,
            };
            if let Some(next) = form.after(&refused, self.shared.parking.is_some()) {
                self.notify(&Event::DeadLetterDelayed { record: &self.record, error: &error_chain(&refused) });
                form = next;
                continue;
            }
            if !refused.is_retriable() {
                return TaskEnd::Stop(AppError::refused_dead_letter(&self.record, cause, refused));
            }
            self.notify(&Event::DeadLetterDelayed { record: &self.record, error: &error_chain(&refused) });
            let until = self.after(Retries::default().backoff(tries));
            if self.sleep_until(until).await.is_none() {
                return TaskEnd::Abandoned;
            }
            tries = tries.saturating_add(1);
        }
    }

    /// Sends the dead letter, if there is one, and acknowledges the record; or adds both to the transaction.
    async fn send_dead_letter(
        &self,
        cause: &FailureCause,
        attempts: u32,
        form: LetterForm,
    ) -> Result<TaskEnd, SendError> {
        let topic = if form.is_parked { &self.shared.parking } else { &self.handler.dead_letter_topic }.as_ref();
        let group = &self.shared.group;
        let letter = topic.map(|topic| DeadLetter::write(topic, &self.record, cause, attempts, group, form));
        if let Some(transaction) = &self.shared.transaction {
            let settlement = Settlement::DeadLetter { cause: cause.clone(), topic: topic.cloned(), form };
            let messages = letter.into_iter().collect();
            return transaction.add(&self.record, attempts, messages, settlement).await.map(TaskEnd::from);
        }
        if let Some(letter) = letter {
            self.shared.sink.send(Ok(letter)).await?;
        }
        self.record.acknowledge();
        let (topic, FailureCause { reason, error, .. }) = (topic.map(AsRef::as_ref), cause);
        self.notify(&Event::DeadLetter { record: &self.record, attempts, reason: *reason, error, topic });
        Ok(TaskEnd::Acknowledged)
    }

    fn after(&self, backoff: Duration) -> Duration {
        self.shared.clock.now().saturating_add(backoff)
    }

    /// Sleeps; `None` if it is stopped before.
    async fn sleep_until(&self, until: Duration) -> Option<()> {
        self.stop.unless_stopped(self.shared.clock.sleep_until(until)).await
    }

    fn notify(&self, event: &Event<'_>) {
        self.shared.observers.notify(event);
    }
}

/// Returns the replies of a handler that succeeded.
fn replies(outcome: Outcome) -> Result<Vec<Reply>, AttemptFailure> {
    match outcome {
        Outcome::Handled => Ok(Vec::new()),
        Outcome::Reply(replies) => Ok(replies),
        Outcome::Failed(error) => {
            Err(AttemptFailure::retriable(FailureCause::new(Reason::Failed, error_chain(error.as_ref()))))
        }
        Outcome::RetryAfter(backoff) => {
            let cause = FailureCause::new(Reason::Failed, "the handler asked for another attempt");
            Err(AttemptFailure::Retriable { cause, backoff: Some(backoff) })
        }
        Outcome::DeadLetter(reason) => Err(AttemptFailure::Rejected(FailureCause::new(Reason::Rejected, reason))),
        Outcome::Stop(reason) => Err(AttemptFailure::Stop(reason)),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text")
}
