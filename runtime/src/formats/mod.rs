//! Strings of a `format` as Rust types: a text together with its value.
//!
//! Where the build maps formats (`Formats::Mapped` of `thoth-messaging-build`), a field with `format: ipv4` is an
//! [`Ipv4`], and so on. Such a field is a [`Formatted`]: it dereferences to the value, and it is written back as it was
//! read, to the letter. One that is made from a value is written in the usual way.
//!
//! ```
//! use thoth_messaging::formats::Ipv6;
//! use thoth_messaging::serde_json;
//!
//! let address: Ipv6 = serde_json::from_str(r#""0:0:0:0:0:0:0:1""#)?;
//! assert!(address.is_loopback());
//! assert_eq!(address, Ipv6::from(std::net::Ipv6Addr::LOCALHOST));
//! assert_eq!(serde_json::to_string(&address)?, r#""0:0:0:0:0:0:0:1""#);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! | type | format | value | feature |
//! |---|---|---|---|
//! | [`Ipv4`], [`Ipv6`] | `ipv4`, `ipv6` | the addresses of [`std::net`] | |
//! | `Uuid` | `uuid` | `uuid::Uuid` | `uuid` |
//! | `Date` | `date` | `jiff::civil::Date` | `jiff` |
//! | `DateTime` | `date-time` | `jiff::Timestamp`: the instant; the offset is in the text alone | `jiff` |
//! | `Time` | `time` | `OffsetTime`: the time of day with its offset | `jiff` |
//! | `Duration` | `duration` | `jiff::SpanFieldwise` | `jiff` |
//! | `Uri` | `uri` | `url::Url` | `url` |
//!
//! A text is accepted exactly where `format` is asserted without a type, but for the limits of the types, which are
//! errors that say so: an instant from `9999-12-30T22:00:01Z` on, a duration of more than some 19 998 years, a URI that
//! the URL standard does not know. A leap second reads as the second before it, a fraction of a second to the nanosecond.

mod address;
#[cfg(feature = "uuid")]
mod identifier;
#[cfg(feature = "jiff")]
mod instant;
#[cfg(feature = "url")]
mod resource;
#[cfg(all(test, feature = "dynamic", feature = "jiff", feature = "url", feature = "uuid"))]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

pub use address::{Ipv4, Ipv6};
#[cfg(feature = "uuid")]
pub use identifier::Uuid;
#[cfg(feature = "jiff")]
pub use instant::{Date, DateTime, Duration, OffsetTime, Time};
#[cfg(feature = "url")]
pub use resource::Uri;

use crate::wire;

/// A text of a format, and its value.
///
/// Two are equal where their values are, however they are written: an instant in two offsets, a UUID in small letters and
/// in capital ones. [`text`](Self::text) tells them apart. Order and hash are those of the value too.
#[derive(Clone)]
pub struct Formatted<T> {
    text: Box<str>,
    value: T,
}

impl<T: Mapped> Formatted<T> {
    /// A value, as it is usually written.
    ///
    /// # Errors
    ///
    /// [`FormatError::Unwritable`] where the format has no text for it, as for a date before year 0.
    pub fn new(value: T) -> Result<Self, FormatError> {
        let text = value.written();
        match T::parse(&text) {
            Ok(again) if again == value => Ok(Self { text: text.into(), value }),
            _ => Err(FormatError::Unwritable { format: T::FORMAT, ty: T::TYPE }),
        }
    }

    /// The text, as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// The default that a schema names, for generated code: the generator refused one that is none.
    #[doc(hidden)]
    #[must_use]
    pub fn of_default(text: &str) -> Self {
        text.parse().unwrap_or_else(|_| {
            let value = T::fallback();
            Self { text: value.written().into(), value }
        })
    }
}

/// The value of a format.
///
/// Implemented here for the types of the table in the [module](self); it can't be implemented elsewhere.
pub trait Mapped: PartialEq + sealed::Sealed + Sized {
    /// The format, as schemas name it.
    const FORMAT: &'static str;

    /// The name of the type.
    const TYPE: &'static str;

    /// The value of a text.
    ///
    /// # Errors
    ///
    /// [`FormatError::Refused`] where the text is not of the format, [`FormatError::Unheld`] where the type can't hold it.
    fn parse(text: &str) -> Result<Self, FormatError>;

    /// The usual text of a value.
    fn written(&self) -> String;

    /// Returns the value that stands for a default that is none.
    #[doc(hidden)]
    fn fallback() -> Self;
}

mod sealed {
    pub trait Sealed {}
}

/// Why a text has no value, or a value no text. It holds neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// The text is not of the format.
    Refused {
        /// The format, as schemas name it.
        format: &'static str,
    },
    /// The text is of the format, but beyond what the type can hold.
    Unheld {
        /// The format, as schemas name it.
        format: &'static str,
        /// The name of the type.
        ty: &'static str,
    },
    /// The format has no text for the value.
    Unwritable {
        /// The format, as schemas name it.
        format: &'static str,
        /// The name of the type.
        ty: &'static str,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { format } => write!(f, "format: expected a text of the format {format}"),
            Self::Unheld { format, ty } => write!(f, "limit: expected a text of the format {format} that fits {ty}"),
            Self::Unwritable { format, ty } => write!(f, "format: expected a {ty} that the format {format} can write"),
        }
    }
}

impl std::error::Error for FormatError {}

impl From<FormatError> for wire::Error {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::Refused { format } => Self::new("format", format!("a text of the format {format}")),
            FormatError::Unheld { format, ty } => Self::limit(format!("a text of the format {format} that fits {ty}")),
            FormatError::Unwritable { format, ty } => {
                Self::new("format", format!("a {ty} that the format {format} can write"))
            }
        }
    }
}

impl<T> Deref for Formatted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Mapped> FromStr for Formatted<T> {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        Ok(Self { value: T::parse(text)?, text: text.into() })
    }
}

/// The text, in quotes.
impl<T> fmt::Debug for Formatted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// The text.
impl<T> fmt::Display for Formatted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<T: PartialEq> PartialEq for Formatted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Formatted<T> {}

impl<T: PartialOrd> PartialOrd for Formatted<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Formatted<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: Hash> Hash for Formatted<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<'de, T: Mapped> Deserialize<'de> for Formatted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::deserialize::<Self, D>(deserializer)
    }
}

impl<T> Serialize for Formatted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<T: Mapped> wire::Type for Formatted<T> {
    fn read(reader: &mut wire::Reader<'_>) -> Result<Self, wire::Error> {
        let offset = reader.offset();
        let text = reader.string()?;
        let value = T::parse(&text).map_err(|error| wire::Error::from(error).or_at(offset))?;
        Ok(Self { text: text.into(), value })
    }

    fn write(&self, writer: &mut wire::Writer) -> Result<(), wire::Error> {
        writer.string(&self.text);
        Ok(())
    }
}

impl<T: Mapped> wire::Key for Formatted<T> {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.text))
    }
}
