//! The meta-schemas of the drafts, which a reference may lead to without a document in the set.

use referencing::meta;
use serde_json::Value;

/// The meta-schemas of the drafts and of their vocabularies, by their URIs without a fragment.
pub fn all() -> impl Iterator<Item = (&'static str, &'static Value)> {
    let known: [(&str, &'static Value); 19] = [
        ("http://json-schema.org/draft-04/schema", &meta::DRAFT4),
        ("http://json-schema.org/draft-06/schema", &meta::DRAFT6),
        ("http://json-schema.org/draft-07/schema", &meta::DRAFT7),
        ("https://json-schema.org/draft/2019-09/schema", &meta::DRAFT201909),
        ("https://json-schema.org/draft/2019-09/meta/core", &meta::DRAFT201909_CORE),
        ("https://json-schema.org/draft/2019-09/meta/applicator", &meta::DRAFT201909_APPLICATOR),
        ("https://json-schema.org/draft/2019-09/meta/validation", &meta::DRAFT201909_VALIDATION),
        ("https://json-schema.org/draft/2019-09/meta/meta-data", &meta::DRAFT201909_META_DATA),
        ("https://json-schema.org/draft/2019-09/meta/format", &meta::DRAFT201909_FORMAT),
        ("https://json-schema.org/draft/2019-09/meta/content", &meta::DRAFT201909_CONTENT),
        ("https://json-schema.org/draft/2020-12/schema", &meta::DRAFT202012),
        ("https://json-schema.org/draft/2020-12/meta/core", &meta::DRAFT202012_CORE),
        ("https://json-schema.org/draft/2020-12/meta/applicator", &meta::DRAFT202012_APPLICATOR),
        ("https://json-schema.org/draft/2020-12/meta/unevaluated", &meta::DRAFT202012_UNEVALUATED),
        ("https://json-schema.org/draft/2020-12/meta/validation", &meta::DRAFT202012_VALIDATION),
        ("https://json-schema.org/draft/2020-12/meta/meta-data", &meta::DRAFT202012_META_DATA),
        ("https://json-schema.org/draft/2020-12/meta/format-annotation", &meta::DRAFT202012_FORMAT_ANNOTATION),
        ("https://json-schema.org/draft/2020-12/meta/format-assertion", &meta::DRAFT202012_FORMAT_ASSERTION),
        ("https://json-schema.org/draft/2020-12/meta/content", &meta::DRAFT202012_CONTENT),
    ];
    known.into_iter()
}

/// The meta-schema, or the vocabulary of one, that is known by a URI without a fragment.
///
/// ```
/// use thoth_messaging_documents::meta_schemas;
///
/// assert!(meta_schemas::find("http://json-schema.org/draft-07/schema").is_some());
/// assert!(meta_schemas::find("https://example.org/schema").is_none());
/// ```
#[must_use]
pub fn find(uri: &str) -> Option<&'static Value> {
    uri.contains("json-schema.org/").then(|| all().find(|(known, _)| *known == uri))?.map(|(_, schema)| schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_known_by_its_own_identifier() {
        for (uri, schema) in all() {
            let id = schema.get("$id").or_else(|| schema.get("id")).and_then(Value::as_str).unwrap();
            assert_eq!(id.trim_end_matches('#'), uri);
            assert_eq!(find(uri), Some(schema));
        }
    }
}
