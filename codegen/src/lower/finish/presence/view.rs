//! The parts of a value that some schemas look at: which members, and what is in them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::resolve::{Place, Resolved};

/// A schema that looks at a value: as a whole, or by those of its keywords alone that no type says.
pub(super) type Looking = (Place, Scope);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// All that it says, be it under a `not`.
    Whole,
    /// What it says beside what the type of the value says.
    Beside,
}

/// The parts of a value that schemas look at.
#[derive(Debug, Default)]
pub(super) struct View {
    /// Everything: the value is compared with another one.
    pub(super) all: bool,
    /// The members that they name.
    pub(super) names: BTreeSet<String>,
    /// Any member: they count them, or look at those that they don't name.
    pub(super) any: bool,
    /// Members that are added, whatever their names.
    pub(super) added: bool,
    /// The schemas of members, by name.
    pub(super) members: BTreeMap<String, BTreeSet<Looking>>,
    /// The schemas of members that they don't name.
    pub(super) others: BTreeSet<Looking>,
    /// The schemas of items.
    pub(super) items: BTreeSet<Looking>,
}

impl View {
    /// That of some schemas, but for the branches of which another one was taken.
    pub(super) fn of(
        resolved: &Resolved,
        looking: &BTreeSet<Looking>,
        taken: &BTreeSet<(Place, &'static str)>,
    ) -> Self {
        let mut view = Self::default();
        let mut open: Vec<Looking> = looking.iter().cloned().collect();
        let mut seen = BTreeSet::new();
        while let Some((place, scope)) = open.pop() {
            if !seen.insert((place.clone(), scope)) {
                continue;
            }
            let Value::Object(schema) = resolved.schema(&place) else { continue };
            // Which of its keywords mean something, the validator knows.
            let scope = if resolved.is_plain(&place) { scope } else { Scope::Whole };
            match scope {
                Scope::Whole => open.extend(resolved.targets(&place).map(|target| (target.clone(), Scope::Whole))),
                Scope::Beside => view.added |= schema.contains_key("propertyNames"),
            }
            for (keyword, value) in schema {
                let is_taken = || taken.iter().any(|(other, name)| *other == place && name == keyword);
                let inner = below(&place, keyword, value);
                match keyword.as_str() {
                    "allOf" if scope == Scope::Beside => {}
                    "anyOf" | "oneOf" if scope == Scope::Beside && is_taken() => {}
                    "allOf" | "anyOf" | "oneOf" | "if" | "then" | "else" | "not" => {
                        open.extend(inner.into_iter().map(|(_, place)| (place, Scope::Whole)));
                    }
                    "dependentSchemas" | "dependencies" => {
                        view.names.extend(inner.iter().map(|(name, _)| name.clone()));
                        open.extend(inner.into_iter().map(|(_, place)| (place, Scope::Whole)));
                    }
                    _ => view.add(scope, keyword, value, &inner, schema),
                }
            }
        }
        view
    }

    /// Adds what a keyword says that looks into the value.
    fn add(
        &mut self,
        scope: Scope,
        keyword: &str,
        value: &Value,
        inner: &[(String, Place)],
        schema: &Map<String, Value>,
    ) {
        let whole = scope == Scope::Whole;
        let inner = || inner.iter().map(|(name, place)| (name, (place.clone(), Scope::Whole)));
        match keyword {
            "const" | "enum" if whole => self.all |= holds_parts(value),
            "required" if whole => self.names.extend(texts(value)),
            "dependentRequired" if whole => {
                for (name, names) in value.as_object().into_iter().flatten() {
                    self.names.extend(texts(names).chain([name.clone()]));
                }
            }
            "minProperties" | "maxProperties" | "propertyNames" if whole => self.any = true,
            "properties" if whole => {
                for (name, looking) in inner() {
                    self.names.insert(name.clone());
                    self.members.entry(name.clone()).or_default().insert(looking);
                }
            }
            "patternProperties" => {
                self.any |= whole;
                self.added |= !whole;
                self.others.extend(inner().map(|(_, looking)| looking));
            }
            "additionalProperties" if whole || schema.contains_key("patternProperties") => {
                self.any |= whole;
                self.others.extend(inner().map(|(_, looking)| looking));
            }
            "unevaluatedProperties" => {
                self.any |= whole;
                self.others.extend(inner().map(|(_, looking)| looking));
            }
            "contains" | "unevaluatedItems" => self.items.extend(inner().map(|(_, looking)| looking)),
            "items" | "prefixItems" | "additionalItems" if whole => {
                self.items.extend(inner().map(|(_, looking)| looking));
            }
            "uniqueItems" if whole => self.all |= *value == Value::Bool(true),
            _ => {}
        }
    }

    /// The schemas that look at a member.
    pub(super) fn member(&self, name: &str) -> BTreeSet<Looking> {
        self.members.get(name).into_iter().flatten().chain(&self.others).cloned().collect()
    }

    /// The schemas that look at a member that is not declared.
    pub(super) fn any_member(&self) -> BTreeSet<Looking> {
        self.members.values().flatten().chain(&self.others).cloned().collect()
    }
}

/// The schemas of a keyword, by the names that they have there.
fn below(place: &Place, keyword: &str, value: &Value) -> Vec<(String, Place)> {
    let at = place.join(keyword);
    match value {
        Value::Array(all) if !matches!(keyword, "enum" | "required") => {
            (0..all.len()).map(|index| (index.to_string(), at.join(&index.to_string()))).collect()
        }
        Value::Object(all)
            if matches!(keyword, "properties" | "patternProperties" | "dependentSchemas" | "dependencies") =>
        {
            all.keys().map(|name| (name.clone(), at.join(name))).collect()
        }
        Value::Object(_) => vec![(String::new(), at)],
        _ => Vec::new(),
    }
}

/// Tells whether a constant, or one of a list, is an array or an object.
fn holds_parts(value: &Value) -> bool {
    match value {
        Value::Array(all) => !all.iter().all(|one| !one.is_array() && !one.is_object()),
        other => other.is_object(),
    }
}

fn texts(list: &Value) -> impl Iterator<Item = String> + '_ {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}
