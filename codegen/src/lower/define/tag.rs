//! Tells the branches of a union apart: by a constant member, or by what one branch asks for and another refuses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::disjoint::Disjointness;
use crate::json::canonical;
use crate::lower::read::{Alternative, Node, SchemaReader, Types};
use crate::model::Tag;

/// A constant member may stand in a member, and that in another one.
const MAX_DEPTH: usize = 3;

/// Finds a member that is a constant in each branch that an object may take, and never the same one.
pub(super) fn find<'a>(reader: &mut SchemaReader<'a, '_>, alternatives: &[Alternative<'a>]) -> Option<Tag> {
    let takes = alternatives.iter().enumerate().filter(|(_, alternative)| alternative.types.has(Types::OBJECT));
    let objects: Vec<(usize, Node<'a>)> = takes.map(|(index, alternative)| (index, alternative.node.clone())).collect();
    if objects.len() < 2 || objects.iter().any(|(_, node)| !node.open.is_empty()) {
        return None;
    }
    find_below(reader, &objects, &[])
}

fn find_below<'a>(reader: &mut SchemaReader<'a, '_>, objects: &[(usize, Node<'a>)], path: &[String]) -> Option<Tag> {
    let (_, first) = objects.first()?;
    let names = first.names();
    let here = names.iter().find_map(|name| find_at(reader, objects, path, name));
    if here.is_some() || path.len() + 1 >= MAX_DEPTH {
        return here;
    }
    names.iter().find_map(|name| {
        let mut inner = Vec::new();
        for (index, node) in objects {
            let member = member_node(reader, node, name)?;
            if member.types != Types::OBJECT || !node.required.contains(name.as_str()) || !member.open.is_empty() {
                return None;
            }
            inner.push((*index, member));
        }
        find_below(reader, &inner, &[path, std::slice::from_ref(name)].concat())
    })
}

fn find_at<'a>(
    reader: &mut SchemaReader<'a, '_>,
    objects: &[(usize, Node<'a>)],
    path: &[String],
    name: &str,
) -> Option<Tag> {
    let mut known = BTreeSet::new();
    let mut absent = None;
    let mut constants = Vec::new();
    for (index, node) in objects {
        let values = member_node(reader, node, name)?.constants?;
        let is_scalar = |value: &&Value| value.is_string() || value.is_i64() || value.is_boolean();
        if values.is_empty()
            || !values.iter().all(is_scalar)
            || !values.iter().all(|value| known.insert(canonical(value)))
        {
            return None;
        }
        // Without the member, one branch at most is left.
        if !node.required.contains(name) && absent.replace(*index).is_some() {
            return None;
        }
        constants.push((*index, values.into_iter().cloned().collect()));
    }
    let path = path.iter().cloned().chain([name.to_owned()]).collect();
    Some(Tag { path, constants, absent })
}

/// All that a branch says about a member; `None` where it says nothing.
fn member_node<'a>(reader: &mut SchemaReader<'a, '_>, node: &Node<'a>, name: &str) -> Option<Node<'a>> {
    let places = node.member(name);
    if places.is_empty() {
        return None;
    }
    let cores = reader.cores(&places);
    Some(reader.node(&cores))
}

/// Tells whether no object is valid under two of these.
pub(super) fn are_disjoint<'a>(
    reader: &mut SchemaReader<'a, '_>,
    disjointness: &Disjointness<'a>,
    alternatives: &[&Alternative<'a>],
) -> bool {
    let constants = own_constants(alternatives);
    (0..alternatives.len()).all(|index| {
        (0..index).all(|other| {
            if constants.contains(&index) && constants.contains(&other) {
                return true;
            }
            let (one, other) = (alternatives[index], alternatives[other]);
            // Of branches in branches the canonical form may be very large.
            let is_simple = one.node.open.is_empty() && other.node.open.is_empty();
            excludes(reader, &one.node, &other.node)
                || excludes(reader, &other.node, &one.node)
                || is_simple && disjointness.is_proved(&one.place, &other.place)
        })
    })
}

/// The alternatives that are lists of constants, none of which another one has.
fn own_constants(alternatives: &[&Alternative<'_>]) -> BTreeSet<usize> {
    let mut owners: BTreeMap<String, usize> = BTreeMap::new();
    let mut own = BTreeSet::new();
    for (index, alternative) in alternatives.iter().enumerate() {
        own.extend(alternative.node.constants.as_ref().map(|_| index));
        for value in alternative.node.constants.iter().flatten() {
            let owner = *owners.entry(canonical(value)).or_insert(index);
            if owner != index {
                own.remove(&owner);
                own.remove(&index);
            }
        }
    }
    own
}

/// Tells whether one schema requires a member that the other refuses.
fn excludes<'a>(reader: &mut SchemaReader<'a, '_>, one: &Node<'a>, other: &Node<'a>) -> bool {
    one.types == Types::OBJECT
        && one.required.iter().any(|name| member_node(reader, other, name).is_some_and(|member| member.never))
}
