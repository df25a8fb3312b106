//! The meta-schemas of the drafts, which a `$ref` may name without a file in the set.

use referencing::meta;
use serde_json::Value;

use crate::dialect::Dialect;
use crate::parse::Document;
use crate::source::{SchemaFile, Source};

/// The meta-schema, or the vocabulary of one, that is known by a URI without a fragment.
pub(super) fn document(uri: &str) -> Option<Document> {
    let value = value(uri)?;
    let schema = value.get("$schema").and_then(Value::as_str).unwrap_or_default();
    let file = SchemaFile { origin: uri.to_owned(), text: value.to_string() };
    Some(Document {
        name: uri.to_owned(),
        source: Source::new(&file),
        dialect: Dialect::of(jsonschema::Draft::from_schema_uri(schema)),
        uri: uri.to_owned(),
        kafka: None,
        is_message: false,
        assumed: None,
        built_in: true,
        files: Vec::new(),
        value,
    })
}

fn value(uri: &str) -> Option<Value> {
    let text = match uri {
        "http://json-schema.org/draft-04/schema" => &meta::DRAFT4,
        "http://json-schema.org/draft-06/schema" => &meta::DRAFT6,
        "http://json-schema.org/draft-07/schema" => &meta::DRAFT7,
        _ => match uri.strip_prefix("https://json-schema.org/draft/")? {
            "2019-09/schema" => &meta::DRAFT201909,
            "2019-09/meta/core" => &meta::DRAFT201909_CORE,
            "2019-09/meta/applicator" => &meta::DRAFT201909_APPLICATOR,
            "2019-09/meta/validation" => &meta::DRAFT201909_VALIDATION,
            "2019-09/meta/meta-data" => &meta::DRAFT201909_META_DATA,
            "2019-09/meta/format" => &meta::DRAFT201909_FORMAT,
            "2019-09/meta/content" => &meta::DRAFT201909_CONTENT,
            "2020-12/schema" => &meta::DRAFT202012,
            "2020-12/meta/core" => &meta::DRAFT202012_CORE,
            "2020-12/meta/applicator" => &meta::DRAFT202012_APPLICATOR,
            "2020-12/meta/unevaluated" => &meta::DRAFT202012_UNEVALUATED,
            "2020-12/meta/validation" => &meta::DRAFT202012_VALIDATION,
            "2020-12/meta/meta-data" => &meta::DRAFT202012_META_DATA,
            "2020-12/meta/format-annotation" => &meta::DRAFT202012_FORMAT_ANNOTATION,
            "2020-12/meta/format-assertion" => &meta::DRAFT202012_FORMAT_ASSERTION,
            "2020-12/meta/content" => &meta::DRAFT202012_CONTENT,
            _ => return None,
        },
    };
    Some(Value::clone(text))
}
