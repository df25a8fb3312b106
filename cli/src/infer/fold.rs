//! Recursion: an object that stands in an object like itself becomes a reference to it.

use std::collections::{BTreeMap, BTreeSet};

use super::shape::{DefinitionId, Objects, Shape};
use super::share::{Definitions, ROOT};

/// Folds every place into the place above it that it is like.
///
/// An object below a member of another one is like it where it has that member itself (so that the samples show two
/// levels at least), has all members that the other requires, adds none unless both have the same tag, and the members
/// of both have the same types.
pub(super) fn fold(root: &mut Shape, definitions: &mut Definitions) {
    let is_message = root.objects.as_ref().is_some_and(|objects| objects.seen() == root.seen);
    if let (true, Some(objects)) = (is_message, &mut root.objects) {
        take_in(objects, ROOT);
        objects.below_mut().for_each(|(name, shape)| fold_below(shape, name.map_or("item", |name| name), definitions));
    } else {
        fold_below(root, "item", definitions);
    }
}

fn fold_below(shape: &mut Shape, name: &str, definitions: &mut Definitions) {
    if let Some(mut objects) = shape.objects.take() {
        let id = definitions.next_id();
        if take_in(&mut objects, id) {
            definitions.reserve(name);
            fold_members(&mut objects, name, definitions);
            definitions.fill(id, *objects);
            shape.refers.insert(id);
        } else {
            fold_members(&mut objects, name, definitions);
            shape.objects = Some(objects);
        }
    }
    if let Some(items) = &mut shape.items {
        fold_below(items, name, definitions);
    }
}

fn fold_members(objects: &mut Objects, above: &str, definitions: &mut Definitions) {
    objects.below_mut().for_each(|(name, shape)| fold_below(shape, name.map_or(above, |name| name), definitions));
}

/// Takes in all objects below that are like these. Gives whether there were any.
fn take_in(objects: &mut Objects, id: DefinitionId) -> bool {
    let mut is_recursive = false;
    loop {
        let (outline, mut taken) = (Outline::of(objects), Vec::new());
        for (name, shape) in objects.below_mut() {
            if let Some(name) = name {
                take_like(shape, &outline, name, id, &mut taken);
            }
        }
        if taken.is_empty() {
            return is_recursive;
        }
        // What is taken in may bring objects along that are like these now.
        for found in taken {
            objects.merge(found);
        }
        is_recursive = true;
    }
}

fn take_like(shape: &mut Shape, outline: &Outline, via: &str, id: DefinitionId, taken: &mut Vec<Objects>) {
    let is_taken = shape.refers.contains(&id);
    if let Some(objects) = shape.objects.take_if(|objects| is_taken || outline.is_like(objects, via)) {
        shape.refers.insert(id);
        taken.push(*objects);
    }
    shape.below_mut().for_each(|(_, below)| take_like(below, outline, via, id, taken));
}

/// The traits that objects are compared by.
struct Outline {
    tag: Option<String>,
    tags: Vec<serde_json::Value>,
    /// The types of each member, and whether all objects have it.
    members: BTreeMap<String, (BTreeSet<&'static str>, bool)>,
}

impl Outline {
    fn of(objects: &Objects) -> Self {
        let (seen, mut members) = (objects.seen(), BTreeMap::<String, (BTreeSet<_>, u64)>::new());
        for (name, shape) in objects.groups.iter().flat_map(|group| &group.members.named) {
            let (kinds, count) = members.entry(name.clone()).or_default();
            kinds.extend(shape.kinds());
            *count += shape.seen;
        }
        Self {
            tag: objects.tag.clone(),
            tags: objects.groups.iter().flat_map(|group| group.tags.clone()).collect(),
            members: members.into_iter().map(|(name, (kinds, count))| (name, (kinds, count == seen))).collect(),
        }
    }

    fn is_like(&self, objects: &Objects, via: &str) -> bool {
        let other = Self::of(objects);
        let has_same_tag =
            self.tag.is_some() && self.tag == other.tag && self.tags.iter().any(|tag| other.tags.contains(tag));
        let adds_none = other.members.keys().all(|name| self.members.contains_key(name));
        let has_required =
            self.members.iter().all(|(name, (_, is_required))| !is_required || other.members.contains_key(name));
        let are_of_kind = other.members.iter().all(|(name, (kinds, _))| {
            let mine = self.members.get(name).map(|(kinds, _)| kinds);
            mine.is_none_or(|mine| mine == kinds || mine.is_empty() || kinds.is_empty())
        });
        other.members.contains_key(via) && (adds_none || has_same_tag) && has_required && are_of_kind
    }
}
