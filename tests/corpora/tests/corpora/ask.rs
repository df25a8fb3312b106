//! One message, asked of one payload.

use corpora::{Corpus, Payload, Road};
use oracle::{Oracle, is_limit};
use serde_json::Value;
use thoth_messaging::registry::Entry;
use thoth_messaging::wire::parse_strict;

use crate::tally::Tally;

/// A message and what is known of it.
pub(crate) struct Message<'a> {
    pub(crate) corpus: &'a Corpus,
    pub(crate) entry: &'static Entry,
    pub(crate) road: &'a Road,
    pub(crate) oracle: Oracle,
}

impl Message<'_> {
    /// Of a payload as it was published. One that is invalid is noted.
    pub(crate) fn ask_payload(&self, payload: &Payload, value: &Value) -> Tally {
        let place = format!("{}/{}", self.corpus.name(), payload.file);
        let mut tally = self.ask(&payload.text, value, &place);
        tally.notes.extend(self.oracle.refusal(value).map(|reason| format!("{place}: {}", shortened(&reason))));
        tally
    }

    /// Of a payload that was changed.
    pub(crate) fn ask_mutated(&self, mutated: &Value) -> Tally {
        let text = mutated.to_string();
        // What is read of a text, not what it was written from: floats may differ.
        let value = parse_strict(text.as_bytes()).unwrap();
        self.ask(text.as_bytes(), &value, &format!("{}/{}: {text}", self.corpus.name(), self.road.message))
    }

    /// Returns whether the type says what the oracle says, and whether what it takes comes out again.
    fn ask(&self, text: &[u8], value: &Value, place: &str) -> Tally {
        let valid = self.oracle.is_valid(value);
        let checked = self.entry.check(text);
        let answers = [checked.is_ok(), (self.road.from_slice)(text), (self.road.from_value)(value.clone())];
        match checked {
            Err(error) if valid && is_limit(&error) && answers == [false; 3] => Tally { limits: 1, ..Tally::default() },
            _ if answers != [valid; 3] => {
                let reason = self.oracle.refusal(value).unwrap_or_default();
                Tally::wrong(format!(
                    "{place}\n  valid: {valid} {reason}\n  check, from_slice, from_value: {answers:?}"
                ))
            }
            Err(_) => Tally { refused: 1, ..Tally::default() },
            Ok(()) => self.reencoded(text, value).map_or_else(
                |difference| Tally::wrong(format!("{place}\n  {difference}")),
                |()| Tally { accepted: 1, ..Tally::default() },
            ),
        }
    }

    /// Returns whether a payload that is accepted comes out again: valid, and the same.
    fn reencoded(&self, payload: &[u8], value: &Value) -> Result<(), String> {
        match self.entry.reencode(payload) {
            Ok(text) => {
                let again = parse_strict(&text).map_err(|error| error.to_string())?;
                if let Some(reason) = self.oracle.refusal(&again) {
                    return Err(format!("is written as {again}: {reason}"));
                }
                match self.oracle.difference(value, &again) {
                    None if !(self.road.comes_back)(payload) => Err("comes back as another value".to_owned()),
                    difference => difference.map_or(Ok(()), Err),
                }
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A reason without most of the payload in it.
pub(crate) fn shortened(reason: &str) -> String {
    let shown: String = reason.chars().take(200).collect();
    if shown.len() < reason.len() { format!("{shown} …") } else { shown }
}
