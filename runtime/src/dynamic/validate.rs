//! The validator that is compiled at run time, and what it finds.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::{Value, json};
use thoth_messaging_documents::dialect::DRAFT_2020_12;
use thoth_messaging_documents::jsonschema::ValidationError;
use thoth_messaging_documents::jsonschema::error::ValidationErrorKind;
use thoth_messaging_documents::uri::{BASE, absolute};
use thoth_messaging_documents::validator::{Bounded, Instance, TooManySteps};
use thoth_messaging_documents::{DocumentSet, Registry, Validation};

use super::files::Files;
use super::quick::Quick;
use super::sensitive::Sensitive;
use super::words::expected;
use super::{FactoryError, branch};
use crate::error::Violation;
use crate::message::Schema;
use crate::wire::{self, MAX_BACKTRACKING, Payload};

/// A compiled schema.
pub(super) struct Validator {
    compiled: Bounded,
    /// The values of which nothing is said, where there are any.
    sensitive: Option<Sensitive>,
}

impl Validator {
    /// Compiles a schema that refers to no other document. `format` refuses values, or is an annotation.
    pub(super) fn of_document(schema: &Value, formats: bool) -> Result<Self, FactoryError> {
        let uri = absolute(&Self::uri_of(schema));
        // With the meta-schemas that it refers to; what is wrong with its own references is said best without others.
        let registry = DocumentSet::of_uris([(&uri, schema)]).validation_registry().ok();
        Bounded::build(validation(formats), registry.as_ref(), &uri, schema)
            .map(|compiled| Self { compiled, sensitive: sensitive_of(schema) })
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

    /// Compiles the document of a URI among others that it refers to.
    pub(super) fn of_set(
        set: &DocumentSet<'_>,
        registry: &Registry<'_>,
        uri: &str,
        formats: bool,
    ) -> Result<Self, FactoryError> {
        let Some(root) = set.get(uri) else {
            return Err(FactoryError::Schema { place: String::new(), reason: format!("there is no document `{uri}`") });
        };
        let translated = set.validation_registry();
        let translated =
            translated.map_err(|error| FactoryError::Schema { place: String::new(), reason: error.to_string() })?;
        let compiled =
            Bounded::build(validation(formats), Some(&translated), uri, root).map_err(|error| FactoryError::Schema {
                place: error.instance_path().to_string(),
                reason: match error.kind() {
                    ValidationErrorKind::Referencing(_) => error.to_string(),
                    kind => format!("expected {}", expected(kind)),
                },
            });
        let sensitive = Sensitive::of(set, registry, uri);
        compiled.map(|compiled| Self { compiled, sensitive })
    }

    fn of_generated(schema: &Schema) -> Option<Self> {
        let files = Files::of([schema])?;
        let set = files.set();
        Self::of_set(&set, &set.registry().ok()?, &absolute(&schema.uri), schema.formats).ok()
    }

    /// Checks a value.
    ///
    /// # Errors
    ///
    /// Everything that the schema refuses in it, as far as that can be listed; or that it can't be told in time.
    pub(super) fn check<'v>(&self, value: impl Into<Instance<'v>>) -> Result<(), Vec<Violation>> {
        let value = value.into();
        match self.compiled.is_valid(value) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.violations(value)),
            Err(limit) => Err(vec![unfinished(limit)]),
        }
    }

    /// Everything that the schema refuses in a value; where that can't be listed in time the first of it, and that
    /// there are others.
    fn violations(&self, value: Instance<'_>) -> Vec<Violation> {
        let refusals = self.compiled.refusals(value, |error| self.violations_of(&error));
        let mut violations = refusals.listed.concat();
        if !refusals.is_complete {
            violations.push(unlisted());
        }
        violations
    }

    fn violations_of(&self, error: &ValidationError<'_>) -> Vec<Violation> {
        branch::violations(error, self.sensitive.as_ref())
    }

    /// The part of a path that leads to no more than a sensitive value.
    pub(super) fn cut_at_sensitive<'p>(&self, path: &'p str) -> &'p str {
        self.sensitive.as_ref().map_or(path, |sensitive| sensitive.cut(path).0)
    }
}

/// The set-up of every validator here: that of generated types, with their limit on backtracking.
pub(super) fn validation(formats: bool) -> Validation {
    Validation::with_formats(formats).with_max_backtracking(MAX_BACKTRACKING)
}

/// The sensitive values of a schema that refers to no other document.
fn sensitive_of(schema: &Value) -> Option<Sensitive> {
    let uri = absolute(&Validator::uri_of(schema));
    let set = DocumentSet::of_uris([(&uri, schema)]);
    Sensitive::of(&set, &set.registry().ok()?, &uri)
}

/// The validator of some places in the schemas of generated types.
pub(crate) struct Compiled {
    validator: Validator,
    /// One for each place, where all of them can tell anything of any value.
    quick: Option<Vec<Quick>>,
}

