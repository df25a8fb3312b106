//! The task of a message: it makes attempts until the message is settled.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::{Duration, Instant};

use tracing::Instrument as _;

use super::Shared;
use super::called::{Begun, BegunAttempt, Called};
use super::in_flight::size;
use super::queues::QueueId;
use super::slot::Slot;
use super::under_way::{Attempted, UnderWay};
use super::worker::{Waiting, Worker};
use crate::app::attempt::{AttemptFailure, AttemptPermit, PriorFailure};
use crate::app::dead_letter::LetterForm;
use crate::app::error::AppError;
use crate::app::handler::Reply;
use crate::app::observe::{Event, MessageTrace};
use crate::app::policy::Policy;
use crate::app::port::Sent;
use crate::app::transaction::{Added, Settlement, Ticket};
use crate::client::{Record, SendError};

/// The task of a record that has begun.
pub(super) struct MessageTask<'a, 'w> {
    pub(super) worker: &'w Worker,
    pub(super) shared: &'w Shared,
    queue: QueueId,
    pub(super) slot: &'a mut Slot<'w>,
    pub(super) record: Arc<Record>,
    /// The number of attempts at it before it came to its topic. All others are those on the topic.
    pub(super) attempts_before: u32,
    /// The turn of the record to be added to the transaction.
    pub(super) ticket: Ticket,
    /// The failure that it goes on from, and the number of attempts before.
    prior: Option<Box<(AttemptFailure, u32)>>,
    /// Its replies are delivered before another record of its queue begins.
    is_alone: bool,
    /// The policy of its handler, once it is known.
    policy: OnceLock<Arc<Policy>>,
    /// The end of an attempt at several records, and its number.
    given: Option<(Result<Success, AttemptFailure>, u32)>,
}

/// The end of a message task.
pub(super) enum TaskEnd {
    /// The record is settled and acknowledged, or added to the transaction that does both.
    Acknowledged { size: usize },
    /// It is decided on behind those before it in its queue: its replies are queued, or there are none, or the attempt failed.
    Attempted(UnderWay),
    /// The record is not settled, and is received again.
    Abandoned,
    /// The record is not settled, and the app must stop.
    Stop(AppError),
}

/// A successful attempt.
pub(super) enum Success {
    /// Its replies are queued. If there are any, they decide on the attempt.
    Queued(Vec<Sent>, Option<AttemptPermit>),
    /// So many replies are delivered.
    Delivered(usize),
    /// Its replies are to be sent in the transaction.
    ToAdd(Vec<Reply>),
    /// The message has no handler, and needs none.
    Skipped,
}

impl<'a, 'w> MessageTask<'a, 'w> {
    pub(super) fn new(worker: &'w Worker, queue: QueueId, waiting: Waiting, slot: &'a mut Slot<'w>) -> Self {
        let Waiting { record, ticket, prior, is_alone } = waiting;
        Self {
            worker,
            shared: &worker.shared,
            queue,
            slot,
            attempts_before: worker.handler.attempts_before(&record),
            record,
            ticket,
            prior,
            is_alone,
            policy: OnceLock::new(),
            given: None,
        }
    }

    /// Goes on from the end of an attempt at several records.
    pub(super) fn going_on(self, attempted: Result<Success, AttemptFailure>, number: u32) -> Self {
        Self { given: Some((attempted, number)), ..self }
    }

    /// Handles the record, in as many attempts as it takes, until it is settled or only its replies are missing.
    /// The first attempt may have begun.
    pub(super) async fn run(mut self, begun: Option<Begun<'w>>) -> TaskEnd {
        let (trace, begun) = match begun {
            Some(Begun { trace, attempt }) => (trace, Some(attempt)),
            None => (MessageTrace::begin(&self.record, &self.shared.group, &self.shared.tracer), None),
        };
        let end = pin!(self.handle(&trace, begun)).instrument(trace.span()).await;
        if matches!(end, TaskEnd::Acknowledged { .. }) {
            self.ticket.pass();
        }
        end
    }

