//! The back-pressure of a producer: a limit for messages that are in flight, in number and in bytes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(super) struct InFlightLimit {
    messages: Arc<Semaphore>,
    max_messages: usize,
    bytes: Arc<Semaphore>,
    max_bytes: usize,
}

/// Counts a message against the limit, until it is dropped.
pub(super) struct InFlightPermit {
    _permits: [OwnedSemaphorePermit; 2],
}

impl InFlightLimit {
    /// A limit of 0 messages is none, as for librdkafka.
    pub(super) fn new(messages: usize, kilobytes: usize) -> Self {
        let max_messages = if messages == 0 { Semaphore::MAX_PERMITS } else { messages.min(Semaphore::MAX_PERMITS) };
        let max_bytes = kilobytes.saturating_mul(1024).min(Semaphore::MAX_PERMITS);
        let [messages, bytes] = [max_messages, max_bytes].map(|permits| Arc::new(Semaphore::new(permits)));
        Self { messages, max_messages, bytes, max_bytes }
    }

    pub(super) fn max_messages(&self) -> usize {
        self.max_messages
    }

    /// A limit in bytes alone.
    pub(super) fn of_bytes(max_bytes: usize) -> Self {
        let max_bytes = max_bytes.clamp(1, Semaphore::MAX_PERMITS);
        let bytes = Arc::new(Semaphore::new(max_bytes));
        Self { bytes, max_bytes, ..Self::new(0, 0) }
    }

    /// Waits for a permit for a message, first come first served; `None` once the limit is closed. A message that is larger
    /// than the limit waits until it is alone.
    pub(super) async fn acquire(&self, size: usize) -> Option<InFlightPermit> {
        let bytes = u32::try_from(size.min(self.max_bytes)).unwrap_or(u32::MAX);
        let message = Arc::clone(&self.messages).acquire_owned().await.ok()?;
        let bytes = Arc::clone(&self.bytes).acquire_many_owned(bytes).await.ok()?;
        Some(InFlightPermit { _permits: [message, bytes] })
    }

    /// The number of messages that are in flight.
    pub(super) fn in_flight(&self) -> usize {
        self.max_messages.saturating_sub(self.messages.available_permits())
    }

    pub(super) fn is_closed(&self) -> bool {
        self.messages.is_closed()
    }

    pub(super) fn close(&self) {
        self.messages.close();
        self.bytes.close();
    }
}
