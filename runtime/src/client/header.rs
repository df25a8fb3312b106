//! The parts of a record that both sides read from librdkafka: headers and the timestamp.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use rdkafka::Timestamp;

/// A header of a record.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Its name; a record may have several of one name.
    pub name: HeaderName,
    /// Its value, which Kafka lets be absent.
    pub value: Option<Vec<u8>>,
}

/// The name of a header: text by convention, and any bytes in fact. A name that is received ends before its first zero byte,
/// which librdkafka does not show.
///
/// `Display` replaces what is not UTF-8.
///
/// ```
/// use thoth_messaging::client::{Header, HeaderName};
///
/// let header = Header::new("origin", "import");
/// assert!(header.name == "origin");
/// assert_eq!(HeaderName::from(vec![0xff]).to_str(), None);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeaderName(Vec<u8>);

impl Header {
    /// A header with a value.
    #[must_use]
    pub fn new(name: impl Into<HeaderName>, value: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), value: Some(value.into()) }
    }

    /// The size of its name and its value, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.name.as_bytes().len() + self.value.as_ref().map_or(0, Vec::len)
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("name", &self.name)
            .field("value_bytes", &self.value.as_ref().map(Vec::len))
            .finish()
    }
}

impl HeaderName {
    /// The bytes of the name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name as text; `None` where it is not UTF-8.
    #[must_use]
    pub fn to_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The name as text, in which what is not UTF-8 is replaced.
    #[must_use]
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string_lossy())
    }
}

impl fmt::Debug for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.to_string_lossy(), f)
    }
}

impl PartialEq<str> for HeaderName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for HeaderName {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl From<Vec<u8>> for HeaderName {
    fn from(name: Vec<u8>) -> Self {
        Self(name)
    }
}

impl From<&[u8]> for HeaderName {
    fn from(name: &[u8]) -> Self {
        Self(name.to_vec())
    }
}

impl From<String> for HeaderName {
    fn from(name: String) -> Self {
        Self(name.into_bytes())
    }
}

impl From<&str> for HeaderName {
    fn from(name: &str) -> Self {
        Self(name.as_bytes().to_vec())
    }
}

/// Converts the milliseconds since 1970 of a timestamp.
pub(super) fn system_time(timestamp: Timestamp) -> Option<SystemTime> {
    let milliseconds = u64::try_from(timestamp.to_millis()?).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds))
}
