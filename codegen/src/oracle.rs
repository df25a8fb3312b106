//! What a schema says about a value, by the validator of the `jsonschema` crate: for constants, defaults and examples.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;

use jsonschema::{Keyword, Registry, ValidationError, Validator};
use serde_json::{Map, Value, json};

use crate::parse::{BASE, own_uri};
use crate::resolve::{Place, Resolved};

/// With a mistake in the set, so many places are looked at one by one, which costs more.
const MOST_ALONE: usize = 200;

/// One validator for all places of a set of documents, compiled when it is first asked: of an object whose members are
/// named by the numbers of the places. A validator for each place would compile all that it leads to again and again.
pub(crate) struct Oracle<'a> {
    resolved: &'a Resolved,
    /// Whether `format` refuses values.
    formats: bool,
    numbers: BTreeMap<&'a Place, usize>,
    validator: OnceCell<Result<Validator, String>>,
    alone: Cell<usize>,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(resolved: &'a Resolved, formats: bool) -> Self {
        let numbers = resolved.places().enumerate().map(|(number, place)| (place, number)).collect();
        Self { resolved, formats, numbers, validator: OnceCell::new(), alone: Cell::new(0) }
    }

    /// Why there is no validator of all places.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.all().as_ref().err().map(String::as_str)
    }

    /// What the schema at a place refuses in a value, in words and with the pointer of each place in the value; nothing
    /// where it accepts the value, and where the schema has a mistake itself.
    pub(crate) fn refusals(&self, place: &Place, value: &Value) -> Vec<(String, String)> {
        self.refusals_beside(place, value, &[])
    }

    /// As [`Oracle::refusals`], but for what some keywords of the schema itself refuse.
    pub(crate) fn refusals_beside(&self, place: &Place, value: &Value, keywords: &[&str]) -> Vec<(String, String)> {
        let Some(number) = self.numbers.get(place) else {
            let never = *self.resolved.schema(place) == Value::Bool(false);
            return never.then(|| (String::new(), "the schema is `false`".to_owned())).into_iter().collect();
        };
        let alone;
        let validator = match self.all() {
            Ok(validator) => validator,
            Err(_) if self.alone.get() >= MOST_ALONE => return Vec::new(),
            Err(_) => {
                self.alone.set(self.alone.get() + 1);
                alone = self.compile(&[(place, *number)]);
                let Ok(validator) = &alone else { return Vec::new() };
                validator
            }
        };
        let member = format!("/{number}");
        let instance = Map::from_iter([(number.to_string(), value.clone())]).into();
        let refusal = |error: ValidationError<'_>| {
            let path = error.instance_path().as_str();
            (path.strip_prefix(&member).unwrap_or(path).to_owned(), error.masked().to_string())
        };
        let paths: Vec<String> =
            keywords.iter().map(|keyword| format!("/properties/{number}/$ref/{keyword}")).collect();
        let counts = |error: &ValidationError<'_>| !paths.iter().any(|path| error.evaluation_path().as_str() == path);
        validator.iter_errors(&instance).filter(counts).map(refusal).collect()
    }

    fn all(&self) -> &Result<Validator, String> {
        self.validator.get_or_init(|| {
            let places: Vec<_> = self.numbers.iter().map(|(place, number)| (*place, *number)).collect();
            self.compile(&places)
        })
    }

    /// The documents by each URI that leads to them.
    fn resources(&self) -> BTreeMap<String, &Value> {
        let files = || self.resolved.documents.iter();
        let mut resources: BTreeMap<String, &Value> = files().map(|file| (file.uri.clone(), &file.value)).collect();
        for file in files() {
            resources.entry(own_uri(&file.name)).or_insert(&file.value);
        }
        resources
    }

    fn compile(&self, places: &[(&Place, usize)]) -> Result<Validator, String> {
        let registry = Registry::new().extend(self.resources()).and_then(jsonschema::RegistryBuilder::prepare);
        let registry = registry.map_err(|error| error.to_string())?;
        let members =
            places.iter().map(|(place, number)| (number.to_string(), json!({"$ref": self.resolved.address(place)})));
        let members: Map<String, Value> = members.collect();
        jsonschema::options()
            .offline()
            .with_registry(&registry)
            .with_base_uri(format!("{BASE}.oracle"))
            .should_validate_formats(self.formats)
            .with_keyword("contentEncoding", |_, _, _| Ok(Box::new(Annotation)))
            .with_keyword("contentMediaType", |_, _, _| Ok(Box::new(Annotation)))
            .build(&json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": members}))
            .map_err(|error| error.to_string())
    }
}

/// A keyword that refuses nothing: drafts 6 and 7 leave it to the validator, later drafts do not.
struct Annotation;

impl<'i> Keyword<'i> for Annotation {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        true
    }
}
