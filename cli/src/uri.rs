//! Paths as parts of URIs (RFC 3986).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A path with all escaped that has a meaning in a URI.
pub(crate) fn path(path: &str) -> String {
    utf8_percent_encode(path, ESCAPED).to_string()
}
