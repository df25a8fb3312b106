//! The members of an object, while it is read.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::names::Names;
use super::seen::Seen;
use crate::wire::reader::duplicate;
use crate::wire::{Codec, Error, Kept, Presence, Reader};

/// The members of an object while it is read.
#[derive(Debug)]
pub struct Members<'r, 't> {
    reader: &'r mut Reader<'t>,
    names: Names,
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

impl<'r, 't> Members<'r, 't> {
    pub(super) fn open(reader: &'r mut Reader<'t>, names: Names) -> Result<Self, Error> {
        let offset = reader.offset();
        let state = if reader.object()? { State::Member } else { State::End };
        let (seen, first) = (Seen::new(names.all.len()), reader.noted());
        Ok(Self { reader, names, likely: 0, seen, state, first, others: 0, other: None, offset })
    }

    /// Checks the members that were there.
    pub(super) fn close(self, presence: &[Presence]) -> Result<(), Error> {
        self.reader.forget(self.first)?;
        if presence.is_empty() {
            return Ok(());
        }
        let count = self.seen.count() + self.others;
        presence.iter().try_for_each(|presence| presence.check(self.names.all, |index| self.seen.has(index), count))
    }

    /// Goes to the next member: its index among the declared ones, `usize::MAX` for any other, `None` at the end.
    ///
    /// # Errors
    ///
    /// A member that came before.
    #[allow(clippy::should_implement_trait, reason = "reading can fail, and the value is asked for by another call")]
    pub fn next(&mut self) -> Result<Option<usize>, Error> {
        let more = match self.state {
            State::Member => true,
            State::Behind => self.reader.next_member()?,
            State::End => false,
        };
        if !more {
            self.state = State::End;
            return Ok(None);
        }
        self.state = State::Behind;
        if self.names.are_plain
            && let Some(name) = self.names.all.get(self.likely)
            && self.reader.take_name(name)?
        {
            return self.declared(self.likely);
        }
        let name = self.reader.name()?;
        if let Some(index) = self.names.find(&name, self.likely) {
            return self.declared(index);
        }
        self.others += 1;
        self.other = Some(name);
        Ok(Some(usize::MAX))
    }

    #[inline]
    fn declared(&mut self, index: usize) -> Result<Option<usize>, Error> {
        if !self.seen.insert(index) {
            return Err(self.twice(index));
        }
        self.likely = index + 1;
        Ok(Some(index))
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
        *place = Some(T::read(self.reader)?);
        Ok(())
    }

    /// As [`value`](Self::value), by a codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)]
    pub fn read<C: Codec>(&mut self, place: &mut Option<C::Value>) -> Result<(), Error> {
        *place = Some(C::read(self.reader)?);
        Ok(())
    }

    /// As [`value`](Self::value), where null is no value.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)]
    pub fn nullable<T: Codec<Value = T>>(&mut self, place: &mut Option<T>) -> Result<(), Error> {
        *place = Option::<T>::read(self.reader)?;
        Ok(())
    }

    /// As [`read`](Self::read), where null is no value.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    #[inline(never)]
    pub fn read_nullable<C: Codec>(&mut self, place: &mut Option<C::Value>) -> Result<(), Error> {
        *place = Option::<C>::read(self.reader)?;
        Ok(())
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
