//! Validators of `jsonschema`, set up as the whole project has them.
//!
//! A validator never fetches. `contentEncoding` and `contentMediaType` are annotations in every draft, and so is
//! `format` unless it is asked for; left to itself, `jsonschema` asserts them for drafts 4 to 7.

mod bounded;
mod counted;
mod instance;
mod numbers;

use std::sync::{Arc, OnceLock};

use jsonschema::canonical::{self, CanonicalizeOptions};
use jsonschema::error::ValidationErrorKind;
use jsonschema::json::{Json, SerdeJson};
use jsonschema::{Draft, Keyword, PatternOptions, Retrieve, ValidationError, ValidationOptions};

pub use bounded::{Bounded, Refusals, TooManySteps};
pub use instance::{Instance, Numerals};
pub use numbers::Limit;

use crate::dialect::{DRAFT_2020_12, schema_uri};
use crate::meta_schemas;
use crate::pattern;
use crate::uri::{decode, encode_fragment, without_fragment};

/// The choices that a validator is set up with.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_documents::validator::Validation;
///
/// let schema = json!({"type": "string", "format": "ipv4", "contentEncoding": "base64"});
/// let validator = Validation::default().options().build(&schema)?;
/// assert!(validator.is_valid(&json!("no address, and no base64")));
///
/// let validator = Validation::with_formats(true).options().build(&schema)?;
/// assert!(!validator.is_valid(&json!("no address")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Validation {
    /// Makes `format` refuse values; it is an annotation by default.
    pub formats: bool,
    /// The most steps that a regular expression may go back for one text; the engine's own limit by default.
    pub max_backtracking: Option<usize>,
}

impl Validation {
    /// The default, but for whether `format` refuses values.
    #[must_use]
    pub fn with_formats(formats: bool) -> Self {
        Self { formats, ..Self::default() }
    }

    /// With a limit on backtracking.
    #[must_use]
    pub fn with_max_backtracking(self, steps: usize) -> Self {
        Self { max_backtracking: Some(steps), ..self }
    }

    /// The options of `jsonschema` for a validator.
    #[must_use]
    pub fn options<'i>(self) -> ValidationOptions<'i> {
        self.options_of::<SerdeJson>()
    }

    fn options_of<'i, F: Json>(self) -> ValidationOptions<'i, Arc<dyn Retrieve>, F> {
        let options = jsonschema::options_for::<F>()
            .offline()
            .should_validate_formats(self.formats)
            .with_keyword("contentEncoding", |_, _, _| Ok(Box::new(Annotation)))
            .with_keyword("contentMediaType", |_, _, _| Ok(Box::new(Annotation)));
        let options = numbers::with_limits(options);
        match self.max_backtracking {
            Some(steps) => options.with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(steps)),
            None => options,
        }
    }

    /// The options of `jsonschema` for a canonical form, which tells whether schemas overlap, or one covers another.
    #[must_use]
    pub fn canonical(self) -> CanonicalizeOptions<'static> {
        canonical::options().offline().should_validate_formats(self.formats)
    }
}

/// A keyword that refuses nothing.
struct Annotation;

impl<'i, F: Json> Keyword<'i, F> for Annotation {
    fn validate(&self, _: F::Node<'i>) -> Result<(), ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: F::Node<'i>) -> bool {
        true
    }
}

/// The validator of the schemas of a draft: that of its meta-schema. Of a draft that is not known, it is that of 2020-12.
///
/// Formats are annotations here as well: a pattern is read as ECMA-262 has it, and a reference may hold what a URI escapes
/// ([`crate::reference`]).
#[must_use]
pub fn of_schemas(draft: Draft) -> Option<&'static Bounded> {
    static COMPILED: [OnceLock<Option<Bounded>>; 5] = [const { OnceLock::new() }; 5];
    let (compiled, uri) = match draft {
        Draft::Draft4 => (&COMPILED[0], schema_uri(draft)),
        Draft::Draft6 => (&COMPILED[1], schema_uri(draft)),
        Draft::Draft7 => (&COMPILED[2], schema_uri(draft)),
        Draft::Draft201909 => (&COMPILED[3], schema_uri(draft)),
        _ => (&COMPILED[4], Some(DRAFT_2020_12)),
    };
    let compile = || {
        let uri = without_fragment(uri?);
        Bounded::build(Validation::default(), None, uri, meta_schemas::find(uri)?).ok()
    };
    compiled.get_or_init(compile).as_ref()
}

