//! Keywords that hold schemas.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging_documents::pointer::escape;

use super::keywords::changed;
use super::walk::{Pair, Side, Walk};
use super::{Difference, Effect, Rule, shown};
use crate::files::Place;
use crate::schema::Schema;

/// Compares what a keyword holds; whether it is one that holds schemas.
pub(super) fn compare(walk: &mut Walk<'_>, pair: &Pair<'_>, keyword: &str) -> bool {
    match keyword {
        "properties" => properties(walk, pair),
        "patternProperties" | "dependentSchemas" | "dependencies" => named(walk, pair, keyword),
        "additionalProperties" | "additionalItems" | "unevaluatedProperties" | "unevaluatedItems" => {
            others(walk, pair, keyword);
        }
        "allOf" | "anyOf" | "oneOf" => branches(walk, pair, keyword),
        "items" | "prefixItems" => items(walk, pair, keyword),
        "propertyNames" | "then" | "else" | "$ref" => one(walk, pair, keyword, &pair.instance),
        "contains" => one(walk, pair, keyword, &format!("{}/*", pair.instance)),
        "if" | "not" | "$dynamicRef" | "$recursiveRef" => {
            // Whether such a schema takes more or less turns its effect around, or more than that.
            if pair.old.get(keyword) != pair.new.get(keyword) {
                report(walk, either_way(changed(pair, keyword)));
            }
        }
        _ => return false,
    }
    true
}

fn report(walk: &mut Walk<'_>, difference: Option<Difference>) {
    if let Some(difference) = difference {
        walk.report(difference);
    }
}

/// A change that may break both ways, whether the keyword came or went.
fn either_way(difference: Option<Difference>) -> Option<Difference> {
    difference.map(|difference| Difference { effect: Effect::BOTH, ..difference })
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
        _ => report(walk, changed(pair, keyword)),
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
        let instance = format!("{}/{}", pair.instance, escape(name));
        match before.get(name) {
            Some(old) => walk.compare(old, new, instance),
            None => member(walk, pair, true, name, &pair.old.place, new),
        }
    }
    for (name, old) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
        member(walk, pair, false, name, old, &pair.new.place);
    }
}

