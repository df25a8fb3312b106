//! The texts that the generator reads, and places in them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::diagnostic::Location;

/// A schema file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFile {
    /// How diagnostics name the file, as `schemas/order-placed.schema.json`.
    pub origin: String,
    /// What it says.
    pub text: String,
}

/// Schema files by name. The name is the path within the set, with `/`: it is what a relative `$ref` resolves against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaSet {
    files: BTreeMap<String, SchemaFile>,
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

    /// The files, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SchemaFile)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file))
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// A JSON Pointer with one more segment.
pub(crate) fn join(pointer: &str, segment: &str) -> String {
    format!("{pointer}/{}", segment.replace('~', "~0").replace('/', "~1"))
}

/// The segments of a JSON Pointer, unescaped.
pub(crate) fn segments(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"))
}

/// The place of a pointer's value in a text; of the innermost value on the way where it does not exist.
pub(crate) fn locate(origin: &str, text: &str, pointer: &str) -> Location {
    let (line, column) = position(text, offset(text, pointer));
    Location { file: origin.to_owned(), line, column, pointer: pointer.to_owned() }
}

/// Line and column, both from 1, the column in characters.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn offset(text: &str, pointer: &str) -> usize {
    let mut value = text.trim();
    for segment in segments(pointer) {
        let Some(next) = descend(value, &segment) else { break };
        value = next;
    }
    value.as_ptr() as usize - text.as_ptr() as usize
}

/// The text of a member or an item, as it stands in the text of its parent.
fn descend<'a>(value: &'a str, segment: &str) -> Option<&'a str> {
    if let Ok(members) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &'a RawValue>>(value) {
        return members.get(segment).map(|member| member.get());
    }
    let items: Vec<&'a RawValue> = serde_json::from_str(value).ok()?;
    items.get(segment.parse::<usize>().ok()?).map(|item| item.get())
}

#[cfg(test)]
mod tests {
    use super::locate;

    #[test]
    fn locates_members_and_items() {
        let text = "{\n  \"a/b\": [1, {\"ü\": true}]\n}\n";
        let at = |pointer| {
            let location = locate("x.json", text, pointer);
            (location.line, location.column)
        };
        assert_eq!(at(""), (1, 1));
        assert_eq!(at("/a~1b"), (2, 10));
        assert_eq!(at("/a~1b/1/ü"), (2, 20));
        assert_eq!(at("/a~1b/9"), (2, 10));
    }
}
