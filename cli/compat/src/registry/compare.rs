//! The walk over both trees at once.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use super::model::{Id, Kind, Model, Number, Text};
use super::{Leniency, RegistryDifference};
use crate::files::Place;
use crate::rules::Rule;
use crate::terms::number;

/// An old and a new schema.
pub(super) type Pair = (Id, Id);

/// The rules of a limit: it was added, removed, increased or decreased.
pub(super) type LimitRules = [Rule; 4];

/// What was found between two schemas.
#[derive(Debug, Default)]
pub(super) struct Found {
    entries: Vec<Entry>,
    /// Whether the registry refuses it.
    pub(super) is_refused: bool,
}

/// What was found, with the path to it.
#[derive(Debug)]
enum Entry {
    Change(String, Change),
    Below(String, Rc<Found>),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    rule: Rule,
    old: Place,
    new: Place,
}

impl Found {
    /// Adds what was found below a path.
    pub(super) fn extend(&mut self, path: &[&str], below: Rc<Self>) {
        self.is_refused |= below.is_refused;
        self.entries.push(Entry::Below(path.join("/"), below));
    }
}

pub(super) struct Comparer<'m> {
    pub(super) model: &'m Model<'m>,
    leniency: Leniency,
    known: BTreeMap<Pair, Rc<Found>>,
    open: BTreeSet<Pair>,
    /// Pairs that were found to be refused before.
    refused: BTreeSet<Pair>,
    /// Whether a pair was taken to be compatible while it was still being compared.
    has_assumed: bool,
}

/// Compares the schemas as wholes.
///
/// A pair that a recursion leads to again is taken to be compatible. Where that turns out to be wrong, all is compared
/// again with what is known now, until nothing more is refused.
pub(super) fn differences(model: &Model<'_>, leniency: Leniency) -> Vec<RegistryDifference> {
    let Some((old, new)) = model.roots else { return Vec::new() };
    let mut refused = BTreeSet::new();
    loop {
        let mut comparer = Comparer {
            model,
            leniency,
            known: BTreeMap::new(),
            open: BTreeSet::new(),
            refused: refused.clone(),
            has_assumed: false,
        };
        let found = comparer.compare(old, new);
        let before = refused.len();
        refused.extend(comparer.known.iter().filter(|(_, found)| found.is_refused).map(|(pair, _)| *pair));
        if !comparer.has_assumed || refused.len() == before {
            let mut listed = Listed { leniency, ..Listed::default() };
            listed.add("", &found);
            return listed.differences;
        }
    }
}

/// Differences as a list, each once.
#[derive(Default)]
struct Listed {
    leniency: Leniency,
    differences: Vec<RegistryDifference>,
    /// What is in the list: by where it is in memory what was found between two schemas, and single changes.
    pairs: BTreeSet<usize>,
    changes: BTreeSet<(Change, String)>,
}

impl Listed {
    fn add(&mut self, at: &str, found: &Rc<Found>) {
        if !self.pairs.insert(Rc::as_ptr(found).addr()) {
            return;
        }
        for entry in &found.entries {
            match entry {
                Entry::Below(path, below) => self.add(&join(at, path), below),
                Entry::Change(path, change) => {
                    if self.changes.insert((change.clone(), path.clone())) {
                        let Change { rule, old, new } = change.clone();
                        let (path, is_compatible) = (format!("#/{}", join(at, path)), self.leniency.accepts(rule));
                        self.differences.push(RegistryDifference { rule, path, old, new, is_compatible });
                    }
                }
            }
        }
    }
}

fn join(path: &str, more: &str) -> String {
    match (path, more) {
        ("", path) | (path, "") => path.to_owned(),
        (path, more) => format!("{path}/{more}"),
    }
}

