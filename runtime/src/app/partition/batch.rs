//! Batches: records of a partition that a handler is called with at once.
//!
//! The runner of a worker begins as many records as there are, up to the size of a batch, and calls the handler with those
//! that are its messages. Whatever follows for one of them is its own [`MessageTask`], one after the other: it settles the
//! record, or goes on from its failure. The next batch begins once all are settled.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::coop;
use tokio::time;
use tracing::Instrument as _;

use super::called::{failure_of, panicked, replies, timed_out};
use super::queues::QueueId;
use super::slot::Slot;
use super::task::{MessageTask, Success, TaskEnd};
use super::worker::{Waiting, Worker, WorkerEvent};
use crate::app::attempt::AttemptFailure;
use crate::app::dead_letter::{FailureCause, Reason};
use crate::app::handler::{Attempt, Batch, BatchEnd, CalledBatch, NO_OUTCOME, Outcome, Reply};
use crate::app::observe::{Event, MessageTrace};
use crate::app::policy::Policy;
use crate::app::port::Sent;
use crate::client::Record;

/// The records of a batch that are not settled, in their order, and the number of attempts at the first of them together.
struct BatchTask<'a, 'w> {
    worker: &'w Arc<Worker>,
    queue: QueueId,
    slot: &'a mut Slot<'w>,
    waiting: VecDeque<Waiting>,
    /// The batch handler of the first records, among those of the topic.
    handler: usize,
    attempts: u32,
}

/// The worker has stopped: what is not settled is received again.
struct Stopped;

/// The end of an attempt at several records.
enum Attempted {
    /// The end of each record, by the handler or without it; `None` where it had no outcome.
    Each(Vec<Option<Ended>>),
    /// The attempt failed at all of them.
    Failed(AttemptFailure),
}

/// The end of an attempt at a record.
enum Ended {
    /// The handler was not called with it.
    Refused,
    By(Result<Success, AttemptFailure>),
}

impl Worker {
    /// Handles batches until no record waits.
    pub(super) async fn run_batches(
        self: Arc<Self>,
        slot: OwnedSemaphorePermit,
        first: (QueueId, Waiting),
        batch: Batch,
    ) {
        let mut slot = Slot::new(&self, slot);
        let mut next = Some(first);
        while let Some((queue, first)) = next {
            let Some(waiting) = self.collect(queue, first, batch).await else { return };
            let records = waiting.len();
            let task = BatchTask { worker: &self, queue, slot: &mut slot, waiting, handler: 0, attempts: 0 };
            if pin!(task.run()).await.is_err() {
                return;
            }
            self.end_batch(queue, records);
            coop::consume_budget().await;
            next = if slot.renew() { self.begin() } else { None };
        }
        drop(slot);
        // One may have come before the slot was free.
        self.start_runners();
    }

    /// Waits until a batch is complete; `None` if the worker is stopped before.
    async fn collect(&self, queue: QueueId, first: Waiting, batch: Batch) -> Option<VecDeque<Waiting>> {
        let mut waiting = VecDeque::from([first]);
        let clock = &self.shared.clock;
        let deadline = clock.now().saturating_add(batch.max_wait);
        loop {
            waiting.extend(self.begin_more(queue, batch.max_messages.saturating_sub(waiting.len())));
            if waiting.len() >= batch.max_messages || clock.now() >= deadline {
                return Some(waiting);
            }
            let more = async {
                tokio::select! {
                    biased;
                    () = self.arrived.notified() => {}
                    () = clock.sleep_until(deadline) => {}
                }
            };
            self.stop.unless_stopped(more).await?;
        }
    }
}

impl BatchTask<'_, '_> {
    async fn run(mut self) -> Result<(), Stopped> {
        while !self.waiting.is_empty() {
            let together = self.together();
            if together == 0 || together == 1 && self.waiting.len() > 1 {
                self.alone().await?;
                continue;
            }
            match self.attempt(together).await? {
                Attempted::Each(ended) => self.settle(ended).await?,
                Attempted::Failed(failure) => self.fail(failure, together).await?,
            }
        }
        Ok(())
    }

    /// Returns the number of the first records that are attempted together: those up to one with another handler. A record whose
    /// transaction was aborted goes on from its failure, alone.
    fn together(&mut self) -> usize {
        let records = || self.waiting.iter().map(|waiting| &*waiting.record);
        let (handler, together) = self.worker.handler.together(records());
        self.handler = handler;
        let Some(transaction) = &self.worker.shared.transaction else { return together };
        let failed = records().position(|record| transaction.failure(record).is_some());
        failed.map_or(together, |failed| together.min(failed))
    }

