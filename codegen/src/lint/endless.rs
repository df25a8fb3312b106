//! Values that hold a value of their own kind without end.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value};

use super::Subject;
use super::keyword::Types;
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
        values.map(|(place, schema)| ((*place).clone(), clauses(subject, place, schema))).collect();
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

/// What has to be finite for a value to be so, as far as the schema at a place says it alone: all of them together are no more
/// than the files are.
fn clauses(subject: &Subject<'_>, place: &Place, schema: &Map<String, Value>) -> Vec<Clause> {
    let one = |any: Place, said: Place| Clause { any: vec![any], said, holder: None };
    let targets = subject.resolved.targets(place);
    let mut clauses: Vec<Clause> = targets.map(|target| one(target.clone(), place.clone())).collect();
    if subject.schemas.is_silent(place, schema) {
        return clauses;
    }
    let branches = |keyword: &str| {
        let count = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        let all = place.join(keyword);
        (0..count).map(|index| all.join(&index.to_string())).collect::<Vec<_>>()
    };
    clauses.extend(branches("allOf").into_iter().map(|branch| one(branch.clone(), branch)));
    for keyword in ["anyOf", "oneOf"].into_iter().filter(|keyword| schema.contains_key(*keyword)) {
        clauses.push(Clause { any: branches(keyword), said: place.join(keyword), holder: None });
    }
    let Some(types) = Types::of(schema).filter(|_| !schema.contains_key("enum") && !schema.contains_key("const"))
    else {
        return clauses;
    };
    if types.are_only("object") {
        clauses.extend(members(place, schema));
    }
    let is_filled = schema.get("minItems").and_then(Value::as_f64).is_some_and(|least| least >= 1.0);
    let is_list = schema.get("items").is_some_and(Value::is_object) && !schema.contains_key("prefixItems");
    if types.are_only("array") && is_filled && is_list {
        let holder = Some("an item".to_owned());
        clauses.push(Clause { any: vec![place.join("items")], said: place.join("minItems"), holder });
    }
    clauses
}

/// The members that an object has to have.
fn members(place: &Place, schema: &Map<String, Value>) -> impl Iterator<Item = Clause> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten().enumerate();
    let properties = schema.get("properties").and_then(Value::as_object);
    names.filter_map(move |(index, name)| {
        let name = name.as_str().filter(|name| properties.is_some_and(|properties| properties.contains_key(*name)))?;
        Some(Clause {
            any: vec![place.join("properties").join(name)],
            said: place.join("required").join(&index.to_string()),
            holder: Some(format!("the member `{name}`")),
        })
    })
}
