//! The records of a partition that are in flight, and the limit of the memory that they take.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::client::Record;

/// The memory that a record takes beside its bytes.
pub(crate) const OVERHEAD: usize = 256;

/// The number and the size of the records that are in flight, whether their handler was called or not, and the limit of the size.
pub(crate) struct InFlight {
    messages: AtomicUsize,
    bytes: AtomicUsize,
    max_bytes: AtomicUsize,
    /// The engine is to hear of it when there is room again.
    is_awaited: AtomicBool,
}

/// Returns the size of a record in memory: its payload, its key, its headers, and what keeps them.
pub(super) fn size(record: &Record) -> usize {
    record.size() + OVERHEAD
}

impl InFlight {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            messages: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            max_bytes: AtomicUsize::new(max_bytes),
            is_awaited: AtomicBool::new(false),
        }
    }

    /// Sets the limit. Nobody is told of the room that this makes.
    pub(crate) fn set_max_bytes(&self, max_bytes: usize) {
        self.max_bytes.store(max_bytes, Ordering::SeqCst);
    }

    pub(super) fn add(&self, messages: usize, bytes: usize) {
        self.messages.fetch_add(messages, Ordering::SeqCst);
        self.bytes.fetch_add(bytes, Ordering::SeqCst);
    }

    /// Removes a record. Returns true if there is room now, and somebody waits for it.
    pub(super) fn remove(&self, bytes: usize) -> bool {
        self.messages.fetch_sub(1, Ordering::SeqCst);
        self.bytes.fetch_sub(bytes, Ordering::SeqCst);
        self.is_awaited.load(Ordering::SeqCst) && self.has_room() && self.is_awaited.swap(false, Ordering::SeqCst)
    }

    /// Has [`remove`](Self::remove) report room once. Returns false if there is room already.
    pub(crate) fn await_room(&self) -> bool {
        self.is_awaited.store(true, Ordering::SeqCst);
        !(self.has_room() && self.is_awaited.swap(false, Ordering::SeqCst))
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes.load(Ordering::SeqCst) >= self.max_bytes()
    }

    /// Half of the limit is free. What was fetched meanwhile fills it less often than it is looked at.
    pub(crate) fn has_room(&self) -> bool {
        self.bytes.load(Ordering::SeqCst) <= self.max_bytes() / 2
    }

    /// It will soon have nothing to do, unless more is received.
    pub(super) fn is_low(&self) -> bool {
        self.bytes.load(Ordering::SeqCst) <= self.max_bytes() / 8
    }

    pub(crate) fn messages(&self) -> usize {
        self.messages.load(Ordering::SeqCst)
    }

    fn max_bytes(&self) -> usize {
        self.max_bytes.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_reported_once_and_only_to_who_waits_for_it() {
        let in_flight = InFlight::new(100);
        in_flight.add(1, 10);
        assert!(!in_flight.is_full() && in_flight.has_room() && in_flight.is_low());
        assert!(!in_flight.await_room(), "there is room");
        in_flight.add(1, 50);
        in_flight.add(1, 40);
        assert!(in_flight.is_full() && !in_flight.has_room());
        assert!(in_flight.await_room());
        assert!(!in_flight.remove(40), "half of it must be free");
        assert!(in_flight.remove(50) && !in_flight.remove(10), "reported once");
        assert_eq!(in_flight.messages(), 0);

        in_flight.add(1, 100);
        assert!(!in_flight.remove(100), "nobody waits");
    }

    #[test]
    fn the_smallest_limit_is_one_message() {
        let in_flight = InFlight::new(1);
        in_flight.add(1, 1000);
        assert!(in_flight.is_full() && in_flight.await_room());
        assert!(in_flight.remove(1000));
    }

    #[test]
    fn a_smaller_limit_makes_it_full() {
        let in_flight = InFlight::new(100);
        in_flight.add(1, 60);
        in_flight.set_max_bytes(50);
        assert!(in_flight.is_full());
        in_flight.set_max_bytes(200);
        assert!(in_flight.has_room());
    }
}
