//! Annotations: titles, descriptions, defaults, be they behind a `$ref`.

use serde_json::Value;

use super::flatten::MAX_DEPTH;
use crate::resolve::{Place, Resolved};

/// The annotation of some schemas: that of the last which has one, be it behind a `$ref`.
pub(crate) fn annotation<'a>(resolved: &'a Resolved, places: &[Place], keyword: &str) -> Option<&'a Value> {
    places.iter().rev().find_map(|place| annotation_of(resolved, place, keyword)).map(|(_, value)| value)
}

/// The annotation of one schema, and the schema that it stands in.
pub(crate) fn annotation_of<'a>(resolved: &'a Resolved, place: &Place, keyword: &str) -> Option<(Place, &'a Value)> {
    let mut at = place;
    // A longer way is refused where it is followed.
    for _ in 0..=MAX_DEPTH {
        let schema = resolved.schema(at).as_object()?;
        if let Some(value) = schema.get(keyword) {
            return Some((at.clone(), value));
        }
        at = resolved.target(at)?;
    }
    None
}

/// An annotation that is a text, without space around it.
pub(crate) fn text(resolved: &Resolved, places: &[Place], keyword: &str) -> Option<String> {
    let text = annotation(resolved, places, keyword)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Tells whether `deprecated` is said of a value.
pub(crate) fn is_deprecated(resolved: &Resolved, places: &[Place]) -> bool {
    annotation(resolved, places, "deprecated") == Some(&Value::Bool(true))
}
