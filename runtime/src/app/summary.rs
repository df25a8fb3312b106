//! What an app did.

use std::collections::BTreeMap;
use std::fmt;

use super::dead_letter::Reason;

/// What an app did in its run, from its first record to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// How many messages were handled.
    pub handled: u64,
    /// How many replies were sent and delivered.
    pub replies: u64,
    /// How many failed attempts were followed by another one.
    pub retried: u64,
    /// How many messages were given up, and why: dead letters, and what was left behind where there are none.
    pub dead_letters: BTreeMap<Reason, u64>,
    /// How many messages were in flight and not handled when a partition was revoked or the app ended. They come again.
    pub given_up: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { handled, replies, retried, given_up, .. } = self;
        write!(f, "{handled} handled, {replies} replies, {retried} retried, {given_up} given up")?;
        for (index, (reason, count)) in self.dead_letters.iter().enumerate() {
            let start = if index == 0 { "; dead letters: " } else { ", " };
            write!(f, "{start}{count} {reason}")?;
        }
        Ok(())
    }
}
