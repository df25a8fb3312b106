//! How much of a partition is in flight.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::client::Record;

/// An amount of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
}

impl Amount {
    /// That of a record: its payload above all.
    pub(crate) fn of(record: &Record) -> Self {
        let bytes = record.payload().map_or(0, <[u8]>::len) + record.key().map_or(0, <[u8]>::len);
        Self { messages: 1, bytes }
    }
}

/// What is in flight, and how much may be.
pub(crate) struct Load {
    most: Amount,
    now: Mutex<Amount>,
}

impl Load {
    pub(crate) fn new(most: Amount) -> Self {
        Self { most, now: Mutex::default() }
    }

    pub(crate) fn add(&self, amount: Amount) {
        let mut now = self.lock();
        now.messages += amount.messages;
        now.bytes += amount.bytes;
    }

    /// Whether there is room again by this: only half of it is left, for the first time.
    pub(crate) fn remove(&self, amount: Amount) -> bool {
        let mut now = self.lock();
        let was_half = self.is_half(*now);
        now.messages = now.messages.saturating_sub(amount.messages);
        now.bytes = now.bytes.saturating_sub(amount.bytes);
        !was_half && self.is_half(*now)
    }

    pub(crate) fn is_full(&self) -> bool {
        let now = self.lock();
        now.messages >= self.most.messages || now.bytes >= self.most.bytes
    }

    pub(crate) fn has_room(&self) -> bool {
        self.is_half(*self.lock())
    }

    pub(crate) fn messages(&self) -> usize {
        self.lock().messages
    }

    fn is_half(&self, now: Amount) -> bool {
        now.messages <= self.most.messages / 2 && now.bytes <= self.most.bytes / 2
    }

    fn lock(&self) -> MutexGuard<'_, Amount> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_bytes_fill_it_and_both_must_be_half_gone() {
        let load = Load::new(Amount { messages: 4, bytes: 100 });
        let one = |bytes| Amount { messages: 1, bytes };
        load.add(one(10));
        assert!(!load.is_full() && load.has_room());
        load.add(one(90));
        assert!(load.is_full() && !load.has_room());
        assert!(!load.remove(one(10)), "too many bytes");
        assert!(load.remove(one(90)));

        (0..4).for_each(|_| load.add(one(0)));
        assert!(load.is_full());
        assert!(!load.remove(one(0)) && load.remove(one(0)) && !load.remove(one(0)), "told once");
        assert_eq!(load.messages(), 1);
    }

    #[test]
    fn the_smallest_bound_is_one_message() {
        let load = Load::new(Amount { messages: 1, bytes: 1 });
        load.add(Amount { messages: 1, bytes: 1000 });
        assert!(load.is_full());
        assert!(load.remove(Amount { messages: 1, bytes: 1000 }));
    }
}