/// Returns whether a name matches a pattern; a pattern that is not valid may match any name.
#[must_use]
pub fn may_match(pattern: &str, name: &str) -> bool {
    pattern::compile(pattern).map_or(true, |pattern| pattern.is_match(name).unwrap_or(true))
}

/// The place of the keyword that an error is of: the URI of its schema with a JSON Pointer, or `#` with one.
#[must_use]
pub fn schema_path(error: &ValidationError<'_>) -> String {
    match error.absolute_keyword_location() {
        Some(uri) => match uri.as_str().split_once('#') {
            Some((document, fragment)) if fragment.contains("patternProperties/") => {
                let pointer = decode(fragment);
                format!("{document}#{}", encode_fragment(&pattern::original_path(&pointer)))
            }
            _ => uri.as_str().to_owned(),
        },
        None => format!("#{}", pattern::original_path(error.schema_path().as_str())),
    }
}

/// The reason for which a value is refused, without the value.
#[must_use]
pub fn reason(error: &ValidationError<'_>) -> String {
    let reason = error.masked().to_string();
    match error.kind() {
        ValidationErrorKind::Pattern { pattern: carried } => reason.replace(carried, &pattern::original(carried)),
        // Those about numbers are our own.
        ValidationErrorKind::Custom { message, .. } => format!("expected {message}"),
        _ => reason,
    }
}

/// The name of a JSON type with its article, as "an array".
#[must_use]
pub fn with_article(json_type: &str) -> String {
    match json_type {
        "null" => "null".to_owned(),
        "array" | "integer" | "object" => format!("an {json_type}"),
        other => format!("a {other}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn contents_and_formats_are_annotations_in_every_draft() {
        for draft in [Draft::Draft4, Draft::Draft6, Draft::Draft7, Draft::Draft201909, Draft::Draft202012] {
            let schema = json!({"contentEncoding": "base64", "contentMediaType": "application/json", "format": "ipv4"});
            let accepts = |validation: Validation| {
                let validator = validation.options().with_draft(draft).build(&schema).unwrap();
                validator.is_valid(&json!("{"))
            };
            assert!(accepts(Validation::default()), "{draft:?}");
            assert!(!accepts(Validation::with_formats(true)), "{draft:?}");
        }
    }

    #[test]
    fn each_draft_has_the_validator_of_its_schemas() {
        let refuses = |draft, schema: Value| !of_schemas(draft).unwrap().is_valid(&schema).unwrap();
        assert!(refuses(Draft::Draft4, json!({"exclusiveMinimum": 1})));
        assert!(refuses(Draft::Draft6, json!({"exclusiveMinimum": true})));
        assert!(refuses(Draft::Draft202012, json!({"items": [true]})));
        assert!(!refuses(Draft::Draft201909, json!({"items": [true]})));
        assert!(!refuses(Draft::Draft7, json!({"$ref": "#/definitions/Partial<Foo>"})));
    }

    #[test]
    fn backtracking_ends_where_it_is_told_to() {
        let schema = json!({"pattern": r"^(?:(?!b)a+)+$"});
        let text = json!("a".repeat(40) + "c");
        let limited = Validation::default().with_max_backtracking(100).options().build(&schema).unwrap();
        let error = limited.validate(&text).unwrap_err();
        assert!(matches!(error.kind(), jsonschema::error::ValidationErrorKind::BacktrackLimitExceeded { .. }));
    }

    #[test]
    fn a_pattern_that_is_none_may_match_any_name() {
        assert!(may_match("^a", "ab") && !may_match("^a", "ba") && may_match("(", "x"));
    }
}
