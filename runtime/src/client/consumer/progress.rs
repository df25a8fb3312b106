//! The records of a partition that are in flight, and how far it is acknowledged.

use std::collections::{BTreeSet, VecDeque};
use std::mem;
use std::time::Instant;

use super::offsets::Acknowledged;

/// The records of a partition that are in flight. What is acknowledged takes no memory to speak of, also behind a record that
/// never is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// By offset, of which there are gaps where the topic is compacted or transactional. The first one is not acknowledged, and
    /// at most half of the others are.
    records: VecDeque<ReceivedRecord>,
    /// The number of those that are acknowledged.
    acknowledged: usize,
    /// The offset of the last record that was received.
    last: Option<i64>,
    /// The last record that is acknowledged with all before it, if that is not stored yet.
    pub(super) unstored: Option<i64>,
    /// The partition was revoked, or assigned anew since.
    pub(super) revoked: bool,
}

/// A record that was received.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReceivedRecord {
    pub(super) offset: i64,
    pub(super) at: Instant,
    /// The offset of the record that was received before it.
    previous: Option<i64>,
    is_acknowledged: bool,
}

impl Progress {
    /// The number of records in flight.
    pub(super) fn messages(&self) -> usize {
        self.records.len() - self.acknowledged
    }

    /// Takes note of a record. Returns false for one from before another that is in flight, and where the partition was revoked.
    pub(super) fn receive(&mut self, offset: i64, at: Instant) -> bool {
        if self.revoked || !self.records.is_empty() && self.last.is_some_and(|last| last >= offset) {
            return false;
        }
        let previous = self.last.replace(offset);
        self.records.push_back(ReceivedRecord { offset, at, previous, is_acknowledged: false });
        true
    }

    pub(super) fn first(&self) -> Option<&ReceivedRecord> {
        self.records.front()
    }

    /// In the order of their offsets.
    fn in_flight(&self) -> impl Iterator<Item = &ReceivedRecord> {
        self.records.iter().filter(|record| !record.is_acknowledged)
    }

    fn position(&self, offset: i64) -> Option<usize> {
        self.records.binary_search_by_key(&offset, |record| record.offset).ok()
    }

    fn is_in_flight(&self, offset: i64) -> bool {
        self.position(offset).is_some_and(|position| !self.records[position].is_acknowledged)
    }

    pub(super) fn acknowledged_with(&self, offsets: &BTreeSet<i64>) -> Acknowledged {
        if self.revoked || !offsets.iter().any(|offset| self.is_in_flight(*offset)) {
            return Acknowledged::Revoked;
        }
        let left_out = self.in_flight().find(|record| !offsets.contains(&record.offset));
        let up_to = left_out.map_or(self.last, |record| record.previous);
        match (up_to, left_out, offsets.last()) {
            (Some(up_to), _, Some(last)) if up_to >= *last => Acknowledged::UpTo(up_to),
            (_, Some(left_out), _) => Acknowledged::LeftOut(left_out.offset),
            _ => Acknowledged::Revoked,
        }
    }

    /// Acknowledges the record of an offset. Returns the offset of the last record that is acknowledged with all before it, if
    /// that advances.
    pub(super) fn ack(&mut self, offset: i64) -> Option<i64> {
        if self.revoked {
            return None;
        }
        if self.first()?.offset != offset {
            self.ack_behind(offset);
            return None;
        }
        self.records.pop_front();
        while self.first().is_some_and(|record| record.is_acknowledged) {
            self.records.pop_front();
            self.acknowledged -= 1;
        }
        self.first().map_or(self.last, |first| first.previous)
    }

    /// Acknowledges a record behind another one.
    fn ack_behind(&mut self, offset: i64) {
        let Some(position) = self.position(offset) else { return };
        if !mem::replace(&mut self.records[position].is_acknowledged, true) {
            self.acknowledged += 1;
        }
        if self.acknowledged * 2 > self.records.len() {
            self.records.retain(|record| !record.is_acknowledged);
            self.acknowledged = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(offsets: &[i64]) -> Progress {
        let mut progress = Progress::default();
        assert!(offsets.iter().all(|offset| progress.receive(*offset, Instant::now())));
        progress
    }

    #[test]
    fn an_offset_is_stored_only_once_all_before_it_are_acknowledged() {
        let mut progress = received(&[4, 5, 6]);
        assert_eq!(progress.ack(5), None);
        assert_eq!(progress.ack(4), Some(5));
        assert_eq!(progress.ack(6), Some(6));
        assert_eq!(progress.in_flight().count(), 0);
    }

    #[test]
    fn gaps_between_offsets_do_not_hold_it_up() {
        let mut progress = received(&[10, 12, 90]);
        assert_eq!(progress.ack(10), Some(10));
        assert_eq!(progress.ack(12), Some(12));
        assert_eq!(progress.ack(90), Some(90));
    }

    #[test]
    fn what_is_acknowledged_behind_a_record_that_never_is_takes_no_memory() {
        let mut progress = received(&[0]);
        for offset in 1..10_000 {
            assert!(progress.receive(offset, Instant::now()));
            assert_eq!(progress.ack(offset), None);
        }
        assert_eq!(progress.in_flight().count(), 1);
        assert_eq!(progress.ack(0), Some(9_999));
        assert!(progress.receive(3, Instant::now()), "all was acknowledged: it may begin anew anywhere");
    }

    #[test]
    fn a_transaction_takes_an_unbroken_part_or_leaves_the_first_one_out() {
        let mut progress = received(&[1, 2, 4, 5]);
        let with =
            |progress: &Progress, offsets: &[i64]| progress.acknowledged_with(&offsets.iter().copied().collect());
        assert_eq!(with(&progress, &[1, 2]), Acknowledged::UpTo(2));
        assert_eq!(with(&progress, &[2, 4]), Acknowledged::LeftOut(1));
        assert_eq!(with(&progress, &[7]), Acknowledged::Revoked);
        progress.ack(4);
        assert_eq!(with(&progress, &[1, 2]), Acknowledged::UpTo(4));
        assert_eq!(with(&progress, &[1, 2, 5]), Acknowledged::UpTo(5));
    }

    #[test]
    fn nothing_is_stored_for_a_revoked_partition_or_an_unknown_offset() {
        let mut progress = received(&[1, 2]);
        assert_eq!(progress.ack(7), None);
        progress.revoked = true;
        assert_eq!(progress.ack(1), None);
    }
}
