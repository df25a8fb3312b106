//! The members of an object, while it is read.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::names::Names;
use super::seen::Seen;
use crate::wire::reader::{Kind, duplicate};
use crate::wire::{Codec, Error, Kept, Presence, Reader};

/// The members of an object while it is read.
#[derive(Debug)]
pub struct Members<'r, 't> {
    reader: &'r mut Reader<'t>,
    names: &'static Names,
    /// Where the next member stands in `names` if they come in the order of the schema, as most producers write them.
    likely: usize,
    seen: Seen,
    state: State,
    /// The number of names that were noted before this object.
    first: usize,
    /// The number of members that the schema does not declare.
    others: usize,
    /// The name of the member at hand, where the schema does not declare it.
    other: Option<Cow<'t, str>>,
    offset: usize,
}

/// The part of the object that comes next.
#[derive(Clone, Copy, Debug)]
enum State {
    /// A member.
    Member,
    /// The comma or the brace behind a member.
    Behind,
    /// Nothing.
    End,
}

/// So many members behind the one that is likely are looked for next, as those that may be absent are passed over.
const NEAR: usize = 4;

impl<'r, 't> Members<'r, 't> {
    /// Those of the object at hand, which is to be opened.
    #[inline]
    pub(super) fn new(reader: &'r mut Reader<'t>, names: &'static Names) -> Self {
        let (offset, first) = (reader.offset(), reader.noted());
        let seen = Seen::new(names.all.len());
        Self { reader, names, likely: 0, seen, state: State::End, first, others: 0, other: None, offset }
    }

    /// Reads what opens the object.
    #[inline]
    pub(super) fn open(&mut self) -> Result<(), Error> {
        if self.reader.object()? {
            self.state = State::Member;
        }
        Ok(())
    }

    /// Checks the members that were there.
    #[inline]
    pub(super) fn close(self, presence: &[Presence]) -> Result<(), Error> {
        self.reader.forget(self.first)?;
        if presence.is_empty() { Ok(()) } else { self.check(presence) }
    }

    fn check(&self, presence: &[Presence]) -> Result<(), Error> {
        let count = self.seen.count() + self.others;
        presence.iter().try_for_each(|presence| presence.check(self.names.all, |index| self.seen.has(index), count))
    }

    /// The result of [`next`](Self::next) at the end.
    pub const END: usize = usize::MAX;
    /// The result of [`next`](Self::next) for a member that the schema does not declare.
    pub const OTHER: usize = usize::MAX - 1;

    /// Goes to the next member: its index among the declared ones, or [`OTHER`](Self::OTHER), or [`END`](Self::END).
    ///
    /// # Errors
    ///
    /// A member that came before.
    #[allow(clippy::should_implement_trait, reason = "reading can fail, and the value is asked for by another call")]
    pub fn next(&mut self) -> Result<usize, Error> {
        let more = match self.state {
            State::Member => true,
            State::Behind => self.reader.next_member()?,
            State::End => false,
        };
        if !more {
            self.state = State::End;
            return Ok(Self::END);
        }
        self.state = State::Behind;
        match self.names.quoted.get(self.likely) {
            Some(name) if self.reader.take(name) => self.declared(self.likely),
            _ => self.look_up(),
        }
    }

    #[inline(never)]
    fn look_up(&mut self) -> Result<usize, Error> {
        let near = self.names.quoted.iter().enumerate().skip(self.likely + 1).take(NEAR);
        for (index, name) in near {
            if self.reader.take(name) {
                return self.declared(index);
            }
        }
        let name = self.reader.name()?;
        if let Some(index) = self.names.find(&name, self.likely) {
            return self.declared(index);
        }
        self.others += 1;
        self.other = Some(name);
        Ok(Self::OTHER)
    }

    #[inline]
    fn declared(&mut self, index: usize) -> Result<usize, Error> {
        if !self.seen.insert(index) {
            return Err(self.twice(index));
        }
        self.likely = index + 1;
        Ok(index)
    }

    #[cold]
    fn twice(&self, index: usize) -> Error {
        let name = self.names.all.get(index).unwrap_or(&"");
        Error::new("duplicate", format!("the member `{name}` once")).or_at(self.reader.offset())
    }

    /// Reads the value of the member at hand into its place, of a type that is its own codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)] // One function for each type of member, not for each member.
    pub fn value<T: Codec<Value = T>>(&mut self, place: &mut Option<T>) -> Result<(), Error> {
        T::read_to(self.reader, place)
    }

    /// As [`value`](Self::value), by a codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)]
    pub fn read<C: Codec>(&mut self, place: &mut Option<C::Value>) -> Result<(), Error> {
        C::read_to(self.reader, place)
    }

    /// As [`value`](Self::value), where null is no value.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)]
    pub fn nullable<T: Codec<Value = T>>(&mut self, place: &mut Option<T>) -> Result<(), Error> {
        self.or_null::<T>(place)
    }

    /// As [`read`](Self::read), where null is no value.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)]
    pub fn read_nullable<C: Codec>(&mut self, place: &mut Option<C::Value>) -> Result<(), Error> {
        self.or_null::<C>(place)
    }

    fn or_null<C: Codec>(&mut self, place: &mut Option<C::Value>) -> Result<(), Error> {
        if self.reader.kind() == Kind::Null { self.reader.null() } else { C::read_to(self.reader, place) }
    }

    /// Reads past the member at hand: the schema says nothing of it.
    ///
    /// # Errors
    ///
    /// What is not JSON, a duplicate member within.
    pub fn skip(&mut self) -> Result<(), Error> {
        if let Some(name) = self.other.take() {
            self.reader.note(name);
        }
        self.reader.skip()
    }

    /// Keeps the member at hand, which the schema does not declare but speaks of.
    ///
    /// # Errors
    ///
    /// Those of the codec, and a member that came before.
    pub fn keep<C: Codec>(&mut self, kept: &mut impl Kept<C::Value>) -> Result<(), Error> {
        let name = self.other.take().unwrap_or_default().into_owned();
        let value = C::read(self.reader)?;
        if kept.keep(name, value).is_some() { Err(duplicate(self.offset)) } else { Ok(()) }
    }

    /// As [`keep`](Self::keep), for values of any content.
    ///
    /// # Errors
    ///
    /// A text that is not JSON, a duplicate member within, and a member that came before.
    pub fn keep_any(&mut self, kept: &mut Map<String, Value>) -> Result<(), Error> {
        let name = self.other.take().unwrap_or_default().into_owned();
        let value = Value::read(self.reader)?;
        if kept.insert(name, value).is_some() { Err(duplicate(self.offset)) } else { Ok(()) }
    }

    /// The error for a member that a closed object does not have.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn refuse(&mut self) -> Result<(), Error> {
        let names = self.names.all;
        let expected = || format!("no members other than {}", names.join(", "));
        Err(self.reader.refuse(|| Error::new("additionalProperties", expected())))
    }

    /// The error for a member that must be there and was not: by the members that must, in their order.
    #[cold]
    #[must_use]
    pub fn missing(&self, required: &[bool]) -> Error {
        let is_missing = |(index, name): (usize, &&'static str)| {
            (required.get(index) == Some(&true) && !self.seen.has(index)).then_some(*name)
        };
        let name = self.names.all.iter().enumerate().find_map(is_missing).unwrap_or_default();
        Error::new("required", format!("the member `{name}`")).or_at(self.offset)
    }
}
