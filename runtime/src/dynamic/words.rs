//! The words for what a validator finds. They hold no value of the payload, and no member name within a sensitive one.

use thoth_messaging_documents::jsonschema::ValidationError;
use thoth_messaging_documents::jsonschema::error::{TypeKind, ValidationErrorKind};
use thoth_messaging_documents::pattern::original;
use thoth_messaging_documents::uri::BASE;
use thoth_messaging_documents::validator::{schema_path, with_article};

use super::sensitive::Sensitive;
use crate::error::Violation;

pub(super) fn violation(error: &ValidationError<'_>, sensitive: Option<&Sensitive>) -> Violation {
    let schema_path = schema_path(error).trim_start_matches(BASE).to_owned();
    let instance_path = error.instance_path().to_string();
    let (shown, is_sensitive) = sensitive.map_or((instance_path.as_str(), false), |it| it.cut(&instance_path));
    Violation {
        instance_path: shown.to_owned(),
        schema_path,
        keyword: error.kind().keyword().to_owned(),
        expected: match error.kind() {
            // The names are a part of the value.
            ValidationErrorKind::AdditionalProperties { .. } | ValidationErrorKind::UnevaluatedProperties { .. }
                if is_sensitive =>
            {
                UNNAMED.to_owned()
            }
            kind => expected(kind),
        },
    }
}

const UNNAMED: &str = "no members that the schema does not name";

/// The value that a keyword expects. The constants are the schema's, never the payload's.
pub(super) fn expected(kind: &ValidationErrorKind) -> String {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::AdditionalItems { limit } => format!("no more than {limit} items"),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("{UNNAMED}: {}", unexpected.join(", "))
        }
        Kind::AnyOf { .. } => "a value that one of the schemas of `anyOf` accepts".to_owned(),
        Kind::Constant { expected_value } => expected_value.to_string(),
        Kind::Contains => "an item that the schema of `contains` accepts".to_owned(),
        Kind::ContentEncoding { content_encoding } => format!("a text encoded in {content_encoding}"),
        Kind::ContentMediaType { content_media_type } => format!("a text of the media type {content_media_type}"),
        Kind::Custom { message, .. } => message.clone(),
        Kind::Enum { options } => format!("one of {options}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::FalseSchema => "nothing here: the schema allows no value".to_owned(),
        Kind::Format { format } => format!("a text of the format {format}"),
        Kind::FromUtf8 { .. } => "UTF-8 in the encoded text".to_owned(),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::Maximum { limit } => format!("{limit} or less"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MaxProperties { limit } => format!("at most {limit} members"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::Minimum { limit } => format!("{limit} or more"),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MinProperties { limit } => format!("at least {limit} members"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::Not { .. } => "a value that the schema of `not` refuses".to_owned(),
        Kind::OneOfMultipleValid { .. } => "a value that only one of the schemas of `oneOf` accepts".to_owned(),
        Kind::OneOfNotValid { .. } => "a value that one of the schemas of `oneOf` accepts".to_owned(),
        Kind::Pattern { pattern } => format!("a text that matches `{}`", original(pattern)),
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
            "a text that can be matched within the limit on backtracking".to_owned()
        }
        Kind::PropertyNames { error } => format!("member names that are {}", expected(error.kind())),
        Kind::Required { property } => format!("the member `{}`", property.as_str().unwrap_or_default()),
        Kind::Type { kind: TypeKind::Single(one) } => with_article(one.as_str()),
        Kind::Type { kind: TypeKind::Multiple(several) } => {
            several.iter().map(|one| with_article(one.as_str())).collect::<Vec<_>>().join(" or ")
        }
        Kind::UnevaluatedItems { .. } => "no items that the schema does not speak of".to_owned(),
        Kind::UniqueItems => "no two equal items".to_owned(),
        Kind::Referencing(_) => "a reference that leads to a schema".to_owned(),
    }
}
