//! Objects.

use std::collections::{BTreeMap, BTreeSet};

use thoth_messaging_documents::validator::may_match;

use super::compare::{Comparer, Found, LimitRules, Pair};
use super::model::{Id, Object, Others};
use crate::rules::Rule;

impl Comparer<'_> {
    pub(super) fn compare_objects(&mut self, found: &mut Found, pair: Pair, old: &Object, new: &Object) {
        self.compare_required(found, pair, old, new);
        self.compare_properties(found, pair, old, new);
        self.compare_dependencies(found, pair, old, new);
        self.compare_others(found, pair, (old.additional, new.additional), &ADDITIONAL);
        self.compare_unevaluated(found, pair, (old.unevaluated, new.unevaluated), &UNEVALUATED);
        let limits = (old.max_properties.as_ref(), new.max_properties.as_ref());
        self.compare_limit(found, pair, "maxProperties", limits, MAX_PROPERTIES);
        let limits = (old.min_properties.as_ref(), new.min_properties.as_ref());
        self.compare_limit(found, pair, "minProperties", limits, MIN_PROPERTIES);
    }

    /// `required`, of properties that both declare.
    fn compare_required(&self, found: &mut Found, pair: Pair, old: &Object, new: &Object) {
        for (name, property) in old.properties.keys().filter_map(|name| Some((name, *new.properties.get(name)?))) {
            let rule = match (old.required.contains(name), new.required.contains(name)) {
                (true, false) => Rule::RequiredAttributeRemoved,
                (false, true) if self.has_default(property) => Rule::RequiredAttributeWithDefaultAdded,
                (false, true) => Rule::RequiredAttributeAdded,
                _ => continue,
            };
            self.report(found, pair, rule, &["required", name], &["required"]);
        }
    }

    fn has_default(&self, property: Id) -> bool {
        self.model.keyword(property, "default").is_some()
    }

    fn compare_properties(&mut self, found: &mut Found, pair: Pair, old: &Object, new: &Object) {
        let names: BTreeSet<&String> = old.properties.keys().chain(new.properties.keys()).collect();
        for name in names {
            match (old.properties.get(name), new.properties.get(name)) {
                (Some(before), Some(after)) => found.extend(&["properties", name], self.compare(*before, *after)),
                (Some(before), None) => self.property_removed(found, pair, name, *before, new),
                (None, Some(after)) => self.property_added(found, pair, name, *after, (old, new)),
                (None, None) => {}
            }
        }
    }

    /// Whether a property may go is for the new object to say.
    fn property_removed(&mut self, found: &mut Found, pair: Pair, name: &str, before: Id, new: &Object) {
        let path = ["properties", name];
        let rule = match self.content(new, name) {
            Content::Open => Rule::PropertyRemovedFromOpen,
            Content::Schema(after) => {
                let below = self.compare(before, after);
                found.extend(&path, below);
                if below.is_refused { Rule::PropertyRemovedNotCovered } else { Rule::PropertyRemovedIsCovered }
            }
            Content::Closed if self.model.is_false(before) => Rule::PropertyWithFalseRemovedFromClosed,
            Content::Closed => Rule::PropertyRemovedFromClosed,
        };
        self.report(found, pair, rule, &path, &path);
    }

    /// Whether a property may come is for the old object to say.
    fn property_added(&mut self, found: &mut Found, pair: Pair, name: &str, after: Id, (old, new): (&Object, &Object)) {
        let path = ["properties", name];
        let (is_required, has_default) = (new.required.contains(name), self.has_default(after));
        let content = self.content(old, name);
        if let Content::Schema(before) = content {
            let below = self.compare(before, after);
            found.extend(&path, below);
            let rule = if below.is_refused { Rule::PropertyAddedNotCovered } else { Rule::PropertyAddedIsCovered };
            self.report(found, pair, rule, &path, &path);
        }
        let rule = match (content, is_required, has_default) {
            (Content::Open, ..) if self.model.is_empty(after) => Rule::PropertyWithEmptySchemaAddedToOpen,
            (Content::Open, true, true) => Rule::RequiredPropertyWithDefaultAddedToOpen,
            (Content::Open, true, false) => Rule::RequiredPropertyAddedToOpen,
            (Content::Open, false, _) => Rule::OptionalPropertyAddedToOpen,
            (_, true, true) => Rule::RequiredPropertyWithDefaultAddedToUnopen,
            (_, true, false) => Rule::RequiredPropertyAddedToUnopen,
            (_, false, _) => Rule::OptionalPropertyAddedToUnopen,
        };
        self.report(found, pair, rule, &path, &path);
    }

    /// Returns what an object says of a property that it does not declare.
    fn content(&self, object: &Object, name: &str) -> Content {
        let pattern = object.patterns.iter().find(|(pattern, _)| may_match(pattern, name));
        if let Some((_, schema)) = pattern {
            return Content::Schema(*schema);
        }
        self.content_of_others(object.additional, object.unevaluated, object.patterns.is_empty())
    }

    /// Returns what is said of what is not declared. With patterns an object counts as closed where nothing else is said.
    pub(super) fn content_of_others(&self, additional: Others, unevaluated: Option<Id>, may_be_open: bool) -> Content {
        match (additional, unevaluated) {
            (Others::Schema(schema), _) => Content::Schema(schema),
            (Others::Anything, Some(schema)) if !self.model.is_false(schema) && !self.model.is_empty(schema) => {
                Content::Schema(schema)
            }
            (Others::Anything, schema) if may_be_open && !schema.is_some_and(|schema| self.model.is_false(schema)) => {
                Content::Open
            }
            _ => Content::Closed,
        }
    }

    /// Properties and schemas that a property asks for.
    fn compare_dependencies(&mut self, found: &mut Found, pair: Pair, old: &Object, new: &Object) {
        for name in keys(&old.required_with, &new.required_with) {
            let rule = match (old.required_with.get(name), new.required_with.get(name)) {
                (None, _) => Rule::DependencyArrayAdded,
                (_, None) => Rule::DependencyArrayRemoved,
                (Some(old), Some(new)) if old == new => continue,
                (Some(old), Some(new)) if new.is_superset(old) => Rule::DependencyArrayExtended,
                (Some(old), Some(new)) if old.is_superset(new) => Rule::DependencyArrayNarrowed,
                _ => Rule::DependencyArrayChanged,
            };
            let keyword = self.dependencies(pair, "dependentRequired");
            self.report(found, pair, rule, &["dependencies", name], &[keyword, name]);
        }
        for name in keys(&old.schemas_with, &new.schemas_with) {
            let path = ["dependencies", name];
            let rule = match (old.schemas_with.get(name), new.schemas_with.get(name)) {
                (Some(old), Some(new)) => {
                    found.extend(&path, self.compare(*old, *new));
                    continue;
                }
                (None, _) => Rule::DependencySchemaAdded,
                (_, None) => Rule::DependencySchemaRemoved,
            };
            let keyword = self.dependencies(pair, "dependentSchemas");
            self.report(found, pair, rule, &path, &[keyword, name]);
        }
    }

    /// The keyword that dependencies stand under.
    fn dependencies(&self, (old, new): Pair, late: &'static str) -> &'static str {
        let has_late = [old, new].iter().any(|id| self.model.keyword(*id, late).is_some());
        if has_late { late } else { "dependencies" }
    }

    /// What is not declared was or is allowed, refused, or has a schema.
    pub(super) fn compare_others(&mut self, found: &mut Found, pair: Pair, others: (Others, Others), names: &Names) {
        let rule = match others {
            (Others::Nothing, Others::Nothing) | (Others::Anything, Others::Anything) => return,
            (Others::Nothing, _) => names.added,
            (_, Others::Nothing) => names.removed,
            (Others::Anything, Others::Schema(_)) => names.narrowed,
            (Others::Schema(_), Others::Anything) => names.extended,
            (Others::Schema(old), Others::Schema(new)) => {
                found.extend(&[names.path], self.compare(old, new));
                return;
            }
        };
        self.report(found, pair, rule, &[names.path], &[names.keyword]);
    }

    /// As with what is not declared; a schema that says nothing counts as one.
    pub(super) fn compare_unevaluated(
        &mut self,
        found: &mut Found,
        pair: Pair,
        schemas: (Option<Id>, Option<Id>),
        names: &Names,
    ) {
        let (is_false, is_empty) = (|id| self.model.is_false(id), |id| self.model.is_empty(id));
        let rule = match schemas {
            (None, None) => return,
            (None, Some(new)) => {
                if is_false(new) {
                    names.removed
                } else {
                    names.narrowed
                }
            }
            (Some(old), None) => {
                if is_false(old) {
                    names.added
                } else {
                    names.extended
                }
            }
            (Some(old), Some(new)) if is_false(old) && !is_false(new) => names.added,
            (Some(old), Some(new)) if !is_false(old) && is_false(new) => names.removed,
            (Some(old), Some(new)) if is_empty(old) && !is_empty(new) => names.narrowed,
            (Some(old), Some(new)) if !is_empty(old) && is_empty(new) => names.extended,
            (Some(old), Some(new)) => {
                found.extend(&[names.path], self.compare(old, new));
                return;
            }
        };
        self.report(found, pair, rule, &[names.path], &[names.keyword]);
    }
}

