//! What became of a schema.

use thoth_messaging::{Message, Registry, serde_json};

/// What became of a schema; `P` is a payload, as its type is asked for it.
#[derive(Debug)]
pub enum Outcome<P: ?Sized + 'static> {
    /// A type: [`from_str`] or [`from_slice`] of it, [`comes_back`] of it, and the registry that decodes it.
    Generated(fn(&P) -> bool, fn(&[u8]) -> bool, &'static Registry),
    /// The codes of the errors.
    Refused(&'static [&'static str]),
}

/// Returns whether `serde_json::from_str` takes a payload for a type.
#[must_use]
pub fn from_str<T: Message>(payload: &str) -> bool {
    serde_json::from_str::<T>(payload).is_ok()
}

/// Returns whether `serde_json::from_slice` takes a payload for a type.
#[must_use]
pub fn from_slice<T: Message>(payload: &[u8]) -> bool {
    serde_json::from_slice::<T>(payload).is_ok()
}

/// Tells whether the value of a payload is the same when it is written and read again; true of what is no payload of the type.
#[must_use]
pub fn comes_back<T: Message + PartialEq>(payload: &[u8]) -> bool {
    let Ok(value) = T::decode(payload) else { return true };
    value.encode().ok().and_then(|text| T::decode(&text).ok()).is_some_and(|again| again == value)
}
