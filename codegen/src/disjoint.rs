//! Whether no value is valid under two schemas, by the canonical form of the `jsonschema` crate.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;

use serde_json::{Value, json};
use thoth_messaging_documents::jsonschema::canonical::Satisfiability;
use thoth_messaging_documents::pattern::carried;
use thoth_messaging_documents::uri::BASE;
use thoth_messaging_documents::{DocumentSet, Registry, Validation};

use crate::resolve::{Place, Resolved};

/// The canonical form of choices in choices grows with each of them. Of schemas that may come to more than so many, none
/// is made.
const MAX_SIZE: u64 = 100_000;
/// Proofs for one set of documents: of hundreds of branches each pair would be one.
const MAX_PROOFS: usize = 20_000;
/// Schemas in schemas and behind references: beyond so many levels they are taken for large.
const MAX_DEPTH: usize = 200;

/// Proofs over the documents of a set.
pub(crate) struct Disjointness<'a> {
    resolved: &'a Resolved,
    /// True if `format` refuses values.
    formats: bool,
    registry: OnceCell<Option<Registry<'a>>>,
    /// The sizes that the canonical forms may have.
    sizes: RefCell<BTreeMap<Place, u64>>,
    /// The proofs that were tried.
    tried: Cell<usize>,
}

impl<'a> Disjointness<'a> {
    pub(crate) fn new(resolved: &'a Resolved, formats: bool) -> Self {
        Self { resolved, formats, registry: OnceCell::new(), sizes: RefCell::default(), tried: Cell::new(0) }
    }

    /// Returns whether it is proved that no value is valid under both schemas.
    pub(crate) fn is_proved(&self, one: &Place, other: &Place) -> bool {
        let draft = self.resolved.draft(one);
        let registry = self.registry.get_or_init(|| {
            let documents = self.resolved.documents.iter();
            DocumentSet::of_uris(documents.map(|document| (&document.uri, &document.value))).validation_registry().ok()
        });
        let Some(registry) = registry else { return false };
        if draft != self.resolved.draft(other) || self.size(one, 0).saturating_mul(self.size(other, 0)) > MAX_SIZE {
            return false;
        }
        if self.tried.replace(self.tried.get() + 1) >= MAX_PROOFS {
            return false;
        }
        let both = json!({"allOf": [
            {"$ref": self.resolved.address(one)},
            {"$ref": self.resolved.address(other)},
        ]});
        let canonical = Validation::with_formats(self.formats)
            .canonical()
            .with_registry(registry)
            .with_base_uri(format!("{BASE}.disjoint"))
            .with_draft(draft)
            .canonicalize(&carried(&both));
        canonical.is_ok_and(|canonical| canonical.satisfiability() == Satisfiability::No)
    }

    /// Returns how many schemas the canonical form of one may come to.
    fn size(&self, place: &Place, depth: usize) -> u64 {
        if let Some(known) = self.sizes.borrow().get(place) {
            return *known;
        }
        // What leads back to itself is referred to.
        self.sizes.borrow_mut().insert(place.clone(), 1);
        let targets = self.resolved.targets(place).map(|target| self.size(target, depth + 1));
        let own = self.size_within(place, self.resolved.schema(place), depth);
        let size = targets.fold(own, u64::saturating_add);
        self.sizes.borrow_mut().insert(place.clone(), size);
        size
    }

    fn size_within(&self, place: &Place, value: &Value, depth: usize) -> u64 {
        if depth > MAX_DEPTH {
            return MAX_SIZE;
        }
        let inner = |place: Place, value: &Value| match self.resolved.find(&place) {
            Some(schema) => self.size(schema, depth + 1),
            None => self.size_within(&place, value, depth + 1),
        };
        match value {
            Value::Array(items) => {
                let items = items.iter().enumerate().map(|(index, item)| inner(place.join(&index.to_string()), item));
                items.fold(0, u64::saturating_add)
            }
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| {
                    // Each branch is written once for each other one.
                    let branches = match (name.as_str(), value) {
                        ("anyOf" | "oneOf", Value::Array(branches)) => branches.len() as u64,
                        _ => 1,
                    };
                    inner(place.join(name), value).saturating_mul(branches)
                });
                members.fold(1, u64::saturating_add)
            }
            _ => 0,
        }
    }
}
