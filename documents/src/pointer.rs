//! JSON Pointers (RFC 6901).

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

/// A JSON Pointer: the way from a JSON value to one in it. It is empty for the value itself.
///
/// It reads as a `str`, so `value.pointer(&pointer)` of `serde_json` follows it. Pointers are ordered as their texts
/// are.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_documents::Pointer;
///
/// let pointer = Pointer::root().join("properties").join("a/b");
/// assert_eq!(pointer.to_string(), "/properties/a~1b");
/// assert_eq!(pointer.segments().collect::<Vec<_>>(), ["properties", "a/b"]);
/// assert_eq!(json!({"properties": {"a/b": 1}}).pointer(&pointer), Some(&json!(1)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the value itself.
    #[must_use]
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// The text, as it stands in a document.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Adds a segment: the name of a member, or the index of an item.
    pub fn push(&mut self, segment: &str) {
        self.0.push('/');
        self.0.push_str(&escape(segment));
    }

    /// The pointer with one more segment.
    #[must_use]
    pub fn join(&self, segment: &str) -> Self {
        let mut joined = self.clone();
        joined.push(segment);
        joined
    }

    /// The pointer to the value that this one stands in; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// The segments, unescaped.
    pub fn segments(&self) -> impl Iterator<Item = String> {
        segments(&self.0)
    }
}

impl Deref for Pointer {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Pointer {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Pointer {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Pointer {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Pointer {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// Takes a text that is known to be a pointer; [`FromStr`] checks one. What is no pointer leads to no value.
impl From<String> for Pointer {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// As from a `String`.
impl From<&str> for Pointer {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

impl FromStr for Pointer {
    type Err = NotAPointer;

    /// Reads a text that is empty or starts with `/`, and in which `~` is followed by `0` or `1`.
    ///
    /// ```
    /// use thoth_messaging_documents::Pointer;
    ///
    /// assert!("/order_id".parse::<Pointer>().is_ok());
    /// assert!("order_id".parse::<Pointer>().is_err());
    /// assert!("/a~b".parse::<Pointer>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, NotAPointer> {
        let starts = text.is_empty() || text.starts_with('/');
        let is_escaped = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if starts && is_escaped { Ok(Self(text.to_owned())) } else { Err(NotAPointer) }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no JSON Pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotAPointer;

impl fmt::Display for NotAPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON Pointer is empty or starts with `/`, and `~` in it is written `~0`, `/` in a name `~1`")
    }
}

impl std::error::Error for NotAPointer {}

/// A member's name as it stands in a pointer.
///
/// ```
/// assert_eq!(thoth_messaging_documents::pointer::escape("a/b~c"), "a~1b~0c");
/// ```
#[must_use]
pub fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// A member's name from a segment of a pointer.
///
/// ```
/// assert_eq!(thoth_messaging_documents::pointer::unescape("a~1b~0c"), "a/b~c");
/// ```
#[must_use]
pub fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// The segments of a pointer's text, unescaped.
pub fn segments(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(unescape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_they_are_written() {
        for name in ["", "a", "~", "/", "~1", "~0/~1", "ü/~"] {
            let pointer = Pointer::root().join(name);
            assert_eq!(pointer.segments().collect::<Vec<_>>(), [name]);
            assert_eq!(pointer.as_str().parse(), Ok(pointer.clone()));
        }
    }

    #[test]
    fn leads_to_where_serde_json_says() {
        let value = serde_json::json!({"a/b": [{"~": 1}], "": 2});
        let pointer = Pointer::root().join("a/b").join("0").join("~");
        assert_eq!(value.pointer(&pointer), Some(&1.into()));
        assert_eq!(value.pointer(&Pointer::root().join("")), Some(&2.into()));
    }

    #[test]
    fn parents_end_at_the_root() {
        let pointer = Pointer::from("/a/b~1c");
        assert_eq!(pointer.parent().unwrap(), "/a");
        assert_eq!(pointer.parent().unwrap().parent(), Some(Pointer::root()));
        assert_eq!(Pointer::root().parent(), None);
    }

    #[test]
    fn refuses_what_is_no_pointer() {
        for text in ["a", "#/a", "/~", "/~2", "/a~"] {
            assert_eq!(text.parse::<Pointer>(), Err(NotAPointer), "{text}");
        }
    }
}
