//! What tells the branches of a union apart: a constant member, or what one branch asks for and another refuses.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Lowering;
use super::alternatives::Alternative;
use super::cores::Cores;
use super::node::{Node, Types};
use crate::json::canonical;
use crate::model::Tag;

/// A constant member may stand in a member, and that in another one.
const DEEPEST: usize = 3;

impl<'a> Lowering<'a> {
    /// A member that is a constant in each branch that an object may take, and never the same one.
    pub(super) fn tag(&mut self, alternatives: &[Alternative<'a>]) -> Option<Tag> {
        let takes = alternatives.iter().enumerate().filter(|(_, alternative)| alternative.types.has(Types::OBJECT));
        let objects: Vec<(usize, Node<'a>)> =
            takes.map(|(index, alternative)| (index, alternative.node.clone())).collect();
        if objects.len() < 2 || objects.iter().any(|(_, node)| !node.choices.is_empty()) {
            return None;
        }
        self.tag_below(&objects, &[])
    }

    fn tag_below(&mut self, objects: &[(usize, Node<'a>)], path: &[String]) -> Option<Tag> {
        let (_, first) = objects.first()?;
        let names = first.names();
        let here = names.iter().find_map(|name| self.tag_at(objects, path, name));
        if here.is_some() || path.len() + 1 >= DEEPEST {
            return here;
        }
        names.iter().find_map(|name| {
            let mut inner = Vec::new();
            for (index, node) in objects {
                let member = self.member_node(node, name)?;
                if member.types != Types::OBJECT || !node.required.contains(name.as_str()) || !member.choices.is_empty()
                {
                    return None;
                }
                inner.push((*index, member));
            }
            self.tag_below(&inner, &[path, std::slice::from_ref(name)].concat())
        })
    }

    fn tag_at(&mut self, objects: &[(usize, Node<'a>)], path: &[String], name: &str) -> Option<Tag> {
        let mut known = BTreeSet::new();
        let mut absent = None;
        let mut constants = Vec::new();
        for (index, node) in objects {
            let values = self.member_node(node, name)?.constants?;
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

    /// What a branch says about a member; `None` where it says nothing.
    fn member_node(&mut self, node: &Node<'a>, name: &str) -> Option<Node<'a>> {
        let places = node.member(name);
        if places.is_empty() {
            return None;
        }
        let cores = Cores::of(self.flatten(&places));
        Some(self.node(&cores))
    }

    /// Whether no object is valid under two of these.
    pub(super) fn are_disjoint(&mut self, alternatives: &[&Alternative<'a>]) -> bool {
        (0..alternatives.len()).all(|index| {
            (0..index).all(|other| {
                let (one, other) = (alternatives[index], alternatives[other]);
                // Of branches with choices of their own the canonical form may be very large.
                let is_simple = one.node.choices.is_empty() && other.node.choices.is_empty();
                self.excludes(&one.node, &other.node)
                    || self.excludes(&other.node, &one.node)
                    || is_simple && self.disjointness.is_proved(&one.place, &other.place)
            })
        })
    }

    /// Whether one schema requires a member that the other refuses.
    fn excludes(&mut self, one: &Node<'a>, other: &Node<'a>) -> bool {
        one.types == Types::OBJECT
            && one.required.iter().any(|name| self.member_node(other, name).is_some_and(|member| member.never))
    }
}
