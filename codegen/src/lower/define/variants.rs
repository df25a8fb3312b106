//! The names of a union's variants.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::union::TYPES;
use crate::lower::names;
use crate::lower::read::{Alternative, Types, annotation_of};
use crate::resolve::Resolved;

/// Longer titles are sentences.
const MAX_TITLE_LENGTH: usize = 60;

/// Names by title, by definition, by constant, by type, by what is required: the first that a branch has.
pub(super) fn names(
    resolved: &Resolved,
    alternatives: &[Alternative<'_>],
    constants: &BTreeMap<usize, &[Value]>,
) -> Vec<String> {
    let names = alternatives.iter().enumerate().map(|(index, alternative)| {
        let constant = match constants.get(&index) {
            Some([Value::String(only)]) => Some(only.clone()),
            Some([only]) => Some(format!("V{only}")),
            _ => None,
        };
        by_title(resolved, alternative)
            .or_else(|| names::name_of(resolved, resolved.target(&alternative.place)?))
            .or(constant)
            .or_else(|| by_only_type(alternative, alternatives))
            .or_else(|| by_required(alternative, alternatives))
            .unwrap_or_else(|| by_first_type(alternative))
    });
    let names: Vec<String> = names.collect();
    names::variants(names.iter().map(String::as_str))
}

fn by_title(resolved: &Resolved, alternative: &Alternative<'_>) -> Option<String> {
    let (_, title) = annotation_of(resolved, &alternative.place, "title")?;
    title.as_str().filter(|title| title.len() <= MAX_TITLE_LENGTH).map(str::to_owned)
}

/// The JSON type of a branch, where no other has it.
fn by_only_type(alternative: &Alternative<'_>, alternatives: &[Alternative<'_>]) -> Option<String> {
    let types = alternative.types.without(Types::NULL);
    if types == Types::INTEGER {
        return Some("Integer".to_owned());
    }
    let (.., name) = TYPES.iter().find(|(one, ..)| *one == types)?;
    let same = alternatives.iter().filter(|other| other.types.has(types)).count();
    (same == 1).then(|| (*name).to_owned())
}

/// A member that no other branch requires.
fn by_required(alternative: &Alternative<'_>, alternatives: &[Alternative<'_>]) -> Option<String> {
    let others = alternatives.iter().filter(|other| other.place != alternative.place);
    let others: BTreeSet<&str> = others.flat_map(|other| other.node.required.iter().copied()).collect();
    alternative.node.required.iter().find(|name| !others.contains(*name)).map(|name| format!("with {name}"))
}

fn by_first_type(alternative: &Alternative<'_>) -> String {
    let (.., name) = TYPES.iter().find(|(types, ..)| alternative.types.has(*types)).unwrap_or(&TYPES[4]);
    (*name).to_owned()
}
