//! The worker of a partition: it handles the records of its queues, each in order.

use std::any::Any;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::mem;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{JoinSet, coop};
use tokio::time;

use super::Shared;
use super::called::Begun;
use super::held::Held;
use super::in_flight::{InFlight, size};
use super::queues::{Place, QueueId, Queues};
use super::slot::Slot;
use super::task::{MessageTask, TaskEnd};
use super::under_way::{Attempted, Reported, UnderWay, resume};
use crate::app::attempt::AttemptFailure;
use crate::app::error::AppError;
use crate::app::observe::Event;
use crate::app::shutdown::StopSignal;
use crate::app::topic_handler::TopicHandler;
use crate::app::transaction::{Ticket, TicketQueue};
use crate::client::{Record, TopicPartition};

/// An event that a worker reports to the engine.
pub(crate) enum WorkerEvent {
    /// There is room in a worker that was full.
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
    pub(crate) handler: Arc<TopicHandler>,
    pub(crate) max_bytes: usize,
    pub(crate) events: mpsc::UnboundedSender<WorkerEvent>,
    /// The worker that had the partition before, and how long its attempts may take to end.
    pub(crate) predecessor: Option<(PartitionWorker, Duration)>,
}

/// The engine's handle of a worker. Dropping it aborts the running attempts.
pub(crate) struct PartitionWorker {
    worker: Arc<Worker>,
    /// It was full, and had no room since.
    pub(crate) is_full: bool,
    /// Its partition is paused.
    pub(crate) is_paused: bool,
}

impl PartitionWorker {
    pub(crate) fn start(partition: TopicPartition, config: WorkerConfig) -> Self {
        let WorkerConfig { shared, handler, max_bytes, events, predecessor } = config;
        let (order, max_in_flight) = (handler.order, handler.max_in_flight);
        let slots = match order {
            Order::Partition => 1,
            Order::Key { max_concurrent } => max_concurrent.clamp(1, Semaphore::MAX_PERMITS),
        };
        // A record that is added to a transaction waits for all before it, which must begin for that.
        let max_begun = if shared.transaction.is_some() { usize::MAX } else { max_in_flight };
        let work = Work {
            queues: Queues::new(max_begun),
            tickets: TicketQueue::default(),
            under_way: VecDeque::new(),
            is_delivering: false,
            may_begin: predecessor.is_none(),
        };
        let worker = Arc::new(Worker {
            shared,
            handler,
            stop: StopSignal::new(),
            slots: Arc::new(Semaphore::new(slots)),
            waiting_for_slot: AtomicUsize::new(0),
            partition,
            order,
            events,
            in_flight: InFlight::new(max_bytes),
            held: Mutex::default(),
            arrived: Notify::new(),
            work: Mutex::new(work),
            tasks: Mutex::default(),
        });
        if let Some((predecessor, drain_timeout)) = predecessor {
            // At once: what waits in it behind a record that is not current any more must not begin.
            predecessor.stop();
            worker.spawn(Arc::clone(&worker).succeed(predecessor, drain_timeout));
        }
        Self { worker, is_full: false, is_paused: false }
    }

    pub(crate) fn partition(&self) -> &TopicPartition {
        &self.worker.partition
    }

    /// Adds records, in their order.
    pub(crate) fn push(&self, records: Vec<Record>) {
        self.worker.push(records);
    }

    pub(crate) fn in_flight(&self) -> &InFlight {
        &self.worker.in_flight
    }

    /// It will soon have nothing to do, unless more is received. What comes to a retry topic waits in any case.
    pub(crate) fn is_low(&self) -> bool {
        self.worker.handler.delay.is_none() && self.worker.in_flight.is_low()
    }

    /// Stops it: no attempt begins any more.
    pub(crate) fn stop(&self) {
        self.worker.stop.stop();
    }

    /// Waits until the running attempts have ended, and it is known of all replies that are under way whether they are
    /// delivered. It must be stopped. Dropping the future aborts them.
    pub(crate) async fn stopped(&mut self) {
        loop {
            // A task that ends may have begun another one.
            let mut tasks = mem::take(&mut *lock(&self.worker.tasks));
            if tasks.is_empty() {
                return;
            }
            while tasks.join_next().await.is_some() {}
        }
    }
}

impl Drop for PartitionWorker {
    fn drop(&mut self) {
        // A task that is running now begins no other one.
        self.stop();
        lock(&self.worker.tasks).abort_all();
    }
}

/// A record that waits for its handler.
pub(super) struct Waiting {
    pub(super) record: Arc<Record>,
    /// Its turn to be added to the transaction.
    pub(super) ticket: Ticket,
    /// The failure that it goes on from, and the number of attempts before.
    pub(super) prior: Option<Box<(AttemptFailure, u32)>>,
    /// Kafka refused the batch that its replies were in: they are sent alone.
    pub(super) is_alone: bool,
}

