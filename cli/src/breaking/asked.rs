//! The question of one direction.

use std::borrow::Cow;

use thoth_messaging_compat::{Direction, Limits, Schema, SchemaError, Verdict, covers};

use super::settings::Policy;

/// Two versions of a schema, and which of them has to accept what the other one writes.
pub(super) struct Asked<'a> {
    pub(super) old: &'a Schema,
    pub(super) new: &'a Schema,
    pub(super) direction: Direction,
    pub(super) policy: Policy,
    pub(super) reader: &'a Schema,
    /// The schema of what is written, by the policy.
    pub(super) writer: Cow<'a, Schema>,
}

impl<'a> Asked<'a> {
    /// # Errors
    ///
    /// The policy asks for what is declared, and that is not known.
    pub(super) fn new(
        old: &'a Schema,
        new: &'a Schema,
        direction: Direction,
        policy: Policy,
    ) -> Result<Self, SchemaError> {
        let (reader, writer) = match direction {
            Direction::Backward => (new, old),
            Direction::Forward => (old, new),
        };
        let writer = match policy {
            Policy::ProducerClosed => Cow::Owned(writer.closed()?),
            _ => Cow::Borrowed(writer),
        };
        Ok(Self { old, new, direction, policy, reader, writer })
    }

    /// The verdict of logic. In which order to deploy follows from it whatever the policy.
    pub(super) fn verdict(&self) -> Verdict {
        covers(self.reader, &self.writer, &Limits::default())
    }
}
