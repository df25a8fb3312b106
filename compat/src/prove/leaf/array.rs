//! Arrays: how many items there are, and what they have to meet.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::prove::branch::Branch;
use crate::prove::{Outcome, Prover};
use crate::terms::{Id, Lit, Part, another, normal, size};

/// Items that are made up, and those that are told apart.
const MAX_ITEMS: u64 = 100_000;
const MAX_UNIQUE: u64 = 20_000;
/// Changes of one item, until it is told apart.
const MAX_TRIES: usize = 50;
/// Items that are placed because some have to meet a schema of `contains`.
const MAX_PLACED: u64 = 100;
/// Values in them.
const MAX_SIZE: usize = 200_000;

/// The facts of a branch about arrays.
#[derive(Default)]
struct Array {
    min: u64,
    max: Option<u64>,
    is_unique: bool,
    has_equal: bool,
    items: Vec<(u64, Lit)>,
    rest: Vec<(u64, Id)>,
    /// Some item from there on misses a term.
    denied: Vec<(u64, Id)>,
    /// No item meets a term.
    never: Vec<Id>,
    at_least: Vec<(Id, u64)>,
    at_most: Vec<(Id, u64)>,
}

impl Array {
    fn of(branch: &Branch<'_>) -> Self {
        let mut array = Self::default();
        for fact in &branch.facts {
            array.add(fact.part, fact.holds);
        }
        let needed = array.denied.iter().map(|(start, _)| start.saturating_add(1));
        let needed = needed.chain(array.at_least.iter().map(|(_, count)| *count));
        array.min = needed.fold(array.min, u64::max);
        array
    }

    fn add(&mut self, part: &Part, holds: bool) {
        match (part, holds) {
            (Part::MinItems(min), true) => self.min = self.min.max(*min),
            (Part::MinItems(min), false) => self.limit(min.saturating_sub(1)),
            (Part::MaxItems(max), true) => self.limit(*max),
            (Part::MaxItems(max), false) => self.min = self.min.max(max.saturating_add(1)),
            (Part::UniqueItems, true) => self.is_unique = true,
            (Part::UniqueItems, false) => (self.has_equal, self.min) = (true, self.min.max(2)),
            (Part::Item(index, id), holds) => {
                self.items.push((*index, (*id, holds)));
                if !holds {
                    self.min = self.min.max(index.saturating_add(1));
                }
            }
            (Part::ItemsFrom(start, id), true) => self.rest.push((*start, *id)),
            (Part::ItemsFrom(start, id), false) => self.denied.push((*start, *id)),
            (Part::MinContains(id, count), true) => self.at_least.push((*id, *count)),
            (Part::MinContains(id, 1), false) | (Part::MaxContains(id, 0), true) => self.never.push(*id),
            (Part::MinContains(id, count), false) => self.at_most.push((*id, count.saturating_sub(1))),
            (Part::MaxContains(id, count), true) => self.at_most.push((*id, *count)),
            (Part::MaxContains(id, count), false) => self.at_least.push((*id, count.saturating_add(1))),
            _ => {}
        }
    }

    fn limit(&mut self, max: u64) {
        self.max = Some(self.max.map_or(max, |own| own.min(max)));
    }

    /// From here on the same holds for all items.
    fn boundary(&self) -> u64 {
        let items = self.items.iter().map(|(index, _)| index.saturating_add(1));
        items.chain(self.rest.iter().chain(&self.denied).map(|(start, _)| *start)).max().unwrap_or(0)
    }

    fn goal(&self, index: u64) -> Vec<Lit> {
        let items = self.items.iter().filter(|(at, _)| *at == index).map(|(_, lit)| *lit);
        let rest = self.rest.iter().filter(|(start, _)| *start <= index).map(|(_, id)| (*id, true));
        items.chain(rest).chain(self.never.iter().map(|id| (*id, false))).collect()
    }

    fn is_contradictory(&self) -> bool {
        let crossed = |(id, count): &(Id, u64)| {
            self.at_most.iter().any(|(other, most)| other == id && most < count) || self.never.contains(id)
        };
        self.max.is_some_and(|max| max < self.min) || self.at_least.iter().any(crossed)
    }
}

