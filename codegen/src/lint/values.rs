//! What the schemas of one value say together.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use thoth_messaging_documents::keywords;
use thoth_messaging_documents::pointer::segments;

use crate::resolve::{Place, Resolved};

/// More schemas than this never lead from one to the next on purpose; more is refused elsewhere.
const MAX_DEPTH: usize = 128;

/// The schemas of a set, by place and by the values that they speak of.
pub(super) struct Schemas<'a> {
    resolved: &'a Resolved,
    /// Of the files of the user that are no topics.
    pub(super) places: Vec<(&'a Place, &'a Map<String, Value>)>,
    /// The places of the values that a schema of the user speaks of as a whole.
    values: Vec<Place>,
}

/// The schemas that one value has to meet, all of them.
pub(super) struct ValueSchemas<'a> {
    /// The place of the value in the schema around it: the root of a message, a property, an item.
    pub(super) place: Place,
    /// The schemas behind `$ref` and `allOf`, in order, those of the place first.
    pub(super) schemas: Vec<(Place, &'a Map<String, Value>)>,
}

impl<'a> Schemas<'a> {
    pub(super) fn of(resolved: &'a Resolved) -> Self {
        let is_own = |place: &&Place| {
            let document = resolved.document(place);
            !document.built_in && document.files.is_empty()
        };
        let places = resolved.places().filter(is_own);
        let places = places.filter_map(|place| Some((place, resolved.schema(place).as_object()?)));
        let places: Vec<_> = places.collect();
        let roots = resolved.documents.iter().enumerate().filter(|(_, file)| file.is_message && file.files.is_empty());
        let mut values: Vec<Place> = roots.map(|(number, _)| Place::root(number)).collect();
        for (place, schema) in &places {
            let below = keywords::subschemas(resolved.draft(place), schema).into_iter();
            let below = below.filter(|inner| speaks_of_parts(inner.keyword.name));
            values.extend(below.map(|inner| place.at(inner.pointer(&place.pointer))));
        }
        Self { resolved, places, values }
    }

    /// The places whose keywords say something: up to draft 7, those beside a `$ref` do not.
    pub(super) fn speaking(&self) -> impl Iterator<Item = &(&'a Place, &'a Map<String, Value>)> {
        self.places.iter().filter(|(place, schema)| !self.is_silent(place, schema))
    }

    /// Tells whether nothing counts beside the `$ref` of a schema.
    pub(super) fn is_silent(&self, place: &Place, schema: &Map<String, Value>) -> bool {
        keywords::ref_stands_alone(self.resolved.draft(place)) && schema.contains_key("$ref")
    }

    /// The messages, then the values in them and in what they share. Each is put together when it is asked for, as all
    /// of them at once may be much more than the files are.
    pub(super) fn values(&self) -> impl Iterator<Item = ValueSchemas<'a>> {
        self.values.iter().map(|place| self.value(place))
    }

    /// The messages.
    pub(super) fn messages(&self) -> impl Iterator<Item = ValueSchemas<'a>> {
        self.values.iter().filter(|place| place.pointer.is_empty()).map(|place| self.value(place))
    }

    /// The schemas of a value at a place, together.
    pub(super) fn value(&self, place: &Place) -> ValueSchemas<'a> {
        let mut way = Way::default();
        self.follow(place, 0, &mut way);
        ValueSchemas { place: place.clone(), schemas: way.schemas }
    }

    fn follow(&self, place: &Place, depth: usize, way: &mut Way<'a>) {
        let Some(schema) = self.resolved.schema(place).as_object() else { return };
        if depth > MAX_DEPTH || !way.known.insert(place.clone()) {
            return;
        }
        if !self.is_silent(place, schema) {
            way.schemas.push((place.clone(), schema));
            let branches = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
            for index in 0..branches {
                self.follow(&place.join("allOf").join(&index.to_string()), depth + 1, way);
            }
        }
        for target in self.resolved.targets(place) {
            self.follow(target, depth + 1, way);
        }
    }
}

/// The way through `$ref` and `allOf`, so far.
#[derive(Default)]
struct Way<'a> {
    known: BTreeSet<Place>,
    schemas: Vec<(Place, &'a Map<String, Value>)>,
}

impl<'a> ValueSchemas<'a> {
    /// The name of the property that the value is.
    pub(super) fn property_name(&self) -> Option<String> {
        let outer = self.place.parent()?;
        let name = outer.pointer.ends_with("/properties").then(|| segments(&self.place.pointer).last());
        name.flatten()
    }

    /// Returns whether the value is the name of a member.
    pub(super) fn is_of_names(&self) -> bool {
        self.place.pointer.ends_with("/propertyNames")
    }

    /// Returns whether the schema around the value is a part of what is said of its object: the rest may say more of the value.
    pub(super) fn is_in_branch(&self) -> bool {
        let segments: Vec<String> = segments(&self.place.pointer).collect();
        let is_definitions = |segment: &String| matches!(segment.as_str(), "$defs" | "definitions");
        let start = segments.iter().rposition(is_definitions).unwrap_or_default();
        segments[start..].windows(2).any(|pair| {
            !matches!(pair[0].as_str(), "properties" | "patternProperties" | "$defs" | "definitions")
                && keywords::is_in_place(&pair[1])
        }) || segments.first().is_some_and(|first| keywords::is_in_place(first))
    }

    /// Returns whether any of the schemas has any of these keywords.
    pub(super) fn any_has(&self, names: &[&str]) -> bool {
        self.schemas.iter().any(|(_, schema)| names.iter().any(|name| schema.contains_key(*name)))
    }

    /// The members of an object keyword, of each schema that has it.
    pub(super) fn members(&self, keyword: &str) -> impl Iterator<Item = (&Place, &'a String, &'a Value)> {
        let members = self.schemas.iter().map(move |(place, schema)| (place, schema.get(keyword)));
        members.flat_map(|(place, members)| {
            let members = members.and_then(Value::as_object).into_iter().flatten();
            members.map(move |(name, value)| (place, name, value))
        })
    }
}

/// Returns whether a keyword's schemas speak of a part of the value and not of the value itself.
fn speaks_of_parts(keyword: &str) -> bool {
    matches!(
        keyword,
        "properties"
            | "patternProperties"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "propertyNames"
            | "items"
            | "prefixItems"
            | "additionalItems"
            | "unevaluatedItems"
            | "contains"
    )
}
