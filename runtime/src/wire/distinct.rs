//! JSON values compared as such, however they are written.

use std::collections::BTreeSet;

use super::reader::Kind;
use super::writer::push_string;
use super::{Error, Reader};
use crate::decimal::Decimal;

/// JSON values of which no two are the same.
#[derive(Default)]
pub(super) struct Distinct(BTreeSet<String>);

impl Distinct {
    /// One more value, by its text.
    ///
    /// # Errors
    ///
    /// The value was there before.
    pub(super) fn add(&mut self, json: &str) -> Result<(), Error> {
        if self.0.insert(canonical(json)) { Ok(()) } else { Err(Error::new("uniqueItems", "no two equal items")) }
    }
}

/// One text for all ways to write the same JSON value: members in order, `1.0` as `1`.
pub(super) fn canonical(json: &str) -> String {
    let mut reader = Reader::new(json);
    let mut text = String::with_capacity(json.len());
    reader.space();
    // What is compared was read or written before.
    match push(&mut reader, &mut text) {
        Ok(()) => text,
        Err(_) => json.to_owned(),
    }
}

/// The items of a JSON array.
pub(super) fn items(json: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut reader = Reader::new(json);
    // The generator wrote the text from values.
    let mut more = reader.array().unwrap_or(false);
    while more {
        let start = reader.offset();
        if reader.skip().is_err() {
            break;
        }
        found.insert(canonical(reader.since(start)));
        more = reader.next_item().unwrap_or(false);
    }
    found
}

fn push(reader: &mut Reader<'_>, text: &mut String) -> Result<(), Error> {
    match reader.kind() {
        Kind::String => push_string(text, &reader.string()?),
        Kind::Number => {
            let number = reader.number()?.text;
            text.push_str(&Decimal::parse(number).map_or_else(|| number.to_owned(), |decimal| decimal.canonical()));
        }
        Kind::Array => push_items(reader, text)?,
        Kind::Object => push_members(reader, text)?,
        Kind::Null | Kind::Boolean | Kind::Nothing => {
            let start = reader.offset();
            reader.skip()?;
            text.push_str(reader.since(start));
        }
    }
    Ok(())
}

fn push_items(reader: &mut Reader<'_>, text: &mut String) -> Result<(), Error> {
    text.push('[');
    let mut more = reader.array()?;
    while more {
        push(reader, text)?;
        more = reader.next_item()?;
        text.push(',');
    }
    text.push(']');
    Ok(())
}

fn push_members(reader: &mut Reader<'_>, text: &mut String) -> Result<(), Error> {
    let mut members = Vec::new();
    let mut more = reader.object()?;
    while more {
        let mut member = String::new();
        push_string(&mut member, &reader.name()?);
        member.push(':');
        push(reader, &mut member)?;
        members.push(member);
        more = reader.next_member()?;
    }
    members.sort_unstable();
    text.push('{');
    text.push_str(&members.join(","));
    text.push('}');
    Ok(())
}
