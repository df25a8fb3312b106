//! Decides, for each place, whether its objects are a union by a tag, a map, or plain.

use super::maps;
use super::shape::{Objects, Shape};
use super::tags;

/// Decides for a place and all below it.
pub(super) fn classify(shape: &mut Shape) {
    if let Some(items) = &mut shape.items {
        classify(items);
    }
    if let Some(objects) = &mut shape.objects {
        classify_objects(objects);
    }
}

/// Decides for the objects of a place and all below them.
pub(super) fn classify_objects(objects: &mut Objects) {
    tags::classify(objects);
    for group in &mut objects.groups {
        if group.tags.is_empty() && maps::is_map(&group.members) {
            group.members.make_map(false);
        }
    }
    objects.below_mut().for_each(|(_, shape)| classify(shape));
}