    async fn handle(&mut self, trace: &MessageTrace, mut begun: Option<BegunAttempt<'w>>) -> TaskEnd {
        // Those in which the handler was called.
        let (mut prior, mut attempts) = match self.prior.take().map(|prior| *prior) {
            Some((failure, attempts)) => (Some(failure), attempts),
            None => (None, 0),
        };
        let transaction = self.shared.transaction.as_ref();
        match transaction.and_then(|transaction| transaction.failure(&self.record)) {
            Some(PriorFailure::DeadLetter { attempts, cause, form }) => {
                return self.dead_letter(&cause, attempts, form).await;
            }
            Some(PriorFailure::Retriable { attempts: before, cause, backoff }) => {
                (prior, attempts) = (Some(AttemptFailure::Retriable { cause, backoff }), before);
            }
            None => {}
        }
        loop {
            let attempted = if let Some(prior) = prior.take() {
                Err(prior)
            } else if let Some((given, number)) = self.given.take() {
                attempts = number;
                given
            } else {
                let number = attempts.saturating_add(1);
                let Some(attempted) = self.attempt(number, trace, begun.take()).await else {
                    return TaskEnd::Abandoned;
                };
                if !matches!(attempted, Err(AttemptFailure::Undecodable(_)) | Ok(Success::Skipped)) {
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
                // If one before it is not delivered, it is attempted again behind that one.
                Err(failure) if self.worker.has_under_way(self.queue) => {
                    Some(self.attempted(0, Err(failure), attempts, None))
                }
                Err(failure) => self.fail(failure, attempts).await,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Waits for the next attempt, or ends without; `None` if another attempt follows.
    async fn fail(&mut self, failure: AttemptFailure, attempts: u32) -> Option<TaskEnd> {
        let retries = self.policy().retries;
        match failure {
            AttemptFailure::Retriable { cause, backoff } if retries.allows_another(attempts) => {
                let backoff = backoff.unwrap_or_else(|| retries.backoff(attempts));
                let until = self.after(backoff);
                let (attempt, error) = (self.in_all(attempts), &cause.error);
                self.notify(&Event::Failed { record: &self.record, attempt, error, backoff });
                let waited = self.sleep_until(until).await;
                if waited.is_some() { None } else { Some(TaskEnd::Abandoned) }
            }
            AttemptFailure::Retriable { cause, backoff } => Some(self.give_up(&cause, attempts, backoff).await),
            AttemptFailure::Permanent(cause)
            | AttemptFailure::Final(cause)
            | AttemptFailure::Batch(cause)
            | AttemptFailure::Undecodable(cause)
            | AttemptFailure::Rejected(cause) => Some(self.dead_letter(&cause, attempts, LetterForm::default()).await),
            AttemptFailure::Stop(reason) => {
                Some(TaskEnd::Stop(AppError::Stopped { place: self.record.to_string(), reason }))
            }
        }
    }

    /// Makes an attempt, once it has a slot and a permit, or goes on with one; `None` if it is stopped before.
    async fn attempt(
        &mut self,
        number: u32,
        trace: &MessageTrace,
        begun: Option<BegunAttempt<'w>>,
    ) -> Option<Result<Success, AttemptFailure>> {
        let (permit, span, since, called) = match begun {
            Some(BegunAttempt { span, at, permit, called }) => (permit, span, at, Some(called)),
            None => (self.permit().await?, trace.attempt_span(self.in_all(number)), Instant::now(), None),
        };
        // A future that is pinned here is not moved into each of those around it.
        let attempt = pin!(async {
            let replies = match self.call(number, called).await {
                Ok(Some(replies)) => Ok(replies),
                Ok(None) => return Ok(Success::Skipped),
                Err(failure) => Err(failure),
            };
            match replies {
                Ok(replies) if self.shared.transaction.is_some() => {
                    Ok(Success::ToAdd(replies.into_iter().map(Reply::traced).collect()))
                }
                Ok(replies) if self.is_alone => self.deliver(replies).await.map(Success::Delivered),
                Ok(replies) => self.queue(replies).await.map(|queued| Success::Queued(queued, None)),
                Err(failure) => Err(failure),
            }
        });
        let mut attempted = trace.attempt(span, since, &self.record, &self.shared.observers, attempt).await;
        match &mut attempted {
            Ok(Success::Queued(queued, undecided)) if !queued.is_empty() => *undecided = Some(permit),
            // It tells nothing about whether handlers fail.
            Ok(Success::Skipped) => drop(permit),
            Ok(_) => permit.report(false),
            Err(failure) => permit.report(failure.counts_for_breaker()),
        }
        Some(attempted)
    }

    /// Waits until an attempt may be made.
    async fn permit(&mut self) -> Option<AttemptPermit> {
        let (stop, breaker) = (&self.worker.stop, &self.shared.breaker);
        if self.slot.is_held()
            && !stop.is_stopped()
            && let Some(permit) = breaker.try_acquire()
        {
            return Some(permit);
        }
        let slot = &mut *self.slot;
        let permit = async {
            slot.acquire().await;
            breaker.acquire().await
        };
        stop.unless_stopped(permit).await
    }

    /// Decodes the record and calls its handler, unless that was done. Returns its replies; `None` if the message is skipped.
    async fn call(&self, number: u32, called: Option<Called<'w>>) -> Result<Option<Vec<Reply>>, AttemptFailure> {
        let called = match called {
            Some(called) => called,
            None => {
                poll_fn(|context| Poll::Ready(Called::new(self.worker, &self.record, self.in_all(number), context)))
                    .await
            }
        };
        if let Some(policy) = called.policy() {
            self.policy.get_or_init(|| Arc::clone(policy));
        }
        called.end().await
    }

    /// Returns the policy of the handler of the record.
    pub(super) fn policy(&self) -> &Arc<Policy> {
        self.policy.get_or_init(|| Arc::clone(self.worker.handler.policy_of(&self.record)))
    }

    /// Sends replies, and waits until they are delivered. Returns how many there are.
    async fn deliver(&self, replies: Vec<Reply>) -> Result<usize, AttemptFailure> {
        let queued = self.queue(replies).await?;
        let count = queued.len();
        for mut sent in queued {
            let delivered = self.shared.sink.delivered(&mut sent).await;
            delivered.map_err(|error| AttemptFailure::of_reply(&error))?;
        }
        Ok(count)
    }

    /// Queues replies, in their order.
    async fn queue(&self, replies: Vec<Reply>) -> Result<Vec<Sent>, AttemptFailure> {
        let mut queued = Vec::with_capacity(replies.len());
        for reply in replies {
            queued.push(reply.traced().queue(&self.shared.sink).await?);
        }
        Ok(queued)
    }

    /// Ends the successful attempt, or adds the record to the transaction.
    async fn settle_handled(&mut self, success: Success, attempts: u32) -> Result<TaskEnd, AttemptFailure> {
        match success {
            Success::Queued(sent, permit) => Ok(self.attempted(sent.len(), Ok(sent), attempts, permit)),
            Success::Delivered(replies) => Ok(self.attempted(replies, Ok(Vec::new()), attempts, None)),
            Success::ToAdd(replies) => self.add(replies, attempts).await,
            Success::Skipped if self.shared.transaction.is_some() => self.add(Vec::new(), attempts).await,
            Success::Skipped => Ok(self.attempted(0, Ok(Vec::new()), attempts, None)),
        }
    }

    fn attempted(
        &self,
        replies: usize,
        sent: Result<Vec<Sent>, AttemptFailure>,
        number: u32,
        permit: Option<AttemptPermit>,
    ) -> TaskEnd {
        let attempted = Attempted { record: Arc::clone(&self.record), number, replies };
        TaskEnd::Attempted(UnderWay { attempted, sent, permit })
    }

    /// Adds the record to the transaction as handled, with its replies, behind all before it on its partition.
    async fn add(&mut self, replies: Vec<Reply>, attempts: u32) -> Result<TaskEnd, AttemptFailure> {
        let Some(transaction) = self.shared.transaction.clone() else { return Ok(TaskEnd::Abandoned) };
        if !self.slot.release_for(self.ticket.called()).await {
            return Ok(TaskEnd::Abandoned);
        }
        let is_response = replies.iter().any(|reply| reply.is_response);
        let encoded: Result<Vec<_>, _> = replies.into_iter().map(|reply| reply.record).collect();
        let added = match encoded {
            Ok(messages) => {
                let settlement = Settlement::Handled { replies: messages.len() };
                // It waits for the end of a transaction that is being committed.
                self.slot.release_for(transaction.add(&self.record, attempts, messages, settlement)).await
            }
            Err(error) => Err(SendError::Encode(error)),
        };
        let failure = if is_response { AttemptFailure::of_response } else { AttemptFailure::of_reply };
        added.map(|added| self.added(&added)).map_err(|error| failure(&error))
    }

    /// Returns the number of attempts, for so many on this topic.
    pub(super) fn in_all(&self, attempts: u32) -> u32 {
        self.attempts_before.saturating_add(attempts)
    }

    pub(super) fn acknowledged(&self) -> TaskEnd {
        TaskEnd::Acknowledged { size: size(&self.record) }
    }

    pub(super) fn added(&self, added: &Added) -> TaskEnd {
        match added {
            Added::Acknowledged => self.acknowledged(),
            Added::Stale => TaskEnd::Abandoned,
        }
    }

    pub(super) fn after(&self, backoff: Duration) -> Duration {
        self.shared.clock.now().saturating_add(backoff)
    }

    /// Sleeps; `None` if it is stopped before.
    pub(super) async fn sleep_until(&mut self, until: Duration) -> Option<()> {
        self.slot.release();
        self.worker.stop.unless_stopped(self.shared.clock.sleep_until(until)).await
    }

    pub(super) fn notify(&self, event: &Event<'_>) {
        self.shared.observers.notify(event);
    }
}
