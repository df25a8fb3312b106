//! The loop of an app: it polls, dispatches records to the workers of their partitions, and never awaits a handler.
//!
//! A worker takes records until they fill its memory. A pause makes librdkafka throw away what it fetched of the partition, so
//! while every worker has enough to do, the loop does not poll for a moment instead, and librdkafka stops to fetch by its own
//! limits. Only where others may need records, or the moment is over, it pauses the partitions of workers that are full.
//!
//! It replaces or ends workers as partitions are revoked or transactions aborted. The rebalance hook of the consumer only reports a revocation; the partition is released, and its
//! offsets committed, when its worker has ended or the drain timeout is over. Meanwhile the engine goes on polling.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::ops::RangeInclusive;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::task::coop;
use tokio::time::{self, Instant};

use super::error::AppError;
use super::observe::Event;
use super::partition::{Order, PartitionWorker, Shared, WorkerConfig, WorkerEvent};
use super::port::Source;
use super::topic_handler::TopicHandler;
use super::transaction::{Aborted, Committer};
use crate::client::{Polled, Rebalanced, Record, TopicPartition};

/// The longest time until a deadline.
const MAX_DEADLINE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The time that Kafka has for its last answers, after the deadline.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// The interval at which the loop runs when nothing happens.
const IDLE: Duration = Duration::from_secs(1);

/// The longest time without polling, which keeps the member in its group and its partitions without a worker served.
const MAX_HOLD: Duration = Duration::from_secs(1);

/// The interval at which it is looked whether to poll again.
const HOLD_TICK: Duration = Duration::from_millis(5);

/// The memory of all records in flight, if no limit of a partition is set: each has its share.
const SHARED_BYTES: usize = 128 * 1024 * 1024;

/// The least and the largest share of a partition. Kafka's brokers send 1 MiB of a partition at once.
const SHARE_BYTES: RangeInclusive<usize> = 1024 * 1024..=32 * 1024 * 1024;

pub(crate) struct Engine {
    shared: Arc<Shared>,
    records: Source,
    /// By the name of their topic on the cluster.
    handlers: BTreeMap<String, Arc<TopicHandler>>,
    settings: Settings,
    workers: BTreeMap<TopicPartition, PartitionWorker>,
    /// Revoked partitions whose workers are ending.
    draining: FuturesUnordered<Draining>,
    revoked: BTreeSet<TopicPartition>,
    worker_events: (mpsc::UnboundedSender<WorkerEvent>, mpsc::UnboundedReceiver<WorkerEvent>),
    /// The end of transactions, if the app is exactly once.
    committer: Option<Committer>,
    /// The time since which it does not poll, because a worker is full.
    held_since: Option<Instant>,
}

type Draining = Pin<Box<dyn Future<Output = Drained> + Send>>;

/// Revoked partitions whose workers have ended.
struct Drained {
    partitions: Vec<TopicPartition>,
    /// The number of their records that were abandoned.
    abandoned: usize,
}

#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) order: Order,
    /// The number of records of each partition that may have begun and not ended.
    pub(crate) max_in_flight: usize,
    /// The limit of the memory for records of each partition, if it is set.
    pub(crate) max_bytes: Option<usize>,
    pub(crate) drain_timeout: Duration,
}

impl Settings {
    /// Returns the limit of the memory for records of each partition, for so many of them.
    fn max_bytes(&self, partitions: usize) -> usize {
        let share = SHARED_BYTES / partitions.max(1);
        self.max_bytes.unwrap_or_else(|| share.clamp(*SHARE_BYTES.start(), *SHARE_BYTES.end()))
    }
}

/// An event that the loop handles.
enum LoopEvent<T> {
    Polled(Polled),
    Worker(WorkerEvent),
    Drained(Drained),
    CommitDue,
    Failed(AppError),
    Idle,
    End(T),
}

impl Engine {
    pub(crate) fn new(
        shared: Arc<Shared>,
        records: Source,
        handlers: BTreeMap<String, Arc<TopicHandler>>,
        settings: Settings,
        committer: Option<Committer>,
    ) -> Self {
        Self {
            shared,
            records,
            handlers,
            settings,
            workers: BTreeMap::new(),
            draining: FuturesUnordered::new(),
            revoked: BTreeSet::new(),
            worker_events: mpsc::unbounded_channel(),
            committer,
            held_since: None,
        }
    }

