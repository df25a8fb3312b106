//! What the `jsonschema` crate says of payloads, and payloads that are a little wrong: what generated types are held
//! against in tests.
//!
//! [`Schemas`] are the schemas of a set, made ready once; [`Oracle`] is the validator of one of them; [`Mutations`]
//! changes payloads at random, from a seed; [`is_limit`] knows the one reason for which a type may refuse a payload that
//! its schema does not.

#![expect(clippy::unwrap_used, reason = "a helper of tests, and that is how a test fails")]

mod mutate;
mod pool;
mod same;
mod schemas;

pub use mutate::Mutations;
pub use schemas::{Oracle, Schemas, rounds};

use thoth_messaging::DecodeError;
use thoth_messaging_documents::decimal::{Decimal, Held};

/// Returns whether the numbers in a payload are those that a [`serde_json::Value`] has of them, so that what it says of the
/// value counts. A string may look like a number, too.
#[must_use]
pub fn are_held(payload: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b".-+".contains(byte);
    let mut words = payload.split(|byte| !is_part(byte)).filter_map(|word| str::from_utf8(word).ok());
    words.all(|word| Decimal::parse(word).is_none() || Held::of(word) == Held::Exactly)
}

/// Returns whether a payload was refused for a documented limit alone: a number that its Rust type can't hold, or more levels
/// of nesting than are read.
#[must_use]
pub fn is_limit(error: &DecodeError) -> bool {
    let violations = error.violations();
    !violations.is_empty() && violations.iter().all(|violation| violation.keyword == "limit")
}
