//! Message keys: the text of a scalar in the payload.

use std::borrow::Cow;
use std::sync::Arc;

use super::Enumeration;

/// A value that can be a message key.
pub trait Key {
    /// Its text; `None` where it is absent or null.
    fn text(&self) -> Option<Cow<'_, str>>;
}

/// The message key that a value gives.
#[must_use]
pub fn key<K: Key + ?Sized>(value: &K) -> Option<Cow<'_, str>> {
    value.text()
}

impl Key for String {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl Key for Box<str> {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl Key for Arc<str> {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

#[cfg(feature = "compact_str")]
impl Key for compact_str::CompactString {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl<K: Key> Key for Option<K> {
    fn text(&self) -> Option<Cow<'_, str>> {
        self.as_ref().and_then(Key::text)
    }
}

impl<K: Enumeration> Key for K {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(Enumeration::text(*self)))
    }
}

macro_rules! displayed {
    ($($type:ty),*) => {$(
        impl Key for $type {
            fn text(&self) -> Option<Cow<'_, str>> {
                Some(Cow::Owned(self.to_string()))
            }
        }
    )*};
}

displayed!(bool, i8, i16, i32, i64, u8, u16, u32, u64);

/// The message key at a JSON Pointer: a string as it is, any other scalar as its JSON text.
#[cfg(feature = "dynamic")]
pub(crate) fn key_at<'a>(payload: &'a serde_json::Value, pointer: &str) -> Option<Cow<'a, str>> {
    match payload.pointer(pointer)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(Cow::Borrowed(text)),
        other => Some(Cow::Owned(other.to_string())),
    }
}
