//! `x-sensitive`: which schemas keep their values out of `Debug`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::resolve::{Place, Resolved};

/// The schemas whose values are sensitive.
#[derive(Debug, Default)]
pub(super) struct Sensitive {
    /// By what they say, through `$ref` and `allOf`.
    whole: BTreeSet<Place>,
    /// By that, or by what is said of their items or values, where those have no type of their own.
    within: BTreeSet<Place>,
}

impl Sensitive {
    pub(super) fn of(resolved: &Resolved) -> Self {
        let says_so = |place: &&Place| resolved.schema(place).get("x-sensitive") == Some(&Value::Bool(true));
        let marked: Vec<Place> = resolved.places().filter(says_so).cloned().collect();
        if marked.is_empty() {
            return Self::default();
        }
        let mut parts: BTreeMap<Place, Vec<&Place>> = BTreeMap::new();
        let mut parts_within: BTreeMap<Place, Vec<&Place>> = BTreeMap::new();
        for place in resolved.places() {
            let schema = resolved.schema(place);
            let branches = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
            let branches = (0..branches).map(|index| place.join("allOf").join(&index.to_string()));
            for part in branches.chain(resolved.target(place).cloned()) {
                parts.entry(part.clone()).or_default().push(place);
                parts_within.entry(part).or_default().push(place);
            }
            for keyword in ["items", "additionalProperties"] {
                parts_within.entry(place.join(keyword)).or_default().push(place);
            }
        }
        Self { whole: reach(&marked, &parts), within: reach(&marked, &parts_within) }
    }

    /// Whether one of these schemas is sensitive: as a whole, or by what is within its values too.
    pub(super) fn any(&self, places: &[Place], within: bool) -> bool {
        let sensitive = if within { &self.within } else { &self.whole };
        places.iter().any(|place| sensitive.contains(place))
    }
}

/// All that some schemas are a part of, themselves included.
fn reach(from: &[Place], parts: &BTreeMap<Place, Vec<&Place>>) -> BTreeSet<Place> {
    let mut reached = BTreeSet::new();
    let mut open = from.to_vec();
    while let Some(place) = open.pop() {
        if reached.insert(place.clone()) {
            open.extend(parts.get(&place).into_iter().flatten().map(|whole| (*whole).clone()));
        }
    }
    reached
}
