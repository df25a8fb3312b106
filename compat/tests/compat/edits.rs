//! Made-up edits of schemas that others published, each with a known answer.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]
#![expect(clippy::unnecessary_wraps, reason = "an edit that can always be made is one of many that can not")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use thoth_messaging_compat::{Files, Place, Schema, Verdict};

use crate::versions::{Tally, is_thorough, published};

/// What an edit is known to be, BACKWARD and FORWARD.
type Answer = (bool, bool);

/// An edit of the schema at one place; none where it is not possible there.
type Edit = fn(&mut Value) -> Option<Answer>;

const EDITS: [(&str, Edit); 12] = [
    ("annotate", annotate),
    ("reorder", reorder),
    ("wrap", wrap),
    ("drop", drop_member),
    ("add", add_member),
    ("require", require),
    ("narrow", narrow),
    ("fewer values", fewer_values),
    ("widen", widen),
    ("close", close),
    ("rename", rename),
    ("retype", retype),
];

fn annotate(schema: &mut Value) -> Option<Answer> {
    schema["title"] = json!("another title");
    schema["description"] = json!("another description");
    Some((true, true))
}

fn reorder(schema: &mut Value) -> Option<Answer> {
    fn reverse(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members.iter_mut() {
                    match value {
                        Value::Array(items)
                            if matches!(name.as_str(), "required" | "enum" | "anyOf" | "oneOf" | "allOf") =>
                        {
                            items.reverse();
                        }
                        _ => reverse(value),
                    }
                }
                *members = std::mem::take(members).into_iter().rev().collect();
            }
            Value::Array(items) => items.iter_mut().for_each(reverse),
            _ => {}
        }
    }
    reverse(schema);
    Some((true, true))
}

fn wrap(schema: &mut Value) -> Option<Answer> {
    let name = first(schema, |_, _| true)?;
    let inner = schema["properties"][&name].take();
    schema["properties"][&name] = json!({"allOf": [inner]});
    Some((true, true))
}

/// The first member of the properties that meets a condition.
fn first(schema: &Value, condition: impl Fn(&str, &Value) -> bool) -> Option<String> {
    let properties = schema.get("properties")?.as_object()?;
    properties.iter().find(|(name, value)| condition(name, value)).map(|(name, _)| name.clone())
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name))
}

/// Returns whether other members are refused; none where something else is said of them.
fn is_closed(schema: &Value) -> Option<bool> {
    match schema.get("additionalProperties") {
        None | Some(Value::Bool(true)) => Some(false),
        Some(Value::Bool(false)) => Some(true),
        _ => None,
    }
}

fn has_type(value: &Value) -> bool {
    value.get("type").is_some()
}

fn drop_member(schema: &mut Value) -> Option<Answer> {
    let closed = is_closed(schema)?;
    let name = first(schema, |name, value| has_type(value) && !is_required(schema, name))?;
    schema["properties"].as_object_mut()?.remove(&name);
    Some((!closed, closed))
}

fn add_member(schema: &mut Value) -> Option<Answer> {
    let closed = is_closed(schema)?;
    schema["properties"].as_object_mut()?.insert("addedByEdit".to_owned(), json!({"type": "string"}));
    Some((closed, !closed))
}

fn require(schema: &mut Value) -> Option<Answer> {
    let name = first(schema, |name, _| !is_required(schema, name))?;
    let mut required = schema["required"].as_array().cloned().unwrap_or_default();
    required.push(name.into());
    schema["required"] = required.into();
    Some((false, true))
}

fn plain_text(value: &Value) -> bool {
    value["type"] == "string"
        && ["enum", "const", "pattern", "format", "minLength"].iter().all(|key| value.get(key).is_none())
}

fn narrow(schema: &mut Value) -> Option<Answer> {
    let name = first(schema, |_, value| plain_text(value))?;
    schema["properties"][&name]["minLength"] = 3.into();
    Some((false, true))
}

fn fewer_values(schema: &mut Value) -> Option<Answer> {
    let name = first(schema, |_, value| value["enum"].as_array().is_some_and(|values| values.len() > 1))?;
    schema["properties"][&name]["enum"].as_array_mut()?.pop();
    Some((false, true))
}

fn widen(schema: &mut Value) -> Option<Answer> {
    let name = first(schema, |_, value| {
        value["type"] == "string" && value.get("enum").is_none() && value.get("const").is_none()
    })?;
    schema["properties"][&name]["type"] = json!(["string", "null"]);
    Some((true, false))
}

fn close(schema: &mut Value) -> Option<Answer> {
    if is_closed(schema)? {
        return None;
    }
    schema["additionalProperties"] = false.into();
    Some((false, true))
}

fn rename(schema: &mut Value) -> Option<Answer> {
    let name = first(schema, |name, _| is_required(schema, name))?;
    let members = schema["properties"].as_object_mut()?;
    let value = members.remove(&name)?;
    members.insert("renamedByEdit".to_owned(), value);
    let required = schema["required"].as_array_mut()?;
    required.iter_mut().filter(|other| **other == name).for_each(|other| *other = "renamedByEdit".into());
    Some((false, false))
}

