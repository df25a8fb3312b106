//! The report of a delivery.

use std::time::SystemTime;

/// The position of a message that Kafka has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The name of the topic on the cluster.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The offset in the partition. Negative where Kafka was not asked for it (`acks=0`).
    pub offset: i64,
    /// The timestamp of the record, to the millisecond.
    pub timestamp: Option<SystemTime>,
}
