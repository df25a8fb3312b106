//! Retry topics: copies of messages whose attempts failed, which are handled once their delay is over.
//!
//! Each delay is a tier with a topic of its own. The record of a message goes to the next tier when its attempts are over, as
//! a [copy](copy) with the same key and payload, and its offset is settled by the delivery of the copy. The app reads its retry
//! topics as a member of the same group; a partition of one is in the order of due times, so its worker
//! [holds](super::partition) the first record until it is due, and those behind it.

mod copy;
mod tiers;

pub(crate) use self::copy::{attempts, copy, due, is_of_other_group, origin};
pub use self::tiers::RetryTopics;
pub(crate) use self::tiers::Tier;

/// The names of the headers that a message has on a retry topic, beside its own.
///
/// An app reads them on its retry topics alone, so they are as trustworthy as whoever may write to those. A dead letter
/// has none of them: where its message was first is in [`headers::TOPIC`](super::headers::TOPIC) and those beside it.
pub mod retry_headers {
    /// The consumer group of the app whose attempts failed. Other groups that read the retry topic skip the message.
    pub const GROUP: &str = "retry.group";
    /// The time before which it is not handled: milliseconds since 1970.
    pub const DUE: &str = "retry.due";
    /// The number of attempts so far, from 1.
    pub const ATTEMPTS: &str = "retry.attempts";
    /// The topic that it was on first, by its name on the cluster.
    pub const TOPIC: &str = "retry.topic";
    /// The partition that it was on first.
    pub const PARTITION: &str = "retry.partition";
    /// Its offset there.
    pub const OFFSET: &str = "retry.offset";
    /// Its timestamp there, where it had one: milliseconds since 1970.
    pub const TIMESTAMP: &str = "retry.timestamp";
    /// The reason of the last failure, as one of the words of [`Reason`](crate::app::Reason).
    pub const REASON: &str = "retry.reason";
    /// The last failure in words, in at most 1 KiB.
    pub const ERROR: &str = "retry.error";

    /// All of them.
    pub(super) const ALL: &[&str] = &[GROUP, DUE, ATTEMPTS, TOPIC, PARTITION, OFFSET, TIMESTAMP, REASON, ERROR];
}
