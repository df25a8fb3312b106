//! One message that is to be sent.

use super::destination::Destination;
use crate::validate::InputKind;

/// A message that is to be sent.
pub(super) struct Item {
    /// The file that it came from, or the argument.
    pub(super) source: String,
    /// Its line, from 1; its place in an array, from 1; 0 where it is all that there is.
    pub(super) number: u64,
    pub(super) destination: Destination,
    /// Nothing for a tombstone.
    pub(super) payload: Option<Vec<u8>>,
}

impl Item {
    /// The division of its text into records: one.
    pub(super) fn kind(&self) -> InputKind {
        if self.number == 0 { InputKind::Json } else { InputKind::Ndjson }
    }
}