    /// Handles records until the future completes, or something stops the app; then drains the workers, commits, and
    /// leaves the group.
    pub(crate) async fn run(mut self, until: impl Future<Output = ()>) -> Result<(), AppError> {
        let mut until = pin!(until);
        let mut ended = loop {
            let event = match self.next_event(until.as_mut()).await {
                LoopEvent::End(()) => break Ok(()),
                event => event,
            };
            let health = self.shared.health.clone();
            // A transaction may take as long as Kafka does.
            tokio::select! {
                biased;
                handled = self.on_event(event) => match handled {
                    Ok(()) => {}
                    Err(error) => break Err(error),
                },
                () = until.as_mut() => break Ok(()),
                never = health.keep_alive() => match never {},
            }
        };
        self.shared.observers.notify(&Event::Draining);
        let deadline = Instant::now() + self.settings.drain_timeout.min(MAX_DEADLINE);
        let drained = self.drain(deadline).await;
        let rest = || deadline.saturating_duration_since(Instant::now()).max(LAST_ANSWER);
        ended = ended.and(drained);
        if let Some(committer) = self.committer {
            ended = ended.and(committer.close(rest()).await.map_err(AppError::Close));
        }
        let closed = self.records.close(rest()).await.map_err(AppError::Close);
        ended.and(closed)
    }

    async fn on_event(&mut self, event: LoopEvent<()>) -> Result<(), AppError> {
        match event {
            LoopEvent::Polled(Polled::Records(records)) => self.dispatch(records),
            LoopEvent::Polled(Polled::Rebalanced(rebalanced)) => self.on_rebalance(rebalanced),
            LoopEvent::Worker(WorkerEvent::HasRoom(partition)) => self.resume(&partition),
            LoopEvent::Drained(drained) => self.release(&drained).await?,
            LoopEvent::CommitDue => self.commit().await?,
            LoopEvent::Worker(WorkerEvent::Stop(error)) | LoopEvent::Failed(error) => return Err(error),
            LoopEvent::Idle | LoopEvent::End(()) => {}
        }
        Ok(())
    }

    async fn next_event<T>(&mut self, until: Pin<&mut impl Future<Output = T>>) -> LoopEvent<T> {
        // rdkafka has a record ready whenever it can: let other tasks run, too.
        coop::consume_budget().await;
        self.shared.health.loop_runs();
        let is_holding = self.is_holding();
        tokio::select! {
            biased;
            end = until => LoopEvent::End(end),
            Some(event) = self.worker_events.1.recv() => LoopEvent::Worker(event),
            Some(drained) = self.draining.next() => LoopEvent::Drained(drained),
            () = commit_due(self.committer.as_mut()) => LoopEvent::CommitDue,
            polled = self.records.next(), if !is_holding => match polled {
                Ok(polled) => LoopEvent::Polled(polled),
                Err(error) => LoopEvent::Failed(AppError::Receive(error)),
            },
            () = time::sleep(if is_holding { HOLD_TICK } else { IDLE }) => LoopEvent::Idle,
        }
    }

    /// Hands records to the workers of their partitions, those that follow each other together.
    fn dispatch(&mut self, records: Vec<Record>) {
        let mut records = records.into_iter().peekable();
        while let Some(first) = records.next() {
            let partition = first.topic_partition().clone();
            let mut together = vec![first];
            while let Some(next) = records.next_if(|next| *next.topic_partition() == partition) {
                together.push(next);
            }
            self.dispatch_together(&partition, together);
        }
    }

