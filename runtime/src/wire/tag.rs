//! Variants that a constant member tells apart, wherever it stands in the object.

use std::borrow::Cow;

use super::reader::Kind;
use super::{Error, Reader};

/// The value of the member that tells variants apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag<'a> {
    /// There is none.
    Absent,
    /// A string.
    Text(&'a str),
    /// An integer.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// What is no constant of any variant.
    Other,
}

/// A generated enum whose objects are told apart by a constant member.
pub trait Tagged: Sized {
    /// The names that lead to the member, one at least.
    const TAG: &'static [&'static str];

    /// The constants, as `` `created`, `closed` ``.
    const CONSTANTS: &'static str;

    /// The number of the variant for a value of the member.
    fn index(tag: Tag<'_>) -> Option<usize>;

    /// Reads the variant of a number.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec.
    fn read(index: usize, reader: &mut Reader<'_>) -> Result<Self, Error>;
}

/// Reads an object: looks ahead for the member that tells, goes back, and reads the variant.
///
/// # Errors
///
/// Those of the variant's codec, and a constant that no variant has.
pub fn read_tagged<T: Tagged>(reader: &mut Reader<'_>) -> Result<T, Error> {
    let mark = reader.mark();
    let index = look_ahead(reader, T::TAG, T::index)?;
    reader.back(mark);
    if let Some(index) = index {
        return T::read(index, reader);
    }
    let expected = || format!("the member `{}` to be one of {}", T::TAG.join("/"), T::CONSTANTS);
    Err(reader.refuse(|| Error::new("enum", expected())))
}

/// Tells by the value at the end of a path which variant the value at hand is of.
fn look_ahead(
    reader: &mut Reader<'_>,
    path: &[&str],
    index: fn(Tag<'_>) -> Option<usize>,
) -> Result<Option<usize>, Error> {
    let Some((first, rest)) = path.split_first() else { return value(reader, index) };
    if reader.kind() != Kind::Object {
        return Ok(index(Tag::Absent));
    }
    let mut more = reader.object()?;
    while more {
        if reader.name()? == *first {
            return look_ahead(reader, rest, index);
        }
        reader.pass();
        more = reader.next_member()?;
    }
    Ok(index(Tag::Absent))
}

/// Tells by the value at hand which variant it stands for.
fn value(reader: &mut Reader<'_>, index: fn(Tag<'_>) -> Option<usize>) -> Result<Option<usize>, Error> {
    let text: Cow<'_, str>;
    let tag = match reader.kind() {
        Kind::String => {
            text = reader.string()?;
            Tag::Text(&text)
        }
        Kind::Boolean => Tag::Boolean(reader.boolean()?),
        Kind::Number => {
            let integer = reader.number()?.whole().and_then(|integer| i64::try_from(integer).ok());
            integer.map_or(Tag::Other, Tag::Integer)
        }
        Kind::Null | Kind::Array | Kind::Object | Kind::Nothing => Tag::Other,
    };
    Ok(index(tag))
}
