//! Keywords that hold schemas.

use std::collections::BTreeMap;

use serde_json::Value;

use super::keywords::changed;
use super::walk::{Pair, Side, Walk};
use super::{Effect, shown};
use crate::files::Place;
use crate::schema::Schema;

/// Compares what a keyword holds; whether it is one that holds schemas.
pub(super) fn compare(walk: &mut Walk<'_>, pair: &Pair<'_>, keyword: &str) -> bool {
    match keyword {
        "properties" => properties(walk, pair),
        "patternProperties" | "dependentSchemas" | "dependencies" => named(walk, pair, keyword),
        "additionalProperties" => additional_properties(walk, pair),
        "allOf" => branches(walk, pair, keyword, "PRODUCT_TYPE", Effect::BACKWARD),
        "anyOf" | "oneOf" => branches(walk, pair, keyword, "SUM_TYPE", Effect::FORWARD),
        "items" | "prefixItems" => items(walk, pair, keyword),
        "additionalItems" | "unevaluatedItems" | "contains" => {
            one(walk, pair, keyword, &format!("{}/*", pair.instance))
        }
        "propertyNames" | "then" | "else" | "$ref" => one(walk, pair, keyword, &pair.instance),
        "unevaluatedProperties" => one(walk, pair, keyword, &format!("{}/*", pair.instance)),
        "if" | "not" | "$dynamicRef" | "$recursiveRef" => {
            // Whether such a schema takes more or less turns its effect around, or more than that.
            if pair.old.get(keyword) != pair.new.get(keyword) {
                let mut difference = changed(pair, keyword);
                difference.effect = Effect::BOTH;
                walk.report(difference);
            }
        }
        _ => return false,
    }
    true
}

/// A keyword with one schema.
fn one(walk: &mut Walk<'_>, pair: &Pair<'_>, keyword: &str, instance: &str) {
    let place = |schema: &Schema, side: &Side<'_>| {
        if keyword == "$ref" {
            return schema.targets(&side.place).first().cloned();
        }
        let held = schema.subschemas(&side.place).iter();
        held.filter(|held| held.keyword == keyword && held.member.is_none()).map(|held| held.place.clone()).next()
    };
    match (place(walk.old, &pair.old), place(walk.new, &pair.new)) {
        (Some(old), Some(new)) => walk.compare(&old, &new, instance.to_owned()),
        (None, None) => {}
        _ => walk.report(changed(pair, keyword)),
    }
}

/// The schemas of a keyword, by member or index.
fn held(schema: &Schema, side: &Side<'_>, keyword: &str) -> BTreeMap<String, Place> {
    let held = schema.subschemas(&side.place).iter().filter(|held| held.keyword == keyword);
    held.filter_map(|held| Some((held.member.clone()?, held.place.clone()))).collect()
}

/// Declared members: those of both versions, and those that came or went, which depends on what others are allowed.
fn properties(walk: &mut Walk<'_>, pair: &Pair<'_>) {
    let (before, after) = (held(walk.old, &pair.old, "properties"), held(walk.new, &pair.new, "properties"));
    for (name, new) in &after {
        let instance = format!("{}/{}", pair.instance, escaped(name));
        match before.get(name) {
            Some(old) => walk.compare(old, new, instance),
            None => member(walk, pair, "ADDED_TO", name, &pair.old.place, new),
        }
    }
    for (name, old) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
        member(walk, pair, "REMOVED_FROM", name, old, &pair.new.place);
    }
}

fn member(walk: &mut Walk<'_>, pair: &Pair<'_>, change: &str, name: &str, old: &Place, new: &Place) {
    let (other, is_added) = if change == "ADDED_TO" { (&pair.old, true) } else { (&pair.new, false) };
    let is_closed = matches!(other.get("additionalProperties"), Some(Value::Bool(false)))
        || matches!(other.get("unevaluatedProperties"), Some(Value::Bool(false)));
    let model = if is_closed { "CLOSED" } else { "OPEN" };
    // In the version without the member a closed object refuses it, and an open one takes any value of it.
    let effect = if is_closed == is_added { Effect::FORWARD } else { Effect::BACKWARD };
    let verb = if is_added { "is declared now" } else { "is no longer declared" };
    let (which, what) = if is_added { ("were", "other members") } else { ("are", "other members") };
    let refused = if is_closed { "refused" } else { "allowed" };
    let message = format!("member `{name}` of {} {verb}, where {what} {which} {refused}", pair.subject());
    let keyword = if is_closed { "additionalProperties" } else { "properties" };
    let mut difference = pair.difference(keyword, format!("PROPERTY_{change}_{model}_CONTENT_MODEL"), effect, message);
    (difference.old, difference.new) = (old.clone(), new.clone());
    if !is_closed {
        difference.instance = format!("{}/{}", pair.instance, escaped(name));
    }
    walk.report(difference);
}

