//! Objects whose members the schema names.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::value::{Name, Skip};
use super::{Codec, Encoded, Fault, Kept, Presence, Seed, refuse};

/// A generated struct: its members, and how to read, write and check them.
pub trait Object: Sized {
    /// The names of the declared members, in the order of the schema. What [`Members::next`] gives is an index here.
    const MEMBERS: &'static [&'static str];

    /// Which members stand together, and how many there are.
    const PRESENCE: &'static [Presence] = &[];

    /// Reads the members, in whatever order they come.
    ///
    /// # Errors
    ///
    /// Those of the members, a required member that is missing, a member that comes twice.
    fn read<'de, A: MapAccess<'de>>(members: &mut Members<'de, A>) -> Result<Self, A::Error>;

    /// Writes the members, in the order of the schema.
    ///
    /// # Errors
    ///
    /// Those of the members.
    fn write<S: SerializeMap>(&self, object: &mut Writer<S>) -> Result<(), S::Error>;

    /// Checks what the types of the members do not say.
    ///
    /// # Errors
    ///
    /// The first member that is not what the schema says.
    fn check(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// What a generated struct asks for beyond the types of its members.
pub trait Check {
    /// Checks a value, as [`Object::check`].
    ///
    /// # Errors
    ///
    /// The first member that is not what the schema says.
    fn check(&self) -> Result<(), Fault>;
}

/// Reads an object.
///
/// # Errors
///
/// Those of [`Object::read`] and [`Object::check`], and anything that is no object.
pub fn read_object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Read<T>(PhantomData<T>);
    impl<'de, T: Object> Visitor<'de> for Read<T> {
        type Value = T;
        refuse!("an object"; visit_unit(), visit_bool(bool), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64));
        refuse!(seq "an object");

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            let mut members = Members::new(map, T::MEMBERS);
            let object = T::read(&mut members)?;
            members.check(T::PRESENCE)?;
            object.check().map_err(A::Error::custom)?;
            Ok(object)
        }
    }
    deserializer.deserialize_any(Read::<T>(PhantomData))
}

/// Writes an object, after its check.
///
/// # Errors
///
/// Those of [`Object::write`] and [`Object::check`].
pub fn write_object<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    if !is_unchecked() {
        object.check().map_err(S::Error::custom)?;
    }
    let written = (!T::PRESENCE.is_empty()).then(Vec::new);
    let mut writer = Writer { map: serializer.serialize_map(None)?, written };
    object.write(&mut writer)?;
    if !is_unchecked() {
        writer.check(T::MEMBERS, T::PRESENCE)?;
    }
    writer.map.end()
}

thread_local! {
    static UNCHECKED: Cell<bool> = const { Cell::new(false) };
}

/// Whether values are written without checks, by [`unchecked`].
pub(super) fn is_unchecked() -> bool {
    UNCHECKED.get()
}

/// Runs `write` without checks: to see the whole of an object that they refuse, and where they were made before.
pub(crate) fn unchecked<R>(write: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            UNCHECKED.set(self.0);
        }
    }
    let _restore = Restore(UNCHECKED.replace(true));
    write()
}

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
    fn new(map: A, names: &'static [&'static str]) -> Self {
        Self { map, names, likely: 0, seen: Seen::new(names.len()), others: BTreeSet::new(), other: None }
    }

    fn check(&self, presence: &[Presence]) -> Result<(), A::Error> {
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

/// Which declared members came.
#[derive(Debug)]
enum Seen {
    Few(u128),
    Many(Vec<bool>),
}

impl Seen {
    fn new(count: usize) -> Self {
        if count <= 128 { Self::Few(0) } else { Self::Many(vec![false; count]) }
    }

    /// Notes a member; false where it came before.
    fn insert(&mut self, index: usize) -> bool {
        match self {
            Self::Few(bits) => {
                let bit = 1 << index;
                let new = *bits & bit == 0;
                *bits |= bit;
                new
            }
            Self::Many(seen) => !std::mem::replace(&mut seen[index], true),
        }
    }

    fn has(&self, index: usize) -> bool {
        match self {
            Self::Few(bits) => bits & (1 << index) != 0,
            Self::Many(seen) => seen[index],
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Few(bits) => bits.count_ones() as usize,
            Self::Many(seen) => seen.iter().filter(|seen| **seen).count(),
        }
    }
}

enum Member<'de> {
    Declared(usize),
    Other(Cow<'de, str>),
}

/// Reads a member name and finds it among the declared ones, without a copy of it.
struct MemberSeed {
    names: &'static [&'static str],
    likely: usize,
}

