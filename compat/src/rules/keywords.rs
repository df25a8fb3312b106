//! Keywords that hold no schemas.

use std::collections::BTreeSet;

use serde_json::Value;
use thoth_messaging_documents::Draft;

use super::walk::{Pair, Side};
use super::{Difference, Effect, Rule, shown};

/// The change of a keyword, where it is one.
pub(super) fn compare(pair: &Pair<'_>, keyword: &str, formats: bool) -> Option<Difference> {
    let (before, after) = (pair.old.get(keyword), pair.new.get(keyword));
    if before == after {
        return None;
    }
    match keyword {
        "type" => types(pair),
        "enum" | "const" => constants(pair, keyword),
        "required" => required(pair),
        "format" if !formats => None,
        "uniqueItems" => {
            let is_on = |value: Option<&Value>| value == Some(&Value::Bool(true));
            match (is_on(before), is_on(after)) {
                (false, true) => Some(simple(pair, keyword, Rule::UniqueItemsAdded, Effect::BACKWARD)),
                (true, false) => Some(simple(pair, keyword, Rule::UniqueItemsRemoved, Effect::FORWARD)),
                _ => None,
            }
        }
        "maxLength" | "maximum" | "exclusiveMaximum" | "maxItems" | "maxProperties" | "maxContains" => {
            bound(pair, keyword, true)
        }
        "minLength" | "minimum" | "exclusiveMinimum" | "minItems" | "minProperties" | "minContains" => {
            bound(pair, keyword, false)
        }
        _ => changed(pair, keyword),
    }
}

/// A change whose effect follows from whether it came, went or is another one; none of a keyword that no draft knows, which
/// refuses nothing.
pub(super) fn changed(pair: &Pair<'_>, keyword: &str) -> Option<Difference> {
    let (suffix, effect) = match (pair.old.get(keyword), pair.new.get(keyword)) {
        (None, _) => ("ADDED", Effect::BACKWARD),
        (_, None) => ("REMOVED", Effect::FORWARD),
        _ => ("CHANGED", Effect::BOTH),
    };
    Some(simple(pair, keyword, rule(keyword, suffix)?, effect))
}

fn simple(pair: &Pair<'_>, keyword: &str, rule: Rule, effect: Effect) -> Difference {
    pair.difference(keyword, rule, effect, what(pair, keyword))
}

/// Returns what a keyword was and is.
fn what(pair: &Pair<'_>, keyword: &str) -> String {
    let subject = pair.subject();
    match (pair.old.get(keyword), pair.new.get(keyword)) {
        (None, Some(after)) => format!("`{keyword}` {} was added to {subject}", shown(after)),
        (Some(before), None) => format!("`{keyword}` {} of {subject} is gone", shown(before)),
        (before, after) => {
            let text = |value: Option<&Value>| value.map(shown).unwrap_or_default();
            format!("`{keyword}` of {subject} was {} and is {}", text(before), text(after))
        }
    }
}

/// An upper or a lower bound.
fn bound(pair: &Pair<'_>, keyword: &str, is_upper: bool) -> Option<Difference> {
    let (before, after) = (pair.old.get(keyword), pair.new.get(keyword));
    let numbers = (before.and_then(Value::as_f64), after.and_then(Value::as_f64));
    let (suffix, effect) = match numbers {
        (Some(before), Some(after)) if after > before => {
            ("INCREASED", if is_upper { Effect::FORWARD } else { Effect::BACKWARD })
        }
        (Some(_), Some(_)) => ("DECREASED", if is_upper { Effect::BACKWARD } else { Effect::FORWARD }),
        // In draft 4 `exclusiveMaximum` is a switch.
        _ => match (before, after) {
            (None | Some(Value::Bool(false)), _) => ("ADDED", Effect::BACKWARD),
            _ => ("REMOVED", Effect::FORWARD),
        },
    };
    Some(simple(pair, keyword, rule(keyword, suffix)?, effect))
}

/// `type`: the sets of types before and after.
fn types(pair: &Pair<'_>) -> Option<Difference> {
    let (before, after) = (types_of(&pair.old), types_of(&pair.new));
    let (rule, effect) = match (before.is_subset(&after), after.is_subset(&before)) {
        (true, true) => return None,
        (true, false) => (Rule::TypeExtended, Effect::FORWARD),
        (false, true) => (Rule::TypeNarrowed, Effect::BACKWARD),
        (false, false) => (Rule::TypeChanged, Effect::BOTH),
    };
    Some(simple(pair, "type", rule, effect))
}

