//! The state of a member of a consumer group, for health checks: its place in the group, and its connection to the brokers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::client::lock::lock;

#[derive(Debug, Default)]
pub(crate) struct MembershipState {
    joined: AtomicBool,
    unreachable: Mutex<Option<String>>,
}

impl MembershipState {
    pub(super) fn set_joined(&self, joined: bool) {
        self.joined.store(joined, Ordering::Relaxed);
    }

    /// Sets the reason for which no broker is connected; `None` where one is.
    pub(super) fn set_unreachable(&self, reason: Option<String>) {
        *lock(&self.unreachable) = reason;
    }

    /// True while the group counts the member in.
    pub(crate) fn has_joined(&self) -> bool {
        self.joined.load(Ordering::Relaxed)
    }

    /// The reason for which no broker is connected.
    pub(crate) fn unreachable(&self) -> Option<String> {
        lock(&self.unreachable).clone()
    }
}
