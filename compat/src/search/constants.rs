//! The constants of two schemas, and their neighbours.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::prove::{Outcome, Prover};
use crate::terms::number::{from_integer, integer};
use crate::terms::{Evaluates, Part, Terms};

/// Constants that are tried at one place.
const MAX_CONSTANTS: usize = 150;
/// Texts longer than this are not made up.
const MAX_LENGTH: u64 = 10_000;

/// The values that candidates are made of.
pub(super) struct Constants {
    /// Values to stand anywhere.
    pub(super) values: Vec<Value>,
    /// Values of the members of a name.
    pub(super) members: BTreeMap<String, Vec<Value>>,
}

impl Constants {
    pub(super) fn of(terms: &Terms, prover: &mut Prover<'_>) -> Self {
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        let mut members: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for part in (0..terms.len()).flat_map(|id| &terms.get(id).parts) {
            for value in of_part(part) {
                values.insert(value.to_string(), value);
            }
            match part {
                Part::Property(name, id) => drop(members.entry(name.clone()).or_default().insert(*id)),
                Part::Required(name) | Part::Evaluates(Evaluates::Name(name)) => {
                    members.entry(name.clone()).or_default();
                }
                Part::Evaluates(Evaluates::Containing(id)) => {
                    if let Outcome::Open(Some(item)) = prover.prove(vec![(*id, true)]) {
                        let value = Value::Array(vec![item]);
                        values.insert(value.to_string(), value);
                    }
                }
                _ => {}
            }
        }
        let plain =
            [json!(null), json!(true), json!(0), json!(1), json!(-1), json!(1.5), json!(""), json!("a"), json!([])];
        let plain = plain.into_iter().chain([json!({}), json!([null]), json!({"undeclared": null}), json!(1e20)]);
        let members = members.into_iter().map(|(name, ids)| {
            let samples = ids.into_iter().filter_map(|id| match prover.prove(vec![(id, true)]) {
                Outcome::Open(value) => value,
                Outcome::Closed => None,
            });
            (name, samples.chain([Value::Null, json!(0), json!("a")]).collect())
        });
        Self { values: plain.chain(values.into_values().take(MAX_CONSTANTS)).collect(), members: members.collect() }
    }
}

fn of_part(part: &Part) -> Vec<Value> {
    let text =
        |length: u64| (length <= MAX_LENGTH).then(|| Value::String("a".repeat(usize::try_from(length).unwrap_or(0))));
    match part {
        Part::Values(values) => values.clone(),
        Part::Minimum { limit, .. } | Part::Maximum { limit, .. } | Part::MultipleOf(limit) => around(limit),
        Part::MinLength(length) | Part::MaxLength(length) => {
            [length.saturating_sub(1), *length, length + 1].into_iter().filter_map(text).collect()
        }
        _ => Vec::new(),
    }
}

fn around(limit: &Value) -> Vec<Value> {
    let whole = integer(limit).into_iter().flat_map(|number| [number - 1, number, number + 1]).filter_map(from_integer);
    let near = limit.as_f64().into_iter().flat_map(|number| [number - 0.5, number + 0.5]).map(Value::from);
    whole.chain(near).chain([limit.clone()]).collect()
}
