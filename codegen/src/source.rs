//! The texts that the generator reads, and places in them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use thoth_messaging_documents::Pointer;

use crate::diagnostic::Location;

/// A schema file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFile {
    /// The file's name in diagnostics, as `schemas/order-placed.schema.json`.
    pub origin: String,
    /// Its contents.
    pub text: String,
}

impl SchemaFile {
    /// Returns where the value of a JSON Pointer stands; where it does not exist, the innermost value on the way. A text that
    /// is no JSON has one place, its start.
    ///
    /// ```
    /// let file = thoth_messaging_codegen::SchemaFile { origin: "a.json".into(), text: "{\n  \"type\": true\n}".into() };
    /// assert_eq!(file.locate("/type").to_string(), "a.json:2:11  (#/type)");
    /// ```
    #[must_use]
    pub fn locate(&self, pointer: &str) -> Location {
        let mut source = Source::new(self);
        if crate::json::parse(&self.text).is_ok() {
            source.index_values();
        }
        source.locate(pointer)
    }
}

/// Schema files by name. The name is the path within the set, with `/`: it is what a relative `$ref` resolves against.
/// A file that stands for another place is added under its absolute URI, with `://`.
///
/// A set knows the files, too, that belong to it and could not be read: each is an error, `S0106`, beside what there is to say
/// of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaSet {
    files: BTreeMap<String, SchemaFile>,
    unread: BTreeMap<String, UnreadFile>,
    lock: Lock,
}

/// The lock file of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lock {
    /// There is none: ids that it should have are missing.
    #[default]
    Absent,
    /// Nobody asks for ids.
    Ignored,
    Read(SchemaFile),
}

/// A file of a set that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadFile {
    /// The file, and where reading it stopped.
    pub location: Location,
    /// The reason, as `permission denied`.
    pub reason: String,
    /// The remedy.
    pub help: String,
}

impl SchemaSet {
    /// A set without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file. One of the same name is replaced.
    pub fn add(&mut self, name: impl Into<String>, origin: impl Into<String>, text: impl Into<String>) {
        self.files.insert(name.into(), SchemaFile { origin: origin.into(), text: text.into() });
    }

    /// Adds a file that could not be read.
    pub fn add_unread(&mut self, name: impl Into<String>, file: UnreadFile) {
        self.unread.insert(name.into(), file);
    }

    /// Adds the lock file, which has the ids of the schemas in a registry.
    pub fn set_lock(&mut self, origin: impl Into<String>, text: impl Into<String>) {
        self.lock = Lock::Read(SchemaFile { origin: origin.into(), text: text.into() });
    }

    /// Takes the lock file away: a message that has to have an id has none, which is an error.
    pub fn remove_lock(&mut self) {
        self.lock = Lock::Absent;
    }

    /// Does without the ids of the lock file, for those who make nothing that is run: then none is missing.
    pub fn ignore_lock(&mut self) {
        self.lock = Lock::Ignored;
    }

    pub(crate) fn lock(&self) -> &Lock {
        &self.lock
    }

    /// The files, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SchemaFile)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file))
    }

    /// The files that could not be read, ordered by name.
    pub fn unread(&self) -> impl Iterator<Item = (&str, &UnreadFile)> {
        self.unread.iter().map(|(name, file)| (name.as_str(), file))
    }

    /// Returns whether there is no file, read or not.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.unread.is_empty()
    }
}

/// A text that is JSON, and where its values stand.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) origin: String,
    pub(crate) text: String,
    /// Offsets of the values by pointer.
    values: BTreeMap<Pointer, usize>,
    /// Offsets of the lines.
    lines: Vec<usize>,
}

impl Source {
    pub(crate) fn new(file: &SchemaFile) -> Self {
        let newlines = file.text.match_indices('\n').map(|(offset, _)| offset + 1);
        let lines = std::iter::once(0).chain(newlines).collect();
        Self { origin: file.origin.clone(), text: file.text.clone(), values: BTreeMap::new(), lines }
    }

    /// Notes where the values stand, of a text that was parsed, and so is not nested without end.
    pub(crate) fn index_values(&mut self) {
        index(&self.text, self.text.trim(), &Pointer::root(), &mut self.values);
    }

    /// The numbers, as they are written.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = (&Pointer, &str)> {
        let is_part = |byte: &u8| byte.is_ascii_digit() || b".-+eE".contains(byte);
        self.values.iter().filter_map(move |(pointer, offset)| {
            let text = &self.text[*offset..];
            let length = text.bytes().take_while(is_part).count();
            let number = text.get(..length)?;
            number.starts_with(|first: char| first == '-' || first.is_ascii_digit()).then_some((pointer, number))
        })
    }

    /// The text of a pointer's value.
    pub(crate) fn span(&self, pointer: &str) -> Option<Range<usize>> {
        let start = *self.values.get(pointer)?;
        let mut values = serde_json::Deserializer::from_str(self.text.get(start..)?).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(start..start + values.byte_offset())
    }

    /// The place of a pointer's value; of the innermost value on the way where it does not exist.
    pub(crate) fn locate(&self, pointer: &str) -> Location {
        let mut known = pointer;
        let offset = loop {
            match self.values.get(known) {
                Some(offset) => break *offset,
                None if known.is_empty() => break 0,
                None => known = known.rsplit_once('/').map_or("", |(parent, _)| parent),
            }
        };
        self.at(offset, pointer)
    }

    /// Line and column of an offset: both from 1, the column in characters.
    pub(crate) fn at(&self, offset: usize, pointer: &str) -> Location {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let column = self.text.get(start..offset).unwrap_or_default().chars().count() + 1;
        Location { file: self.origin.clone(), line, column, pointer: pointer.to_owned() }
    }
}

/// Notes where a value stands, and all that is in it.
fn index(text: &str, value: &str, pointer: &Pointer, values: &mut BTreeMap<Pointer, usize>) {
    if let Ok(members) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(value) {
        for (name, member) in members {
            index(text, member.get(), &pointer.join(&name), values);
        }
    } else if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(value) {
        for (number, item) in items.into_iter().enumerate() {
            index(text, item.get(), &pointer.join(&number.to_string()), values);
        }
    }
    // Both are slices of one text.
    values.insert(pointer.clone(), value.as_ptr() as usize - text.as_ptr() as usize);
}

#[cfg(test)]
mod tests {
    use super::{SchemaFile, Source};

    #[test]
    fn locates_members_and_items() {
        let text = "{\n  \"a/b\": [1, {\"ü\": true}]\n}\n".to_owned();
        let mut source = Source::new(&SchemaFile { origin: "x.json".to_owned(), text });
        source.index_values();
        let at = |pointer| {
            let location = source.locate(pointer);
            (location.line, location.column)
        };
        assert_eq!(at(""), (1, 1));
        assert_eq!(at("/a~1b"), (2, 10));
        assert_eq!(at("/a~1b/1/ü"), (2, 20));
        assert_eq!(at("/a~1b/9"), (2, 10));
        assert_eq!(at("/nowhere/at/all"), (1, 1));
    }
}