    /// Makes an attempt at the first records.
    async fn attempt(&mut self, together: usize) -> Result<Attempted, Stopped> {
        let worker = self.worker;
        let shared = &worker.shared;
        let slot = &mut *self.slot;
        let permit = async {
            slot.acquire().await;
            shared.breaker.acquire().await
        };
        let permit = worker.stop.unless_stopped(permit).await.ok_or(Stopped)?;
        let number = self.attempts.saturating_add(1);
        let records: Vec<_> = self.waiting.iter().take(together).map(|waiting| Arc::clone(&waiting.record)).collect();
        let Some(first) = records.first() else { return Ok(Attempted::Each(Vec::new())) };
        // What is sent continues the trace of the first message.
        let trace = MessageTrace::begin(first, &shared.group, &shared.tracer);
        let attempt = pin!(call(worker, self.handler, &records, number));
        let attempted = trace
            .attempt(trace.attempt_span(number), Instant::now(), first, &shared.observers, attempt)
            .instrument(trace.span())
            .await;
        match &attempted {
            Attempted::Failed(failure) => permit.report(failure.counts_for_breaker()),
            Attempted::Each(ended) => {
                let mut results = ended.iter().filter_map(|ended| match ended {
                    Some(Ended::By(result)) => Some(result),
                    Some(Ended::Refused) | None => None,
                });
                // Without any, the handler was not called.
                let counts = |result: &Result<Success, AttemptFailure>| {
                    result.as_ref().is_err_and(AttemptFailure::counts_for_breaker)
                };
                if let Some(first) = results.next() {
                    permit.report(counts(first) && results.all(counts));
                }
            }
        }
        self.attempts = number;
        Ok(attempted)
    }

