//! The validator that is compiled at run time, and what it finds, in words that hold no value of the payload.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, Registry, ValidationError};
use serde_json::Value;

use super::FactoryError;
use super::listing::Listing;
use crate::error::Violation;
use crate::message::Schema;
use crate::wire::MAX_BACKTRACKING;

/// What schemas are known by that have no absolute URI of their own.
const BASE: &str = "schema:///";

/// A compiled schema.
pub(super) struct Validator {
    validator: jsonschema::Validator,
    listing: Listing,
}

impl Validator {
    /// Compiles a schema that refers to no other document. `format` refuses values, or is an annotation.
    pub(super) fn of_document(schema: &Value, formats: bool) -> Result<Self, FactoryError> {
        options(formats)
            .with_base_uri(absolute(&Self::uri_of(schema)))
            .build(schema)
            .map(|validator| Self { validator, listing: Listing::of([schema]) })
            .map_err(|error| FactoryError::Schema {
                place: error.instance_path().to_string(),
                reason: match error.kind() {
                    ValidationErrorKind::Referencing(_) => {
                        format!("{error}: put what it refers to into the same document, under `$defs`")
                    }
                    kind => format!("expected {}", expected(kind)),
                },
            })
    }

    /// The URI of a schema: its `$id`, or a name that stands for it.
    pub(super) fn uri_of(schema: &Value) -> String {
        let id = schema.get("$id").or_else(|| schema.get("id")).and_then(Value::as_str);
        id.unwrap_or("schema").to_owned()
    }

    fn of_generated(schema: &Schema) -> Option<Self> {
        let files = Files::of([schema])?;
        let registry = files.registry()?;
        let root = files.get(&absolute(&schema.uri))?;
        let options = options(schema.formats).with_registry(&registry);
        let validator = options.with_base_uri(absolute(&schema.uri)).build(root);
        Some(Self { validator: validator.ok()?, listing: files.listing() })
    }

    /// Of a document among others that it refers to.
    pub(super) fn of_files(
        files: &Files,
        registry: &Registry<'_>,
        uri: &str,
        formats: bool,
    ) -> Result<Self, FactoryError> {
        let Some(root) = files.get(uri) else {
            return Err(FactoryError::Schema { place: String::new(), reason: format!("there is no document `{uri}`") });
        };
        let options = options(formats).with_registry(registry).with_base_uri(uri);
        let compiled = options.build(root);
        compiled.map(|validator| Self { validator, listing: files.listing() }).map_err(|error| FactoryError::Schema {
            place: error.instance_path().to_string(),
            reason: match error.kind() {
                ValidationErrorKind::Referencing(_) => error.to_string(),
                kind => format!("expected {}", expected(kind)),
            },
        })
    }

    pub(super) fn is_valid(&self, payload: &Value) -> bool {
        self.validator.is_valid(payload)
    }

    /// Everything that the schema refuses in a payload; where that can't be listed in time, that it refuses something.
    pub(super) fn violations(&self, payload: &Value) -> Vec<Violation> {
        if self.listing.ends_in_time(payload) {
            return self.validator.iter_errors(payload).map(|error| violation(&error)).collect();
        }
        let refused = !self.validator.is_valid(payload);
        refused.then(unlisted).into_iter().collect()
    }
}

/// `contentEncoding` and `contentMediaType` are annotations in every draft, as in generated types, and so is `format`
/// unless it is asked for; left to itself the validator asserts them for drafts 4 to 7.
pub(super) fn options(formats: bool) -> jsonschema::ValidationOptions<'static> {
    struct Annotation;
    impl<'i> jsonschema::Keyword<'i> for Annotation {
        fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
            Ok(())
        }

        fn is_valid(&self, _: &'i Value) -> bool {
            true
        }
    }
    jsonschema::options()
        .offline()
        .should_validate_formats(formats)
        .with_pattern_options(jsonschema::PatternOptions::fancy_regex().backtrack_limit(MAX_BACKTRACKING))
        .with_keyword("contentEncoding", |_, _, _| Ok(Box::new(Annotation)))
        .with_keyword("contentMediaType", |_, _, _| Ok(Box::new(Annotation)))
}

/// The validator of some places in the schemas of generated types.
pub(crate) struct Compiled(Validator);

impl Compiled {
    /// Of places that all have to accept a value: each a schema file and the reference to it from there.
    pub(crate) fn of_places(places: &[(&'static Schema, &'static str)]) -> Option<Self> {
        let files = Files::of(places.iter().map(|(schema, _)| *schema))?;
        let registry = files.registry()?;
        let reference = |(schema, reference): &(&Schema, &str)| {
            let absolute = if reference.starts_with('#') { absolute(&schema.uri) } else { String::new() };
            serde_json::json!({"$ref": format!("{absolute}{reference}")})
        };
        let formats = places.iter().any(|(schema, _)| schema.formats);
        if let [(schema, "#")] = places {
            // A whole file is no part of another schema: that matters to `$recursiveRef`.
            let (uri, options) = (absolute(&schema.uri), options(formats).with_registry(&registry));
            let validator = options.with_base_uri(uri.as_str()).build(files.get(&uri)?).ok()?;
            return Some(Self(Validator { validator, listing: files.listing() }));
        }
        let all: Vec<Value> = places.iter().map(reference).collect();
        let schema = serde_json::json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": all});
        let options = options(formats).with_registry(&registry).with_base_uri(format!("{BASE}.subschema"));
        Some(Self(Validator { validator: options.build(&schema).ok()?, listing: files.listing() }))
    }

