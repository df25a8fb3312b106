//! Partitions: one worker for each, and a task for each of their messages.
//!
//! A [`PartitionWorker`] keeps the order: it has one queue for the partition or for each key, and runs a message task for
//! each record at the head of a queue. The task makes attempts, waits between them, and settles the record by its replies or
//! its dead letter. It ends with the record acknowledged, abandoned (it is received again), or with a reason to stop the app;
//! in the latter case the worker begins no other task, so that nothing overtakes the record.
//!
//! A task that waits ends at once by the [`StopSignal`](crate::app::shutdown::StopSignal) of its worker. A running attempt
//! ends by itself, or is aborted with its worker.

mod in_flight;
mod task;
mod worker;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::in_flight::Size;
pub(crate) use self::worker::{Order, PartitionWorker, WorkerConfig, WorkerEvent};
use super::attempt::{CircuitBreaker, Clock, Retries};
use super::dead_letter::Destination;
use super::observe::{Health, Observers, Tracer};
use super::port::Sink;
use super::transaction::CurrentTransaction;

/// The parts of an app that all its message tasks share.
pub(crate) struct Shared {
    pub(crate) group: String,
    pub(crate) retries: Retries,
    pub(crate) breaker: Arc<CircuitBreaker>,
    pub(crate) clock: Clock,
    pub(crate) sink: Sink,
    pub(crate) observers: Observers,
    pub(crate) tracer: Tracer,
    pub(crate) health: Health,
    pub(crate) dead_letters: Destination,
    /// The topic for dead letters that their topic refuses, by its name on the cluster.
    pub(crate) parking: Option<Arc<str>>,
    pub(crate) attempt_timeout: Duration,
    /// The transaction that settles records, if the app is exactly once.
    pub(crate) transaction: Option<Arc<CurrentTransaction>>,
}