    fn dispatch_together(&mut self, partition: &TopicPartition, records: Vec<Record>) {
        // The topics of the handlers are subscribed, and no others.
        let Some(handler) = self.handlers.get(&partition.topic) else { return };
        if self.revoked.contains(partition) {
            // They were fetched before the revocation: the partition's new owner will receive them.
            return;
        }
        for record in &records {
            self.shared.observers.notify(&Event::Received(record));
            if let Some(other) = &handler.note_writer(record) {
                self.shared.observers.notify(&Event::OtherWriter { record, other });
            }
        }
        if !self.workers.contains_key(partition) {
            let worker = PartitionWorker::start(partition.clone(), self.worker_config(handler, None));
            self.workers.insert(partition.clone(), worker);
            self.share_memory();
        }
        let Some(worker) = self.workers.get_mut(partition) else { return };
        worker.push(records);
        if !worker.is_full && worker.in_flight().is_full() && worker.in_flight().await_room() {
            worker.is_full = true;
            self.held_since.get_or_insert_with(Instant::now);
        }
    }

    /// Sets the limit of each partition, by the number of them.
    fn share_memory(&self) {
        let max_bytes = self.settings.max_bytes(self.workers.len());
        self.workers.values().for_each(|worker| worker.in_flight().set_max_bytes(max_bytes));
    }

    /// Tells whether not to poll now. Pauses workers that are full once it is time to poll all the same.
    fn is_holding(&mut self) -> bool {
        let Some(since) = self.held_since else { return false };
        let is_any_low = self.workers.values().any(PartitionWorker::is_low);
        if !is_any_low && since.elapsed() < MAX_HOLD {
            return true;
        }
        self.held_since = None;
        for worker in self.workers.values_mut().filter(|worker| worker.is_full && !worker.is_paused) {
            worker.is_paused = true;
            self.records.pause(worker.partition());
        }
        false
    }

    fn worker_config(&self, handler: &Arc<TopicHandler>, predecessor: Option<PartitionWorker>) -> WorkerConfig {
        WorkerConfig {
            shared: Arc::clone(&self.shared),
            handler: Arc::clone(handler),
            max_bytes: self.settings.max_bytes(self.workers.len()),
            events: self.worker_events.0.clone(),
            predecessor: predecessor.map(|worker| (worker, self.settings.drain_timeout)),
        }
    }

    fn resume(&mut self, partition: &TopicPartition) {
        // It may be that of a worker that was replaced.
        let Some(worker) = self.workers.get_mut(partition).filter(|worker| worker.is_full) else { return };
        if worker.in_flight().await_room() {
            return;
        }
        worker.is_full = false;
        if std::mem::take(&mut worker.is_paused) {
            self.records.resume(partition);
        }
        if !self.workers.values().any(|worker| worker.is_full && !worker.is_paused) {
            self.held_since = None;
        }
    }

    fn on_rebalance(&mut self, rebalanced: Rebalanced) {
        match rebalanced {
            Rebalanced::Lost(partitions) => {
                // Another member handles their records already.
                let abandoned = self.take_workers(&partitions).iter().map(|worker| worker.in_flight().messages()).sum();
                self.report_abandoned(abandoned);
                self.forget_failures(&partitions);
            }
            Rebalanced::Revoked(partitions) => {
                let workers = self.take_workers(&partitions);
                self.revoked.extend(partitions.iter().cloned());
                let drain_timeout = self.settings.drain_timeout;
                self.draining.push(Box::pin(async move {
                    let abandoned = drain_workers(workers, Instant::now() + drain_timeout.min(MAX_DEADLINE)).await;
                    Drained { partitions, abandoned }
                }));
            }
        }
    }

    /// Removes the workers of partitions.
    fn take_workers(&mut self, partitions: &[TopicPartition]) -> Vec<PartitionWorker> {
        partitions.iter().filter_map(|partition| self.take_worker(partition)).collect()
    }

    /// Removes the worker of a partition.
    fn take_worker(&mut self, partition: &TopicPartition) -> Option<PartitionWorker> {
        let worker = self.workers.remove(partition)?;
        if worker.is_paused {
            // librdkafka would keep it paused when the partition is assigned again.
            self.records.resume(partition);
        }
        self.share_memory();
        Some(worker)
    }