/// Schemas by pattern or by member, each a constraint of its own.
fn named(walk: &mut Walk<'_>, pair: &Pair<'_>, keyword: &str) {
    let (before, after) = (held(walk.old, &pair.old, keyword), held(walk.new, &pair.new, keyword));
    let below = if keyword == "patternProperties" { "/*" } else { "" };
    for (name, old) in &before {
        if let Some(new) = after.get(name) {
            walk.compare(old, new, format!("{}{below}", pair.instance));
        }
    }
    let names = |side: &Side<'_>| -> Vec<String> {
        side.get(keyword).and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    let (before, after) = (names(&pair.old), names(&pair.new));
    let lists = |side: &Side<'_>| side.get(keyword).map(|members| without_schemas(members));
    if before != after && sorted(&before) != sorted(&after) || lists(&pair.old) != lists(&pair.new) {
        walk.report(changed(pair, keyword));
    }
}

/// `dependencies` may hold lists of names beside schemas.
fn without_schemas(members: &Value) -> BTreeMap<String, Value> {
    let members = members.as_object().into_iter().flatten();
    members.filter(|(_, value)| value.is_array()).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn sorted(names: &[String]) -> Vec<&String> {
    let mut names: Vec<_> = names.iter().collect();
    names.sort();
    names
}

/// What members that are not declared have to be.
fn additional_properties(walk: &mut Walk<'_>, pair: &Pair<'_>) {
    const KEYWORD: &str = "additionalProperties";
    let (before, after) = (pair.old.get(KEYWORD), pair.new.get(KEYWORD));
    let is_free = |value: Option<&Value>| matches!(value, None | Some(Value::Bool(true)));
    let is_closed = |value: Option<&Value>| matches!(value, Some(Value::Bool(false)));
    let (suffix, effect) = match (before, after) {
        (before, after) if before == after || is_free(before) && is_free(after) => return,
        (Some(Value::Object(_)), Some(Value::Object(_))) => {
            return one(walk, pair, KEYWORD, &format!("{}/*", pair.instance));
        }
        (before, after) if is_closed(before) && is_free(after) => ("ADDED", Effect::FORWARD),
        (before, after) if is_free(before) && is_closed(after) => ("REMOVED", Effect::BACKWARD),
        (before, after) if is_closed(before) || is_free(after) => ("EXTENDED", Effect::FORWARD),
        _ => ("NARROWED", Effect::BACKWARD),
    };
    let text = |value: Option<&Value>| value.map_or_else(|| "true".to_owned(), shown);
    let message = format!("`{KEYWORD}` of {} was {} and is {}", pair.subject(), text(before), text(after));
    walk.report(pair.difference(KEYWORD, format!("ADDITIONAL_PROPERTIES_{suffix}"), effect, message));
}

/// Items: one schema for all, or one for each of the first.
fn items(walk: &mut Walk<'_>, pair: &Pair<'_>, keyword: &str) {
    let is_list = |side: &Side<'_>| side.get(keyword).is_some_and(Value::is_array);
    if !is_list(&pair.old) && !is_list(&pair.new) {
        return one(walk, pair, keyword, &format!("{}/*", pair.instance));
    }
    let (before, after) = (held(walk.old, &pair.old, keyword), held(walk.new, &pair.new, keyword));
    for (index, old) in &before {
        if let Some(new) = after.get(index) {
            walk.compare(old, new, format!("{}/{index}", pair.instance));
        }
    }
    if before.len() != after.len() || is_list(&pair.old) != is_list(&pair.new) {
        let mut difference = changed(pair, keyword);
        difference.effect = Effect::BOTH;
        walk.report(difference);
    }
}

/// The branches of a choice or a conjunction: equal ones are matched first, then those at the same place. `extended` is
/// what one more branch does; of a `oneOf`, of which a value may be of one only, it may do more.
fn branches(walk: &mut Walk<'_>, pair: &Pair<'_>, keyword: &str, rule: &str, extended: Effect) {
    let list = |schema: &Schema, side: &Side<'_>| -> Vec<(Place, Value)> {
        let held = schema.subschemas(&side.place).iter().filter(|held| held.keyword == keyword);
        held.filter_map(|held| Some((held.place.clone(), schema.value(&held.place)?.clone()))).collect()
    };
    let (mut before, mut after) = (list(walk.old, &pair.old), list(walk.new, &pair.new));
    before.retain(|(place, value)| {
        let Some(index) = after.iter().position(|(_, other)| other == value) else { return true };
        // An equal text may refer to what has changed.
        let (other, _) = after.remove(index);
        walk.compare(place, &other, pair.instance.clone());
        false
    });
    let both = before.len().min(after.len());
    for ((old, _), (new, _)) in before.iter().zip(&after) {
        walk.compare(old, new, pair.instance.clone());
    }
    let narrowed = Effect { backward: extended.forward, forward: extended.backward };
    for (place, value) in after.iter().skip(both) {
        let message = format!("`{keyword}` of {} has one more branch: {}", pair.subject(), shown(value));
        let mut difference = pair.difference(keyword, format!("{rule}_EXTENDED"), extended, message);
        difference.new = place.clone();
        walk.report(difference);
    }
    for (place, value) in before.iter().skip(both) {
        let message = format!("`{keyword}` of {} no longer has the branch {}", pair.subject(), shown(value));
        let mut difference = pair.difference(keyword, format!("{rule}_NARROWED"), narrowed, message);
        difference.old = place.clone();
        walk.report(difference);
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
