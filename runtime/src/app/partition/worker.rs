//! The worker of a partition: it runs a task for each record, in order, or in order for each key.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time;

use super::Shared;
use super::in_flight::{InFlight, Size};
use super::task::{MessageTask, TaskEnd};
use crate::app::error::AppError;
use crate::app::handler::TopicHandler;
use crate::app::shutdown::StopSignal;
use crate::app::transaction::{Ticket, TicketQueue};
use crate::client::{Record, TopicPartition};

/// An event that a worker reports to the engine.
pub(crate) enum WorkerEvent {
    /// There is room in a worker that may have been full.
    HasRoom(TopicPartition),
    /// The app must stop.
    Stop(AppError),
}

/// The order in which the records of a partition are handled.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    /// One after the other.
    Partition,
    /// Those with the same key one after the other, and up to so many keys concurrently.
    Key { max_concurrent: usize },
}

/// The configuration of a worker.
pub(crate) struct WorkerConfig {
    pub(crate) shared: Arc<Shared>,
    pub(crate) handler: TopicHandler,
    pub(crate) order: Order,
    pub(crate) max_in_flight: Size,
    pub(crate) events: mpsc::UnboundedSender<WorkerEvent>,
    /// The worker that had the partition before, and how long its attempts may take to end.
    pub(crate) predecessor: Option<(PartitionWorker, Duration)>,
}

/// The engine's handle of a worker. Dropping it aborts the running attempts.
pub(crate) struct PartitionWorker {
    partition: TopicPartition,
    records: mpsc::UnboundedSender<Record>,
    in_flight: Arc<InFlight>,
    stop: StopSignal,
    task: JoinHandle<()>,
    /// Its partition is paused.
    pub(crate) is_paused: bool,
}

impl PartitionWorker {
    pub(crate) fn start(partition: TopicPartition, config: WorkerConfig) -> Self {
        let (sender, records) = mpsc::unbounded_channel();
        let in_flight = Arc::new(InFlight::new(config.max_in_flight));
        let stop = StopSignal::new();
        let slots = match config.order {
            Order::Partition => 1,
            Order::Key { max_concurrent } => max_concurrent.clamp(1, Semaphore::MAX_PERMITS),
        };
        let worker = Worker {
            partition: partition.clone(),
            in_flight: Arc::clone(&in_flight),
            stop: stop.clone(),
            slots: Arc::new(Semaphore::new(slots)),
            queues: HashMap::new(),
            tickets: TicketQueue::default(),
            running: JoinSet::new(),
            config,
        };
        let task = tokio::spawn(worker.run(records));
        Self { partition, records: sender, in_flight, stop, task, is_paused: false }
    }

    pub(crate) fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    pub(crate) fn push(&self, record: Record) {
        self.in_flight.add(Size::of(&record));
        // A worker that is stopped takes none: the record is abandoned.
        let _ = self.records.send(record);
    }

    pub(crate) fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    /// Stops it: no attempt begins any more.
    pub(crate) fn stop(&self) {
        self.stop.stop();
    }

    /// Waits until the running attempts have ended.
    pub(crate) async fn stopped(&mut self) {
        // However it ended: it has.
        let _ = (&mut self.task).await;
    }
}

impl Drop for PartitionWorker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The key of a queue, whose records are handled one after the other: that of the records, or none for a whole partition.
type QueueKey = Option<Vec<u8>>;

/// A message task that has ended.
struct EndedTask {
    queue: Option<QueueKey>,
    size: Size,
    end: TaskEnd,
}

struct Worker {
    partition: TopicPartition,
    config: WorkerConfig,
    in_flight: Arc<InFlight>,
    stop: StopSignal,
    slots: Arc<Semaphore>,
    /// The records that wait behind a running task of the same queue.
    queues: HashMap<QueueKey, VecDeque<(Record, Ticket)>>,
    /// The order in which records are added to transactions.
    tickets: TicketQueue,
    running: JoinSet<EndedTask>,
}

impl Worker {
    async fn run(mut self, mut records: mpsc::UnboundedReceiver<Record>) {
        if let Some((mut predecessor, drain_timeout)) = self.config.predecessor.take() {
            predecessor.stop();
            // Attempts that are still running then are aborted with it.
            let _ = time::timeout(drain_timeout, predecessor.stopped()).await;
        }
        loop {
            let stop = self.stop.clone();
            tokio::select! {
                biased;
                Some(ended) = self.running.join_next() => self.ended(ended),
                received = stop.unless_stopped(records.recv()) => match received {
                    Some(Some(record)) => self.enqueue(record),
                    Some(None) | None => break,
                },
            }
        }
        self.stop.stop();
        while let Some(ended) = self.running.join_next().await {
            self.ended(ended);
        }
    }

    fn enqueue(&mut self, record: Record) {
        let queue = match (self.config.order, record.key()) {
            (Order::Partition, _) => Some(None),
            (Order::Key { .. }, Some(key)) => Some(Some(key.to_vec())),
            // A record without a key has no order.
            (Order::Key { .. }, None) => None,
        };
        let ticket = if self.config.shared.transaction.is_some() { self.tickets.issue() } else { Ticket::default() };
        let Some(queue) = queue else { return self.begin(None, record, ticket) };
        if let Some(waiting) = self.queues.get_mut(&queue) {
            waiting.push_back((record, ticket));
            if queue.is_some() && self.in_flight.begin_wait() {
                self.report(WorkerEvent::HasRoom(self.partition.clone()));
            }
        } else {
            self.queues.insert(queue.clone(), VecDeque::new());
            self.begin(Some(queue), record, ticket);
        }
    }

    fn begin(&mut self, queue: Option<QueueKey>, record: Record, ticket: Ticket) {
        let size = Size::of(&record);
        let task = MessageTask {
            shared: Arc::clone(&self.config.shared),
            handler: self.config.handler.clone(),
            record: Arc::new(record),
            slots: Arc::clone(&self.slots),
            stop: self.stop.clone(),
            ticket,
        };
        self.running.spawn(async move { EndedTask { queue, size, end: task.run().await } });
    }

    fn ended(&mut self, ended: Result<EndedTask, JoinError>) {
        let EndedTask { queue, size, end } = ended.unwrap_or_else(|error| EndedTask {
            queue: None,
            size: Size::default(),
            end: TaskEnd::Stop(AppError::Internal(Box::new(error))),
        });
        match end {
            TaskEnd::Acknowledged if self.in_flight.remove(size) => {
                self.report(WorkerEvent::HasRoom(self.partition.clone()));
            }
            TaskEnd::Acknowledged | TaskEnd::Abandoned => {}
            TaskEnd::Stop(error) => {
                // Records behind this one must not be handled before it.
                self.stop.stop();
                self.report(WorkerEvent::Stop(error));
            }
        }
        if self.stop.is_stopped() {
            return;
        }
        let Some(queue) = queue else { return };
        match self.queues.get_mut(&queue).and_then(VecDeque::pop_front) {
            Some((next, ticket)) => {
                if queue.is_some() {
                    self.in_flight.end_wait();
                }
                self.begin(Some(queue), next, ticket);
            }
            None => {
                self.queues.remove(&queue);
            }
        }
    }

    fn report(&self, event: WorkerEvent) {
        // Without an engine there is nobody to report to.
        let _ = self.config.events.send(event);
    }
}
