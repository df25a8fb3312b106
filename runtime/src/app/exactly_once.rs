//! How an app counts each message once.

use std::time::Duration;

/// That what a handler returns and the offset of its message are committed in one transaction of Kafka, and how often: see
/// [`App::exactly_once`](super::App::exactly_once).
///
/// ```
/// use std::time::Duration;
/// use thoth_messaging::app::ExactlyOnce;
///
/// let settings = ExactlyOnce::new("solver-1").commit_every(Duration::from_millis(500));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactlyOnce {
    pub(super) id: String,
    pub(super) commit_every: Duration,
}

impl ExactlyOnce {
    /// With the `transactional.id` of this process: the same after a restart, and no other one's on the cluster. The name of
    /// a pod of a stateful set is one.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), commit_every: Duration::from_millis(100) }
    }

    /// With a time after which what is handled is committed, at least a millisecond; 100 ms by default. Nobody reads a reply
    /// before that. A longer one makes for fewer and larger transactions, and more that comes again after one is aborted.
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
