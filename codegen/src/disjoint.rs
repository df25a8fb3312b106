//! Whether no value is valid under two schemas, by the canonical form of the `jsonschema` crate.

use std::cell::OnceCell;

use jsonschema::Registry;
use jsonschema::canonical::{self, Satisfiability};
use serde_json::json;

use crate::parse::BASE;
use crate::resolve::{Place, Resolved};

/// Proofs over the documents of a set.
pub(crate) struct Disjointness<'a> {
    resolved: &'a Resolved,
    /// Whether `format` refuses values.
    formats: bool,
    registry: OnceCell<Option<Registry<'a>>>,
}

impl<'a> Disjointness<'a> {
    pub(crate) fn new(resolved: &'a Resolved, formats: bool) -> Self {
        Self { resolved, formats, registry: OnceCell::new() }
    }

    /// Whether it is proved that no value is valid under both schemas.
    pub(crate) fn is_proved(&self, one: &Place, other: &Place) -> bool {
        let draft = self.resolved.draft(one);
        let registry = self.registry.get_or_init(|| {
            let documents = self.resolved.documents.iter();
            let resources = documents.map(|document| (document.uri.clone(), &document.value));
            Registry::new().extend(resources).and_then(jsonschema::RegistryBuilder::prepare).ok()
        });
        let Some(registry) = registry else { return false };
        if draft != self.resolved.draft(other) {
            return false;
        }
        let both = json!({"allOf": [
            {"$ref": self.resolved.address(one)},
            {"$ref": self.resolved.address(other)},
        ]});
        let canonical = canonical::options()
            .offline()
            .with_registry(registry)
            .with_base_uri(format!("{BASE}.disjoint"))
            .with_draft(draft)
            .should_validate_formats(self.formats)
            .canonicalize(&both);
        canonical.is_ok_and(|canonical| canonical.satisfiability() == Satisfiability::No)
    }
}
