//! A model of a cluster for the simulation of apps: one topic, perhaps with retry topics, that is read by one group, what is sent,
//! and transactions.
//!
//! It stands beside the clients of librdkafka, behind the [port](crate::app::port) of an app, and lives in tokio's paused time.
//! All that may be one way or the other (latencies, the order of partitions, refusals, faults) is chosen from a seed. Offsets in
//! flight are kept by the very [`Assignment`](super::consumer::offsets::Assignment) that a real consumer has.

mod cluster;
mod member;
mod sink;
mod transactions;

pub(crate) use self::cluster::{Cluster, Faults, Output, RETRY_DELAYS};
pub(crate) use self::member::Member;
pub(crate) use self::sink::{Sent, Sink};
pub(crate) use self::transactions::{Transaction, Transactions};
