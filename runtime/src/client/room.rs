//! The room for messages that are under way, in number and in bytes: the back-pressure of a producer.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(super) struct Room {
    messages: Arc<Semaphore>,
    places: usize,
    bytes: Arc<Semaphore>,
    capacity: usize,
}

/// A place in the room, until it is dropped.
pub(super) struct Place {
    _permits: [OwnedSemaphorePermit; 2],
}

impl Room {
    /// No number of messages is no limit, as for librdkafka.
    pub(super) fn new(messages: usize, kilobytes: usize) -> Self {
        let places = if messages == 0 { Semaphore::MAX_PERMITS } else { messages.min(Semaphore::MAX_PERMITS) };
        let capacity = kilobytes.saturating_mul(1024).min(Semaphore::MAX_PERMITS);
        let [messages, bytes] = [places, capacity].map(|permits| Arc::new(Semaphore::new(permits)));
        Self { messages, places, bytes, capacity }
    }

    /// Room for so many bytes, in any number of messages.
    pub(super) fn of_bytes(capacity: usize) -> Self {
        let capacity = capacity.clamp(1, Semaphore::MAX_PERMITS);
        let bytes = Arc::new(Semaphore::new(capacity));
        Self { bytes, capacity, ..Self::new(0, 0) }
    }

    /// A place for a message, first come first served; none once the room is closed. A message that is larger than
    /// the whole room gets it for itself.
    pub(super) async fn enter(&self, size: usize) -> Option<Place> {
        let bytes = u32::try_from(size.min(self.capacity)).unwrap_or(u32::MAX);
        let message = Arc::clone(&self.messages).acquire_owned().await.ok()?;
        let bytes = Arc::clone(&self.bytes).acquire_many_owned(bytes).await.ok()?;
        Some(Place { _permits: [message, bytes] })
    }

    /// How many messages are in it.
    pub(super) fn taken(&self) -> usize {
        self.places.saturating_sub(self.messages.available_permits())
    }

    pub(super) fn is_closed(&self) -> bool {
        self.messages.is_closed()
    }

    pub(super) fn close(&self) {
        self.messages.close();
        self.bytes.close();
    }
}