fn member(walk: &mut Walk<'_>, pair: &Pair<'_>, is_added: bool, name: &str, old: &Place, new: &Place) {
    let other = if is_added { &pair.old } else { &pair.new };
    let is_closed = matches!(other.get("additionalProperties"), Some(Value::Bool(false)))
        || matches!(other.get("unevaluatedProperties"), Some(Value::Bool(false)));
    let is_required =
        || pair.new.get("required").and_then(Value::as_array).is_some_and(|all| all.iter().any(|it| it == name));
    let rule = match (is_added, is_closed) {
        (true, true) if is_required() => Rule::RequiredPropertyAddedToUnopen,
        (true, true) => Rule::OptionalPropertyAddedToUnopen,
        (true, false) if is_required() => Rule::RequiredPropertyAddedToOpen,
        (true, false) => Rule::OptionalPropertyAddedToOpen,
        (false, true) => Rule::PropertyRemovedFromClosed,
        (false, false) => Rule::PropertyRemovedFromOpen,
    };
    // In the version without the member a closed object refuses it, and an open one takes any value of it.
    let effect = if is_closed == is_added { Effect::FORWARD } else { Effect::BACKWARD };
    let (verb, were) = if is_added { ("is declared now", "were") } else { ("is no longer declared", "are") };
    let refused = if is_closed { "refused" } else { "allowed" };
    let message = format!("member `{name}` of {} {verb}, where other members {were} {refused}", pair.subject());
    let keyword = if is_closed { "additionalProperties" } else { "properties" };
    let mut difference = pair.difference(keyword, rule, effect, message);
    (difference.old, difference.new) = (old.clone(), new.clone());
    if !is_closed {
        difference.instance = format!("{}/{}", pair.instance, escape(name));
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
    let lists = |side: &Side<'_>| side.get(keyword).map(without_schemas);
    if before != after && sorted(&before) != sorted(&after) || lists(&pair.old) != lists(&pair.new) {
        report(walk, changed(pair, keyword));
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

/// What members or items that are not declared have to be.
fn others(walk: &mut Walk<'_>, pair: &Pair<'_>, keyword: &str) {
    let (before, after) = (pair.old.get(keyword), pair.new.get(keyword));
    let is_free = |value: Option<&Value>| matches!(value, None | Some(Value::Bool(true)));
    let is_closed = |value: Option<&Value>| matches!(value, Some(Value::Bool(false)));
    let [added, removed, extended, narrowed] = rules_of_others(keyword);
    let (rule, effect) = match (before, after) {
        (before, after) if before == after || is_free(before) && is_free(after) => return,
        (Some(Value::Object(_)), Some(Value::Object(_))) => {
            one(walk, pair, keyword, &format!("{}/*", pair.instance));
            return;
        }
        (before, _) if is_closed(before) => (added, Effect::FORWARD),
        (_, after) if is_closed(after) => (removed, Effect::BACKWARD),
        (_, after) if is_free(after) => (extended, Effect::FORWARD),
        _ => (narrowed, Effect::BACKWARD),
    };
    let text = |value: Option<&Value>| value.map_or_else(|| "true".to_owned(), shown);
    let message = format!("`{keyword}` of {} was {} and is {}", pair.subject(), text(before), text(after));
    walk.report(pair.difference(keyword, rule, effect, message));
}

/// They are allowed now, refused now, may be anything now, or have a schema now.
fn rules_of_others(keyword: &str) -> [Rule; 4] {
    use Rule as R;
    match keyword {
        "additionalItems" => {
            [R::AdditionalItemsAdded, R::AdditionalItemsRemoved, R::AdditionalItemsExtended, R::AdditionalItemsNarrowed]
        }
        "unevaluatedItems" => [
            R::UnevaluatedItemsAdded,
            R::UnevaluatedItemsRemoved,
            R::UnevaluatedItemsExtended,
            R::UnevaluatedItemsNarrowed,
        ],
        "unevaluatedProperties" => [
            R::UnevaluatedPropertiesAdded,
            R::UnevaluatedPropertiesRemoved,
            R::UnevaluatedPropertiesExtended,
            R::UnevaluatedPropertiesNarrowed,
        ],
        _ => [
            R::AdditionalPropertiesAdded,
            R::AdditionalPropertiesRemoved,
            R::AdditionalPropertiesExtended,
            R::AdditionalPropertiesNarrowed,
        ],
    }
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
        report(walk, either_way(changed(pair, keyword)));
    }
}

/// The branches of a choice or a conjunction: equal ones are matched first, then those at the same place. One more branch of
/// a `oneOf`, of which a value may be of one only, may do more than its effect says.
fn branches(walk: &mut Walk<'_>, pair: &Pair<'_>, keyword: &str) {
    let (extended, narrowed) = match keyword {
        "allOf" => ((Rule::ProductTypeExtended, Effect::BACKWARD), (Rule::ProductTypeNarrowed, Effect::FORWARD)),
        _ => ((Rule::SumTypeExtended, Effect::FORWARD), (Rule::SumTypeNarrowed, Effect::BACKWARD)),
    };
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
    for (place, value) in after.iter().skip(both) {
        let message = format!("`{keyword}` of {} has one more branch: {}", pair.subject(), shown(value));
        let mut difference = pair.difference(keyword, extended.0, extended.1, message);
        difference.new = place.clone();
        walk.report(difference);
    }
    for (place, value) in before.iter().skip(both) {
        let message = format!("`{keyword}` of {} no longer has the branch {}", pair.subject(), shown(value));
        let mut difference = pair.difference(keyword, narrowed.0, narrowed.1, message);
        difference.old = place.clone();
        walk.report(difference);
    }
}
