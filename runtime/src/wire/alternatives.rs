//! Variants that neither a JSON type nor a constant member tells apart: they are tried.

use std::borrow::Cow;

use super::reader::Kind;
use super::union::Union;
use super::{Error, Reader, Writer};

/// A variant that is tried.
#[derive(Debug)]
pub struct Alternative<T> {
    required: &'static [&'static str],
    read: fn(&mut Reader<'_>) -> Result<T, Error>,
}

impl<T> Alternative<T> {
    /// A variant of objects that have these members at least, if of objects.
    #[must_use]
    pub const fn new(required: &'static [&'static str], read: fn(&mut Reader<'_>) -> Result<T, Error>) -> Self {
        Self { required, read }
    }

    /// The variant, where it takes the value; the error where that can't be told, as its Rust type does not hold a number.
    fn try_read(&self, reader: &mut Reader<'_>, names: Option<&[Cow<'_, str>]>) -> Result<Option<T>, Error> {
        let has = |name: &&str| names.is_none_or(|names| names.iter().any(|other| other == name));
        if !self.required.iter().all(has) {
            return Ok(None);
        }
        reader.attempt(self.read)
    }
}

/// A generated enum whose variants are tried.
pub trait Alternatives: Union + 'static {
    /// The variants, in the order of the schema.
    const ALTERNATIVES: &'static [Alternative<Self>];
}

/// The names of the members of the value at hand, where that is an object and they tell anything.
fn names<'t, T>(reader: &mut Reader<'t>, tried: &[&Alternative<T>]) -> Result<Option<Vec<Cow<'t, str>>>, Error> {
    if reader.kind() != Kind::Object || tried.iter().all(|alternative| alternative.required.is_empty()) {
        return Ok(None);
    }
    let mark = reader.mark();
    let mut names = Vec::new();
    let mut more = reader.object()?;
    while more {
        names.push(reader.name()?);
        reader.pass();
        more = reader.next_member()?;
    }
    reader.back(mark);
    Ok(Some(names))
}

fn select<T: Alternatives>(tried: &[usize]) -> Vec<&'static Alternative<T>> {
    tried.iter().filter_map(|index| T::ALTERNATIVES.get(*index)).collect()
}

/// The first of some variants that takes the value: where no value is one of two of them, and for `anyOf`.
///
/// # Errors
///
/// A value that none takes.
pub fn first_of<T: Alternatives>(reader: &mut Reader<'_>, tried: &[usize]) -> Result<T, Error> {
    let tried = select::<T>(tried);
    let names = names(reader, &tried)?;
    let mut limit = None;
    for alternative in tried {
        match alternative.try_read(reader, names.as_deref()) {
            Ok(Some(read)) => return Ok(read),
            Ok(None) => {}
            Err(error) => limit = Some(error),
        }
    }
    Err(limit.unwrap_or_else(|| reader.refuse(|| Error::new("anyOf", "a value that one of the schemas accepts"))))
}

/// The only variant that takes the value.
///
/// # Errors
///
/// A value that none takes, or more than one.
pub fn only_of<T: Alternatives>(reader: &mut Reader<'_>, tried: &[usize]) -> Result<T, Error> {
    let tried = select::<T>(tried);
    let names = names(reader, &tried)?;
    let mark = reader.mark();
    let mut found = None;
    for alternative in tried {
        let read = alternative.try_read(reader, names.as_deref())?;
        if let Some(read) = read {
            if found.is_some() {
                return Err(one_alone());
            }
            found = Some((read, reader.mark()));
            reader.back(mark);
        }
    }
    match found {
        Some((read, end)) => {
            reader.back(end);
            Ok(read)
        }
        None => Err(reader.refuse(|| Error::new("oneOf", "a value that one of the schemas accepts"))),
    }
}

#[cold]
fn one_alone() -> Error {
    Error::new("oneOf", "a value that one of the schemas accepts, and no other")
}

/// Writes a union of `oneOf` whose variants may take the same value: one that two of them take is refused.
///
/// # Errors
///
/// Those of the variant's codec, and a value that another variant takes too.
pub fn write_only<T: Alternatives>(value: &T, writer: &mut Writer) -> Result<(), Error> {
    let start = writer.offset();
    value.write(writer)?;
    if !writer.is_checked() {
        return Ok(());
    }
    let mut reader = Reader::new(writer.since(start));
    let all: Vec<_> = T::ALTERNATIVES.iter().collect();
    let names = names(&mut reader, &all)?;
    let mark = reader.mark();
    let mut takers = 0;
    for alternative in all {
        takers += usize::from(!matches!(alternative.try_read(&mut reader, names.as_deref()), Ok(None)));
        reader.back(mark);
    }
    if takers == 1 { Ok(()) } else { Err(one_alone()) }
}

#[cfg(test)]
mod tests {
    use super::super::read_union;
    use super::*;

    /// An object that has another one as its `next`, in three ways, or `null`.
    enum Node {
        End,
        Next(Box<Node>),
    }

    impl Union for Node {
        const EXPECTED: &'static str = "an object or null";

        fn null(reader: &mut Reader<'_>) -> Result<Self, Error> {
            reader.null().map(|()| Self::End)
        }

        fn object(reader: &mut Reader<'_>) -> Result<Self, Error> {
            first_of(reader, &[0, 1, 2])
        }

        fn write(&self, writer: &mut Writer) -> Result<(), Error> {
            match self {
                Self::End => writer.null(),
                Self::Next(next) => next.write(writer)?,
            }
            Ok(())
        }
    }

    impl Alternatives for Node {
        const ALTERNATIVES: &'static [Alternative<Self>] =
            &[Alternative::new(&["next"], next), Alternative::new(&["next"], next), Alternative::new(&["next"], next)];
    }

    fn next(reader: &mut Reader<'_>) -> Result<Node, Error> {
        reader.object()?;
        reader.name()?;
        let node = read_union(reader)?;
        reader.next_member()?;
        Ok(Node::Next(Box::new(node)))
    }

    fn read(levels: usize, end: &str) -> Result<Node, Error> {
        let json = format!("{}{end}{}", r#"{"next":"#.repeat(levels), "}".repeat(levels));
        read_union(&mut Reader::new(&json))
    }

    #[test]
    fn what_is_read_in_ever_more_ways_is_refused_in_time() {
        let wide = format!("[{}]", vec!["1"; 10_000].join(","));
        assert!(matches!(read(100, "null"), Ok(Node::Next(_))));
        assert_eq!(read(5, &wide).err().unwrap().keyword(), "anyOf");
        for end in ["1", &wide] {
            assert!(read(100, end).err().unwrap().is_limit(), "{}", end.len());
        }
    }
}
