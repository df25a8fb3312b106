//! The records of a dead-letter topic.

use std::collections::BTreeMap;
use std::ops::Range;

use clap::Args;
use clap::builder::PossibleValuesParser;
use thoth_messaging::app::{DeadLetter, Reason};
use thoth_messaging::client::{Position, Record, TopicReader};

use crate::failure::Failure;

/// The letters that are asked for.
#[derive(Args)]
pub(super) struct LetterFilter {
    /// Letters with this reason alone. May be given again.
    #[arg(long = "reason", value_name = "REASON", value_parser = reasons())]
    reasons: Vec<String>,
    /// The partition of the dead-letter topic.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i32).range(0..))]
    partition: Option<i32>,
    /// The offset of one letter there.
    #[arg(long, value_name = "OFFSET", requires = "partition", value_parser = clap::value_parser!(i64).range(0..))]
    offset: Option<i64>,
}

/// The words for the reasons that an app gives.
fn reasons() -> PossibleValuesParser {
    Reason::ALL.iter().map(|reason| reason.as_str()).into()
}

impl LetterFilter {
    /// Returns whether one letter is asked for by its place.
    pub(super) fn is_one(&self) -> bool {
        self.offset.is_some()
    }

    pub(super) fn takes(&self, letter: &DeadLetter) -> bool {
        self.reasons.is_empty() || self.reasons.iter().any(|reason| reason == letter.reason.as_str())
    }

    /// The offsets of the partitions that are asked for, from the first letter that is there to the last one by now.
    pub(super) async fn ranges(&self, reader: &TopicReader, topic: &str) -> Result<BTreeMap<i32, Range<i64>>, Failure> {
        let first = reader.offsets(Position::Beginning).await?;
        let end = reader.offsets(Position::End).await?;
        if let Some(unknown) = self.partition.filter(|partition| !first.contains_key(partition)) {
            let numbers: Vec<_> = first.keys().map(ToString::to_string).collect();
            return Err(Failure::new(format!("topic `{topic}` has no partition {unknown}"))
                .help(format!("its partitions are {}", numbers.join(", "))));
        }
        let range = |(partition, first): (i32, i64)| {
            let end = end.get(&partition).copied().unwrap_or(first);
            let range = self.offset.map_or(first..end, |offset| offset.max(first)..(offset + 1).min(end));
            (partition, range)
        };
        let is_asked_for = |(partition, _): &(i32, i64)| self.partition.is_none_or(|it| it == *partition);
        let ranges: BTreeMap<_, _> = first.into_iter().filter(is_asked_for).map(range).collect();
        if let Some(offset) = self.offset.filter(|_| ranges.values().all(Range::is_empty)) {
            return Err(Failure::new(format!("topic `{topic}` has no letter at offset {offset} of the partition"))
                .help("`thoth-messaging dlq show` without an offset shows those that are there"));
        }
        Ok(ranges)
    }
}

/// The header that counts how often a message was sent again.
pub(super) const REDRIVEN: &str = "dlq.redriven";

/// The number of times that a message was sent again before.
pub(super) fn redriven(record: &Record) -> Option<u64> {
    let header = record.headers().iter().rfind(|header| header.name == REDRIVEN)?;
    std::str::from_utf8(header.value.as_deref()?).ok()?.parse().ok()
}