impl Waiting {
    fn new(record: Arc<Record>, ticket: Ticket) -> Self {
        Self { record, ticket, prior: None, is_alone: false }
    }

    /// A record that is handled again.
    pub(super) fn again(Attempted { record, number, .. }: Attempted, prior: Option<AttemptFailure>) -> Self {
        Self {
            record,
            ticket: Ticket::default(),
            prior: prior.map(|failure| Box::new((failure, number))),
            is_alone: false,
        }
    }
}

/// The parts that the tasks of a worker share: runners, each with a [`Slot`], which handle records for as long as there are
/// some that may begin, and one that waits for deliveries while replies are under way.
pub(super) struct Worker {
    pub(super) shared: Arc<Shared>,
    pub(super) handler: Arc<TopicHandler>,
    pub(super) stop: StopSignal,
    pub(super) slots: Arc<Semaphore>,
    /// The number of records that wait for a slot.
    pub(super) waiting_for_slot: AtomicUsize,
    partition: TopicPartition,
    order: Order,
    events: mpsc::UnboundedSender<WorkerEvent>,
    in_flight: InFlight,
    /// Of a retry topic.
    pub(super) held: Mutex<Held>,
    /// Notified when records come, if they are handled in batches.
    pub(super) arrived: Notify,
    work: Mutex<Work>,
    tasks: Mutex<JoinSet<()>>,
}

struct Work {
    queues: Queues<Waiting, Reported>,
    /// The order in which records are added to transactions.
    tickets: TicketQueue,
    /// In the order in which their replies were queued.
    under_way: VecDeque<(QueueId, UnderWay)>,
    /// A task waits for deliveries.
    is_delivering: bool,
    /// False until the predecessor has ended.
    may_begin: bool,
}

impl Work {
    /// Begins the next record, if one may.
    fn begin(&mut self) -> Option<(QueueId, Waiting)> {
        if self.may_begin { self.queues.begin() } else { None }
    }
}

impl Worker {
    fn push(self: &Arc<Self>, records: Vec<Record>) {
        self.in_flight.add(records.len(), records.iter().map(size).sum());
        match self.handler.delay {
            Some(delay) => self.hold(records, delay),
            None => self.enqueue(records),
        }
    }

    /// Adds records to their queues.
    pub(super) fn enqueue(self: &Arc<Self>, records: Vec<Record>) {
        let is_per_key = matches!(self.order, Order::Key { .. });
        // The queue of a partition is an order already.
        let has_ticket = is_per_key && self.shared.transaction.is_some();
        // Runners wait for the lock.
        let records: Vec<_> = records.into_iter().map(Arc::new).collect();
        let mut work = lock(&self.work);
        for record in records {
            let ticket = if has_ticket { work.tickets.issue() } else { Ticket::default() };
            if !is_per_key {
                work.queues.push(&Place::InPartition, Waiting::new(record, ticket));
                continue;
            }
            let waiting = Waiting::new(Arc::clone(&record), ticket);
            work.queues.push(&record.key().map_or(Place::Alone, Place::InKey), waiting);
        }
        drop(work);
        self.start_runners();
    }

    /// Waits for the worker that had the partition before.
    async fn succeed(self: Arc<Self>, mut predecessor: PartitionWorker, drain_timeout: Duration) {
        // Attempts that are still running then are aborted with it.
        let _ = time::timeout(drain_timeout, predecessor.stopped()).await;
        drop(predecessor);
        lock(&self.work).may_begin = true;
        self.start_runners();
    }

    /// Starts runners for records that may begin.
    pub(super) fn start_runners(self: &Arc<Self>) {
        if self.handler.batch.is_some() {
            self.arrived.notify_one();
        }
        while let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned()
            && let Some(first) = self.begin()
        {
            match self.handler.batch {
                None => self.spawn(Arc::clone(self).run(slot, first)),
                Some(batch) => self.spawn(Arc::clone(self).run_batches(slot, first, batch)),
            }
        }
    }

    /// Begins the next record, if one may.
    pub(super) fn begin(&self) -> Option<(QueueId, Waiting)> {
        if self.stop.is_stopped() {
            return None;
        }
        lock(&self.work).begin()
    }

    async fn run(self: Arc<Self>, slot: OwnedSemaphorePermit, first: (QueueId, Waiting)) {
        let mut slot = Slot::new(&self, slot);
        let mut next = Some(first);
        while let Some((queue, waiting)) = next {
            let begun = if slot.is_held() {
                poll_fn(|context| Poll::Ready(Begun::new(&self, &waiting, context))).await
            } else {
                None
            };
            let end = match begun {
                Some(begun) if begun.is_handled() => begun.end(&self, &waiting.record),
                begun => MessageTask::new(&self, queue, waiting, &mut slot).run(begun).await,
            };
            next = self.ended(queue, end, &mut slot);
            // A handler that is ready at once leaves no other place for other tasks.
            coop::consume_budget().await;
        }
        drop(slot);
        // One may have come before the slot was free.
        self.start_runners();
    }

