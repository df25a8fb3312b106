//! Equal terms become one, however far down they differ in nothing: by refining a partition until it is stable.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::read::Raw;
use super::{Id, Part, Term};

pub(super) fn merge(raw: Raw) -> (Vec<Term>, [Id; 2]) {
    let Raw { terms, roots, .. } = raw;
    let forwards: Vec<Id> = (0..terms.len()).map(|id| follow(&terms, id)).collect();
    let parts: Vec<Vec<Part>> =
        terms.iter().map(|term| term.parts.iter().map(|part| part.renumber(&|id| forwards[id])).collect()).collect();
    let classes = refine(&parts);
    let mut merged: Vec<Option<Term>> = vec![None; classes.iter().max().map_or(0, |last| last + 1)];
    for (number, class) in classes.iter().enumerate() {
        if merged[*class].is_none() {
            let parts = sorted(&parts[number], &classes);
            merged[*class] = Some(Term { parts, place: terms[number].place.clone() });
        }
    }
    (merged.into_iter().flatten().collect(), roots.map(|root| classes[forwards[root]]))
}

/// A schema that only names another one is that one.
fn follow(terms: &[Term], start: Id) -> Id {
    let mut id = start;
    for _ in 0..terms.len() {
        match terms[id].parts.as_slice() {
            [Part::Cases(cases)] => match cases.as_slice() {
                [case] => match case.as_slice() {
                    [(next, true)] => id = *next,
                    _ => return id,
                },
                _ => return id,
            },
            _ => return id,
        }
    }
    start
}

/// The class of each term, numbered in the order of the terms: those of a class say the same of terms of the same classes.
fn refine(parts: &[Vec<Part>]) -> Vec<usize> {
    let parents = parents(parts);
    let mut classes = vec![0; parts.len()];
    // What the terms of each class say, and how many they are.
    let mut known: Vec<(String, usize)> = vec![(String::new(), parts.len())];
    let mut open: BTreeSet<Id> = (0..parts.len()).collect();
    while !open.is_empty() {
        let mut said: BTreeMap<usize, BTreeMap<String, Vec<Id>>> = BTreeMap::new();
        for id in std::mem::take(&mut open) {
            let signature = format!("{:?}", sorted(&parts[id], &classes));
            said.entry(classes[id]).or_default().entry(signature).or_default().push(id);
        }
        for (class, mut groups) in said {
            let asked: usize = groups.values().map(Vec::len).sum();
            if asked == known[class].1 {
                // The largest group stays what it was.
                let largest = groups.iter().max_by_key(|(_, ids)| ids.len()).map(|(signature, _)| signature.clone());
                known[class].0 = largest.unwrap_or_default();
            }
            groups.remove(&known[class].0);
            for (signature, ids) in groups {
                known[class].1 -= ids.len();
                for id in &ids {
                    classes[*id] = known.len();
                    open.extend(&parents[*id]);
                }
                known.push((signature, ids.len()));
            }
        }
    }
    let mut numbers = BTreeMap::new();
    for class in &mut classes {
        let fresh = numbers.len();
        *class = *numbers.entry(*class).or_insert(fresh);
    }
    classes
}

/// The terms that speak of each term.
fn parents(parts: &[Vec<Part>]) -> Vec<BTreeSet<Id>> {
    let parents = RefCell::new(vec![BTreeSet::new(); parts.len()]);
    for (parent, parts) in parts.iter().enumerate() {
        let note = |id: Id| {
            parents.borrow_mut()[id].insert(parent);
            id
        };
        for part in parts {
            part.renumber(&note);
        }
    }
    parents.into_inner()
}

fn sorted(parts: &[Part], classes: &[usize]) -> Vec<Part> {
    let renumbered = parts.iter().map(|part| part.renumber(&|id| classes[id]));
    let mut keyed: Vec<_> = renumbered.map(|part| (format!("{part:?}"), part)).collect();
    keyed.sort_by(|left, right| left.0.cmp(&right.0));
    keyed.dedup_by(|left, right| left.0 == right.0);
    keyed.into_iter().map(|(_, part)| part).collect()
}
