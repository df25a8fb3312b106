//! The names of members, found among the declared ones.

use std::borrow::Cow;

use serde::de::Visitor;

use crate::wire::seed;
use crate::wire::value::Name;

/// The name of a member.
pub(super) enum Member<'de> {
    Declared(usize),
    Other(Cow<'de, str>),
}

/// Reads a member name and finds it among the declared ones, without a copy of it.
pub(super) struct MemberSeed {
    pub(super) names: &'static [&'static str],
    pub(super) likely: usize,
}

impl MemberSeed {
    fn find(&self, name: &str) -> Option<usize> {
        // Members that may be absent are passed over, so the rest of the names comes first.
        let is_it = |index: &usize| self.names[*index] == name;
        (self.likely..self.names.len()).chain(0..self.likely).find(is_it)
    }
}

seed!(MemberSeed, of Member<'de>, by deserialize_str);

impl<'de> Visitor<'de> for MemberSeed {
    type Value = Member<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, name: &'de str) -> Result<Member<'de>, E> {
        match self.find(name) {
            Some(index) => Ok(Member::Declared(index)),
            None => Name.visit_borrowed_str(name).map(Member::Other),
        }
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Member<'de>, E> {
        match self.find(name) {
            Some(index) => Ok(Member::Declared(index)),
            None => Name.visit_str(name).map(Member::Other),
        }
    }
}
