//! The URIs of documents.
//!
//! A document is known by its name in the set, which is a path, resolved against [`BASE`]; by the absolute URI that is
//! its name; or by its `$id`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
pub use referencing::Uri;
pub use referencing::uri::{from_str as parse, resolve_against as resolve};

/// The base that the names of documents are relative to.
pub const BASE: &str = "schema:///";

/// The characters of a path that are escaped in a URI: all but the unreserved ones of RFC 3986, and `/`.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The characters of a JSON Pointer that are escaped in the fragment of a URI.
const FRAGMENT: &AsciiSet = &PATH.remove(b'$');

/// The URI of a document by its name in the set.
///
/// ```
/// use thoth_messaging_documents::uri::own_uri;
///
/// assert_eq!(own_uri("orders/new order.json"), "schema:///orders/new%20order.json");
/// assert_eq!(own_uri("https://example.org/a.json"), "https://example.org/a.json");
/// ```
#[must_use]
pub fn own_uri(name: &str) -> String {
    if name.contains("://") { name.to_owned() } else { format!("{BASE}{}", encode_path(name)) }
}

/// A URI reference made absolute, as [`shown`] left it: what is relative is so to [`BASE`].
///
/// ```
/// use thoth_messaging_documents::uri::absolute;
///
/// assert_eq!(absolute("order.json"), "schema:///order.json");
/// assert_eq!(absolute("urn:example:order"), "urn:example:order");
/// ```
#[must_use]
pub fn absolute(uri: &str) -> String {
    if uri.contains("://") || uri.starts_with("urn:") { uri.to_owned() } else { format!("{BASE}{uri}") }
}

/// A URI as people and generated code see it: relative to [`BASE`] where it is below it.
#[must_use]
pub fn shown(uri: &str) -> &str {
    uri.strip_prefix(BASE).unwrap_or(uri)
}

/// A URI up to its fragment.
#[must_use]
pub fn without_fragment(uri: &str) -> &str {
    uri.split('#').next().unwrap_or_default()
}

/// A path as it stands in a URI: percent-encoded but for `/` and the unreserved characters.
#[must_use]
pub fn encode_path(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// A JSON Pointer as it stands in the fragment of a URI.
///
/// ```
/// assert_eq!(thoth_messaging_documents::uri::encode_fragment("/$defs/a b"), "/$defs/a%20b");
/// ```
#[must_use]
pub fn encode_fragment(pointer: &str) -> String {
    utf8_percent_encode(pointer, FRAGMENT).to_string()
}

/// A text without percent-encoding; what is no UTF-8 then is replaced by U+FFFD.
#[must_use]
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_byte_by_byte_in_capitals() {
        assert_eq!(own_uri("ü/a-b_c.d~e+f#g%"), "schema:///%C3%BC/a-b_c.d~e%2Bf%23g%25");
        assert_eq!(encode_path("$defs"), "%24defs");
        assert_eq!(encode_fragment("/$defs/a~1b/ü"), "/$defs/a~1b/%C3%BC");
    }

    #[test]
    fn decoding_takes_encoding_back() {
        for text in ["/$defs/a b", "ü%2F", "100%"] {
            assert_eq!(decode(&encode_path(text)), text);
        }
    }

    #[test]
    fn what_is_shown_is_made_absolute_again() {
        for uri in ["schema:///a/b.json", "https://example.org/a", "urn:a:b"] {
            assert_eq!(absolute(shown(uri)), uri);
        }
        assert_eq!(without_fragment("schema:///a.json#/x"), "schema:///a.json");
    }
}
