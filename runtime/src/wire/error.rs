//! The one error of reading, checking and writing.

use std::borrow::Cow;
use std::fmt;

use super::locate::{instance_path, segment};

/// The reason for which a value is not what its schema says: the keyword, what it expects, and where.
///
/// It is the error of what makes or checks a single value of a generated type: `TryFrom` and `FromStr` of newtypes and enums, and
/// [`Validate`](crate::Validate). It holds no value, only the names of members that lead to one. Its text is one line, as
/// `/lines/0/amount minimum: expected 1 or more`.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Refusal>);

#[derive(Clone, PartialEq, Eq)]
struct Refusal {
    cause: Cause,
    expected: Cow<'static, str>,
    /// The offset of the value in the text that was read, where it was read of one.
    offset: Option<usize>,
    /// The path from that value to the one that is meant.
    path: String,
}

/// The kind of an error.
#[derive(Clone, PartialEq, Eq)]
enum Cause {
    /// The text is no JSON.
    Syntax,
    /// The value may be valid, but is beyond a documented limit.
    Limit,
    /// A keyword refuses the value.
    Keyword(Cow<'static, str>),
}

impl Error {
    fn with(cause: Cause, expected: Cow<'static, str>) -> Self {
        Self(Box::new(Refusal { cause, expected, offset: None, path: String::new() }))
    }

    /// A keyword that refuses a value, and what it expects.
    #[cold]
    pub(crate) fn new(keyword: impl Into<Cow<'static, str>>, expected: impl Into<Cow<'static, str>>) -> Self {
        Self::with(Cause::Keyword(keyword.into()), expected.into())
    }

    /// A value that is beyond a documented limit.
    #[cold]
    pub(crate) fn limit(expected: impl Into<Cow<'static, str>>) -> Self {
        Self::with(Cause::Limit, expected.into())
    }

    /// A text that is no JSON from an offset on.
    #[cold]
    pub(super) fn syntax(offset: usize) -> Self {
        Self::with(Cause::Syntax, "JSON".into()).or_at(offset)
    }

    /// At a place in the text, unless its place is known.
    #[must_use]
    pub(crate) fn or_at(mut self, offset: usize) -> Self {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// With a path in front of the one that it has.
    #[must_use]
    pub(crate) fn under(mut self, path: &str) -> Self {
        self.0.path.insert_str(0, path);
        self
    }

    /// For a member name that is refused.
    #[must_use]
    pub(super) fn of_a_name(mut self) -> Self {
        if let Cause::Keyword(keyword) = &mut self.0.cause {
            *keyword = "propertyNames".into();
        }
        self
    }

    /// Returns whether the text is no JSON.
    pub(crate) fn is_syntax(&self) -> bool {
        self.0.cause == Cause::Syntax
    }

    /// Returns whether the value is beyond a documented limit, valid or not.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.0.cause == Cause::Limit
    }

    /// The keyword of the schema that is not met; `limit` for a documented limit.
    #[must_use]
    pub fn keyword(&self) -> &str {
        match &self.0.cause {
            Cause::Syntax => "type",
            Cause::Limit => "limit",
            Cause::Keyword(keyword) => keyword,
        }
    }

    /// The expectation, as `a string`.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// The JSON Pointer that leads from the value that was made or checked to the one that is refused; empty where it is that
    /// value itself.
    #[must_use]
    pub fn instance_path(&self) -> &str {
        &self.0.path
    }

    /// The JSON Pointer of the value that is refused, in the text that was read.
    pub(crate) fn path_in(&self, text: &str) -> String {
        let place = self.0.offset.map(|offset| instance_path(text.as_bytes(), offset));
        place.unwrap_or_default() + &self.0.path
    }

    /// Line and column in the text that was read: both from 1, the column in bytes.
    pub(super) fn position_in(&self, text: &str) -> Option<(usize, usize)> {
        let before = &text.as_bytes()[..self.0.offset?.min(text.len())];
        let lines = before.split(|byte| *byte == b'\n');
        Some(lines.fold((0, 0), |(line, _), text| (line + 1, text.len() + 1)))
    }

    /// The error without the path: a name in it may be a part of a sensitive value.
    #[must_use]
    pub(super) fn without_path(mut self) -> Self {
        self.0.path.clear();
        self
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvalidValue")
            .field("keyword", &self.keyword())
            .field("expected", &self.0.expected)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write!(f, "{} ", self.0.path)?;
        }
        write!(f, "{}: expected {}", self.keyword(), self.0.expected)
    }
}

impl std::error::Error for Error {}

/// Says in which member a constraint is not met.
pub trait At {
    /// With the name of the member in front of the path.
    ///
    /// # Errors
    ///
    /// The error, with its place.
    #[must_use = "it is the outcome of a check"]
    fn at(self, member: &str) -> Self;
}

impl At for Result<(), Error> {
    #[inline]
    fn at(self, member: &str) -> Self {
        self.map_err(|error| error.under(&segment(member)))
    }
}
