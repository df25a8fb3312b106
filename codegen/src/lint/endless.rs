//! Values that hold a value of their own kind without end.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value};

use super::Subject;
use super::keyword::Types;
use super::values::ValueSchemas;
use crate::diagnostic::Diagnostic;
use crate::resolve::Place;

/// A value is finite only where one of some others is.
struct Clause {
    any: Vec<Place>,
    /// The keyword that says so.
    said: Place,
    /// What holds the other value, as `` the member `next` ``.
    holder: Option<String>,
}

pub(super) fn endless_value(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let values = subject.schemas.places.iter();
    let clauses: BTreeMap<Place, Vec<Clause>> =
        values.map(|(place, _)| ((*place).clone(), clauses(&subject.schemas.value(place)))).collect();
    let endless = endless(&clauses);
    let mut seen: BTreeSet<&Place> = BTreeSet::new();
    for start in &endless {
        // The way ends in a circle, or in what was looked at before.
        let mut way: Vec<&Clause> = Vec::new();
        let mut at: BTreeMap<&Place, usize> = BTreeMap::new();
        let mut next = Some(*start);
        while let Some(place) = next.filter(|place| seen.insert(place)) {
            let mut all = clauses.get(place).into_iter().flatten();
            let Some(clause) = all.find(|clause| clause.any.iter().all(|any| endless.contains(any))) else { break };
            at.insert(place, way.len());
            way.push(clause);
            next = clause.any.first();
        }
        let circle = next.and_then(|entry| at.get(entry)).map_or(&[][..], |entry| &way[*entry..]);
        let told = circle.iter().filter_map(|clause| Some((clause, clause.holder.as_ref()?)));
        let told = told.min_by(|(one, _), (other, _)| one.said.cmp(&other.said));
        found.extend(told.map(|(clause, holder)| {
            let location = subject.resolved.document(&clause.said).locate(&clause.said.pointer);
            Diagnostic::warning(
                "L0315",
                format!("no value ends: {holder} has to be there, and leads back here"),
                location,
            )
            .help("let it be absent or `null` somewhere on the way, or let a list be empty")
        }));
    }
}

/// The values that are not finite: the least set of finite ones is grown, and they are what is left.
fn endless(clauses: &BTreeMap<Place, Vec<Clause>>) -> BTreeSet<&Place> {
    let mut users: BTreeMap<&Place, Vec<(&Place, usize)>> = BTreeMap::new();
    let mut open: BTreeMap<&Place, BTreeSet<usize>> = BTreeMap::new();
    let mut finite: VecDeque<&Place> = VecDeque::new();
    for (place, all) in clauses {
        // What is no schema with members, as `true`, is finite.
        let is_open = |clause: &Clause| clause.any.iter().all(|any| clauses.contains_key(any));
        let waiting: BTreeSet<usize> = (0..all.len()).filter(|number| is_open(&all[*number])).collect();
        for number in &waiting {
            all[*number].any.iter().for_each(|any| users.entry(any).or_default().push((place, *number)));
        }
        if waiting.is_empty() {
            finite.push_back(place);
        } else {
            open.insert(place, waiting);
        }
    }
    while let Some(place) = finite.pop_front() {
        for (user, number) in users.get(place).into_iter().flatten() {
            let Some(waiting) = open.get_mut(user) else { continue };
            waiting.remove(number);
            if waiting.is_empty() {
                open.remove(user);
                finite.push_back(*user);
            }
        }
    }
    open.into_keys().collect()
}

/// What has to be finite for a value to be so.
fn clauses(value: &ValueSchemas<'_>) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for (place, schema) in &value.schemas {
        for keyword in ["anyOf", "oneOf"] {
            let Some(branches) = schema.get(keyword).and_then(Value::as_array) else { continue };
            let said = place.join(keyword);
            let any = (0..branches.len()).map(|index| said.join(&index.to_string())).collect();
            clauses.push(Clause { any, said, holder: None });
        }
    }
    if value.any_has(&["enum", "const"]) {
        return clauses;
    }
    if is_only(value, "object") {
        for (place, index, name) in super::required::required(value) {
            let declared = value.members("properties").filter(|(_, declared, _)| *declared == name);
            let said = place.join("required").join(&index.to_string());
            clauses.extend(declared.map(|(at, name, _)| Clause {
                any: vec![at.join("properties").join(name)],
                said: said.clone(),
                holder: Some(format!("the member `{name}`")),
            }));
        }
    }
    if is_only(value, "array") {
        clauses.extend(value.schemas.iter().filter_map(|(place, schema)| items(value, place, schema)));
    }
    clauses
}

/// Tells whether the values are of one type alone.
fn is_only(value: &ValueSchemas<'_>, name: &str) -> bool {
    value.schemas.iter().any(|(_, schema)| Types::of(schema).is_some_and(|types| types.are_only(name)))
}

/// The items of an array that has one at least.
fn items(value: &ValueSchemas<'_>, place: &Place, schema: &Map<String, Value>) -> Option<Clause> {
    let is_filled = |(_, schema): &&(Place, &Map<String, Value>)| {
        schema.get("minItems").and_then(Value::as_f64).is_some_and(|least| least >= 1.0)
    };
    let (filled, _) = value.schemas.iter().find(is_filled)?;
    let is_list = schema.get("items").is_some_and(Value::is_object) && !schema.contains_key("prefixItems");
    is_list.then(|| Clause {
        any: vec![place.join("items")],
        said: filled.join("minItems"),
        holder: Some("an item".to_owned()),
    })
}
