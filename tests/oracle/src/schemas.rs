//! The validators of a set of schemas.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Keyword, Registry, Uri, ValidationError, Validator, uri};
use serde_json::Value;
use thoth_messaging_codegen::SchemaSet;
use thoth_messaging_documents::pattern::carried;

/// Where relative URIs start from.
const BASE: &str = "schema:///";

/// The schemas of a set, made ready for as many oracles as are asked for.
#[derive(Debug)]
pub struct Schemas {
    registry: Registry<'static>,
    /// By absolute URI.
    resources: BTreeMap<String, Value>,
    /// The absolute URIs by the names of the files.
    uris: BTreeMap<String, String>,
    /// True if `format` refuses values.
    formats: bool,
}

impl Schemas {
    /// Those of a set.
    ///
    /// # Panics
    ///
    /// Where a file is not JSON, or no schema.
    #[must_use]
    pub fn new(set: &SchemaSet) -> Self {
        let (mut resources, mut uris) = (BTreeMap::new(), BTreeMap::new());
        for (name, file) in set.iter() {
            let value: Value = serde_json::from_str(&file.text).unwrap();
            let id = value.get("$id").or_else(|| value.get("id")).and_then(Value::as_str);
            let file = absolute(BASE, &escaped(name));
            let uri = id.map_or_else(|| file.clone(), |id| absolute(&file, id));
            uris.insert(name.to_owned(), uri.clone());
            // It translates patterns in a way of its own: theirs is compared with that of a JavaScript engine, in `documents`.
            resources.insert(uri, carried(&value).into_owned());
        }
        let registry = Registry::new().extend(resources.clone()).unwrap().prepare().unwrap();
        Self { registry, resources, uris, formats: false }
    }

    /// With `format` refusing values, or not, which is the default.
    #[must_use]
    pub fn with_formats(self, formats: bool) -> Self {
        Self { formats, ..self }
    }

    /// The oracle of the schema of a URI, which is relative where the file names none.
    ///
    /// # Panics
    ///
    /// Where there is no such schema, or it is no valid one.
    #[must_use]
    pub fn oracle(&self, schema: &str) -> Oracle {
        let uri = absolute(BASE, schema);
        let validator = jsonschema::options()
            .offline()
            .with_registry(&self.registry)
            .with_base_uri(&uri)
            // What is encoded is an annotation, in every draft.
            .should_validate_formats(self.formats)
            .with_keyword("contentEncoding", |_, _, _| Ok(Box::new(Annotation)))
            .with_keyword("contentMediaType", |_, _, _| Ok(Box::new(Annotation)))
            .build(&self.resources[&uri])
            .unwrap();
        let mut uris = BTreeSet::new();
        self.reach(&uri, &mut uris);
        let schemas: Vec<Value> = uris.iter().map(|uri| self.resources[uri].clone()).collect();
        let mut defaults = Vec::new();
        for schema in &schemas {
            collect_defaults(schema, &mut defaults);
        }
        Oracle { validator, schemas, defaults }
    }

    /// The oracle of the schema in a file of the set, by its name.
    ///
    /// # Panics
    ///
    /// Where there is no such file, or no valid schema in it.
    #[must_use]
    pub fn oracle_of_file(&self, name: &str) -> Oracle {
        self.oracle(&self.uris[name])
    }

    /// Notes a document and those that its references lead to.
    fn reach(&self, uri: &str, found: &mut BTreeSet<String>) {
        let Some(document) = self.resources.get(uri).filter(|_| !found.contains(uri)) else { return };
        found.insert(uri.to_owned());
        let mut references = Vec::new();
        collect_references(document, &mut references);
        for reference in references {
            self.reach(&absolute(uri, reference), found);
        }
    }
}

/// What the `jsonschema` crate says of the payloads of one schema.
#[derive(Debug)]
pub struct Oracle {
    pub(crate) validator: Validator,
    schemas: Vec<Value>,
    /// The defaults anywhere in these.
    pub(crate) defaults: Vec<Value>,
}