impl Comparer<'_> {
    /// Compares a pair once.
    pub(super) fn compare(&mut self, old: Id, new: Id) -> Rc<Found> {
        let pair = (self.model.target(old), self.model.target(new));
        if let Some(found) = self.known.get(&pair) {
            return Rc::clone(found);
        }
        if !self.open.insert(pair) {
            let is_refused = self.refused.contains(&pair);
            self.has_assumed |= !is_refused;
            return Rc::new(Found { is_refused, ..Found::default() });
        }
        let found = Rc::new(self.compare_kinds(pair));
        self.open.remove(&pair);
        self.known.insert(pair, Rc::clone(&found));
        found
    }

    /// Compares what may be absent on either side.
    pub(super) fn compare_optional(
        &mut self,
        found: &mut Found,
        pair: Pair,
        (old, new): (Option<Id>, Option<Id>),
        (path, pointer): (&str, &str),
    ) {
        match (old, new) {
            (None, None) => {}
            (None, Some(_)) => self.report(found, pair, Rule::SchemaAdded, &[path], &[pointer]),
            (Some(_), None) => self.report(found, pair, Rule::SchemaRemoved, &[path], &[pointer]),
            (Some(old), Some(new)) => found.extend(&[path], self.compare(old, new)),
        }
    }

    /// Writes down a difference, under a path of the registry's and at a keyword of the schemas.
    pub(super) fn report(&self, found: &mut Found, (old, new): Pair, rule: Rule, path: &[&str], pointer: &[&str]) {
        let change = Change { rule, old: self.model.nearest(old, pointer), new: self.model.nearest(new, pointer) };
        found.is_refused |= !self.leniency.accepts(rule);
        found.entries.push(Entry::Change(path.join("/"), change));
    }

    fn compare_kinds(&mut self, pair: Pair) -> Found {
        if let Some(found) = self.compare_with_branch(pair) {
            return found;
        }
        let mut found = Found::default();
        let (old, new) = (self.model.kind(pair.0), self.model.kind(pair.1));
        if std::mem::discriminant(old) != std::mem::discriminant(new) {
            if !matches!(old, Kind::False) && !matches!(new, Kind::Empty) && !self.are_bytes(pair) {
                self.report(&mut found, pair, Rule::TypeChanged, &[], &["type"]);
            }
            return found;
        }
        self.compare_annotations(&mut found, pair);
        match (old, new) {
            (Kind::Text(old), Kind::Text(new)) => self.compare_text(&mut found, pair, old, new),
            (Kind::Number(old), Kind::Number(new)) => self.compare_number(&mut found, pair, old, new),
            (Kind::Const(old), Kind::Const(new)) if old != new => {
                self.report(&mut found, pair, Rule::EnumArrayChanged, &["const"], &["const"]);
            }
            (Kind::Enum(old), Kind::Enum(new)) => self.compare_enum(&mut found, pair, old, new),
            (Kind::Not(old), Kind::Not(new)) => {
                // What is refused must not become more.
                let is_refused = self.compare(*new, *old).is_refused;
                let rule = if is_refused { Rule::NotTypeExtended } else { Rule::NotTypeNarrowed };
                self.report(&mut found, pair, rule, &["not"], &["not"]);
            }
            (Kind::Combined(old), Kind::Combined(new)) => self.compare_combined(&mut found, pair, old, new),
            (Kind::Object(old), Kind::Object(new)) => self.compare_objects(&mut found, pair, old, new),
            (Kind::Array(old), Kind::Array(new)) => self.compare_arrays(&mut found, pair, old, new),
            _ => {}
        }
        found
    }

    /// Two representations of bytes in Kafka Connect may replace each other.
    fn are_bytes(&self, (old, new): Pair) -> bool {
        let is_bytes = |id| self.own(id, "connect.type").and_then(Value::as_str) == Some("bytes");
        is_bytes(old) && is_bytes(new)
    }

    /// A keyword of a schema as a whole.
    fn own(&self, id: Id, keyword: &str) -> Option<&Value> {
        self.model.keyword(id, keyword).filter(|_| self.model.node(id).is_whole)
    }

    fn compare_annotations(&self, found: &mut Found, pair: Pair) {
        for (keyword, rule) in [
            ("id", Rule::IdChanged),
            ("$id", Rule::IdChanged),
            ("title", Rule::TitleChanged),
            ("description", Rule::DescriptionChanged),
            ("default", Rule::DefaultChanged),
        ] {
            if self.own(pair.0, keyword) != self.own(pair.1, keyword) {
                self.report(found, pair, rule, &[], &[keyword]);
            }
        }
    }

    /// Compares a limit of numbers.
    pub(super) fn compare_limit(
        &self,
        found: &mut Found,
        pair: Pair,
        keyword: &str,
        (old, new): (Option<&Value>, Option<&Value>),
        [added, removed, increased, decreased]: LimitRules,
    ) {
        let rule = match (old, new) {
            (None, None) => return,
            (None, Some(_)) => added,
            (Some(_), None) => removed,
            (Some(old), Some(new)) => match number::compare(old, new) {
                Some(std::cmp::Ordering::Less) => increased,
                Some(std::cmp::Ordering::Greater) => decreased,
                _ => return,
            },
        };
        self.report(found, pair, rule, &[keyword], &[keyword]);
    }

    fn compare_text(&self, found: &mut Found, pair: Pair, old: &Text, new: &Text) {
        use Rule as R;
        let limits = (old.max_length.as_ref(), new.max_length.as_ref());
        let rules = [R::MaxLengthAdded, R::MaxLengthRemoved, R::MaxLengthIncreased, R::MaxLengthDecreased];
        self.compare_limit(found, pair, "maxLength", limits, rules);
        let limits = (old.min_length.as_ref(), new.min_length.as_ref());
        let rules = [R::MinLengthAdded, R::MinLengthRemoved, R::MinLengthIncreased, R::MinLengthDecreased];
        self.compare_limit(found, pair, "minLength", limits, rules);
        let rule = match (&old.pattern, &new.pattern) {
            (None, Some(_)) => R::PatternAdded,
            (Some(_), None) => R::PatternRemoved,
            (old, new) if old != new => R::PatternChanged,
            _ => return,
        };
        self.report(found, pair, rule, &["pattern"], &["pattern"]);
    }

    fn compare_number(&self, found: &mut Found, pair: Pair, old: &Number, new: &Number) {
        use Rule as R;
        let limits = (old.maximum.as_ref(), new.maximum.as_ref());
        let rules = [R::MaximumAdded, R::MaximumRemoved, R::MaximumIncreased, R::MaximumDecreased];
        self.compare_limit(found, pair, "maximum", limits, rules);
        let limits = (old.minimum.as_ref(), new.minimum.as_ref());
        let rules = [R::MinimumAdded, R::MinimumRemoved, R::MinimumIncreased, R::MinimumDecreased];
        self.compare_limit(found, pair, "minimum", limits, rules);
        let limits = (old.exclusive_maximum.as_ref(), new.exclusive_maximum.as_ref());
        let rules = [
            R::ExclusiveMaximumAdded,
            R::ExclusiveMaximumRemoved,
            R::ExclusiveMaximumIncreased,
            R::ExclusiveMaximumDecreased,
        ];
        self.compare_limit(found, pair, "exclusiveMaximum", limits, rules);
        let limits = (old.exclusive_minimum.as_ref(), new.exclusive_minimum.as_ref());
        let rules = [
            R::ExclusiveMinimumAdded,
            R::ExclusiveMinimumRemoved,
            R::ExclusiveMinimumIncreased,
            R::ExclusiveMinimumDecreased,
        ];
        self.compare_limit(found, pair, "exclusiveMinimum", limits, rules);
        let multiples = (old.multiple_of.as_ref(), new.multiple_of.as_ref());
        if let Some(rule) = rule_of_multiples(multiples) {
            self.report(found, pair, rule, &["multipleOf"], &["multipleOf"]);
        }
        if old.is_integer != new.is_integer {
            let rule = if old.is_integer { R::TypeExtended } else { R::TypeNarrowed };
            self.report(found, pair, rule, &[], &["type"]);
        }
    }

    fn compare_enum(&self, found: &mut Found, pair: Pair, old: &[Value], new: &[Value]) {
        let holds = |all: &[Value], some: &[Value]| some.iter().all(|value| all.contains(value));
        let rule = match (holds(new, old), holds(old, new)) {
            (true, true) => return,
            (true, false) => Rule::EnumArrayExtended,
            (false, true) => Rule::EnumArrayNarrowed,
            (false, false) => Rule::EnumArrayChanged,
        };
        self.report(found, pair, rule, &["enum"], &["enum"]);
    }
}

fn rule_of_multiples(multiples: (Option<&Value>, Option<&Value>)) -> Option<Rule> {
    match multiples {
        (None, None) => None,
        (None, Some(_)) => Some(Rule::MultipleOfAdded),
        (Some(_), None) => Some(Rule::MultipleOfRemoved),
        (Some(old), Some(new)) if number::compare(old, new) == Some(std::cmp::Ordering::Equal) => None,
        (Some(old), Some(new)) if number::is_multiple(new, old) => Some(Rule::MultipleOfExpanded),
        (Some(old), Some(new)) if number::is_multiple(old, new) => Some(Rule::MultipleOfReduced),
        _ => Some(Rule::MultipleOfChanged),
    }
}
