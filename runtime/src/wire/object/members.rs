//! The members of an object, while it is read.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::{Error as _, MapAccess};
use serde_json::{Map, Value};

use super::name::{Member, MemberSeed};
use super::seen::Seen;
use crate::wire::value::Skip;
use crate::wire::{Codec, Fault, Kept, Presence, Seed};

/// The members of an object while it is read.
#[derive(Debug)]
pub struct Members<'de, A> {
    map: A,
    names: &'static [&'static str],
    /// Where the next member stands in `names` if they come in the order of the schema, as most producers write them.
    likely: usize,
    seen: Seen,
    /// The names that the schema does not declare: to refuse one that comes twice.
    others: BTreeSet<Cow<'de, str>>,
    /// The name of the member at hand, where the schema does not declare it.
    other: Option<Cow<'de, str>>,
}

impl<'de, A: MapAccess<'de>> Members<'de, A> {
    pub(super) fn new(map: A, names: &'static [&'static str]) -> Self {
        Self { map, names, likely: 0, seen: Seen::new(names.len()), others: BTreeSet::new(), other: None }
    }

    pub(super) fn check(&self, presence: &[Presence]) -> Result<(), A::Error> {
        let count = self.seen.count() + self.others.len();
        let checks = presence.iter().map(|presence| presence.check(self.names, |index| self.seen.has(index), count));
        checks.collect::<Result<(), Fault>>().map_err(A::Error::custom)
    }

    /// Goes to the next member: its index among the declared ones, `usize::MAX` for any other, `None` at the end.
    ///
    /// # Errors
    ///
    /// A member that came before.
    #[allow(clippy::should_implement_trait, reason = "reading can fail, and the value is asked for by another call")]
    pub fn next(&mut self) -> Result<Option<usize>, A::Error> {
        let seed = MemberSeed { names: self.names, likely: self.likely };
        match self.map.next_key_seed(seed)? {
            None => Ok(None),
            Some(Member::Declared(index)) => {
                if !self.seen.insert(index) {
                    let name = self.names[index];
                    return Err(A::Error::custom(format_args!("duplicate: expected the member `{name}` once")));
                }
                self.likely = index + 1;
                Ok(Some(index))
            }
            Some(Member::Other(name)) => {
                if self.others.contains(&name) {
                    return Err(A::Error::custom("duplicate: expected each member name once"));
                }
                self.others.insert(name.clone());
                self.other = Some(name);
                Ok(Some(usize::MAX))
            }
        }
    }

    /// Reads the value of the member at hand into its place, of a type that is its own codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)] // One function for each type of member, not for each member.
    pub fn value<T: Codec<Value = T>>(&mut self, place: &mut Option<T>) -> Result<(), A::Error> {
        *place = Some(self.take::<T>()?);
        Ok(())
    }

    /// As [`value`](Self::value), by a codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)]
    pub fn read<C: Codec>(&mut self, place: &mut Option<C::Value>) -> Result<(), A::Error> {
        *place = Some(self.take::<C>()?);
        Ok(())
    }

    /// As [`value`](Self::value), where null is no value.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)]
    pub fn nullable<T: Codec<Value = T>>(&mut self, place: &mut Option<T>) -> Result<(), A::Error> {
        *place = self.take::<Option<T>>()?;
        Ok(())
    }

    /// As [`read`](Self::read), where null is no value.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)]
    pub fn read_nullable<C: Codec>(&mut self, place: &mut Option<C::Value>) -> Result<(), A::Error> {
        *place = self.take::<Option<C>>()?;
        Ok(())
    }

    fn take<C: Codec>(&mut self) -> Result<C::Value, A::Error> {
        self.map.next_value_seed(Seed::<C>::new())
    }

    /// Reads past the member at hand: the schema says nothing of it.
    ///
    /// # Errors
    ///
    /// What is not JSON, a duplicate member within.
    pub fn skip(&mut self) -> Result<(), A::Error> {
        self.map.next_value_seed(Skip)
    }

    /// Keeps the member at hand, which the schema does not declare but speaks of.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn keep<C: Codec>(&mut self, kept: &mut impl Kept<C::Value>) -> Result<(), A::Error> {
        let value = self.take::<C>()?;
        if let Some(name) = self.other.take() {
            kept.keep(name.into_owned(), value);
        }
        Ok(())
    }

    /// As [`keep`](Self::keep), for values of any content.
    ///
    /// # Errors
    ///
    /// What is not JSON, a duplicate member within.
    pub fn keep_any(&mut self, kept: &mut Map<String, Value>) -> Result<(), A::Error> {
        let value = self.take::<Value>()?;
        if let Some(name) = self.other.take() {
            kept.insert(name.into_owned(), value);
        }
        Ok(())
    }

    /// The error for a member that a closed object does not have.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn refuse(&mut self) -> Result<(), A::Error> {
        Err(A::Error::custom(format_args!(
            "additionalProperties: expected no members other than {}",
            self.names.join(", ")
        )))
    }

    /// The error for a member that must be there and was not: by the members that must, in their order.
    #[cold]
    pub fn missing(&self, required: &[bool]) -> A::Error {
        let is_missing = |(index, name): (usize, &&'static str)| {
            (required.get(index) == Some(&true) && !self.seen.has(index)).then_some(*name)
        };
        let name = self.names.iter().enumerate().find_map(is_missing).unwrap_or_default();
        A::Error::custom(format_args!("required: expected the member `{name}`"))
    }
}
