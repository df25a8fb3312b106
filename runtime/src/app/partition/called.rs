//! The call of a handler, and the first attempt at a record up to where its handler waits for something.
//!
//! A handler that is ready at once, as many are that only look at a message, takes no more than a call: the task with all that may
//! follow, which is large, is made for the others alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use futures_util::FutureExt as _;
use tokio::time;
use tracing::Span;

use super::task::TaskEnd;
use super::under_way::{Attempted, UnderWay};
use super::worker::{Waiting, Worker, panic_text};
use crate::app::attempt::{AttemptFailure, AttemptPermit};
use crate::app::dead_letter::{FailureCause, Reason};
use crate::app::handler::{Attempt, HandlerFuture, Outcome};
use crate::app::observe::{Event, MessageTrace};
use crate::client::Record;

/// A handler that was called, and polled once.
pub(super) enum Called<'w> {
    Ended(Result<Outcome, AttemptFailure>),
    Running(HandlerFuture<'w>),
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
        let attempt = Attempt { record: Arc::clone(record), number, producer: worker.shared.sink.producer().clone() };
        let called = catch_unwind(AssertUnwindSafe(|| {
            let mut running = match worker.handler.route.call(&worker.handler.topic, attempt) {
                Ok(running) => running,
                Err(cause) => return Self::Ended(Err(AttemptFailure::Undecodable(cause))),
            };
            match running.as_mut().poll(context) {
                Poll::Ready(outcome) => Self::Ended(Ok(outcome)),
                Poll::Pending => Self::Running(running),
            }
        }));
        called.unwrap_or_else(|panic| Self::Ended(Err(panicked(panic.as_ref()))))
    }

    /// Waits for the end of the handler.
    pub(super) async fn end(self, worker: &Worker) -> Result<Outcome, AttemptFailure> {
        let running = match self {
            Self::Ended(ended) => return ended,
            Self::Running(running) => running,
        };
        let timeout = worker.shared.attempt_timeout;
        match time::timeout(timeout, AssertUnwindSafe(running).catch_unwind()).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(panic)) => Err(panicked(panic.as_ref())),
            Err(_) => Err(failed(Reason::TimedOut, format!("the handler did not end within {timeout:?}"))),
        }
    }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> AttemptFailure {
    failed(Reason::Panicked, format!("the handler panicked: {}", panic_text(panic)))
}

fn failed(reason: Reason, error: String) -> AttemptFailure {
    AttemptFailure::retriable(FailureCause::new(reason, error))
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
        let (span, at) = (trace.attempt_span(1), Instant::now());
        let called = trace.in_attempt(&span, || Called::new(worker, &waiting.record, 1, context));
        Some(Self { trace, attempt: BegunAttempt { span, at, permit, called } })
    }

    /// Tells whether its handler succeeded at once, and replies nothing.
    pub(super) fn is_handled(&self) -> bool {
        matches!(self.attempt.called, Called::Ended(Ok(Outcome::Handled)))
    }

    /// Ends a record that [is handled](Self::is_handled).
    pub(super) fn end(self, worker: &Worker, record: &Arc<Record>) -> TaskEnd {
        self.attempt.permit.report(false);
        worker.shared.observers.notify(&Event::Attempted { record, took: self.attempt.at.elapsed() });
        let attempted = Attempted { record: Arc::clone(record), number: 1, replies: 0 };
        TaskEnd::Attempted(UnderWay { attempted, sent: Ok(Vec::new()), permit: None })
    }
}
