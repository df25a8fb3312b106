//! What a schema says about a value, by the validator of the `jsonschema` crate: for constants, defaults and examples.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value, json};
use thoth_messaging_documents::dialect::DRAFT_2020_12;
use thoth_messaging_documents::jsonschema::ValidationError;
use thoth_messaging_documents::uri::BASE;
use thoth_messaging_documents::validator::{Bounded, reason};
use thoth_messaging_documents::{DocumentSet, Registry, Validation};

use crate::resolve::{Place, Resolved};

/// So many places that refer to others are compiled one by one: each is compiled with all that it leads to.
const MAX_ALONE: usize = 50;

/// Validators of places, each an object's whose members are named by the numbers of the places. What is asked for is
/// compiled: a place, or all of them once many that refer to others were asked for.
pub(crate) struct Oracle<'a> {
    resolved: &'a Resolved,
    /// True if `format` refuses values.
    formats: bool,
    numbers: BTreeMap<&'a Place, usize>,
    registry: OnceCell<Result<Registry<'a>, String>>,
    alone: RefCell<BTreeMap<usize, Rc<Result<Bounded, String>>>>,
    referring: RefCell<usize>,
    all: OnceCell<Rc<Result<Bounded, String>>>,
    problem: OnceCell<String>,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(resolved: &'a Resolved, formats: bool) -> Self {
        let numbers = resolved.places().enumerate().map(|(number, place)| (place, number)).collect();
        Self {
            resolved,
            formats,
            numbers,
            registry: OnceCell::new(),
            alone: RefCell::default(),
            referring: RefCell::default(),
            all: OnceCell::new(),
            problem: OnceCell::new(),
        }
    }

    /// Why there was no validator of what was asked for.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.get().map(String::as_str)
    }

    /// Returns what the schema at a place refuses in a value, in words and with the pointer of each place in the value; nothing
    /// where it accepts the value, and where the schema has a mistake itself.
    pub(crate) fn refusals(&self, place: &Place, value: &Value) -> Vec<(String, String)> {
        self.refusals_beside(place, value, &[])
    }

    /// As [`Oracle::refusals`], but for what some keywords of the schema itself refuse.
    pub(crate) fn refusals_beside(&self, place: &Place, value: &Value, keywords: &[&str]) -> Vec<(String, String)> {
        let Some((place, number)) = self.numbers.get_key_value(place) else {
            let never = *self.resolved.schema(place) == Value::Bool(false);
            return never.then(|| (String::new(), "the schema is `false`".to_owned())).into_iter().collect();
        };
        let compiled = self.validator(place, *number);
        let validator = match &*compiled {
            Ok(validator) => validator,
            Err(problem) => {
                self.problem.get_or_init(|| problem.clone());
                return Vec::new();
            }
        };
        let member = format!("/{number}");
        let instance = Map::from_iter([(number.to_string(), value.clone())]).into();
        let refusal = |error: ValidationError<'_>| {
            let path = error.instance_path().as_str();
            (path.strip_prefix(&member).unwrap_or(path).to_owned(), reason(&error))
        };
        let paths: Vec<String> =
            keywords.iter().map(|keyword| format!("/properties/{number}/$ref/{keyword}")).collect();
        let is_in = |within: &str, path: &str| {
            within.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let counts =
            |error: &ValidationError<'_>| !paths.iter().any(|path| is_in(error.evaluation_path().as_str(), path));
        let refusals = validator.refusals(&instance, |error| counts(&error).then(|| refusal(error)));
        let others =
            (!refusals.is_complete).then(|| (String::new(), "it takes too long to list what is refused".to_owned()));
        refusals.listed.into_iter().flatten().chain(others).collect()
    }

    fn validator(&self, place: &'a Place, number: usize) -> Rc<Result<Bounded, String>> {
        if let Some(known) = self.alone.borrow().get(&number).or_else(|| self.all.get()) {
            return Rc::clone(known);
        }
        if refers(self.resolved.schema(place)) {
            let mut referring = self.referring.borrow_mut();
            *referring += 1;
            // With a mistake in the set none is compiled of all of it.
            if *referring > MAX_ALONE {
                return Rc::clone(self.all.get_or_init(|| {
                    let places: Vec<_> = self.numbers.iter().map(|(place, number)| (*place, *number)).collect();
                    Rc::new(self.compile(&places))
                }));
            }
        }
        let compiled = Rc::new(self.compile(&[(place, number)]));
        self.alone.borrow_mut().insert(number, Rc::clone(&compiled));
        compiled
    }

    /// The documents by each URI that leads to them.
    fn registry(&self) -> Result<&Registry<'a>, String> {
        let registry = self.registry.get_or_init(|| {
            let files = &self.resolved.documents;
            let mut set = DocumentSet::of_uris(files.iter().map(|file| (&file.uri, &file.value)));
            for file in files {
                set.insert_file(&file.name, &file.value);
            }
            set.validation_registry().map_err(|error| error.to_string())
        });
        registry.as_ref().map_err(Clone::clone)
    }

    fn compile(&self, places: &[(&Place, usize)]) -> Result<Bounded, String> {
        let members =
            places.iter().map(|(place, number)| (number.to_string(), json!({"$ref": self.resolved.address(place)})));
        let members: Map<String, Value> = members.collect();
        let schema = json!({"$schema": DRAFT_2020_12, "properties": members});
        let validation = Validation::with_formats(self.formats);
        Bounded::build(validation, Some(self.registry()?), &format!("{BASE}.oracle"), &schema)
            .map_err(|error| error.to_string())
    }
}

/// Returns whether a schema refers to another one, as far as words tell.
fn refers(schema: &Value) -> bool {
    match schema {
        Value::Array(items) => items.iter().any(refers),
        Value::Object(members) => {
            members.iter().any(|(name, value)| name.ends_with("Ref") || name == "$ref" || refers(value))
        }
        _ => false,
    }
}