    /// Releases revoked partitions, once all that is settled of them is committed.
    async fn release(&mut self, drained: &Drained) -> Result<(), AppError> {
        self.report_abandoned(drained.abandoned);
        self.commit().await?;
        self.records.give_up(&drained.partitions);
        self.forget_failures(&drained.partitions);
        for partition in &drained.partitions {
            self.revoked.remove(partition);
        }
        Ok(())
    }

    /// Ends the transaction that is open, if the app is exactly once.
    async fn commit(&mut self) -> Result<(), AppError> {
        let Some(committer) = &mut self.committer else { return Ok(()) };
        if let Some(aborted) = committer.commit().await? {
            self.restart_workers(&aborted);
        }
        Ok(())
    }

    /// Replaces the workers of partitions whose records are received again.
    fn restart_workers(&mut self, Aborted { partitions, records, reason }: &Aborted) {
        let mut records = *records;
        for partition in partitions {
            let Some(handler) = self.handlers.get(&partition.topic).cloned() else { continue };
            let Some(predecessor) = self.take_worker(partition) else { continue };
            records += predecessor.in_flight().messages();
            let worker = PartitionWorker::start(partition.clone(), self.worker_config(&handler, Some(predecessor)));
            self.workers.insert(partition.clone(), worker);
        }
        self.shared.observers.notify(&Event::Aborted { records, reason });
    }

    /// Drops the failures of records in aborted transactions: another member receives the records.
    fn forget_failures(&self, partitions: &[TopicPartition]) {
        let Some(transaction) = &self.shared.transaction else { return };
        for partition in partitions {
            transaction.forget(partition);
        }
    }

    /// Ends all workers, and stays in the group meanwhile.
    async fn drain(&mut self, deadline: Instant) -> Result<(), AppError> {
        self.records.pause_all();
        self.held_since = None;
        // A commit that was begun must end before workers can add more.
        let mut committed = time::timeout_at(deadline, self.commit()).await.unwrap_or(Ok(()));
        let workers = std::mem::take(&mut self.workers).into_values().collect();
        let mut ending = pin!(drain_workers(workers, deadline));
        let abandoned = loop {
            match self.next_event(ending.as_mut()).await {
                LoopEvent::End(abandoned) => break abandoned,
                LoopEvent::Drained(drained) => {
                    committed = committed.and(self.release_by(deadline, &drained).await);
                }
                // It would fail again at once.
                LoopEvent::Failed(_) => break ending.await,
                // Records are not dispatched any more. What is revoked now is released when the consumer is closed.
                LoopEvent::Polled(_) | LoopEvent::Worker(_) | LoopEvent::CommitDue | LoopEvent::Idle => {}
            }
        };
        self.report_abandoned(abandoned);
        while let Ok(Some(drained)) = time::timeout_at(deadline, self.draining.next()).await {
            committed = committed.and(self.release_by(deadline, &drained).await);
        }
        let deadline = deadline.max(Instant::now() + LAST_ANSWER);
        // If it is not in time, closing the producer returns the error.
        committed.and(time::timeout_at(deadline, self.commit()).await.unwrap_or(Ok(())))
    }

    async fn release_by(&mut self, deadline: Instant, drained: &Drained) -> Result<(), AppError> {
        // Partitions that are not released in time are when the consumer is closed.
        time::timeout_at(deadline, self.release(drained)).await.unwrap_or(Ok(()))
    }

    fn report_abandoned(&self, records: usize) {
        if records > 0 {
            self.shared.observers.notify(&Event::Abandoned { records });
        }
    }
}

/// Waits until there is something to commit; for ever, if the app is not exactly once.
async fn commit_due(committer: Option<&mut Committer>) {
    match committer {
        Some(committer) => committer.due().await,
        None => std::future::pending().await,
    }
}

/// Stops workers, and waits for their running attempts until the deadline. Returns the number of records that they had in
/// flight and did not settle.
async fn drain_workers(mut workers: Vec<PartitionWorker>, deadline: Instant) -> usize {
    workers.iter().for_each(PartitionWorker::stop);
    // Attempts that are still running then are aborted with their worker.
    let _ = time::timeout_at(deadline, join_all(workers.iter_mut().map(PartitionWorker::stopped))).await;
    workers.iter().map(|worker| worker.in_flight().messages()).sum()
}
