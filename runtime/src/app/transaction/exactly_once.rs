//! The settings of transactions.

use std::time::Duration;

/// The settings of [`App::exactly_once`](crate::app::App::exactly_once): what a handler returns and the offset of its
/// message are committed in one transaction of Kafka.
///
/// ```
/// use std::time::Duration;
/// use thoth_messaging::app::ExactlyOnce;
///
/// let settings = ExactlyOnce::new("solver-1").commit_every(Duration::from_millis(500));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactlyOnce {
    pub(crate) id: String,
    pub(crate) commit_every: Duration,
}

impl ExactlyOnce {
    /// Creates settings with the `transactional.id` of this process: the same after a restart, and unique on the cluster.
    /// The name of a pod of a stateful set is one.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), commit_every: Duration::from_millis(100) }
    }

    /// Sets the time from the end of a commit to the next, at least a millisecond; 100 ms by default. Replies can't be read before the commit. A
    /// longer interval makes for fewer and larger transactions, and for more messages that are received again after one is
    /// aborted.
    #[must_use]
    pub fn commit_every(self, interval: Duration) -> Self {
        Self { commit_every: interval.max(Duration::from_millis(1)), ..self }
    }
}

impl<I: Into<String>> From<I> for ExactlyOnce {
    fn from(id: I) -> Self {
        Self::new(id)
    }
}
