//! Which change refuses a witness.

use serde_json::Value;

use super::{Difference, Effect, Rule, differences, shown};
use crate::schema::{Schema, Violation};

/// The direction in which a payload goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From writers of the old version to readers of the new one.
    Backward,
    /// From writers of the new version to readers of the old one.
    Forward,
}

impl Effect {
    /// Returns whether payloads that go this way may break.
    #[must_use]
    pub fn breaks(self, direction: Direction) -> bool {
        match direction {
            Direction::Backward => self.backward,
            Direction::Forward => self.forward,
        }
    }
}

/// The changes that refuse a witness: an instance of the one version that the other one, that of the readers, refuses.
///
/// They are those that speak of what the readers' schema refuses; where there are none, the keyword that does is said.
#[must_use]
pub fn explain(old: &Schema, new: &Schema, witness: &Value, direction: Direction) -> Vec<Difference> {
    let reader = match direction {
        Direction::Backward => new,
        Direction::Forward => old,
    };
    let violations = reader.violations(witness);
    let breaking: Vec<_> =
        differences(old, new).into_iter().filter(|difference| difference.effect.breaks(direction)).collect();
    let ways: [fn(&Difference, &Violation) -> bool; 3] = [is_it, is_at, is_below];
    for way in ways {
        let fits = |difference: &&Difference| violations.iter().any(|violation| way(difference, violation));
        let found: Vec<_> = breaking.iter().filter(fits).cloned().collect();
        if !found.is_empty() {
            return found;
        }
    }
    violations.first().map(|violation| keyword(violation, old, new, direction)).into_iter().collect()
}

/// The change of the very keyword that refuses.
fn is_it(difference: &Difference, violation: &Violation) -> bool {
    difference.keyword == violation.keyword && matches(&difference.instance, &violation.instance, false)
}

fn is_at(difference: &Difference, violation: &Violation) -> bool {
    matches(&difference.instance, &violation.instance, false)
}

/// A change in a branch, where no branch accepts.
fn is_below(difference: &Difference, violation: &Violation) -> bool {
    matches(&difference.instance, &violation.instance, true)
}

/// Returns whether a pattern of places in payloads has a place, or one below it.
fn matches(pattern: &str, instance: &str, or_below: bool) -> bool {
    let (mut pattern, mut instance) = (pattern.split('/').skip(1), instance.split('/').skip(1));
    loop {
        match (pattern.next(), instance.next()) {
            (None, None) => return true,
            (Some(_), None) => return or_below,
            (Some(a), Some(b)) if a == "*" || a == b => {}
            _ => return false,
        }
    }
}

/// Where no change was found to speak of it: the keyword of the readers' schema that refuses.
fn keyword(violation: &Violation, old: &Schema, new: &Schema, direction: Direction) -> Difference {
    let is_new = direction == Direction::Backward;
    let (reader, other) = if is_new { (&violation.place, old.root()) } else { (&violation.place, new.root()) };
    let (old, new) = if is_new { (other, reader) } else { (reader, other) };
    let at = if violation.instance.is_empty() { "the payload".to_owned() } else { format!("`{}`", violation.instance) };
    Difference {
        rule: Rule::SchemaChanged,
        old: old.clone(),
        new: new.clone(),
        instance: violation.instance.clone(),
        message: format!("`{}` refuses {at}: {}", violation.keyword, shown(&Value::from(violation.reason.as_str()))),
        keyword: violation.keyword.clone(),
        effect: Effect { backward: is_new, forward: !is_new },
        way: Vec::new(),
    }
}
