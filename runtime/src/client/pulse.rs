//! What a member of a group knows of its place there, and of the brokers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub(crate) struct Pulse {
    joined: AtomicBool,
    unreachable: Mutex<Option<String>>,
}

impl Pulse {
    /// Whether the group counts it in.
    pub(super) fn set_joined(&self, joined: bool) {
        self.joined.store(joined, Ordering::Relaxed);
    }

    /// Why no broker is connected, or `None` where one is.
    pub(super) fn set_unreachable(&self, why: Option<String>) {
        *self.unreachable.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    pub(crate) fn has_joined(&self) -> bool {
        self.joined.load(Ordering::Relaxed)
    }

    pub(crate) fn unreachable(&self) -> Option<String> {
        self.unreachable.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
