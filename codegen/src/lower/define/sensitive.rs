//! `x-sensitive`: which schemas keep their values out of `Debug`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::{Check, Type, Use};
use crate::resolve::{Place, Resolved};

/// The schemas whose values are sensitive.
#[derive(Debug, Default)]
pub(crate) struct Sensitive {
    /// By what they say, through `$ref` and `allOf`.
    whole: BTreeSet<Place>,
    /// By that, or by what is said of their items or values, where those have no type of their own.
    within: BTreeSet<Place>,
}

impl Sensitive {
    pub(crate) fn of(resolved: &Resolved) -> Self {
        let says_so = |place: &&Place| resolved.schema(place).get("x-sensitive") == Some(&Value::Bool(true));
        let marked: Vec<Place> = resolved.places().filter(says_so).cloned().collect();
        if marked.is_empty() {
            return Self::default();
        }
        let mut parts: BTreeMap<Place, Vec<&Place>> = BTreeMap::new();
        let mut parts_within: BTreeMap<Place, Vec<&Place>> = BTreeMap::new();
        for place in resolved.places() {
            let Value::Object(schema) = resolved.schema(place) else { continue };
            let branches = IN_PLACE.iter().flat_map(|keyword| below(place, keyword, schema.get(*keyword)));
            for part in branches.chain(resolved.targets(place).cloned()) {
                parts.entry(part.clone()).or_default().push(place);
                parts_within.entry(part).or_default().push(place);
            }
            for part in WITHIN.iter().flat_map(|keyword| below(place, keyword, schema.get(*keyword))) {
                parts_within.entry(part).or_default().push(place);
            }
        }
        Self { whole: reach(&marked, &parts), within: reach(&marked, &parts_within) }
    }

    /// Tells whether one of these schemas is sensitive: as a whole, or by what is within its values too.
    pub(super) fn any(&self, places: &[Place], within: bool) -> bool {
        let sensitive = if within { &self.within } else { &self.whole };
        places.iter().any(|place| sensitive.contains(place))
    }

    /// Tells whether a value holds what only the validator reads, in a set with something sensitive: it may be that.
    pub(super) fn hides(&self, value: &Use) -> bool {
        self.is_marked() && is_unread(value)
    }

    /// Tells whether anything in the set is.
    pub(crate) fn is_marked(&self) -> bool {
        !self.whole.is_empty()
    }
}

/// Keywords whose schemas speak of the same value.
const IN_PLACE: [&str; 6] = ["allOf", "anyOf", "oneOf", "if", "then", "else"];
/// Keywords whose schemas speak of what is in a value that has no type of its own.
const WITHIN: [&str; 6] =
    ["items", "prefixItems", "additionalItems", "additionalProperties", "patternProperties", "dependentSchemas"];

/// Tells whether a value of any content is in it that a schema speaks of.
fn is_unread(value: &Use) -> bool {
    let is_checked = value.checks.iter().any(|check| matches!(check, Check::Validated(_)));
    match &value.ty {
        Type::Any => is_checked,
        Type::Array(item) | Type::Map(item) => is_checked && item.ty == Type::Any || is_unread(item),
        Type::Tuple(items) => items.iter().any(is_unread),
        _ => false,
    }
}

/// The schemas that a keyword holds: one, a list, or by names.
fn below(place: &Place, keyword: &str, value: Option<&Value>) -> Vec<Place> {
    let at = place.join(keyword);
    match value {
        Some(Value::Array(items)) => (0..items.len()).map(|index| at.join(&index.to_string())).collect(),
        Some(Value::Object(members)) if matches!(keyword, "patternProperties" | "dependentSchemas") => {
            members.keys().map(|name| at.join(name)).collect()
        }
        Some(_) => vec![at],
        None => Vec::new(),
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
