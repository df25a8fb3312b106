//! The letters of a partition that were sent again, and those that remain.
//!
//! The position of a partition is behind the last letter that was looked at. Its note names those before it that were not
//! sent: what was not valid, or not asked for, is tried the next time, and what was sent is not.

use std::collections::BTreeMap;

use thoth_messaging::client::SavedPosition;

/// Kafka takes notes of 4096 bytes by default.
const MAX_NOTE: usize = 4000;

/// The progress of a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Behind the last letter that was looked at in any run.
    next: i64,
    /// The ranges, from and to, of letters before `next` that remained in earlier runs and that this run has not reached yet.
    earlier: BTreeMap<i64, i64>,
    /// The ranges of those that remain in this run.
    remaining: BTreeMap<i64, i64>,
    /// The letter that this run has looked at last.
    last: Option<i64>,
}

impl Progress {
    pub(super) fn read(position: &SavedPosition) -> Self {
        Self { next: position.offset, earlier: ranges(&position.note), ..Self::default() }
    }

    /// The first offset that has a letter which was not sent.
    pub(super) fn start(&self) -> i64 {
        self.earlier.first_key_value().map_or(self.next, |(from, _)| *from).min(self.next)
    }

    /// Returns whether a letter was sent in an earlier run.
    pub(super) fn was_sent(&self, offset: i64) -> bool {
        let range = self.earlier.range(..=offset).next_back();
        offset < self.next && range.is_none_or(|(_, to)| *to < offset)
    }

    /// Takes note of a letter, in the order of the partition: it was sent, or it remains.
    pub(super) fn looked_at(&mut self, offset: i64, sent: bool) {
        if !sent {
            let last = self.remaining.last_entry().filter(|range| Some(*range.get()) == self.last);
            // Between two letters there may be offsets without one.
            match last {
                Some(mut range) => drop(range.insert(offset)),
                None => drop(self.remaining.insert(offset, offset)),
            }
        }
        self.last = Some(offset);
        self.next = self.next.max(offset + 1);
        // All that remained up to here was decided anew, or is not there any more.
        let after = self.earlier.split_off(&(offset + 1));
        let reaches_on = self.earlier.last_key_value().map(|(_, to)| *to).filter(|to| *to > offset);
        self.earlier = after;
        if let Some(to) = reaches_on {
            self.earlier.insert(offset + 1, to);
        }
    }

    /// Takes note of one letter that was sent out of order.
    pub(super) fn sent_alone(&mut self, offset: i64) {
        if offset >= self.next {
            if offset > self.next {
                self.earlier.insert(self.next, offset - 1);
            }
            self.next = offset + 1;
            return;
        }
        let Some((from, to)) = self.earlier.range(..=offset).next_back().map(|(from, to)| (*from, *to)) else { return };
        if to < offset {
            return;
        }
        self.earlier.remove(&from);
        if from < offset {
            self.earlier.insert(from, offset - 1);
        }
        if offset < to {
            self.earlier.insert(offset + 1, to);
        }
    }

    /// The position to save; nothing where its note is longer than Kafka takes.
    pub(super) fn position(&self) -> Option<SavedPosition> {
        let ranges = self.remaining.iter().chain(&self.earlier);
        let range = |(from, to): (&i64, &i64)| if from == to { from.to_string() } else { format!("{from}-{to}") };
        let note = ranges.map(range).collect::<Vec<_>>().join(",");
        (note.len() <= MAX_NOTE).then_some(SavedPosition { offset: self.next, note })
    }
}

/// The ranges of a note; none of a note that this program did not write.
fn ranges(note: &str) -> BTreeMap<i64, i64> {
    let range = |text: &str| -> Option<(i64, i64)> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        Some((from.parse().ok()?, to.parse().ok()?))
    };
    note.split(',').filter_map(range).filter(|(from, to)| from <= to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(next: i64, note: &str) -> Progress {
        Progress::read(&SavedPosition { offset: next, note: note.to_owned() })
    }

    fn kept(progress: &Progress) -> (i64, String) {
        let SavedPosition { offset, note } = progress.position().unwrap();
        (offset, note)
    }

    #[test]
    fn what_is_left_is_looked_at_again_and_what_was_sent_is_not() {
        let mut first = Progress::default();
        for (offset, sent) in [(0, true), (1, false), (2, false), (3, true), (5, false), (7, false), (8, true)] {
            first.looked_at(offset, sent);
        }
        assert_eq!(kept(&first), (9, "1-2,5-7".to_owned()));

        let mut second = progress(9, "1-2,5-7");
        assert_eq!(second.start(), 1);
        assert!([0, 3, 4, 8].iter().all(|offset| second.was_sent(*offset)));
        assert!([1, 2, 5, 7, 9, 10].iter().all(|offset| !second.was_sent(*offset)));
        second.looked_at(1, true);
        second.looked_at(2, false);
        // The run ends here: the rest is as it was.
        assert_eq!(kept(&second), (9, "2,5-7".to_owned()));
    }

    #[test]
    fn a_letter_in_the_middle_of_what_is_left_divides_it() {
        let mut read = progress(9, "1-7");
        read.looked_at(1, false);
        read.looked_at(2, true);
        assert_eq!(kept(&read), (9, "1,3-7".to_owned()));
        let mut alone = progress(9, "1-7");
        alone.sent_alone(4);
        assert_eq!(kept(&alone), (9, "1-3,5-7".to_owned()));
        alone.sent_alone(12);
        assert_eq!(kept(&alone), (13, "1-3,5-7,9-11".to_owned()));
        assert!(!alone.was_sent(10) && alone.was_sent(12));
    }

    #[test]
    fn what_is_not_there_any_more_is_forgotten() {
        let mut read = progress(100, "1-40,60");
        read.looked_at(50, true);
        assert_eq!(kept(&read), (100, "60".to_owned()));
    }

    #[test]
    fn a_note_of_somebody_else_says_nothing_and_one_that_is_too_long_is_none() {
        assert_eq!(progress(3, "{\"x\": 1}, 9-2,,").start(), 3);
        let mut many = Progress::default();
        (0..2000).for_each(|offset| many.looked_at(offset, offset % 2 == 0));
        assert_eq!(many.position(), None);
    }
}