impl MemberSeed {
    fn find(&self, name: &str) -> Option<usize> {
        // Members that may be absent are passed over, so the rest of the names comes first.
        let is_it = |index: &usize| self.names[*index] == name;
        (self.likely..self.names.len()).chain(0..self.likely).find(is_it)
    }
}

impl<'de> DeserializeSeed<'de> for MemberSeed {
    type Value = Member<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

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

/// Where an object's members are written to.
#[derive(Debug)]
pub struct Writer<S> {
    map: S,
    /// The names of the members, where it matters which there are.
    written: Option<Vec<String>>,
}

impl<S: SerializeMap> Writer<S> {
    fn check(&self, names: &[&str], presence: &[Presence]) -> Result<(), S::Error> {
        let Some(written) = &self.written else { return Ok(()) };
        let has = |index: usize| names.get(index).is_some_and(|name| written.iter().any(|written| written == name));
        let checks = presence.iter().map(|presence| presence.check(names, has, written.len()));
        checks.collect::<Result<(), Fault>>().map_err(S::Error::custom)
    }

    /// Writes a member of a type that is its own codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn value<T: Codec<Value = T>>(&mut self, name: &str, value: &T) -> Result<(), S::Error> {
        self.write::<T>(name, value)
    }

    /// Writes a member by a codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn write<C: Codec>(&mut self, name: &str, value: &C::Value) -> Result<(), S::Error> {
        if let Some(written) = &mut self.written {
            written.push(name.to_owned());
        }
        self.map.serialize_entry(name, &Encoded::<C>(value))
    }

    /// Writes a member that may be absent, of a type that is its own codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn optional<T: Codec<Value = T>>(&mut self, name: &str, value: &Option<T>) -> Result<(), S::Error> {
        self.write_optional::<T>(name, value)
    }

    /// Writes a member that may be absent, by a codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn write_optional<C: Codec>(&mut self, name: &str, value: &Option<C::Value>) -> Result<(), S::Error> {
        match value {
            Some(value) => self.write::<C>(name, value),
            None => Ok(()),
        }
    }

    /// Writes the members that [`Members::keep`] kept.
    ///
    /// # Errors
    ///
    /// Those of the codec, and a member with the name of a declared one.
    pub fn kept<C: Codec>(&mut self, declared: &[&str], kept: &impl Kept<C::Value>) -> Result<(), S::Error> {
        kept.ordered().try_for_each(|(name, value)| {
            undeclared(declared, name)?;
            self.write::<C>(name, value)
        })
    }

    /// Writes the members that [`Members::keep_any`] kept.
    ///
    /// # Errors
    ///
    /// A member with the name of a declared one.
    pub fn kept_any(&mut self, declared: &[&str], kept: &Map<String, Value>) -> Result<(), S::Error> {
        kept.iter().try_for_each(|(name, value)| {
            undeclared(declared, name)?;
            self.write::<Value>(name, value)
        })
    }
}

fn undeclared<E: serde::ser::Error>(declared: &[&str], name: &str) -> Result<(), E> {
    if declared.contains(&name) {
        return Err(E::custom(format_args!("duplicate: expected the member `{name}` in its own field")));
    }
    Ok(())
}
