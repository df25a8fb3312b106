//! Payloads against a schema, many of them: no type, no topic, only whether they are valid, and why not.

use std::fmt;

use serde_json::Value;
use thoth_messaging_documents::uri::{absolute, shown};
use thoth_messaging_documents::{DocumentSet, Registry};

use super::FactoryError;
use super::files::{Document, Files};
use super::quick::{MAX_APPLIED, MAX_CHAIN, Quick, place_of_too_many};
use super::validate::Validator;
use crate::error::{DecodeError, Violation};
use crate::message::Schema;
use crate::wire::{self, Payload};

/// Checks payloads against a schema, at the rate at which they can be read.
///
/// Most valid payloads are known to be so in one pass over their bytes; the others are parsed and given to the
/// validator, which decides and finds every violation. Shared between threads it is as fast as one for each.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging::dynamic::{Checker, Document};
/// # use thoth_messaging::serde_json;
///
/// let order = json!({"type": "object", "properties": {"lines": {"type": "array", "items": {"$ref": "line.json"}}}});
/// let line = json!({"type": "object", "required": ["article"]});
/// let documents = [("order.json", order), ("line.json", line)]
///     .map(|(uri, contents)| Document { uris: vec![uri.to_owned()], contents });
///
/// let checker = Checker::new("Order", documents, "order.json", false)?;
/// assert!(checker.check(br#"{"lines": [{"article": "A-1"}]}"#).is_ok());
///
/// let refused = checker.check(br#"{"lines": [{}]}"#).unwrap_err();
/// assert_eq!(refused.violations()[0].instance_path, "/lines/0");
/// assert_eq!(refused.violations()[0].schema_path, "line.json#/required");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Checker {
    name: String,
    quick: Option<Quick>,
    validator: Validator,
}

impl Checker {
    /// Of the document that the URI `root` leads to, among all that it refers to. `name` is what errors call the
    /// payloads; `formats` is whether `format` refuses values, or is an annotation.
    ///
    /// # Errors
    ///
    /// [`FactoryError::Schema`] where the schema is not valid, or refers to what is not among the documents.
    pub fn new(
        name: impl Into<String>,
        documents: impl IntoIterator<Item = Document>,
        root: &str,
        formats: bool,
    ) -> Result<Self, FactoryError> {
        let files = Files::of_documents(documents);
        Self::of_set(name.into(), &files.set(), &absolute(root), formats)
    }

    /// Of the schema of a generated type, with `format` as it was generated.
    ///
    /// # Errors
    ///
    /// [`FactoryError::Schema`] where the schema is none: never for a generated one.
    pub fn of_schema(name: impl Into<String>, schema: &Schema) -> Result<Self, FactoryError> {
        let files = Files::of([schema]).ok_or_else(|| unusable(&"its text is not JSON"))?;
        Self::of_set(name.into(), &files.set(), &absolute(&schema.uri), schema.formats)
    }

    /// Of one document, which refers to no other.
    pub(super) fn of_document(name: String, schema: &Value, formats: bool) -> Result<Self, FactoryError> {
        // It says best what is wrong with a document that stands alone.
        let validator = Validator::of_document(schema, formats)?;
        let uri = absolute(&Validator::uri_of(schema));
        let registry = DocumentSet::of_uris([(&uri, schema)]).registry().ok();
        if let Some(registry) = &registry {
            Self::check_size(registry, &uri)?;
        }
        let quick = registry.and_then(|registry| Quick::new(&registry, &uri, formats));
        Ok(Self { name, quick, validator })
    }

    fn of_set(name: String, set: &DocumentSet<'_>, root: &str, formats: bool) -> Result<Self, FactoryError> {
        let registry = set.registry().map_err(|error| unusable(&error))?;
        Self::check_size(&registry, root)?;
        let validator = Validator::of_set(set, &registry, root, formats)?;
        Ok(Self { name, quick: Quick::new(&registry, root, formats), validator })
    }

