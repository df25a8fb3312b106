//! Partitions: one worker for each.
//!
//! A [`PartitionWorker`] keeps the order: it has one [queue](queues) for the partition or for each key. Its runners, one or as
//! many as keys may be handled concurrently, take the head of a queue that is ready, and run a message task: it makes attempts,
//! waits between them, and settles the record by its dead letter or queues its replies. A runner goes on with the next record
//! in the same task, and ends when there is none, so that a backlog takes no task for each of its messages. While a record
//! waits (for its next attempt, its dead letter, its turn in a transaction) its runner gives up its [slot], and another one
//! goes on with other keys.
//!
//! Replies are [under way](under_way) from when they are queued until Kafka has them. The next record of the queue begins
//! meanwhile, and each is acknowledged once its own replies are delivered. A reply that is not delivered has its queue stand: see
//! there for what follows.
//!
//! The worker of a retry topic [holds](held) records until they are due. They begin then, in their order, as all others.
//!
//! A handler of batches has one runner, which begins several records of its partition at once: see [there](batch).
//!
//! A task that waits ends at once by the [`StopSignal`](crate::app::shutdown::StopSignal) of its worker. A running attempt
//! ends by itself, or is aborted with its worker; so does the wait for deliveries.

mod batch;
mod called;
mod held;
mod in_flight;
mod queues;
mod slot;
mod task;
mod under_way;
mod unhandled;
mod worker;

use std::sync::Arc;

#[cfg(all(test, feature = "messages"))]
pub(crate) use self::in_flight::OVERHEAD;
pub(crate) use self::worker::{Order, PartitionWorker, WorkerConfig, WorkerEvent};
use super::attempt::{CircuitBreaker, Clock};
use super::handler::LayerFn;
use super::observe::{Health, Observers, Tracer};
use super::port::Sink;
use super::transaction::CurrentTransaction;

/// The parts of an app that all its message tasks share.
pub(crate) struct Shared {
    pub(crate) group: String,
    pub(crate) breaker: Arc<CircuitBreaker>,
    pub(crate) clock: Clock,
    pub(crate) sink: Sink,
    pub(crate) observers: Observers,
    pub(crate) tracer: Tracer,
    pub(crate) health: Health,
    /// The layers around all handlers, if there are any.
    pub(crate) layers: Option<Arc<[LayerFn]>>,
    /// The transaction that settles records, if the app is exactly once.
    pub(crate) transaction: Option<Arc<CurrentTransaction>>,
}