    /// Settles the first records, each by how it ended. Those without an outcome are attempted again, as a new batch.
    async fn settle(&mut self, ended: Vec<Option<Ended>>) -> Result<(), Stopped> {
        let attempts = std::mem::take(&mut self.attempts);
        let mut is_settled = false;
        for ended in ended {
            match ended {
                None if is_settled => return Ok(()),
                // It has to come to an end.
                None => self.alone_with(Err(failed(NO_OUTCOME)), attempts).await?,
                Some(Ended::Refused) => self.alone().await?,
                Some(Ended::By(ended)) => {
                    is_settled = true;
                    // What it is sent again for is behind those before it, and so must be what follows.
                    let is_again = matches!(&ended, Err(AttemptFailure::Retriable { .. } | AttemptFailure::Batch(_)));
                    match ended {
                        Err(AttemptFailure::Batch(_)) => self.alone().await?,
                        ended => self.alone_with(ended, attempts).await?,
                    }
                    if is_again {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Waits for the next attempt at all records, or makes the last one at each of them.
    async fn fail(&mut self, failure: AttemptFailure, together: usize) -> Result<(), Stopped> {
        let (worker, policy) = (self.worker, Arc::clone(self.worker.handler.policy(self.handler)));
        if let AttemptFailure::Retriable { cause, backoff } = &failure
            && policy.retries.allows_another(self.attempts)
        {
            let backoff = backoff.unwrap_or_else(|| policy.retries.backoff(self.attempts));
            for Waiting { record, .. } in self.waiting.iter().take(together) {
                let attempt = worker.handler.attempts_before(record).saturating_add(self.attempts);
                let failed = Event::Failed { record, attempt, error: &cause.error, backoff };
                worker.shared.observers.notify(&failed);
            }
            let until = worker.shared.clock.now().saturating_add(backoff);
            self.slot.release();
            return worker.stop.unless_stopped(worker.shared.clock.sleep_until(until)).await.ok_or(Stopped);
        }
        let attempts = std::mem::take(&mut self.attempts);
        if together == 1 {
            return self.alone_with(Err(failure), attempts).await;
        }
        // Which of them is the cause, attempts at each alone tell. The others may never have been attempted.
        for _ in 0..together {
            self.alone().await?;
        }
        Ok(())
    }

    /// Handles the next record alone.
    async fn alone(&mut self) -> Result<(), Stopped> {
        let Some(waiting) = self.next() else { return Ok(()) };
        let end = pin!(MessageTask::new(self.worker, self.queue, waiting, self.slot).run(None)).await;
        self.end(end)
    }

    /// Goes on with the next record from the end of an attempt.
    async fn alone_with(&mut self, ended: Result<Success, AttemptFailure>, attempts: u32) -> Result<(), Stopped> {
        let Some(waiting) = self.next() else { return Ok(()) };
        let task = MessageTask::new(self.worker, self.queue, waiting, self.slot).going_on(ended, attempts);
        let end = pin!(task.run(None)).await;
        self.end(end)
    }

    fn next(&mut self) -> Option<Waiting> {
        // Its replies are delivered before the next record.
        self.waiting.pop_front().map(|waiting| Waiting { is_alone: true, ..waiting })
    }

    fn end(&mut self, end: TaskEnd) -> Result<(), Stopped> {
        match end {
            TaskEnd::Acknowledged { size } => self.worker.remove(size),
            TaskEnd::Attempted(under_way) => self.worker.settle(&under_way.attempted),
            TaskEnd::Abandoned => {
                self.worker.stop.stop();
                return Err(Stopped);
            }
            TaskEnd::Stop(error) => {
                self.worker.stop.stop();
                self.worker.report(WorkerEvent::Stop(error));
                return Err(Stopped);
            }
        }
        Ok(())
    }
}

/// Calls the handler with records.
async fn call(worker: &Worker, handler: usize, records: &[Arc<Record>], number: u32) -> Attempted {
    let shared = &worker.shared;
    let attempt = |record: &Arc<Record>| Attempt {
        record: Arc::clone(record),
        number: worker.handler.attempts_before(record).saturating_add(number),
        producer: shared.sink.producer().clone(),
        layers: shared.layers.clone(),
    };
    let attempts: Vec<_> = records.iter().map(attempt).collect();
    let called = catch_unwind(AssertUnwindSafe(|| worker.handler.call_batch(handler, &attempts)));
    let CalledBatch { accepted, future } = match called {
        Ok(called) => called,
        Err(panic) => return Attempted::Failed(panicked(panic.as_ref())),
    };
    let policy = worker.handler.policy(handler);
    let Some(future) = future else { return each(worker, &accepted, Vec::new(), policy).await };
    let ended = time::timeout(policy.attempt_timeout, AssertUnwindSafe(future).catch_unwind()).await;
    match ended {
        Ok(Ok(BatchEnd::Each(outcomes))) => each(worker, &accepted, outcomes, policy).await,
        Ok(Ok(BatchEnd::Failed(error))) => Attempted::Failed(failure_of(&*error, policy)),
        Ok(Err(panic)) => Attempted::Failed(panicked(panic.as_ref())),
        Err(_) => Attempted::Failed(timed_out(policy.attempt_timeout)),
    }
}

/// Sends the replies of each outcome, all of them before waiting for the first to be delivered.
async fn each(worker: &Worker, accepted: &[bool], outcomes: Vec<Option<Outcome>>, policy: &Policy) -> Attempted {
    let mut outcomes = outcomes.into_iter();
    let (mut queued, mut is_over) = (Vec::with_capacity(accepted.len()), false);
    for is_accepted in accepted {
        if !is_accepted {
            queued.push(Some(Err(())));
            continue;
        }
        queued.push(match outcomes.next().flatten() {
            Some(outcome) if !is_over => {
                let sent = match replies(outcome, policy) {
                    Ok(replies) => queue(worker, replies).await,
                    Err(failure) => Err(failure),
                };
                // What follows comes again behind it.
                is_over = matches!(sent, Err(AttemptFailure::Retriable { .. }));
                Some(Ok(sent))
            }
            _ => {
                is_over = true;
                None
            }
        });
    }
    let mut ended = Vec::with_capacity(queued.len());
    for queued in queued {
        ended.push(match queued {
            None => None,
            Some(Err(())) => Some(Ended::Refused),
            Some(Ok(Err(failure))) => Some(Ended::By(Err(failure))),
            Some(Ok(Ok(Queued::ToAdd(replies)))) => Some(Ended::By(Ok(Success::ToAdd(replies)))),
            Some(Ok(Ok(Queued::Sent(sent)))) => Some(Ended::By(delivered(worker, sent).await)),
        });
    }
    Attempted::Each(ended)
}

/// Replies of a record.
enum Queued {
    Sent(Vec<Sent>),
    /// They are sent in the transaction, with the record.
    ToAdd(Vec<Reply>),
}

async fn queue(worker: &Worker, replies: Vec<Reply>) -> Result<Queued, AttemptFailure> {
    let replies: Vec<_> = replies.into_iter().map(Reply::traced).collect();
    if worker.shared.transaction.is_some() {
        return Ok(Queued::ToAdd(replies));
    }
    let mut all = Vec::with_capacity(replies.len());
    for reply in replies {
        all.push(reply.queue(&worker.shared.sink).await?);
    }
    Ok(Queued::Sent(all))
}

async fn delivered(worker: &Worker, sent: Vec<Sent>) -> Result<Success, AttemptFailure> {
    let count = sent.len();
    for mut sent in sent {
        let delivered = worker.shared.sink.delivered(&mut sent).await;
        delivered.map_err(|error| AttemptFailure::of_reply(&error))?;
    }
    Ok(Success::Delivered(count))
}

fn failed(error: &str) -> AttemptFailure {
    AttemptFailure::retriable(FailureCause::new(Reason::Failed, error))
}
