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
    /// Returns the size of a record: its payload, its key and its headers.
    pub(crate) fn of(record: &Record) -> Self {
        Self { messages: 1, bytes: record.size() }
    }
}

/// The size of what is in flight, and its limit.
///
/// Records that wait behind another one of their key count by their bytes alone: however many there are of one key, the others
/// of the partition come.
pub(crate) struct InFlight {
    max: Size,
    now: Mutex<Now>,
}

#[derive(Clone, Copy, Default)]
struct Now {
    size: Size,
    /// The number of records that wait behind another one of their key.
    waiting: usize,
}

/// The memory that a record takes beside its bytes.
const OVERHEAD: usize = 256;

impl InFlight {
    pub(crate) fn new(max: Size) -> Self {
        Self { max, now: Mutex::default() }
    }

    pub(crate) fn add(&self, Size { messages, bytes }: Size) {
        let size = &mut self.lock().size;
        size.messages += messages;
        size.bytes += bytes;
    }

    /// Removes a record. Returns true when this makes room again: half of the limit is free, and was not before.
    pub(crate) fn remove(&self, Size { messages, bytes }: Size) -> bool {
        self.change(|now| {
            now.size.messages = now.size.messages.saturating_sub(messages);
            now.size.bytes = now.size.bytes.saturating_sub(bytes);
        })
    }

    /// Counts a record as one that waits for others of its key. Returns true when this makes room again.
    pub(crate) fn begin_wait(&self) -> bool {
        self.change(|now| now.waiting += 1)
    }

    /// Counts a record as one that waits no more.
    pub(crate) fn end_wait(&self) {
        let now = &mut *self.lock();
        now.waiting = now.waiting.saturating_sub(1);
    }

    pub(crate) fn is_full(&self) -> bool {
        let counted = self.lock().counted();
        counted.messages >= self.max.messages || counted.bytes >= self.max.bytes
    }

    pub(crate) fn has_room(&self) -> bool {
        self.is_half(*self.lock())
    }

    pub(crate) fn messages(&self) -> usize {
        self.lock().size.messages
    }

    fn change(&self, change: impl FnOnce(&mut Now)) -> bool {
        let mut now = self.lock();
        let was_half = self.is_half(*now);
        change(&mut now);
        !was_half && self.is_half(*now)
    }

    fn is_half(&self, now: Now) -> bool {
        let counted = now.counted();
        counted.messages <= self.max.messages / 2 && counted.bytes <= self.max.bytes / 2
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Now {
    fn counted(self) -> Size {
        let Self { size: Size { messages, bytes }, waiting } = self;
        Size { messages: messages.saturating_sub(waiting), bytes: bytes + waiting * OVERHEAD }
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

    #[test]
    fn what_waits_for_its_key_counts_by_its_bytes_and_the_memory_that_it_takes() {
        let in_flight = InFlight::new(Size { messages: 2, bytes: 3 * OVERHEAD });
        let one = Size { messages: 1, bytes: 0 };
        in_flight.add(one);
        in_flight.add(one);
        assert!(in_flight.is_full() && in_flight.begin_wait() && in_flight.has_room());
        for waiting in 2..=3 {
            in_flight.add(one);
            assert!(!in_flight.begin_wait());
            assert_eq!(in_flight.is_full(), waiting == 3);
        }
        assert_eq!(in_flight.messages(), 4);
        in_flight.end_wait();
        in_flight.remove(one);
        assert!(!in_flight.is_full());
    }
}
