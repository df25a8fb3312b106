//! References as people write them: with characters that a URI escapes, and to meta-schemas that no document holds.

use std::borrow::Cow;

use serde_json::Value;

use crate::{meta_schemas, uri};

/// A reference as a URI: what can't stand in one is percent-encoded. Itself where that is nothing.
///
/// ```
/// use thoth_messaging_documents::reference::escaped;
///
/// assert_eq!(escaped("a.json#/$defs/Partial<Foo>"), "a.json#/$defs/Partial%3CFoo%3E");
/// assert_eq!(escaped("#/$defs/a%20b"), "#/$defs/a%20b");
/// ```
#[must_use]
pub fn escaped(reference: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~:/?@!$&'()*+,;=".contains(letter);
    let is_escape = |rest: &str| rest.bytes().skip(1).take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    let fragment = reference.find('#');
    let stands = |(at, letter): (usize, char)| match letter {
        '%' => is_escape(&reference[at..]),
        '#' => Some(at) == fragment,
        // Of an address: what is wrong with one is not told by its escapes.
        '[' | ']' => fragment.is_none_or(|fragment| at < fragment),
        _ => is_plain(letter),
    };
    if reference.char_indices().all(stands) {
        return Cow::Borrowed(reference);
    }
    let mut text = String::with_capacity(reference.len() + 16);
    for (at, letter) in reference.char_indices() {
        if stands((at, letter)) {
            text.push(letter);
        } else {
            text.push_str(&uri::encode_fragment(letter.encode_utf8(&mut [0; 4])));
        }
    }
    Cow::Owned(text)
}

/// Makes every `$ref` and `$dynamicRef` of a schema document a URI, as [`escaped`].
pub fn escape_all(document: &mut Value) {
    match document {
        Value::Array(items) => items.iter_mut().for_each(escape_all),
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("$ref" | "$dynamicRef", Value::String(reference)) => {
                        if let Cow::Owned(uri) = escaped(reference) {
                            *reference = uri;
                        }
                    }
                    ("const" | "enum", _) => {}
                    (_, value) => escape_all(value),
                }
            }
        }
        _ => {}
    }
}

/// The meta-schemas that documents refer to, with all that these refer to.
pub(crate) fn meta_schemas_of<'d>(
    documents: impl Iterator<Item = &'d Value>,
) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let mut named = Vec::new();
    documents.for_each(|document| names(document, &mut named));
    // A draft is one document, or a folder of them.
    let family =
        |uri: &'static str| uri.rsplit_once("/meta/").or(uri.rsplit_once("/schema")).map_or(uri, |(draft, _)| draft);
    let families: Vec<&str> =
        meta_schemas::all().map(|(uri, _)| uri).filter(|uri| named.contains(uri)).map(family).collect();
    meta_schemas::all().filter(move |(uri, _)| families.contains(&family(uri)))
}

fn names<'d>(value: &'d Value, found: &mut Vec<&'d str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(reference) if name == "$ref" || name == "$dynamicRef" => {
                        let uri = uri::without_fragment(reference);
                        found.extend(uri.contains("json-schema.org/").then_some(uri));
                    }
                    _ => names(value, found),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_can_not_stand_in_a_uri_is_escaped() {
        assert_eq!(escaped("#/definitions/Test Details"), "#/definitions/Test%20Details");
        assert_eq!(escaped("größe.json#/a#b"), "gr%C3%B6%C3%9Fe.json#/a%23b");
        assert_eq!(escaped("#/$defs/100%"), "#/$defs/100%25");
        assert_eq!(escaped("https://example.org/a?b=c#/x[0]"), "https://example.org/a?b=c#/x%5B0%5D");
        let mut schema = json!({"items": [{"$ref": "#/a b"}], "const": {"$ref": "#/a b"}});
        escape_all(&mut schema);
        assert_eq!(schema, json!({"items": [{"$ref": "#/a%20b"}], "const": {"$ref": "#/a b"}}));
    }

    #[test]
    fn a_meta_schema_brings_its_vocabularies() {
        let named = |reference: &str| meta_schemas_of([&json!({"items": {"$ref": reference}})].into_iter()).count();
        assert_eq!(named("http://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger"), 1);
        assert_eq!(named("https://json-schema.org/draft/2020-12/meta/core"), 9);
        assert_eq!(named("https://example.org/schema"), 0);
    }
}
