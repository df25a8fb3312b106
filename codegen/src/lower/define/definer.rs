//! The needs of defining types: the schemas, the choices of a user, and the types that were met.

use std::collections::BTreeMap;

use super::declared::{Declarations, Definitions};
use super::sensitive::Sensitive;
use crate::disjoint::Disjointness;
use crate::format::Formats;
use crate::lower::read::SchemaReader;
use crate::model::TypeId;
use crate::resolve::Place;

/// Defines types, one after the other.
pub(super) struct Definer<'a, 'd> {
    pub(super) reader: SchemaReader<'a, 'd>,
    pub(super) formats: &'d Formats,
    /// The names of fields that a user chose, by the place of the property.
    pub(super) field_names: &'d BTreeMap<Place, String>,
    pub(super) sensitive: &'d Sensitive,
    pub(super) disjointness: Disjointness<'a>,
    pub(super) declarations: Declarations,
}

impl<'a, 'd> Definer<'a, 'd> {
    pub(super) fn new(
        reader: SchemaReader<'a, 'd>,
        formats: &'d Formats,
        field_names: &'d BTreeMap<Place, String>,
        sensitive: &'d Sensitive,
    ) -> Self {
        let disjointness = Disjointness::new(reader.resolved, reader.asserts);
        Self { reader, formats, field_names, sensitive, disjointness, declarations: Declarations::default() }
    }

    pub(super) fn finish(self, messages: Vec<(usize, TypeId)>) -> Definitions {
        Definitions { types: self.declarations.types, messages, whole: self.reader.into_whole() }
    }
}
