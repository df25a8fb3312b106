//! The records of a dead-letter topic.

use std::collections::BTreeMap;
use std::ops::Range;

use clap::Args;
use thoth_messaging::app::DeadLetter;
use thoth_messaging::client::{Position, TopicReader};

use crate::failure::Failure;

/// Which letters are asked for.
#[derive(Args)]
pub(super) struct Which {
    /// Letters with this reason alone: not-json, invalid, tombstone, failed, panicked, reply-failed or rejected. May be given
    /// again.
    #[arg(long = "reason", value_name = "REASON", value_parser = REASONS)]
    reasons: Vec<String>,
    /// The partition of the dead-letter topic.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i32).range(0..))]
    partition: Option<i32>,
    /// The offset of one letter there.
    #[arg(long, value_name = "OFFSET", requires = "partition", value_parser = clap::value_parser!(i64).range(0..))]
    offset: Option<i64>,
}

const REASONS: [&str; 7] = ["not-json", "invalid", "tombstone", "failed", "panicked", "reply-failed", "rejected"];

impl Which {
    /// Whether one letter is asked for by its place.
    pub(super) fn is_one(&self) -> bool {
        self.offset.is_some()
    }

    pub(super) fn takes(&self, letter: &DeadLetter) -> bool {
        self.reasons.is_empty() || self.reasons.iter().any(|reason| reason == letter.reason.as_str())
    }

    /// What there is of the partitions that are asked for, from the first letter that is there to the last one by now.
    pub(super) async fn parts(&self, reader: &TopicReader, topic: &str) -> Result<BTreeMap<i32, Range<i64>>, Failure> {
        let first = reader.offsets(Position::Beginning).await?;
        let end = reader.offsets(Position::End).await?;
        if let Some(unknown) = self.partition.filter(|partition| !first.contains_key(partition)) {
            let numbers: Vec<_> = first.keys().map(ToString::to_string).collect();
            return Err(Failure::new(format!("topic `{topic}` has no partition {unknown}"))
                .help(format!("its partitions are {}", numbers.join(", "))));
        }
        let part = |(partition, first): (i32, i64)| {
            let end = end.get(&partition).copied().unwrap_or(first);
            let part = self.offset.map_or(first..end, |offset| offset.max(first)..(offset + 1).min(end));
            (partition, part)
        };
        let is_asked_for = |(partition, _): &(i32, i64)| self.partition.is_none_or(|it| it == *partition);
        let parts: BTreeMap<_, _> = first.into_iter().filter(is_asked_for).map(part).collect();
        if let Some(offset) = self.offset.filter(|_| parts.values().all(Range::is_empty)) {
            return Err(Failure::new(format!("topic `{topic}` has no letter at offset {offset} of the partition"))
                .help("`thoth-messaging dlq show` without an offset shows those that are there"));
        }
        Ok(parts)
    }
}
