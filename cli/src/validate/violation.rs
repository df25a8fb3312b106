//! Violations of records, with their places in the text.

use thoth_messaging::DecodeError;

use super::input::InputKind;
use super::places::{Place, places};

/// One thing that is wrong in a source. It holds no value of a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The file as it was named, or `-`.
    pub(crate) source: String,
    /// Line in the source, from 1.
    pub(crate) line: u64,
    /// Column in the line, in characters (Unicode code points), from 1, as editors and SARIF count.
    pub(crate) column: u64,
    /// The record in the source, from 1.
    pub(crate) record: u64,
    /// JSON Pointer of the value in the record.
    pub(crate) instance_path: String,
    /// The place in the schema: a URI with a JSON Pointer as its fragment; empty where no schema does.
    pub(crate) schema_path: String,
    /// The keyword that is not met; `json` where a record is not JSON, `limit` where it can't be read.
    pub(crate) keyword: String,
    pub(crate) reason: String,
}

/// The violations of a record, their places and their number relative to its own start.
pub(crate) fn of_record(text: &[u8], error: &DecodeError, kind: InputKind) -> Vec<Violation> {
    let violation = |(line, column), instance_path: &str, schema_path: &str, keyword: &str, reason: String| Violation {
        source: String::new(),
        line,
        column,
        record: 1,
        instance_path: instance_path.to_owned(),
        schema_path: schema_path.to_owned(),
        keyword: keyword.to_owned(),
        reason,
    };
    match error {
        DecodeError::NotJson { line, column, reason, .. } => {
            let place = (*line as u64, characters_to(text, *line, *column));
            let reason = encoding(text).unwrap_or(reason);
            vec![violation(place, "", "", "json", format!("not JSON: {reason}"))]
        }
        error => {
            let pointers: Vec<&str> = error.violations().iter().map(|it| it.instance_path.as_str()).collect();
            let of_schema = |(found, place): (&thoth_messaging::Violation, Place)| {
                let hint = if is_array_in_whole(text, found, kind) { ITEMS } else { "" };
                let reason = format!("expected {}{hint}", found.expected);
                violation(place, &found.instance_path, &found.schema_path, &found.keyword, reason)
            };
            error.violations().iter().zip(places(text, &pointers)).map(of_schema).collect()
        }
    }
}

const ITEMS: &str = "; `--input array` makes a record of each item";

/// Returns whether a record is an array where something else belongs, and was not taken from an array itself.
fn is_array_in_whole(text: &[u8], found: &thoth_messaging::Violation, kind: InputKind) -> bool {
    let is_whole = found.instance_path.is_empty() && found.keyword == "type";
    is_whole && kind != InputKind::Array && text.trim_ascii_start().starts_with(b"[")
}

/// The mistake in the encoding of a text, where its first bytes tell.
pub(crate) fn encoding(text: &[u8]) -> Option<&'static str> {
    match text {
        [0xef, 0xbb, 0xbf, ..] => Some("it starts with a byte order mark; write UTF-8 without one"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("it is UTF-16; write UTF-8"),
        _ => None,
    }
}

/// The column in characters of one in bytes, both from 1.
fn characters_to(text: &[u8], line: usize, column: usize) -> u64 {
    let line = text.split(|byte| *byte == b'\n').nth(line.saturating_sub(1)).unwrap_or_default();
    characters(line.get(..column.saturating_sub(1)).unwrap_or(line)) + 1
}

/// The number of characters of a text: its bytes, but for those that continue a character.
pub(super) fn characters(text: &[u8]) -> u64 {
    text.iter().filter(|byte| starts_character(**byte)).count() as u64
}

/// Returns whether a byte of UTF-8 starts a character.
pub(super) fn starts_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

/// That what is around the items is no array.
pub(super) fn no_array() -> Violation {
    let reason = "expected an array: items with commas between them, and `]` at the end".to_owned();
    Violation { keyword: "json".to_owned(), reason, ..too_long(0) }
}

/// That a record is longer than is read.
pub(crate) fn too_long(limit: usize) -> Violation {
    Violation {
        source: String::new(),
        line: 1,
        column: 1,
        record: 1,
        instance_path: String::new(),
        schema_path: String::new(),
        keyword: "limit".to_owned(),
        reason: format!("expected a record of at most {limit} bytes, as `--max-record-size` says"),
    }
}

/// The number of lines that end in a text.
pub(super) fn lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}
