//! The records of a partition that are in flight, and the limit of them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::client::Record;

/// A number of records, and their size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
}

impl Size {
    /// Returns the size of a record: its payload and its key.
    pub(crate) fn of(record: &Record) -> Self {
        let bytes = record.payload().map_or(0, <[u8]>::len) + record.key().map_or(0, <[u8]>::len);
        Self { messages: 1, bytes }
    }
}

/// The size of what is in flight, and its limit.
pub(crate) struct InFlight {
    max: Size,
    now: Mutex<Size>,
}

impl InFlight {
    pub(crate) fn new(max: Size) -> Self {
        Self { max, now: Mutex::default() }
    }

    pub(crate) fn add(&self, size: Size) {
        let mut now = self.lock();
        now.messages += size.messages;
        now.bytes += size.bytes;
    }

    /// Removes a record. Returns true when this makes room again: half of the limit is free, and was not before.
    pub(crate) fn remove(&self, size: Size) -> bool {
        let mut now = self.lock();
        let was_half = self.is_half(*now);
        now.messages = now.messages.saturating_sub(size.messages);
        now.bytes = now.bytes.saturating_sub(size.bytes);
        !was_half && self.is_half(*now)
    }

    pub(crate) fn is_full(&self) -> bool {
        let now = self.lock();
        now.messages >= self.max.messages || now.bytes >= self.max.bytes
    }

    pub(crate) fn has_room(&self) -> bool {
        self.is_half(*self.lock())
    }

    pub(crate) fn messages(&self) -> usize {
        self.lock().messages
    }

    fn is_half(&self, now: Size) -> bool {
        now.messages <= self.max.messages / 2 && now.bytes <= self.max.bytes / 2
    }

    fn lock(&self) -> MutexGuard<'_, Size> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_bytes_fill_it_and_both_must_be_half_gone() {
        let in_flight = InFlight::new(Size { messages: 4, bytes: 100 });
        let one = |bytes| Size { messages: 1, bytes };
        in_flight.add(one(10));
        assert!(!in_flight.is_full() && in_flight.has_room());
        in_flight.add(one(90));
        assert!(in_flight.is_full() && !in_flight.has_room());
        assert!(!in_flight.remove(one(10)), "too many bytes");
        assert!(in_flight.remove(one(90)));

        (0..4).for_each(|_| in_flight.add(one(0)));
        assert!(in_flight.is_full());
        assert!(!in_flight.remove(one(0)) && in_flight.remove(one(0)) && !in_flight.remove(one(0)), "reported once");
        assert_eq!(in_flight.messages(), 1);
    }

    #[test]
    fn the_smallest_bound_is_one_message() {
        let in_flight = InFlight::new(Size { messages: 1, bytes: 1 });
        in_flight.add(Size { messages: 1, bytes: 1000 });
        assert!(in_flight.is_full());
        assert!(in_flight.remove(Size { messages: 1, bytes: 1000 }));
    }
}
