//! Instances of a term: small ones, and ones with all the members that it speaks of.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::prove::{Outcome, Prover};
use crate::terms::{Id, Part, Terms};

/// The depth to which members of members are added.
const MAX_DEPTH: usize = 6;

/// Instances of the narrow schema to start from.
pub(super) fn seeds(terms: &Terms, prover: &mut Prover<'_>) -> Vec<Value> {
    let [narrow, _] = terms.roots;
    let mut seeds = Vec::new();
    let mut starts = vec![vec![(narrow, true)]];
    starts.extend(cases(terms, narrow).into_iter().map(|case| vec![(narrow, true), (case, true)]));
    for goal in starts {
        if let Outcome::Open(Some(value)) = prover.prove(goal) {
            let grown = grow(terms, prover, narrow, value.clone(), 0);
            seeds.extend([value, grown]);
        }
    }
    seeds
}

/// The terms that stand beside each other as choices.
fn cases(terms: &Terms, id: Id) -> BTreeSet<Id> {
    let parts = reached(terms, id).into_iter().flat_map(|id| &terms.get(id).parts);
    let is_choice = |part: &&Part| !matches!(part, Part::Cases(cases) if cases.len() == 1);
    parts.filter(is_choice).flat_map(Part::beside).collect()
}

/// A term, and those that it leads to without a step into the value.
fn reached(terms: &Terms, id: Id) -> BTreeSet<Id> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![id]);
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(terms.get(id).parts.iter().flat_map(Part::beside));
        }
    }
    reached
}

/// A value with more members and items, as far as it still meets the term.
fn grow(terms: &Terms, prover: &mut Prover<'_>, id: Id, value: Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return value;
    }
    let additions = additions(terms, prover, id, &value, depth);
    let all = additions.iter().cloned().fold(value.clone(), added);
    if terms.holds(id, &all) == Some(true) {
        return all;
    }
    additions.into_iter().fold(value, |value, addition| {
        let larger = added(value.clone(), addition);
        if terms.holds(id, &larger) == Some(false) { value } else { larger }
    })
}

/// Members, and an item without a name, that a term speaks of.
type Addition = (Option<String>, Value);

fn additions(terms: &Terms, prover: &mut Prover<'_>, id: Id, value: &Value, depth: usize) -> Vec<Addition> {
    let mut found = Vec::new();
    for part in reached(terms, id).into_iter().flat_map(|id| &terms.get(id).parts) {
        let (name, inner, own) = match (part, value) {
            (Part::Property(name, inner), Value::Object(members)) => (Some(name.clone()), *inner, members.get(name)),
            (Part::ItemsFrom(0, inner), Value::Array(items)) => (None, *inner, items.first()),
            _ => continue,
        };
        let own = own.cloned().or_else(|| match prover.prove(vec![(inner, true)]) {
            Outcome::Open(value) => value,
            Outcome::Closed => None,
        });
        found.extend(own.map(|own| (name, grow(terms, prover, inner, own, depth + 1))));
    }
    found
}

fn added(mut value: Value, (name, inner): Addition) -> Value {
    match (&mut value, name) {
        (Value::Object(members), Some(name)) => drop(members.insert(name, inner)),
        (Value::Array(items), None) if items.is_empty() => items.push(inner),
        (Value::Array(items), None) => items[0] = inner,
        _ => {}
    }
    value
}