    /// Refuses a schema whose references multiply: no value could be validated in time.
    fn check_size(registry: &Registry<'_>, root: &str) -> Result<(), FactoryError> {
        let Some(place) = place_of_too_many(registry, root) else { return Ok(()) };
        let reason = format!(
            "a schema in `{}` applies more than {MAX_APPLIED} schemas to one value, or more than {MAX_CHAIN} that refer to \
             each other in a row; refer to each of them once",
            shown(&place)
        );
        Err(unusable(&reason))
    }

    /// Returns what errors call the payloads.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether a payload is known to be valid without parsing it. A no means nothing: [`check`](Self::check) decides.
    #[must_use]
    pub fn is_surely_valid(&self, payload: &[u8]) -> bool {
        str::from_utf8(payload).is_ok_and(|text| self.surely_accepts(text))
    }

    fn surely_accepts(&self, text: &str) -> bool {
        self.quick.as_ref().is_some_and(|quick| quick.accepts(text))
    }

    /// Returns whether a payload is JSON that is valid under the schema. As everywhere, a member that stands twice in an object
    /// is refused.
    ///
    /// # Errors
    ///
    /// [`DecodeError::NotJson`], or [`DecodeError::Invalid`] with every violation. Neither holds a value of the payload.
    pub fn check(&self, payload: &[u8]) -> Result<(), DecodeError> {
        let text = wire::utf8(&self.name, payload)?;
        if self.surely_accepts(text) {
            return Ok(());
        }
        self.check_parsed(&self.parse(text)?)
    }

    /// A payload as a value, where it is valid under the schema.
    ///
    /// # Errors
    ///
    /// Those of [`check`](Self::check), and [`DecodeError::Invalid`] with the keyword `limit` for a number that neither an
    /// integer of 64 bits nor a 64-bit float holds, as `0.12345678901234567890`: the value would be another one.
    pub fn decode(&self, payload: &[u8]) -> Result<Value, DecodeError> {
        let text = wire::utf8(&self.name, payload)?;
        let parsed = self.parse(text)?;
        if !self.surely_accepts(text) {
            self.check_parsed(&parsed)?;
        }
        let is_exact = parsed.is_exact();
        let value = parsed.into_value().map_err(|error| self.explain(text, &error))?;
        // What a number was rounded to has to be valid, too, or the value could not be encoded.
        if !is_exact && self.check_value(&value).is_err() {
            return Err(self.invalid(vec![wire::not_held()]));
        }
        Ok(value)
    }

    fn check_parsed(&self, payload: &Payload<'_>) -> Result<(), DecodeError> {
        let checked = self.validator.check(payload.instance(&payload.numerals()));
        checked.map_err(|violations| self.invalid(violations))
    }

    /// All that the schema refuses in a value, where that is anything.
    pub(super) fn check_value(&self, value: &Value) -> Result<(), Vec<Violation>> {
        self.validator.check(value)
    }

    fn parse<'p>(&self, payload: &'p str) -> Result<Payload<'p>, DecodeError> {
        Payload::parse(payload).map_err(|error| self.explain(payload, &error))
    }

    fn explain(&self, payload: &str, error: &wire::Error) -> DecodeError {
        match wire::explain_parse(&self.name, payload, error) {
            DecodeError::Invalid { message, mut violations } => {
                for violation in &mut violations {
                    violation.instance_path = self.validator.cut_at_sensitive(&violation.instance_path).to_owned();
                }
                DecodeError::Invalid { message, violations }
            }
            not_json => not_json,
        }
    }

    fn invalid(&self, violations: Vec<Violation>) -> DecodeError {
        DecodeError::Invalid { message: self.name.clone(), violations }
    }
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker").field("name", &self.name).finish_non_exhaustive()
    }
}

fn unusable(reason: &dyn fmt::Display) -> FactoryError {
    FactoryError::Schema { place: String::new(), reason: reason.to_string() }
}