/// The types that a schema takes, whole and other numbers apart.
fn types_of<'s>(side: &'s Side<'_>) -> BTreeSet<&'s str> {
    let named: Vec<&str> = match side.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => vec!["array", "boolean", "null", "number", "object", "string"],
    };
    let mut types: BTreeSet<&str> = named.into_iter().collect();
    if types.contains("number") {
        types.insert("integer");
    }
    types
}

/// `enum` and `const`, which is one of a single value.
fn constants(pair: &Pair<'_>, keyword: &str) -> Option<Difference> {
    let values = |side: &Side<'_>| -> Option<Vec<Value>> {
        if side.draft != Draft::Draft4
            && let Some(value) = side.get("const")
        {
            return Some(vec![value.clone()]);
        }
        Some(side.get("enum")?.as_array()?.clone())
    };
    let (before, after) = (values(&pair.old), values(&pair.new));
    // Where a `const` became an `enum`, one of the keywords tells of it.
    if keyword == "const" && (pair.old.get("enum").is_some() || pair.new.get("enum").is_some()) {
        return None;
    }
    let holds = |all: &[Value], some: &[Value]| some.iter().all(|value| all.contains(value));
    let (rule, effect) = match (&before, &after) {
        (Some(before), Some(after)) => match (holds(after, before), holds(before, after)) {
            (true, true) => return None,
            (true, false) => (Rule::EnumArrayExtended, Effect::FORWARD),
            (false, true) => (Rule::EnumArrayNarrowed, Effect::BACKWARD),
            (false, false) => (Rule::EnumArrayChanged, Effect::BOTH),
        },
        (None, _) => (Rule::EnumAdded, Effect::BACKWARD),
        (_, None) => (Rule::EnumRemoved, Effect::FORWARD),
    };
    Some(simple(pair, keyword, rule, effect))
}

/// `required`: members that are asked for, and no longer asked for.
fn required(pair: &Pair<'_>) -> Option<Difference> {
    let names = |side: &Side<'_>| -> BTreeSet<String> {
        let listed = side.get("required").and_then(Value::as_array).into_iter().flatten();
        listed.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let (before, after) = (names(&pair.old), names(&pair.new));
    let list = |names: Vec<&String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let (added, gone) = (list(after.difference(&before).collect()), list(before.difference(&after).collect()));
    let subject = pair.subject();
    let (rule, effect, message) = match (added.as_str(), gone.as_str()) {
        ("", "") => return None,
        (_, "") => (Rule::RequiredAttributeAdded, Effect::BACKWARD, format!("{added} of {subject} must be there now")),
        ("", _) => {
            (Rule::RequiredAttributeRemoved, Effect::FORWARD, format!("{gone} of {subject} may be left out now"))
        }
        _ => {
            let message = format!("{added} of {subject} must be there now, and {gone} may be left out");
            (Rule::RequiredAttributeAdded, Effect::BOTH, message)
        }
    };
    Some(pair.difference("required", rule, effect, message))
}

/// The rule of what happened to a keyword, by its name: that of the keyword as in `MAX_LENGTH_ADDED`, or of the family that
/// it is of.
fn rule(keyword: &str, suffix: &str) -> Option<Rule> {
    let name = match keyword {
        "$ref" | "$dynamicRef" | "$recursiveRef" => "REFERENCE".to_owned(),
        "if" | "then" | "else" => "CONDITION".to_owned(),
        "not" => "NOT_TYPE".to_owned(),
        "items" | "prefixItems" => "ITEMS".to_owned(),
        "patternProperties" => "PATTERN_PROPERTY".to_owned(),
        "dependencies" | "dependentSchemas" => "DEPENDENCY_SCHEMA".to_owned(),
        "dependentRequired" => "DEPENDENCY_ARRAY".to_owned(),
        other => screaming(other),
    };
    format!("{name}_{suffix}").parse().ok()
}

/// `maxLength` as `MAX_LENGTH`.
fn screaming(keyword: &str) -> String {
    let mut name = String::new();
    for char in keyword.chars() {
        if char.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(char.to_ascii_uppercase());
    }
    name
}
