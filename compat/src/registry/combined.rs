//! `allOf`, `anyOf`, `oneOf`, lists of types, and keywords of several kinds in one schema.

use super::compare::{Comparer, Found, Pair};
use super::matching;
use super::model::{Combined, Criterion, Id, Kind};
use crate::rules::Rule;

impl Comparer<'_> {
    /// A combination on one side alone: whether one of its schemas is enough.
    pub(super) fn compare_with_branch(&mut self, (old, new): Pair) -> Option<Found> {
        let pair = (old, new);
        match (self.model.kind(old), self.model.kind(new)) {
            (Kind::Combined(_), Kind::Combined(_)) => None,
            (_, Kind::Combined(combined)) => {
                let rule = (combined.criterion != Criterion::All).then_some(Rule::SumTypeExtended);
                self.first_accepted(pair, combined, rule, |part| (old, part))
            }
            (Kind::Combined(combined), _) => {
                let rule = (combined.criterion == Criterion::All).then_some(Rule::ProductTypeNarrowed);
                self.first_accepted(pair, combined, rule, |part| (part, new))
            }
            _ => None,
        }
    }

    /// The first of several schemas with which a pair is compatible, where `rule` says what the others make of it; a
    /// single one is as good as the combination.
    fn first_accepted(
        &mut self,
        pair: Pair,
        combined: &Combined,
        rule: Option<Rule>,
        with: impl Fn(Id) -> Pair,
    ) -> Option<Found> {
        let is_single = combined.parts.len() == 1;
        if !is_single && rule.is_none() {
            return None;
        }
        let parts = combined.parts.iter().map(|part| with(*part));
        let accepted = parts.map(|(old, new)| self.compare(old, new)).find(|found| !found.is_refused)?;
        let mut found = self.nothing();
        found.extend(&[], accepted);
        if let (false, Some(rule)) = (is_single, rule) {
            self.report(&mut found, pair, rule, &[], &[combined.criterion.keyword()]);
        }
        Some(found)
    }

    /// Two combinations: each schema of the smaller one needs one of its own in the other with which it is compatible.
    pub(super) fn compare_combined(&mut self, found: &mut Found, pair: Pair, old: &Combined, new: &Combined) {
        if let Some(rule) = rule_of_criteria(old, new) {
            self.report(found, pair, rule, &[], &[new.criterion.keyword()]);
            if rule == Rule::CombinedTypeChanged {
                return;
            }
        }
        let (before, after) = (&old.distinct, &new.distinct);
        if let Some(rule) = rule_of_sizes((old.criterion, before.len()), (new.criterion, after.len())) {
            self.report(found, pair, rule, &[], &[new.criterion.keyword()]);
        }
        let mut accepted = Vec::new();
        for old in before {
            let fits = |(index, new): (usize, &Id)| (!self.compare(*old, *new).is_refused).then_some(index);
            accepted.push(after.iter().enumerate().filter_map(fits).collect());
        }
        let matched = matching::maximum(&accepted);
        for (left, right) in &matched {
            let index = left.to_string();
            let below = self.compare(before[*left], after[*right]);
            found.extend(&[old.criterion.keyword(), &index], below);
        }
        if matched.len() < before.len().min(after.len()) {
            self.report(found, pair, Rule::CombinedTypeSubschemasChanged, &[], &[new.criterion.keyword()]);
        }
    }
}

fn rule_of_criteria(old: &Combined, new: &Combined) -> Option<Rule> {
    let (is_old_single, is_new_single) = (old.parts.len() == 1, new.parts.len() == 1);
    if old.criterion == new.criterion {
        return None;
    }
    let is_extended = new.criterion == Criterion::Any
        || is_old_single && is_new_single
        || is_old_single && new.criterion == Criterion::One
        || is_new_single && old.criterion == Criterion::All;
    Some(if is_extended { Rule::CombinedTypeExtended } else { Rule::CombinedTypeChanged })
}

fn rule_of_sizes(old: (Criterion, usize), new: (Criterion, usize)) -> Option<Rule> {
    match old.1.cmp(&new.1) {
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Less if new.0 == Criterion::All => Some(Rule::ProductTypeExtended),
        std::cmp::Ordering::Less => Some(Rule::SumTypeExtended),
        std::cmp::Ordering::Greater if old.0 == Criterion::All => Some(Rule::ProductTypeNarrowed),
        std::cmp::Ordering::Greater => Some(Rule::SumTypeNarrowed),
    }
}
