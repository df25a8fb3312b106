//! What becomes of a branch without choices, by the type of the value.

mod array;
mod number;
mod object;
mod string;

use serde_json::Value;

use super::branch::{Branch, holds_number};
use super::{Outcome, Prover};
use crate::terms::{number as numbers, type_of, types};
pub(super) use object::Profile;

const TYPES: [u8; 8] = [
    types::NULL,
    types::BOOLEAN,
    types::INTEGER,
    types::WHOLE,
    types::FRACTION,
    types::STRING,
    types::ARRAY,
    types::OBJECT,
];

impl<'t> Prover<'t> {
    /// Returns what becomes of a branch, leaving the choices that it still has aside. With `closing`, no value is made.
    pub(super) fn leaf(&mut self, branch: &Branch<'t>, closing: bool) -> Outcome {
        let mut outcome = Outcome::Closed;
        for kind in TYPES.into_iter().filter(|kind| branch.types & kind != 0) {
            let found = match (&branch.values, kind) {
                (Some(values), _) => finite(branch, values.iter().flat_map(spellings).filter(|v| type_of(v) == kind)),
                (None, types::NULL) => finite(branch, [Value::Null]),
                (None, types::BOOLEAN) => finite(branch, [false.into(), true.into()]),
                (None, types::STRING) => self.string(branch),
                (None, types::ARRAY) => self.array(branch, closing),
                (None, types::OBJECT) => self.object(branch, closing),
                (None, kind) => number::decide(branch, kind),
            };
            match found {
                Outcome::Closed => {}
                Outcome::Open(None) if !closing => outcome = Outcome::Open(None),
                open @ Outcome::Open(_) => return open,
            }
        }
        if outcome == Outcome::Open(None) {
            let denied = branch.facts.iter().find(|fact| !fact.holds).or(branch.facts.first());
            let term = denied.map(|fact| fact.term).or(branch.goal.iter().find(|lit| !lit.1).map(|lit| lit.0));
            self.remember(term.and_then(|term| self.terms.get(term).place.as_ref()));
        }
        outcome
    }
}

/// A number that is an integer in both of its spellings.
fn spellings(value: &Value) -> Vec<Value> {
    let whole = numbers::integer(value).and_then(|_| value.as_f64()).map(Value::from);
    std::iter::once(value.clone()).chain(whole).collect()
}

/// Returns whether one of some values, which are all that there are, meets a branch.
fn finite(branch: &Branch<'_>, values: impl IntoIterator<Item = Value>) -> Outcome {
    let mut outcome = Outcome::Closed;
    for value in values {
        match decide(branch, &value) {
            Some(true) => return Outcome::Open(Some(value)),
            // The numbers inside could be written otherwise.
            Some(false) if !(branch.terms.written && !value.is_number() && holds_number(&value)) => {}
            _ => outcome = Outcome::Open(None),
        }
    }
    outcome
}

/// Returns whether a value meets the goal of a branch; false, too, where it does not belong to this branch.
fn decide(branch: &Branch<'_>, value: &Value) -> Option<bool> {
    let accepted = branch.accepts(value);
    if accepted.is_some() {
        return accepted;
    }
    let refuted = |fact: &super::branch::Fact<'_>| {
        branch.terms.part_holds(fact.part, value).is_some_and(|holds| holds != fact.holds)
    };
    branch.facts.iter().any(refuted).then_some(false)
}

/// The first of some values that is known to meet the goal.
fn first(branch: &Branch<'_>, values: impl IntoIterator<Item = Value>) -> Outcome {
    Outcome::Open(values.into_iter().find(|value| branch.accepts(value) == Some(true)))
}
