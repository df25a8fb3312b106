//! Asks the schemas of a set: by what they say, and by what the validator says of a value.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cores::Cores;
use super::flatten;
use super::node::Node;
use crate::diagnostic::{Diagnostic, Severity};
use crate::oracle::Oracle;
use crate::resolve::{Place, Resolved};

/// A reader of the schemas of a set.
pub(crate) struct SchemaReader<'a, 'd> {
    pub(crate) resolved: &'a Resolved,
    /// `format` refuses values.
    pub(crate) asserts: bool,
    pub(crate) diagnostics: &'d mut Vec<Diagnostic>,
    oracle: &'d Oracle<'a>,
    /// Schemas that the validator checks as a whole, though a branch of theirs is taken: it refuses what two take.
    whole: BTreeSet<Place>,
}

impl<'a, 'd> SchemaReader<'a, 'd> {
    pub(crate) fn new(
        resolved: &'a Resolved,
        oracle: &'d Oracle<'a>,
        asserts: bool,
        diagnostics: &'d mut Vec<Diagnostic>,
    ) -> Self {
        Self { resolved, asserts, diagnostics, oracle, whole: BTreeSet::new() }
    }

    /// The schemas that the validator checks as a whole, as noted so far.
    pub(crate) fn into_whole(self) -> BTreeSet<Place> {
        self.whole
    }

    /// The places that say something themselves, in the order of the schemas.
    pub(crate) fn flatten(&mut self, places: &[Place]) -> Vec<Place> {
        flatten::flatten(self.resolved, self.asserts, places, self.diagnostics)
    }

    /// As [`flatten`](Self::flatten), with nothing decided.
    pub(crate) fn cores(&mut self, places: &[Place]) -> Cores {
        Cores::of(self.flatten(places))
    }

    /// All that some schemas say, constants and branches as they stand there.
    pub(crate) fn as_written(&self, cores: &Cores) -> Node<'a> {
        Node::of(self.resolved, cores, self.asserts)
    }

    /// Tells whether one of some schemas is `false`.
    pub(crate) fn is_never(&mut self, places: &[Place]) -> bool {
        let cores = self.cores(places);
        self.as_written(&cores).never
    }

    /// Notes that the validator checks some of the schemas of a value.
    pub(crate) fn note_validated(&mut self, cores: &Cores, validated: &[Place]) {
        let taken = cores.taken().map(|(place, _)| place).filter(|place| validated.contains(place));
        self.whole.extend(taken.cloned());
    }

    /// The refusals of a value by the schema at a place.
    pub(crate) fn refusals(&mut self, place: &Place, value: &Value) -> Vec<(String, String)> {
        self.refusals_beside(place, value, &[])
    }

    /// As [`refusals`](Self::refusals), but for those by some keywords of the schema itself.
    pub(crate) fn refusals_beside(&mut self, place: &Place, value: &Value, keywords: &[&str]) -> Vec<(String, String)> {
        let refusals = self.oracle.refusals_beside(place, value, keywords);
        // After another mistake, the validator may see the same once more.
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        if let Some(problem) = self.oracle.problem()
            && !self.diagnostics.iter().any(is_error)
        {
            let location = self.resolved.document(place).locate(&place.pointer);
            let message = "the validator can't read this schema, or one beside it";
            self.diagnostics.push(Diagnostic::error("S0409", message, location).found(problem.to_owned()));
        }
        refusals
    }
}