fn retype(schema: &mut Value) -> Option<Answer> {
    let name = first(schema, |_, value| plain_text(value))?;
    schema["properties"][&name]["type"] = "integer".into();
    Some((false, false))
}

/// The objects that every instance has, or may have, at one place: no choice leads there, and nothing else speaks of it.
fn objects(schema: &Schema) -> Vec<Place> {
    let (mut found, mut open) = (Vec::new(), vec![schema.root().clone()]);
    while let Some(place) = open.pop() {
        let Some(value) = schema.value(&place) else { continue };
        let others =
            ["allOf", "anyOf", "oneOf", "not", "if", "patternProperties", "dependencies", "unevaluatedProperties"];
        if found.contains(&place) || others.iter().any(|keyword| value.get(keyword).is_some()) {
            continue;
        }
        open.extend(schema.targets(&place).iter().filter(|_| value.as_object().is_some_and(|v| v.len() <= 2)).cloned());
        let is_object =
            value["type"] == "object" && value.get("properties").is_some() && schema.targets(&place).is_empty();
        if is_object {
            let below = schema.subschemas(&place).iter().filter(|inner| inner.keyword == "properties");
            open.extend(below.map(|inner| inner.place.clone()));
            found.push(place);
        }
    }
    found
}

struct Run {
    tallies: BTreeMap<&'static str, Tally>,
    all: Tally,
    unknown: Vec<String>,
    wrong: Vec<String>,
}

impl Run {
    fn edit(&mut self, files: &Files, root: &str, place: &Place, (name, edit): (&'static str, Edit)) {
        let mut document = files.get(&place.document).unwrap().clone();
        let Some(answer) = document.pointer_mut(&place.pointer).and_then(edit) else { return };
        let mut edited = files.clone();
        edited.insert(place.document.clone(), document);
        let (Ok(old), Ok(new)) = (Schema::new(files, root), Schema::new(&edited, root)) else { return };
        for (direction, wide, narrow, expected) in
            [("BACKWARD", &new, &old, answer.0), ("FORWARD", &old, &new, answer.1)]
        {
            let told = format!("{name} at {place} of {root} {direction}");
            let verdict = self.tallies.entry(name).or_default().judge(wide, narrow, &[], &told);
            match verdict {
                Verdict::Compatible => self.all.compatible += 1,
                Verdict::Breaking { .. } | Verdict::BreakingBySize { .. } => self.all.breaking += 1,
                Verdict::Unknown { .. } => self.all.unknown += 1,
            }
            match (&verdict, expected) {
                (Verdict::Unknown { reason, places }, _) => {
                    let places: Vec<_> = places.iter().map(ToString::to_string).collect();
                    self.unknown.push(format!("{told}: {reason} {places:?}"));
                }
                (Verdict::Compatible, true) | (Verdict::Breaking { .. } | Verdict::BreakingBySize { .. }, false) => {}
                (verdict, _) => self.wrong.push(format!("{told}: {verdict:?}")),
            }
        }
    }
}

/// Edits of every so many schemas of a corpus, at one place each.
fn check(folder: &str, every: usize) {
    let Some(files) = published(folder) else { return };
    let mut run = Run { tallies: BTreeMap::new(), all: Tally::default(), unknown: Vec::new(), wrong: Vec::new() };
    let names: Vec<String> = files.names().map(str::to_owned).collect();
    let every = if is_thorough() { 1 } else { every };
    for (number, root) in names.iter().enumerate().filter(|(number, _)| number % every == 0) {
        let Ok(schema) = Schema::new(&files, root) else { continue };
        let places = objects(&schema);
        for (edit, step) in EDITS.into_iter().zip(number..) {
            if let Some(place) = places.get(step % places.len().max(1)) {
                run.edit(&files, root, place, edit);
            }
        }
    }
    for (name, tally) in &run.tallies {
        tally.print(name);
    }
    run.all.print(folder);
    run.unknown.iter().for_each(|line| println!("  unknown: {line}"));
    assert_eq!(run.wrong, Vec::<String>::new());
    assert!(run.all.unknown * 100 <= run.all.total() * 3, "more than 3 % unknown");
}

#[test]
#[ignore = "schemas of others, which take long without optimization: `just prove`"]
fn answers_edits_of_cdevents_as_known() {
    check("cdevents/schemas", 7);
}

#[test]
#[ignore = "schemas of others, which take long without optimization: `just prove`"]
fn answers_edits_of_openlineage_as_known() {
    check("openlineage/spec", 5);
}

#[test]
#[ignore = "schemas of others, which take long without optimization: `just prove`"]
fn answers_edits_of_github_webhooks_as_known() {
    check("github-webhooks/payload-schemas/api.github.com", 40);
}
