//! Schemas that lead back to themselves without a step into the value: JSON Schema leaves open what they accept.

use std::collections::BTreeMap;

use thoth_messaging_documents::keywords::is_in_place;

use super::{Schema, walk};
use crate::files::Place;

impl Schema {
    /// A schema that applies to a value by way of applying to the same value, among those that the root leads to.
    pub(crate) fn endless(&self) -> Option<Place> {
        // Whether all that a schema leads to without a step into the value is known to end; not yet on the way through it.
        let mut ends: BTreeMap<&Place, bool> = BTreeMap::new();
        let mut starts = vec![&self.root];
        while let Some(start) = starts.pop() {
            let mut open = vec![(start, false)];
            while let Some((place, is_left)) = open.pop() {
                if is_left {
                    ends.insert(place, true);
                    continue;
                }
                match ends.get(place) {
                    Some(true) => {}
                    Some(false) => return Some(self.origin(place)),
                    None => {
                        ends.insert(place, false);
                        open.push((place, true));
                        open.extend(self.beside(place).map(|beside| (beside, false)));
                        starts.extend(self.within(place));
                    }
                }
            }
        }
        None
    }

    /// The schemas that apply to the same value as the one at a place.
    fn beside<'s>(&'s self, place: &Place) -> impl Iterator<Item = &'s Place> {
        let node = self.nodes.get(place);
        let has_if = node.is_some_and(|node| node.value.get("if").is_some());
        let applies = move |keyword: &str| is_in_place(keyword) && (has_if || !matches!(keyword, "then" | "else"));
        let subschemas = node.into_iter().flat_map(|node| &node.subschemas);
        let held = subschemas.filter(move |inner| applies(inner.keyword)).map(|inner| &inner.place);
        let dynamic = node.and_then(|node| node.dynamic.as_ref());
        let anchored = |dynamic: &'s walk::Dynamic| {
            self.nodes.iter().filter(|(_, node)| dynamic.is_anchored(&node.value)).map(|(place, _)| place)
        };
        let anchors = dynamic.into_iter().flat_map(anchored);
        held.chain(node.into_iter().flat_map(|node| &node.targets)).chain(anchors)
    }

    /// The schemas that apply to what is in the value.
    fn within<'s>(&'s self, place: &Place) -> impl Iterator<Item = &'s Place> {
        let subschemas = self.subschemas(place).iter();
        subschemas.filter(|inner| !is_in_place(inner.keyword) && !inner.is_definition()).map(|inner| &inner.place)
    }
}