    /// The first thing that the schemas refuse.
    pub(crate) fn check(&self, value: &Value) -> Result<(), Violation> {
        if self.0.is_valid(value) {
            return Ok(());
        }
        self.0.violations(value).into_iter().next().map_or(Ok(()), Err)
    }
}

/// Everything that the schema of a generated type refuses in a payload; nothing where that can't be listed in time.
pub(crate) fn violations(schema: &Schema, payload: &Value) -> Vec<Violation> {
    static COMPILED: LazyLock<Mutex<BTreeMap<String, Option<Arc<Validator>>>>> = LazyLock::new(Mutex::default);
    let compiled = {
        let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = compiled
            .entry(format!("{} {} {}", schema.uri, schema.hash, schema.formats))
            .or_insert_with(|| Validator::of_generated(schema).map(Arc::new));
        validator.clone()
    };
    let listed = compiled.filter(|validator| validator.listing.ends_in_time(payload));
    listed.map_or_else(Vec::new, |validator| validator.violations(payload))
}

/// The schema of a generated type as one document, the files that it refers to embedded under `$defs`.
pub(crate) fn bundle(schema: &Schema) -> Option<Value> {
    let files = Files::of([schema])?;
    let registry = files.registry()?;
    let uri = absolute(&schema.uri);
    let root = files.get(&uri)?;
    let mut bundle = jsonschema::options().offline().with_registry(&registry).with_base_uri(&uri).bundle(root).ok()?;
    // Relative references find the embedded files from here.
    let keyword = Draft::default().detect(root).id_keyword();
    bundle.as_object_mut()?.entry(keyword).or_insert_with(|| uri.into());
    Some(bundle)
}

/// Schema files and all that they refer to, each parsed once: the validator knows a schema by where it is in memory.
pub(super) struct Files(Vec<(Vec<String>, Value)>);

impl Files {
    /// Documents, each with the URIs that lead to it.
    pub(super) fn of_documents(documents: impl IntoIterator<Item = (Vec<String>, Value)>) -> Self {
        let absolute = |uris: Vec<String>| uris.iter().map(|uri| absolute(uri)).collect();
        Self(documents.into_iter().map(|(uris, document)| (absolute(uris), document)).collect())
    }

    pub(super) fn of<'a>(schemas: impl IntoIterator<Item = &'a Schema>) -> Option<Self> {
        let mut found = BTreeMap::new();
        schemas.into_iter().for_each(|schema| collect(schema, &mut found));
        let parsed = found.values().map(|schema| {
            let uris = std::iter::once(&schema.uri).chain(&schema.name);
            Some((uris.map(|uri| absolute(uri)).collect(), serde_json::from_str(&schema.text).ok()?))
        });
        parsed.collect::<Option<_>>().map(Self)
    }

    fn get(&self, uri: &str) -> Option<&Value> {
        self.0.iter().find(|(uris, _)| uris.iter().any(|known| known == uri)).map(|(_, value)| value)
    }

    fn listing(&self) -> Listing {
        Listing::of(self.0.iter().map(|(_, document)| document))
    }

    /// The files by each URI that leads to them.
    fn registry(&self) -> Option<Registry<'_>> {
        self.try_registry().ok()
    }

    /// The files by each URI that leads to them, or why they can't be brought together.
    pub(super) fn try_registry(&self) -> Result<Registry<'_>, jsonschema::ReferencingError> {
        let resources = self.0.iter().flat_map(|(uris, value)| uris.iter().map(move |uri| (uri.clone(), value)));
        Registry::new().extend(resources)?.prepare()
    }
}

fn collect<'a>(schema: &'a Schema, found: &mut BTreeMap<&'a str, &'a Schema>) {
    if found.insert(&schema.uri, schema).is_none() {
        schema.references.iter().for_each(|reference| collect(reference, found));
    }
}

pub(super) fn absolute(uri: &str) -> String {
    if uri.contains("://") || uri.starts_with("urn:") { uri.to_owned() } else { format!("{BASE}{uri}") }
}

/// What is said where all that is refused can't be listed.
fn unlisted() -> Violation {
    Violation {
        instance_path: String::new(),
        schema_path: "#".to_owned(),
        keyword: "$ref".to_owned(),
        expected: "a value that the schema accepts; it is nested too deeply to say where it does not".to_owned(),
    }
}

fn violation(error: &ValidationError<'_>) -> Violation {
    let schema_path = match error.absolute_keyword_location() {
        Some(uri) => uri.as_str().trim_start_matches(BASE).to_owned(),
        None => format!("#{}", error.schema_path()),
    };
    Violation {
        instance_path: error.instance_path().to_string(),
        schema_path,
        keyword: error.kind().keyword().to_owned(),
        expected: expected(error.kind()),
    }
}

/// What a keyword expects. The constants are the schema's, never the payload's.
fn expected(kind: &ValidationErrorKind) -> String {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::AdditionalItems { limit } => format!("no more than {limit} items"),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("no members that the schema does not name: {}", unexpected.join(", "))
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
        Kind::Pattern { pattern } => format!("a text that matches `{pattern}`"),
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

fn with_article(json_type: &str) -> String {
    match json_type {
        "null" => "null".to_owned(),
        "array" | "integer" | "object" => format!("an {json_type}"),
        other => format!("a {other}"),
    }
}
