//! Arrays.

use super::compare::{Comparer, Found, LimitRules, Pair};
use super::model::{Array, Id};
use super::object::{Content, Names};
use crate::rules::Rule;

impl Comparer<'_> {
    pub(super) fn compare_arrays(&mut self, found: &mut Found, pair: Pair, old: &Array, new: &Array) {
        self.compare_optional(found, pair, (old.all, new.all), ("items", "items"));
        self.compare_tuples(found, pair, old, new);
        // Beside `prefixItems`, `items` is what `additionalItems` was.
        let is_late = [old, new].iter().any(|array| array.tuple_keyword == "prefixItems");
        let additional = Names { keyword: if is_late { "items" } else { "additionalItems" }, ..ADDITIONAL };
        self.compare_others(found, pair, (old.additional, new.additional), &additional);
        self.compare_unevaluated(found, pair, (old.unevaluated, new.unevaluated), &UNEVALUATED);
        for (keyword, limits, rules) in [
            ("maxItems", (&old.max_items, &new.max_items), MAX_ITEMS),
            ("minItems", (&old.min_items, &new.min_items), MIN_ITEMS),
            ("maxContains", (&old.max_contains, &new.max_contains), MAX_CONTAINS),
            ("minContains", (&old.min_contains, &new.min_contains), MIN_CONTAINS),
        ] {
            self.compare_limit(found, pair, keyword, (limits.0.as_ref(), limits.1.as_ref()), rules);
        }
        if old.is_unique != new.is_unique {
            let rule = if new.is_unique { Rule::UniqueItemsAdded } else { Rule::UniqueItemsRemoved };
            self.report(found, pair, rule, &["uniqueItems"], &["uniqueItems"]);
        }
    }

    /// The first items, each with a schema of its own.
    fn compare_tuples(&mut self, found: &mut Found, pair: Pair, old: &Array, new: &Array) {
        for index in 0..old.tuple.len().max(new.tuple.len()) {
            let text = index.to_string();
            let path = ["items", &text];
            match (old.tuple.get(index), new.tuple.get(index)) {
                (Some(before), Some(after)) => found.extend(&path, self.compare(*before, *after)),
                (Some(before), None) => {
                    let rule = self.item_removed(found, &path, *before, new);
                    self.report(found, pair, rule, &path, &[old.tuple_keyword, &text]);
                }
                (None, Some(after)) => {
                    let rule = self.item_added(found, &path, *after, old);
                    self.report(found, pair, rule, &path, &[new.tuple_keyword, &text]);
                }
                (None, None) => {}
            }
        }
    }

    fn item_removed(&mut self, found: &mut Found, path: &[&str], before: Id, new: &Array) -> Rule {
        match self.content_of_others(new.additional, new.unevaluated, true) {
            Content::Open => Rule::ItemRemovedFromOpen,
            Content::Schema(after) => {
                let below = self.compare(before, after);
                found.extend(path, below);
                if below.is_refused { Rule::ItemRemovedNotCovered } else { Rule::ItemRemovedIsCovered }
            }
            Content::Closed if self.model.is_false(before) => Rule::ItemWithFalseRemovedFromClosed,
            Content::Closed => Rule::ItemRemovedFromClosed,
        }
    }

    fn item_added(&mut self, found: &mut Found, path: &[&str], after: Id, old: &Array) -> Rule {
        match self.content_of_others(old.additional, old.unevaluated, true) {
            Content::Open if self.model.is_empty(after) => Rule::ItemWithEmptySchemaAddedToOpen,
            Content::Open => Rule::ItemAddedToOpen,
            Content::Schema(before) => {
                let below = self.compare(before, after);
                found.extend(path, below);
                if below.is_refused { Rule::ItemAddedNotCovered } else { Rule::ItemAddedIsCovered }
            }
            Content::Closed => Rule::ItemAddedToClosed,
        }
    }
}

const ADDITIONAL: Names = Names {
    path: "additionalItems",
    keyword: "additionalItems",
    added: Rule::AdditionalItemsAdded,
    removed: Rule::AdditionalItemsRemoved,
    extended: Rule::AdditionalItemsExtended,
    narrowed: Rule::AdditionalItemsNarrowed,
};

const UNEVALUATED: Names = Names {
    path: "unevaluatedItems",
    keyword: "unevaluatedItems",
    added: Rule::UnevaluatedItemsAdded,
    removed: Rule::UnevaluatedItemsRemoved,
    extended: Rule::UnevaluatedItemsExtended,
    narrowed: Rule::UnevaluatedItemsNarrowed,
};

const MAX_ITEMS: LimitRules =
    [Rule::MaxItemsAdded, Rule::MaxItemsRemoved, Rule::MaxItemsIncreased, Rule::MaxItemsDecreased];

const MIN_ITEMS: LimitRules =
    [Rule::MinItemsAdded, Rule::MinItemsRemoved, Rule::MinItemsIncreased, Rule::MinItemsDecreased];

const MAX_CONTAINS: LimitRules =
    [Rule::MaxContainsAdded, Rule::MaxContainsRemoved, Rule::MaxContainsIncreased, Rule::MaxContainsDecreased];

const MIN_CONTAINS: LimitRules =
    [Rule::MinContainsAdded, Rule::MinContainsRemoved, Rule::MinContainsIncreased, Rule::MinContainsDecreased];
