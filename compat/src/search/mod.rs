//! The search for witnesses: instances of the narrow schema that the wide one refuses.

mod constants;
mod grow;
mod minimise;
mod mutate;
mod path;

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use crate::prove::Prover;
use crate::schema::Schema;
use crate::terms::{Terms, size};
use constants::Constants;
pub(crate) use minimise::minimise;
pub(crate) use path::paths;

/// Instances that are changed further.
const MAX_OPEN: usize = 60;

/// A candidate with more values in it counts for several.
const MAX_SIZE: usize = 200;

/// Returns whether a value tells the two schemas apart.
pub(crate) fn is_witness(wide: &Schema, narrow: &Schema, value: &Value) -> bool {
    narrow.is_valid(value) && !wide.is_valid(value)
}

/// A witness, if one is among so many candidates: instances of the narrow schema, and what becomes of them by small
/// changes with constants of both schemas.
pub(crate) fn search(wide: &Schema, narrow: &Schema, terms: &Terms, candidates: usize) -> Option<Value> {
    let mut prover = Prover::new(terms, candidates.saturating_mul(20));
    let constants = Constants::of(terms, &mut prover);
    let mut search = Search { wide, narrow, candidates, seen: BTreeSet::new(), open: VecDeque::new() };
    for value in grow::seeds(terms, &mut prover).iter().chain(&constants.values) {
        if search.candidates > 0 && search.offer(value) {
            return Some(value.clone());
        }
    }
    while let Some(value) = search.open.pop_front() {
        let mut is_over = false;
        let found = mutate::find(&value, &constants, |changed| {
            is_over = search.candidates == 0;
            is_over || search.offer(changed)
        });
        if is_over || found.is_some() {
            return found.filter(|_| !is_over);
        }
    }
    None
}

struct Search<'a> {
    wide: &'a Schema,
    narrow: &'a Schema,
    candidates: usize,
    seen: BTreeSet<String>,
    open: VecDeque<Value>,
}

impl Search<'_> {
    /// Returns whether a candidate is a witness. If it is only an instance, it is changed further.
    fn offer(&mut self, value: &Value) -> bool {
        if !self.seen.insert(value.to_string()) {
            return false;
        }
        self.candidates = self.candidates.saturating_sub(1 + size(value) / MAX_SIZE);
        if !self.narrow.is_valid(value) {
            return false;
        }
        if self.open.len() < MAX_OPEN {
            self.open.push_back(value.clone());
        }
        !self.wide.is_valid(value)
    }
}
