//! Combines what schemas say with those of their branches that say no more than which constants or members there are.

use std::collections::BTreeSet;

use serde_json::Value;

use super::annotation::text;
use super::branches::Branches;
use super::cores::Cores;
use super::node::{About, Node, required_alone};
use super::reader::SchemaReader;
use super::types::Types;
use crate::json::canonical;
use crate::model::PresenceRule;
use crate::resolve::Place;

impl<'a> SchemaReader<'a, '_> {
    /// All that these schemas say together, with the constants that all of them accept.
    pub(crate) fn node(&mut self, cores: &Cores) -> Node<'a> {
        let mut node = self.as_written(cores);
        for branches in std::mem::take(&mut node.open) {
            if !self.add_required(&mut node, &branches) && !self.add_constants(&mut node, &branches) {
                node.open.push(branches);
            }
        }
        self.narrow_to_constants(&mut node, cores);
        node
    }

    /// Reads branches that say no more than which members are there.
    fn add_required(&self, node: &mut Node<'a>, branches: &Branches) -> bool {
        if node.types != Types::OBJECT {
            return false;
        }
        let names = |branch: Place| match self.resolved.schema(&branch) {
            Value::Object(schema) => required_alone(schema),
            _ => None,
        };
        let lists: Option<Vec<Vec<String>>> = branches.places().map(names).collect();
        let Some(lists) = lists else { return false };
        let rule = if branches.is_exclusive() { PresenceRule::OneOf } else { PresenceRule::AnyOf };
        node.presence.push(rule(lists));
        true
    }

    /// Reads branches that are constants.
    fn add_constants(&mut self, node: &mut Node<'a>, branches: &Branches) -> bool {
        let mut all = Vec::new();
        let mut about = Vec::new();
        for branch in branches.places() {
            let places = std::slice::from_ref(&branch);
            let cores = self.cores(places);
            let Some(constants) = self.as_written(&cores).constants else { return false };
            if let [Value::String(only)] = constants.as_slice() {
                let title = text(self.resolved, places, "title");
                let description = text(self.resolved, places, "description");
                about.push((only.clone(), About { title, description }));
            }
            all.extend(constants);
        }
        node.about.extend(about);
        let known = node.constants.take();
        // Whether each is what all branches ask for has to be looked at.
        node.more_constants = true;
        node.constants = Some(known.unwrap_or(all));
        true
    }

    /// Leaves of the constants those that every schema accepts, and of the types those that the constants have.
    fn narrow_to_constants(&mut self, node: &mut Node<'a>, cores: &Cores) {
        let Some(mut constants) = node.constants.take() else { return };
        let mut known = BTreeSet::new();
        constants.retain(|value| known.insert(canonical(value)));
        constants.retain(|value| node.types.has(Types::of_value(value, node.strict)));
        let says_more = node.types.has(node.limited()) || !node.open.is_empty() || !node.validated.is_empty();
        if says_more || node.more_constants || node.never {
            let is_asked = |place: &Place| node.validated.contains(place);
            constants.retain(|value| {
                cores.places.iter().all(|place| self.accepts_beside(cores, place, is_asked(place), value))
            });
        }
        // What the validator says was asked here already, but for branches that were taken: of those, other variants are
        // asked.
        self.note_validated(cores, &node.validated);
        node.types = constants.iter().map(|value| Types::of_value(value, node.strict)).fold(Types::NONE, Types::or);
        node.constants = Some(constants);
    }

    /// Tells whether one of some schemas accepts a value, whichever branch takes it of those of which one was taken. What is
    /// followed is among the schemas itself, but for those of which a branch was taken: it counts only where the other variants
    /// are asked as a whole, too.
    fn accepts_beside(&mut self, cores: &Cores, place: &Place, is_asked: bool, value: &Value) -> bool {
        let followed: &[&str] = if is_asked { &[] } else { &["allOf", "$ref", "$dynamicRef", "$recursiveRef"] };
        let taken = cores.taken().filter(|(other, _)| other == place).map(|(_, keyword)| *keyword);
        let taken: Vec<&str> = taken.chain(followed.iter().copied()).collect();
        self.refusals_beside(place, value, &taken).is_empty()
    }
}
