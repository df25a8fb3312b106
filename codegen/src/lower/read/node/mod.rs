//! All that several schemas say about one value, intersected.
//!
//! [`keywords`] reads the schemas into a [`Node`]; here is what a node is, and what can be asked of it.

mod bounds;
mod keywords;
mod members;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};

use super::branches::Branches;
use super::types::Types;
use crate::format::Format;
use crate::model::PresenceRule;
use crate::resolve::Place;
pub(crate) use bounds::{Limit, Range};
pub(crate) use members::{Members, Tuple, required_alone};

/// The words of a branch about the constant that it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
}

/// All that is said about one value.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is what one keyword says, independent of the others")]
pub(crate) struct Node<'a> {
    pub(crate) types: Types,
    /// A schema is `false`.
    pub(crate) never: bool,
    /// `integer` is that of draft 4.
    pub(crate) strict: bool,
    /// `enum` or `const`; the first of several.
    pub(crate) constants: Option<Vec<&'a Value>>,
    /// There are several.
    pub(crate) more_constants: bool,
    pub(crate) length: Range,
    pub(crate) patterns: Vec<&'a str>,
    pub(crate) lower: Vec<Limit>,
    pub(crate) upper: Vec<Limit>,
    pub(crate) multiple_of: Vec<&'a Number>,
    /// Those that refuse values.
    pub(crate) formats: Vec<Format>,
    pub(crate) items: Vec<Place>,
    pub(crate) tuples: Vec<Tuple>,
    pub(crate) count: Range,
    pub(crate) unique: bool,
    pub(crate) members: Vec<Members>,
    /// Members that are not declared are refused.
    pub(crate) closed: bool,
    pub(crate) required: BTreeSet<&'a str>,
    pub(crate) presence: Vec<PresenceRule>,
    /// `propertyNames`.
    pub(crate) member_names: Vec<Place>,
    /// `patternProperties` by the place of each pattern, and whether members that match none are refused.
    pub(crate) member_patterns: Vec<(Place, &'a str, bool)>,
    pub(crate) size: Range,
    /// Branches that are still to be taken, by keyword.
    pub(crate) open: Vec<Branches>,
    /// The words of branches about the constants that they hold.
    pub(crate) about: BTreeMap<String, About>,
    /// Schemas of which the validator decides a part.
    pub(crate) validated: Vec<Place>,
}

impl Node<'_> {
    /// Tells whether every value is valid, as far as types and constants go.
    pub(crate) fn is_unlimited(&self) -> bool {
        self.types == Types::ALL && self.constants.is_none()
    }

    /// The types whose values are limited by more than being of the type.
    pub(crate) fn limited(&self) -> Types {
        let unlimited = Range::default();
        let limited = |is: bool, types| if is { types } else { Types::NONE };
        let string = self.length != unlimited || !self.patterns.is_empty() || !self.formats.is_empty();
        let number = !(self.lower.is_empty() && self.upper.is_empty() && self.multiple_of.is_empty());
        let array = self.count != unlimited || self.unique || !self.items.is_empty() || !self.tuples.is_empty();
        let members = !self.members.is_empty() || !self.required.is_empty() || !self.presence.is_empty();
        let object =
            members || self.size != unlimited || !self.member_names.is_empty() || !self.member_patterns.is_empty();
        limited(string, Types::STRING)
            .or(limited(number, Types::NUMBER))
            .or(limited(array, Types::ARRAY))
            .or(limited(object, Types::OBJECT))
    }

    /// Tells whether nothing but `type` limits the values.
    pub(crate) fn is_plain(&self) -> bool {
        !self.is_beyond_types() && !self.types.has(self.limited())
    }

    /// Tells whether more is said than which types there are and what limits the values of each.
    pub(crate) fn is_beyond_types(&self) -> bool {
        self.never || self.constants.is_some() || !self.open.is_empty() || !self.validated.is_empty()
    }

    /// Tells whether it is said what members hold, or may be: the validator alone knows of what it decides.
    pub(crate) fn speaks_of_members(&self) -> bool {
        !self.members.is_empty() || !self.member_patterns.is_empty() || !self.validated.is_empty()
    }

    /// The names of the members that are declared or required, in the order of the schemas.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut known = BTreeSet::new();
        let declared = self.members.iter().flat_map(|members| &members.order).map(String::as_str);
        let present = self.presence.iter().flat_map(PresenceRule::names);
        let all = declared.chain(self.required.iter().copied()).chain(present);
        all.filter(|name| known.insert(*name)).map(str::to_owned).collect()
    }

    /// The schemas of a member.
    pub(crate) fn member(&self, name: &str) -> Vec<Place> {
        let schema = |members: &Members| {
            if members.declared.contains(name) {
                Some(members.place.join("properties").join(name))
            } else {
                members.additional.clone()
            }
        };
        self.members.iter().filter_map(schema).collect()
    }

    /// The schemas of the members that none declares.
    pub(crate) fn others(&self) -> Vec<Place> {
        self.members.iter().filter_map(|members| members.additional.clone()).collect()
    }
}