/// The rule of an object or an array for what it does not declare.
#[derive(Clone, Copy)]
pub(super) enum Content {
    Open,
    Schema(Id),
    Closed,
}

/// The rules of a keyword for what is not declared.
pub(super) struct Names {
    /// The registry's name of it.
    pub(super) path: &'static str,
    pub(super) keyword: &'static str,
    pub(super) added: Rule,
    pub(super) removed: Rule,
    pub(super) extended: Rule,
    pub(super) narrowed: Rule,
}

const ADDITIONAL: Names = Names {
    path: "additionalProperties",
    keyword: "additionalProperties",
    added: Rule::AdditionalPropertiesAdded,
    removed: Rule::AdditionalPropertiesRemoved,
    extended: Rule::AdditionalPropertiesExtended,
    narrowed: Rule::AdditionalPropertiesNarrowed,
};

const UNEVALUATED: Names = Names {
    path: "unevaluatedProperties",
    keyword: "unevaluatedProperties",
    added: Rule::UnevaluatedPropertiesAdded,
    removed: Rule::UnevaluatedPropertiesRemoved,
    extended: Rule::UnevaluatedPropertiesExtended,
    narrowed: Rule::UnevaluatedPropertiesNarrowed,
};

const MAX_PROPERTIES: LimitRules =
    [Rule::MaxPropertiesAdded, Rule::MaxPropertiesRemoved, Rule::MaxPropertiesIncreased, Rule::MaxPropertiesDecreased];

const MIN_PROPERTIES: LimitRules =
    [Rule::MinPropertiesAdded, Rule::MinPropertiesRemoved, Rule::MinPropertiesIncreased, Rule::MinPropertiesDecreased];

fn keys<'a, T>(old: &'a BTreeMap<String, T>, new: &'a BTreeMap<String, T>) -> BTreeSet<&'a String> {
    old.keys().chain(new.keys()).collect()
}
