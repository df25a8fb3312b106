//! The members on which the rules of a struct depend.

use std::collections::BTreeSet;

use crate::model::PresenceRule;

/// Some of the members of an object, or all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) all: bool,
    pub(super) names: BTreeSet<String>,
}

impl Names {
    pub(super) fn has(&self, name: &str) -> bool {
        self.all || self.names.contains(name)
    }
}

/// The members that can't be dropped without breaking a rule, and those that can't be added.
#[derive(Debug, Default)]
pub(super) struct Depending {
    pub(super) dropped: Names,
    pub(super) added: Names,
}

pub(super) fn depending(rules: &[PresenceRule]) -> Depending {
    let Depending { mut dropped, mut added } = Depending::default();
    for rule in rules {
        match rule {
            PresenceRule::NotAll(names) => added.names.extend(names.iter().cloned()),
            PresenceRule::With(name, others) => {
                added.names.insert(name.clone());
                dropped.names.extend(others.iter().cloned());
            }
            PresenceRule::AnyOf(lists) => dropped.names.extend(lists.iter().flatten().cloned()),
            PresenceRule::OneOf(lists) => {
                dropped.names.extend(lists.iter().flatten().cloned());
                added.names.extend(lists.iter().flatten().cloned());
            }
            PresenceRule::AtLeast(_) => dropped.all = true,
            PresenceRule::AtMost(_) => added.all = true,
        }
    }
    Depending { dropped, added }
}
