//! The call of a handler, and the first attempt at a record up to where its handler waits for something.
//!
//! A handler that is ready at once, as many are that only look at a message, takes no more than a call: the task with all that may
//! follow, which is large, is made for the others alone.

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use tokio::time;
use tracing::Span;

use super::task::TaskEnd;
use super::under_way::{Attempted, UnderWay};
use super::worker::{Waiting, Worker, panic_text};
use crate::app::attempt::{AttemptFailure, AttemptPermit};
use crate::app::dead_letter::{FailureCause, Reason, error_chain};
use crate::app::handler::{Attempt, CalledFuture, NotCalled, Outcome, Reply};
use crate::app::observe::{Event, MessageTrace};
use crate::app::policy::{Policy, Retry};
use crate::client::Record;

/// A handler that was called, and polled once.
pub(super) enum Called<'w> {
    /// The message has no handler, and needs none.
    Skipped,
    /// No handler is called.
    Failed(AttemptFailure),
    Ended(Result<Outcome, AttemptFailure>, &'w Arc<Policy>),
    Running(CalledFuture, &'w Arc<Policy>),
}

/// The first attempt at a record, whose handler was called.
pub(super) struct Begun<'w> {
    pub(super) trace: MessageTrace,
    pub(super) attempt: BegunAttempt<'w>,
}

/// An attempt whose handler was called.
pub(super) struct BegunAttempt<'w> {
    pub(super) span: Span,
    pub(super) at: Instant,
    pub(super) permit: AttemptPermit,
    pub(super) called: Called<'w>,
}

impl<'w> Called<'w> {
    /// Decodes a record, calls its handler, and polls that once.
    pub(super) fn new(worker: &'w Worker, record: &Arc<Record>, number: u32, context: &mut Context<'_>) -> Self {
        let shared = &worker.shared;
        let (producer, layers) = (shared.sink.producer().clone(), shared.layers.clone());
        let attempt = Attempt { record: Arc::clone(record), number, producer, layers };
        // Decoding may panic, too: a decoder may be the user's.
        let called = catch_unwind(AssertUnwindSafe(|| worker.handler.call(attempt)));
        let (mut running, policy) = match called {
            Ok(Ok((called, policy))) => (called.future, policy),
            Ok(Err(NotCalled::DeadLetter(cause))) => return Self::Failed(AttemptFailure::Undecodable(cause)),
            Ok(Err(NotCalled::Skipped)) => return Self::Skipped,
            Err(panic) => return Self::Failed(panicked(panic.as_ref())),
        };
        match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(context))) {
            Ok(Poll::Ready(outcome)) => Self::Ended(Ok(outcome), policy),
            Ok(Poll::Pending) => Self::Running(running, policy),
            Err(panic) => Self::Ended(Err(panicked(panic.as_ref())), policy),
        }
    }

    /// Returns the policy of the handler, if one was called.
    pub(super) fn policy(&self) -> Option<&'w Arc<Policy>> {
        match self {
            Self::Skipped | Self::Failed(_) => None,
            Self::Ended(_, policy) | Self::Running(_, policy) => Some(policy),
        }
    }

    /// Waits for the end of the handler. Returns its replies; `None` if the message is skipped.
    pub(super) async fn end(self) -> Result<Option<Vec<Reply>>, AttemptFailure> {
        let (outcome, policy) = match self {
            Self::Skipped => return Ok(None),
            Self::Failed(failure) => return Err(failure),
            Self::Ended(outcome, policy) => (outcome?, policy),
            Self::Running(running, policy) => {
                let timeout = policy.attempt_timeout;
                match time::timeout(timeout, AssertUnwindSafe(running).catch_unwind()).await {
                    Ok(Ok(outcome)) => (outcome, policy),
                    Ok(Err(panic)) => return Err(panicked(panic.as_ref())),
                    Err(_) => return Err(timed_out(timeout)),
                }
            }
        };
        // A predicate on errors may panic, too.
        let replies = catch_unwind(AssertUnwindSafe(|| replies(outcome, policy)));
        replies.unwrap_or_else(|panic| Err(panicked(panic.as_ref()))).map(Some)
    }
}

pub(super) fn panicked(panic: &(dyn Any + Send)) -> AttemptFailure {
    let error = format!("the handler panicked: {}", panic_text(panic));
    AttemptFailure::retriable(FailureCause::new(Reason::Panicked, error))
}

pub(super) fn timed_out(timeout: Duration) -> AttemptFailure {
    let error = format!("the handler did not end within {timeout:?}");
    AttemptFailure::retriable(FailureCause::new(Reason::TimedOut, error))
}

/// Returns the failure of an attempt that ended with an error.
pub(super) fn failure_of(error: &(dyn Error + 'static), policy: &Policy) -> AttemptFailure {
    let cause = FailureCause::new(Reason::Failed, error_chain(error));
    match policy.decide(error) {
        Retry::Backoff => AttemptFailure::retriable(cause),
        Retry::After(backoff) => AttemptFailure::Retriable { cause, backoff: Some(backoff) },
        Retry::Never => AttemptFailure::Permanent(cause),
    }
}

/// Returns the replies of a handler that succeeded.
pub(super) fn replies(outcome: Outcome, policy: &Policy) -> Result<Vec<Reply>, AttemptFailure> {
    match outcome {
        Outcome::Handled => Ok(Vec::new()),
        Outcome::Reply(replies) => Ok(replies),
        Outcome::Failed(error) => Err(failure_of(error.as_ref(), policy)),
        Outcome::RetryAfter(backoff) => {
            let cause = FailureCause::new(Reason::Failed, "the handler asked for another attempt");
            Err(AttemptFailure::Retriable { cause, backoff: Some(backoff) })
        }
        Outcome::DeadLetter(reason) => Err(AttemptFailure::Rejected(FailureCause::new(Reason::Rejected, reason))),
        Outcome::Stop(reason) => Err(AttemptFailure::Stop(reason)),
    }
}

impl<'w> Begun<'w> {
    /// Begins the first attempt at a record, if it may begin at once and nothing was decided on the record before.
    pub(super) fn new(worker: &'w Worker, waiting: &Waiting, context: &mut Context<'_>) -> Option<Self> {
        let shared = &worker.shared;
        if waiting.prior.is_some() || shared.transaction.is_some() || worker.stop.is_stopped() {
            return None;
        }
        let permit = shared.breaker.try_acquire()?;
        let trace = MessageTrace::begin(&waiting.record, &shared.group, &shared.tracer);
        let number = worker.handler.attempts_before(&waiting.record).saturating_add(1);
        let (span, at) = (trace.attempt_span(number), Instant::now());
        let called = trace.in_attempt(&span, || Called::new(worker, &waiting.record, number, context));
        Some(Self { trace, attempt: BegunAttempt { span, at, permit, called } })
    }

    /// Tells whether its handler succeeded at once, and replies nothing.
    pub(super) fn is_handled(&self) -> bool {
        matches!(self.attempt.called, Called::Ended(Ok(Outcome::Handled), _))
    }

    /// Ends a record that [is handled](Self::is_handled).
    pub(super) fn end(self, worker: &Worker, record: &Arc<Record>) -> TaskEnd {
        self.attempt.permit.report(false);
        worker.shared.observers.notify(&Event::Attempted { record, took: self.attempt.at.elapsed() });
        let attempted = Attempted { record: Arc::clone(record), number: 1, replies: 0 };
        TaskEnd::Attempted(UnderWay { attempted, sent: Ok(Vec::new()), permit: None })
    }
}