impl Oracle {
    /// That of a schema in a set, by its URI, which is relative where the file names none. For more than one schema of
    /// a set, [`Schemas`] is cheaper.
    ///
    /// # Panics
    ///
    /// As [`Schemas::new`] and [`Schemas::oracle`].
    #[must_use]
    pub fn new(set: &SchemaSet, schema: &str) -> Self {
        Schemas::new(set).oracle(schema)
    }

    /// Returns whether a payload is valid: as [`Oracle::refusal`], but faster.
    #[must_use]
    pub fn is_valid(&self, payload: &Value) -> bool {
        self.validator.is_valid(payload)
    }

    /// Why a payload is not valid.
    #[must_use]
    pub fn refusal(&self, payload: &Value) -> Option<String> {
        // Of a valid payload it is known at once.
        let error = if self.is_valid(payload) { None } else { self.validator.iter_errors(payload).next() };
        error.map(|error| format!("{}: {error}", error.instance_path()))
    }

    /// All that it refuses in a payload: each with its places and in words.
    #[must_use]
    pub fn refusals(&self, payload: &Value) -> Vec<String> {
        let errors = self.validator.iter_errors(payload);
        errors.map(|error| format!("{} {}: {error}", error.instance_path(), error.schema_path())).collect()
    }

    /// Returns whether `jsonschema` may be wrong about a payload: see [`rounds`].
    #[must_use]
    pub fn rounds(&self, payload: &Value) -> bool {
        rounds(&self.schemas, payload)
    }

    /// The document of the schema and those that it refers to.
    #[must_use]
    pub fn schemas(&self) -> &[Value] {
        &self.schemas
    }
}

/// Returns whether `jsonschema` may be wrong about a payload, as it computes with floats from 2^53 on: to it,
/// 9.223372036854776e18 is 9223372036854775808, 1e300 is a multiple of three, and 9007199254740993 is none of 1.5.
#[must_use]
pub fn rounds(schemas: &[Value], payload: &Value) -> bool {
    let is_large = |value: &Value| value.as_f64().is_some_and(|float| float.abs() >= 2_f64.powi(53));
    let divides = |schema: &Value| schema["multipleOf"].is_number();
    any(payload, &|value| is_large(value) && value.is_f64())
        || any(payload, &is_large) && schemas.iter().any(|schema| any(schema, &divides))
}

/// Returns whether something holds of a value or of one in it.
fn any(value: &Value, holds: &dyn Fn(&Value) -> bool) -> bool {
    let inside = match value {
        Value::Array(items) => items.iter().any(|item| any(item, holds)),
        Value::Object(members) => members.values().any(|member| any(member, holds)),
        _ => false,
    };
    inside || holds(value)
}

/// A reference as a URI without its fragment.
fn absolute(base: &str, reference: &str) -> String {
    let base: Uri<String> = uri::from_str(base).unwrap();
    let resolved = uri::resolve_against(&base.borrow(), reference).unwrap();
    resolved.as_str().split('#').next().unwrap().to_owned()
}

/// The name of a file as it stands in a URI.
fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn collect_references<'a>(schema: &'a Value, references: &mut Vec<&'a str>) {
    match schema {
        Value::Object(members) => {
            let named = ["$ref", "$dynamicRef", "$recursiveRef"].iter().filter_map(|keyword| members.get(*keyword));
            references.extend(named.filter_map(Value::as_str));
            members.values().for_each(|value| collect_references(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, references)),
        _ => {}
    }
}

fn collect_defaults(schema: &Value, defaults: &mut Vec<Value>) {
    match schema {
        Value::Object(members) => {
            defaults.extend(members.get("default").cloned());
            members.values().for_each(|value| collect_defaults(value, defaults));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_defaults(value, defaults)),
        _ => {}
    }
}

/// A keyword that accepts everything.
struct Annotation;

impl<'i> Keyword<'i> for Annotation {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        true
    }
}
