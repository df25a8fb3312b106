//! Schemas that are being read.

use serde_json::{Map, Value};

use crate::files::Place;

/// A schema that is being read.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) place: &'a Place,
    pub(super) members: &'a Map<String, Value>,
    /// True if it is of draft 2019-09 or later.
    pub(super) is_late: bool,
    pub(super) is_draft_4: bool,
}
