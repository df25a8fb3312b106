//! What a schema says about a value, by the validator of the `jsonschema` crate: for defaults and examples.

use jsonschema::{Registry, ValidationError, Validator};
use serde_json::{Value, json};

use crate::parse::BASE;
use crate::resolve::{Place, Resolved};

/// Validators for places of a set of documents.
pub(crate) struct Oracle<'a> {
    resolved: &'a Resolved,
    registry: Option<Registry<'a>>,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(resolved: &'a Resolved) -> Self {
        let resources = resolved.documents.iter().map(|document| (document.uri.clone(), &document.value));
        let registry = Registry::new().extend(resources).and_then(|builder| builder.prepare()).ok();
        Self { resolved, registry }
    }

    /// What a schema refuses in a value, in words and with the pointer of each place in the value; nothing where it
    /// accepts the value.
    pub(crate) fn refusals(&self, place: &Place, value: &Value) -> Vec<(String, String)> {
        let refusal = |error: ValidationError<'_>| (error.instance_path().to_string(), error.masked().to_string());
        match self.validator(place) {
            Some(validator) => validator.iter_errors(value).map(refusal).collect(),
            None => Vec::new(),
        }
    }

    fn validator(&self, place: &Place) -> Option<Validator> {
        let document = self.resolved.document(place);
        let pointer: String = place.pointer.bytes().map(escape).collect();
        let schema = json!({"$schema": "https://json-schema.org/draft/2020-12/schema",
                            "$ref": format!("{}#{pointer}", document.uri)});
        jsonschema::options()
            .offline()
            .with_registry(self.registry.as_ref()?)
            .with_base_uri(format!("{BASE}.oracle"))
            .build(&schema)
            .ok()
    }
}

/// A byte of a JSON Pointer as it stands in the fragment of a URI.
fn escape(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'~' | b'-' | b'_' | b'.' | b'$' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    }
}
