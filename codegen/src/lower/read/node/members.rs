//! Members and items: what schemas say of them by name and by number.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::resolve::Place;

/// The members of an object, as one schema speaks of them.
#[derive(Clone, Debug)]
pub(crate) struct Members {
    pub(crate) place: Place,
    /// The names that it declares, in its order.
    pub(crate) order: Vec<String>,
    pub(crate) declared: BTreeSet<String>,
    /// The schema of the members that it does not declare.
    pub(crate) additional: Option<Place>,
}

/// The items of an array by their number, as one schema speaks of them.
#[derive(Clone, Debug)]
pub(crate) struct Tuple {
    pub(crate) prefix: Vec<Place>,
    /// The schema of the items behind the prefix.
    pub(crate) rest: Option<Place>,
}

/// The names that a schema requires, where it says nothing else.
pub(crate) fn required_alone(schema: &Map<String, Value>) -> Option<Vec<String>> {
    let says = |name: &String| !matches!(name.as_str(), "title" | "description" | "$comment" | "required");
    let names = schema.get("required")?.as_array()?;
    (!schema.keys().any(says)).then(|| texts(names))
}

/// The texts in a list.
pub(super) fn texts(list: &[Value]) -> Vec<String> {
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