impl Compiled {
    /// Of places that all have to accept a value: each a schema file and the reference to it from there.
    pub(crate) fn of_places(places: &[(&'static Schema, &'static str)]) -> Option<Self> {
        let files = Files::of(places.iter().map(|(schema, _)| *schema))?;
        let set = files.set();
        let formats = places.iter().any(|(schema, _)| schema.formats);
        let references = places.iter().map(|(schema, reference)| {
            let absolute = if reference.starts_with('#') { absolute(&schema.uri) } else { String::new() };
            format!("{absolute}{reference}")
        });
        let references: Vec<String> = references.collect();
        let validator = if let [(schema, "#")] = places {
            // A whole file is no part of another schema: that matters to `$recursiveRef`.
            Validator::of_set(&set, &set.registry().ok()?, &absolute(&schema.uri), schema.formats).ok()?
        } else {
            Self::of_references(&set, &references, formats)?
        };
        let registry = set.registry().ok();
        let quick = registry.and_then(|registry| {
            references.iter().map(|reference| Quick::new(&registry, reference, formats)).collect()
        });
        Some(Self { validator, quick })
    }

    fn of_references(set: &DocumentSet<'_>, references: &[String], formats: bool) -> Option<Validator> {
        let all: Vec<Value> = references.iter().map(|reference| json!({"$ref": reference})).collect();
        let schema = json!({"$schema": DRAFT_2020_12, "allOf": all});
        let registry = set.validation_registry().ok()?;
        let base = format!("{BASE}.subschema");
        let compiled = Bounded::build(validation(formats), Some(&registry), &base, &schema).ok()?;
        Some(Validator { compiled, sensitive: None })
    }

    /// Returns whether a text surely starts with a value that the schemas accept. A no means nothing.
    pub(crate) fn surely_accepts(&self, text: &str) -> bool {
        self.quick.as_ref().is_some_and(|all| all.iter().all(|quick| quick.accepts_start(text)))
    }

    /// Checks a value.
    ///
    /// # Errors
    ///
    /// The first thing that the schemas refuse.
    pub(crate) fn check(&self, text: &str) -> Result<(), wire::Error> {
        self.decide(text, |value| {
            let first = self.validator.compiled.first_refusal(value, |error| self.validator.violations_of(&error));
            let violation = first.unwrap_or_default().into_iter().next().unwrap_or_else(unlisted);
            wire::Error::new(violation.keyword, violation.expected).under(&violation.instance_path)
        })
    }

    /// As [`check`](Self::check), where nobody reads what is refused.
    ///
    /// # Errors
    ///
    /// The schemas refuse the value, or it can't be told in time.
    pub(crate) fn accepts(&self, text: &str) -> Result<(), wire::Error> {
        self.decide(text, |_| wire::Error::new("$ref", ""))
    }

    fn decide(&self, text: &str, refusal: impl FnOnce(Instance<'_>) -> wire::Error) -> Result<(), wire::Error> {
        let payload = Payload::parse(text)?;
        let numerals = payload.numerals();
        let value = payload.instance(&numerals);
        match self.validator.compiled.is_valid(value) {
            Ok(true) => Ok(()),
            Ok(false) => Err(refusal(value)),
            Err(limit) => Err(wire::Error::limit(unfinished(limit).expected)),
        }
    }
}

/// Returns what the schema of a generated type refuses in a payload, as far as it can be listed: nothing where not even the
/// first of it can be found in time.
pub(crate) fn violations<'v>(schema: &Schema, payload: impl Into<Instance<'v>>) -> Vec<Violation> {
    let Some(validator) = compiled(schema) else { return Vec::new() };
    let mut violations = validator.violations(payload.into());
    if violations == [unlisted()] {
        violations.clear();
    }
    violations
}

/// The part of a path that leads to no more than a value that the schema of a generated type calls sensitive; nothing where
/// that is not known.
pub(crate) fn cut_at_sensitive(schema: &Schema, path: &str) -> Option<String> {
    compiled(schema).map(|validator| validator.cut_at_sensitive(path).to_owned())
}

/// The validator of a generated type, compiled once.
fn compiled(schema: &Schema) -> Option<Arc<Validator>> {
    static COMPILED: LazyLock<Mutex<BTreeMap<String, Option<Arc<Validator>>>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = compiled
        .entry(format!("{} {} {}", schema.uri, schema.hash, schema.formats))
        .or_insert_with(|| Validator::of_generated(schema).map(Arc::new));
    validator.clone()
}

/// Returns what is said of that which is refused and not listed.
fn unlisted() -> Violation {
    Violation {
        instance_path: String::new(),
        schema_path: "#".to_owned(),
        keyword: "$ref".to_owned(),
        expected: "a value that the schema accepts; it refuses more of it than can be listed".to_owned(),
    }
}

/// What is said of a value of which it can't be told in time whether it is valid.
fn unfinished(TooManySteps { limit, .. }: TooManySteps) -> Violation {
    Violation {
        instance_path: String::new(),
        schema_path: "#".to_owned(),
        keyword: "limit".to_owned(),
        expected: format!("a value that can be validated in {limit} steps"),
    }
}
