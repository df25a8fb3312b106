//! Equal terms become one, however far down they differ in nothing: by refining a partition until it is stable.

use std::collections::BTreeMap;

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

fn refine(parts: &[Vec<Part>]) -> Vec<usize> {
    let mut classes = vec![0; parts.len()];
    let mut count = 1;
    loop {
        let mut numbers: BTreeMap<(usize, String), usize> = BTreeMap::new();
        let mut next = Vec::with_capacity(parts.len());
        for (number, parts) in parts.iter().enumerate() {
            let signature = format!("{:?}", sorted(parts, &classes));
            let fresh = numbers.len();
            next.push(*numbers.entry((classes[number], signature)).or_insert(fresh));
        }
        let (stable, found) = (numbers.len() == count, numbers.len());
        classes = next;
        count = found;
        if stable {
            return classes;
        }
    }
}

fn sorted(parts: &[Part], classes: &[usize]) -> Vec<Part> {
    let renumbered = parts.iter().map(|part| part.renumber(&|id| classes[id]));
    let mut keyed: Vec<_> = renumbered.map(|part| (format!("{part:?}"), part)).collect();
    keyed.sort_by(|left, right| left.0.cmp(&right.0));
    keyed.dedup_by(|left, right| left.0 == right.0);
    keyed.into_iter().map(|(_, part)| part).collect()
}
