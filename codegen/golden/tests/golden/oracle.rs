//! What the `jsonschema` crate says of a payload.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Keyword, Registry, ValidationError, Validator, uri};
use serde_json::Value;
use thoth_messaging_codegen::SchemaSet;

const BASE: &str = "schema:///";

/// The validator of one schema file of a set.
pub(crate) struct Oracle {
    validator: Validator,
    schemas: Vec<Value>,
    /// The names of properties anywhere in the set.
    names: BTreeSet<String>,
    /// The defaults anywhere in the set.
    defaults: Vec<Value>,
}

impl Oracle {
    /// For the schema of a URI, which is relative where the file names none.
    pub(crate) fn new(set: &SchemaSet, schema: &str) -> Self {
        let base = uri::from_str(BASE).unwrap();
        let absolute = |reference: &str| {
            let resolved = uri::resolve_against(&base.borrow(), reference).unwrap();
            resolved.as_str().split('#').next().unwrap().to_owned()
        };
        let mut resources = BTreeMap::new();
        for (name, file) in set.iter() {
            let value: Value = serde_json::from_str(&file.text).unwrap();
            let id = value.get("$id").or_else(|| value.get("id")).and_then(Value::as_str);
            resources.insert(absolute(&id.map_or_else(|| escaped(name), str::to_owned)), value);
        }
        let registry = Registry::new().extend(resources.clone()).unwrap().prepare().unwrap();
        let validator = jsonschema::options()
            .offline()
            .with_registry(&registry)
            .with_base_uri(absolute(schema))
            // `format` and what is encoded are annotations, in every draft.
            .should_validate_formats(false)
            .with_keyword("contentEncoding", |_, _, _| Ok(Box::new(Annotation)))
            .with_keyword("contentMediaType", |_, _, _| Ok(Box::new(Annotation)))
            .build(&resources[&absolute(schema)])
            .unwrap();
        let (mut names, mut defaults) = (BTreeSet::new(), Vec::new());
        for schema in resources.values() {
            collect(schema, &mut names, &mut defaults);
        }
        Self { validator, schemas: resources.into_values().collect(), names, defaults }
    }

    /// Why a payload is not valid.
    pub(crate) fn refusal(&self, payload: &Value) -> Option<String> {
        self.validator.iter_errors(payload).next().map(|error| format!("{}: {error}", error.instance_path()))
    }

    pub(crate) fn schemas(&self) -> &[Value] {
        &self.schemas
    }

    /// That a payload and what was written of it are the same: null may be absent, defaults are filled in, and members
    /// that no schema names may be dropped (the files under `recoded/` say which).
    #[track_caller]
    pub(crate) fn assert_same(&self, payload: &Value, again: &Value, place: &str) {
        match (payload, again) {
            (Value::Object(before), Value::Object(after)) => {
                for (name, value) in before {
                    match after.get(name) {
                        Some(again) => self.assert_same(value, again, place),
                        None => assert!(value.is_null() || !self.names.contains(name), "{place}: {name} is lost"),
                    }
                }
                for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
                    // The default of an object has the defaults of its members in it.
                    let known = value.is_object() || self.defaults.contains(value);
                    assert!(known, "{place}: {name} is {value}");
                }
            }
            (Value::Array(before), Value::Array(after)) => {
                assert_eq!(before.len(), after.len(), "{place}");
                before.iter().zip(after).for_each(|(before, after)| self.assert_same(before, after, place));
            }
            (Value::Number(before), Value::Number(after)) => assert_eq!(before.as_f64(), after.as_f64(), "{place}"),
            _ => assert_eq!(payload, again, "{place}"),
        }
    }
}

/// The name of a file as it stands in a URI.
fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn collect(schema: &Value, names: &mut BTreeSet<String>, defaults: &mut Vec<Value>) {
    match schema {
        Value::Object(members) => {
            names.extend(
                members.get("properties").and_then(Value::as_object).into_iter().flat_map(|all| all.keys()).cloned(),
            );
            defaults.extend(members.get("default").cloned());
            members.values().for_each(|value| collect(value, names, defaults));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, names, defaults)),
        _ => {}
    }
}

struct Annotation;

impl<'i> Keyword<'i> for Annotation {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        true
    }
}