impl<'t> Prover<'t> {
    pub(super) fn array(&mut self, branch: &Branch<'t>, closing: bool) -> Outcome {
        let array = Array::of(branch);
        if array.is_contradictory() {
            return Outcome::Closed;
        }
        let mut placed: Vec<(u64, Option<Value>)> = Vec::new();
        for (start, id) in &array.denied {
            match self.item(&array, *start, &[(*id, false)], &placed) {
                Some(found) => placed.push(found),
                None => return Outcome::Closed,
            }
        }
        for (id, count) in &array.at_least {
            // Where others may not be too many, an item that is none of them is better.
            let others = array.at_most.iter().filter(|(other, _)| other != id).map(|(other, _)| (*other, false));
            let alone: Vec<Lit> = others.chain([(*id, true)]).collect();
            let meets =
                |value: &Option<Value>| value.as_ref().is_some_and(|value| self.terms.holds(*id, value) == Some(true));
            let there = placed.iter().filter(|(_, value)| meets(value)).count() as u64;
            for _ in there..(*count).min(there + MAX_PLACED) {
                let better = self.item(&array, 0, &alone, &placed).filter(|(_, value)| value.is_some());
                match better.or_else(|| self.item(&array, 0, &[(*id, true)], &placed)) {
                    Some(found) => placed.push(found),
                    None => return Outcome::Closed,
                }
            }
        }
        for index in 0..array.min.min(array.boundary().saturating_add(1)) {
            if self.prove(array.goal(index)) == Outcome::Closed {
                return Outcome::Closed;
            }
        }
        if closing { Outcome::Open(None) } else { Outcome::Open(self.build(branch, &array, &placed)) }
    }

    /// An item, from some index on, that meets or misses some terms: none if there can't be one.
    fn item(
        &mut self,
        array: &Array,
        start: u64,
        literals: &[Lit],
        placed: &[(u64, Option<Value>)],
    ) -> Option<(u64, Option<Value>)> {
        let last = array.boundary().max(start);
        let last = array.max.map_or(last, |max| last.min(max.saturating_sub(1)));
        let mut found = None;
        for index in start..=last {
            let mut goal = array.goal(index);
            goal.extend(literals);
            match self.prove(goal) {
                Outcome::Open(value) if value.is_some() || found.is_none() => {
                    let is_found = value.is_some();
                    found = Some((index, value));
                    if is_found {
                        break;
                    }
                }
                Outcome::Closed | Outcome::Open(_) => {}
            }
        }
        let (index, value) = found?;
        // The items of the rest are alike: another place there does as well.
        let taken = |index: u64| placed.iter().any(|(other, _)| *other == index);
        let mut others = (index..u64::MAX).take(placed.len() + 1);
        let free = if index >= array.boundary() { others.find(|index| !taken(*index)) } else { Some(index) };
        Some((free.unwrap_or(index), value))
    }

    /// An item that is at an index because there have to be so many: one that counts for no `contains`, if there is one.
    fn unplaced(&mut self, array: &Array, index: u64) -> Option<Value> {
        let none = array.at_most.iter().map(|(id, _)| (*id, false));
        [array.goal(index).into_iter().chain(none).collect(), array.goal(index)].into_iter().find_map(|goal| match self
            .prove(goal)
        {
            Outcome::Open(value) => value,
            Outcome::Closed => None,
        })
    }

    fn build(&mut self, branch: &Branch<'t>, array: &Array, placed: &[(u64, Option<Value>)]) -> Option<Value> {
        let last = placed.iter().map(|(index, _)| index + 1).max().unwrap_or(0);
        let length = array.min.max(last);
        if length > if array.is_unique { MAX_UNIQUE } else { MAX_ITEMS } {
            return None;
        }
        let (mut items, mut left) = (Vec::new(), MAX_SIZE);
        // The items behind the boundary that are not placed are alike.
        let mut alike: Option<Value> = None;
        for index in 0..length {
            let own = placed.iter().find(|(at, _)| *at == index).map(|(_, value)| value.clone());
            let is_placed = own.is_some();
            let item = match (own, &alike) {
                (Some(value), _) => value?,
                (None, Some(alike)) => alike.clone(),
                (None, None) => self.unplaced(array, index)?,
            };
            left = left.checked_sub(size(&item)).filter(|_| self.terms.spend(1 + placed.len()))?;
            if index >= array.boundary() && !is_placed {
                alike.get_or_insert_with(|| item.clone());
            }
            items.push(item);
        }
        if array.has_equal && items.len() > 1 {
            let last = items.len() - 1;
            items[last] = items[last - 1].clone();
        }
        if array.is_unique {
            tell_apart(&mut items);
        }
        Some(Value::Array(items)).filter(|value| branch.accepts(value) == Some(true))
    }
}

/// Changes items that are equal to others before them.
fn tell_apart(items: &mut [Value]) {
    let (mut seen, mut repeats) = (HashSet::new(), HashMap::<String, u64>::new());
    for item in items {
        let text = normal(item).to_string();
        if seen.insert(text.clone()) {
            continue;
        }
        let repeat = repeats.entry(text).or_default();
        for _ in 0..MAX_TRIES {
            *repeat += 1;
            let other = another(item, *repeat);
            if seen.insert(normal(&other).to_string()) {
                *item = other;
                break;
            }
        }
    }
}
