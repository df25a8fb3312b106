//! Arrays, maps, and what may be null.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::marker::PhantomData;

use super::check::unique_items;
use super::distinct::Distinct;
use super::reader::{Kind, duplicate};
use super::{Codec, Error, Numbers, Reader, Writer};

impl<C: Codec> Codec for Vec<C> {
    type Value = Vec<C::Value>;

    fn read(reader: &mut Reader<'_>) -> Result<Self::Value, Error> {
        let mut values = Vec::new();
        let mut more = reader.array()?;
        let mut value = None;
        while more {
            C::read_to(reader, &mut value)?;
            values.extend(value.take());
            more = reader.next_item()?;
        }
        Ok(values)
    }

    fn write(values: &Self::Value, writer: &mut Writer) -> Result<(), Error> {
        writer.items(values, |writer, value| C::write(value, writer))
    }
}

/// An array whose items are compared as they stand in JSON: their Rust values may be the same where they are not, as
/// defaults are filled in and unknown members left out.
#[derive(Debug)]
pub struct Unique<C>(PhantomData<C>);

impl<C: Codec> Codec for Unique<C> {
    type Value = Vec<C::Value>;

    fn read(reader: &mut Reader<'_>) -> Result<Self::Value, Error> {
        let offset = reader.offset();
        let mut seen = Distinct::default();
        let mut values = Vec::new();
        let mut more = reader.array()?;
        while more {
            let start = reader.offset();
            values.push(C::read(reader)?);
            seen.add(reader.since(start)).map_err(|error| error.or_at(offset))?;
            more = reader.next_item()?;
        }
        Ok(values)
    }

    fn write(values: &Self::Value, writer: &mut Writer) -> Result<(), Error> {
        if writer.is_checked() {
            unique_items::<C>(values, Numbers::exact())?;
        }
        Vec::<C>::write(values, writer)
    }
}

/// The members of an object whose member names are data.
pub trait Kept<V>: Default {
    /// Keeps a member; gives back the one that was there under its name.
    fn keep(&mut self, name: String, value: V) -> Option<V>;

    /// The members in the order of their names: the same value is written as the same bytes.
    fn ordered<'a>(&'a self) -> impl Iterator<Item = (&'a String, &'a V)>
    where
        V: 'a;
}

impl<V> Kept<V> for BTreeMap<String, V> {
    fn keep(&mut self, name: String, value: V) -> Option<V> {
        self.insert(name, value)
    }

    fn ordered<'a>(&'a self) -> impl Iterator<Item = (&'a String, &'a V)>
    where
        V: 'a,
    {
        self.iter()
    }
}

impl<V, H: BuildHasher + Default> Kept<V> for HashMap<String, V, H> {
    fn keep(&mut self, name: String, value: V) -> Option<V> {
        self.insert(name, value)
    }

    fn ordered<'a>(&'a self) -> impl Iterator<Item = (&'a String, &'a V)>
    where
        V: 'a,
    {
        let mut members: Vec<_> = self.iter().collect();
        members.sort_unstable_by_key(|(name, _)| *name);
        members.into_iter()
    }
}

/// Reads an object whose member names are data.
fn read_map<C: Codec, M: Kept<C::Value>>(reader: &mut Reader<'_>) -> Result<M, Error> {
    let offset = reader.offset();
    let mut values = M::default();
    let mut more = reader.object()?;
    while more {
        let name = reader.name()?.into_owned();
        if values.keep(name, C::read(reader)?).is_some() {
            return Err(duplicate(offset));
        }
        more = reader.next_member()?;
    }
    Ok(values)
}

fn write_map<C: Codec>(values: &impl Kept<C::Value>, writer: &mut Writer) -> Result<(), Error> {
    writer.open();
    for (index, (name, value)) in values.ordered().enumerate() {
        writer.name(index == 0, name);
        C::write(value, writer)?;
    }
    writer.close();
    Ok(())
}

/// An object whose member names are data.
impl<C: Codec> Codec for BTreeMap<String, C> {
    type Value = BTreeMap<String, C::Value>;

    fn read(reader: &mut Reader<'_>) -> Result<Self::Value, Error> {
        read_map::<C, _>(reader)
    }

    fn write(values: &Self::Value, writer: &mut Writer) -> Result<(), Error> {
        write_map::<C>(values, writer)
    }
}

/// An object whose member names are data, where the user chose this map. It is written in the order of the names.
#[allow(clippy::implicit_hasher, reason = "generated code names no other")]
impl<C: Codec> Codec for HashMap<String, C> {
    type Value = HashMap<String, C::Value>;

    fn read(reader: &mut Reader<'_>) -> Result<Self::Value, Error> {
        read_map::<C, _>(reader)
    }

    fn write(values: &Self::Value, writer: &mut Writer) -> Result<(), Error> {
        write_map::<C>(values, writer)
    }
}

/// A value or null.
impl<C: Codec> Codec for Option<C> {
    type Value = Option<C::Value>;

    fn read(reader: &mut Reader<'_>) -> Result<Self::Value, Error> {
        if reader.kind() == Kind::Null { reader.null().map(|()| None) } else { C::read(reader).map(Some) }
    }

    fn write(value: &Self::Value, writer: &mut Writer) -> Result<(), Error> {
        match value {
            Some(value) => C::write(value, writer),
            None => <()>::write(&(), writer),
        }
    }
}

/// A value behind a `Box`, where a type contains itself.
#[derive(Debug)]
pub struct Boxed<C>(PhantomData<C>);

impl<C: Codec> Codec for Boxed<C> {
    type Value = Box<C::Value>;

    fn read(reader: &mut Reader<'_>) -> Result<Self::Value, Error> {
        C::read(reader).map(Box::new)
    }

    fn write(value: &Self::Value, writer: &mut Writer) -> Result<(), Error> {
        C::write(value, writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<HashMap<String, i64>, Error> {
        Reader::whole::<HashMap<String, i64>>(json)
    }

    #[test]
    fn a_hash_map_is_written_in_the_order_of_the_names() {
        let members: Vec<String> = (0..50).map(|number| format!("\"n{number:02}\":{number}")).collect();
        let ordered = format!("{{{}}}", members.join(","));
        let shuffled = format!("{{{}}}", members.iter().rev().cloned().collect::<Vec<_>>().join(","));
        for json in [&ordered, &shuffled] {
            let mut writer = Writer::checked();
            HashMap::<String, i64>::write(&read(json).unwrap(), &mut writer).unwrap();
            assert_eq!(writer.text(), ordered);
        }
    }

    #[test]
    fn a_hash_map_has_each_name_once() {
        assert!(read(r#"{"a": 1, "a": 2}"#).unwrap_err().to_string().starts_with("duplicate: "));
        assert!(read("[]").is_err());
    }
}