    /// Ends a record, and begins the next one.
    fn ended(self: &Arc<Self>, queue: QueueId, end: TaskEnd, slot: &mut Slot<'_>) -> Option<(QueueId, Waiting)> {
        match end {
            TaskEnd::Acknowledged { size } => {
                self.remove(size);
                lock(&self.work).queues.end(queue);
            }
            TaskEnd::Abandoned => {
                // It is received again, and so are those behind it: the worker is about to be replaced, or its partition is lost.
                self.stop.stop();
                lock(&self.work).queues.end(queue);
            }
            TaskEnd::Attempted(under_way) => {
                let mut work = lock(&self.work);
                if under_way.is_handled() && work.queues.end_alone(queue) {
                    let next = if slot.renew() && !self.stop.is_stopped() { work.begin() } else { None };
                    drop(work);
                    self.settle(&under_way.attempted);
                    return next;
                }
                match &under_way.sent {
                    Ok(_) => work.queues.send(queue),
                    Err(_) => work.queues.fail(queue),
                }
                work.under_way.push_back((queue, under_way));
                if !mem::replace(&mut work.is_delivering, true) {
                    drop(work);
                    self.spawn(Arc::clone(self).deliver());
                }
            }
            TaskEnd::Stop(error) => {
                // Records behind this one must not be handled before it.
                self.stop.stop();
                self.report(WorkerEvent::Stop(error));
            }
        }
        self.resume(queue);
        if slot.renew() { self.begin() } else { None }
    }

    /// Begins up to so many records more, behind one that was begun.
    pub(super) fn begin_more(&self, queue: QueueId, max: usize) -> Vec<Waiting> {
        lock(&self.work).queues.begin_more(queue, max)
    }

    /// Ends a batch whose records are settled.
    pub(super) fn end_batch(&self, queue: QueueId, records: usize) {
        lock(&self.work).queues.end_together(queue, records);
    }

    /// Waits for deliveries, for as long as replies are under way, in the order in which they were queued.
    async fn deliver(self: Arc<Self>) {
        while let Some(batch) = self.take_under_way() {
            for (queue, under_way) in batch {
                let reported = under_way.report(&self.shared.sink).await;
                self.reported(queue, reported);
            }
        }
    }

    fn take_under_way(&self) -> Option<VecDeque<(QueueId, UnderWay)>> {
        let mut work = lock(&self.work);
        work.is_delivering = !work.under_way.is_empty();
        work.is_delivering.then(|| mem::take(&mut work.under_way))
    }

    fn reported(self: &Arc<Self>, queue: QueueId, reported: Reported) {
        let mut work = lock(&self.work);
        if reported.result.is_ok() && work.queues.delivered(queue) {
            drop(work);
            self.settle(&reported.attempted);
        } else {
            work.queues.not_delivered(queue, reported);
            drop(work);
            self.resume(queue);
        }
        self.start_runners();
    }

    /// Tells whether replies of records before the one that is running are under way.
    pub(super) fn has_under_way(&self, queue: QueueId) -> bool {
        lock(&self.work).queues.has_under_way(queue)
    }

    /// Has a queue that stands go on, if nothing of it is under way any more.
    fn resume(&self, queue: QueueId) {
        let mut work = lock(&self.work);
        let undelivered = work.queues.take_undelivered(queue);
        if undelivered.is_empty() {
            return;
        }
        let (handled, again) = resume(undelivered);
        work.queues.put_back(queue, again.into_iter());
        drop(work);
        for attempted in &handled {
            self.settle(attempted);
        }
    }

    /// Acknowledges a record whose replies are delivered.
    pub(super) fn settle(&self, Attempted { record, number, replies }: &Attempted) {
        record.acknowledge();
        self.shared.observers.notify(&Event::Handled { record, attempts: *number, replies: *replies });
        self.remove(size(record));
    }

    pub(super) fn remove(&self, size: usize) {
        if self.in_flight.remove(size) {
            self.report(WorkerEvent::HasRoom(self.partition.clone()));
        }
    }

    /// Runs a task until the worker is dropped. One that panics stops the app.
    pub(super) fn spawn(self: &Arc<Self>, task: impl Future<Output = ()> + Send + 'static) {
        let worker = Arc::clone(self);
        let task = async move {
            if let Err(panic) = AssertUnwindSafe(task).catch_unwind().await {
                worker.stop.stop();
                worker.report(WorkerEvent::Stop(AppError::Internal(panic_text(panic.as_ref()).into())));
            }
        };
        let mut tasks = lock(&self.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    pub(super) fn report(&self, event: WorkerEvent) {
        // Without an engine there is nobody to report to.
        let _ = self.events.send(event);
    }
}

/// Returns the text of a panic.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text")
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
