//! The comparison of both trees, pair by pair.
//!
//! A pair of schemas is compared with what is known of the pairs below it, which are not compared in the course of it: so
//! schemas may be as deep and as recursive as they like. Each pair counts as compatible until it is found to be refused, and
//! all are compared again until nothing more is: what a recursion leads back to is compatible unless there is a reason.

use std::collections::{BTreeSet, HashMap};

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

/// The findings between two schemas.
#[derive(Debug)]
pub(super) struct Found {
    /// In order; nothing as long as the verdict alone is of interest.
    entries: Option<Vec<Entry>>,
    /// True if the registry refuses it.
    pub(super) is_refused: bool,
}

/// A finding, with the path to it.
#[derive(Debug)]
enum Entry {
    Change(String, Change),
    Below(String, Pair),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    rule: Rule,
    old: Place,
    new: Place,
}

/// The knowledge of a pair below.
#[derive(Clone, Copy)]
pub(super) struct Below {
    pair: Pair,
    /// True if the registry refuses it, as far as is known.
    pub(super) is_refused: bool,
}

impl Found {
    /// Adds what is found below a path.
    pub(super) fn extend(&mut self, path: &[&str], below: Below) {
        self.is_refused |= below.is_refused;
        if let Some(entries) = &mut self.entries {
            entries.push(Entry::Below(path.join("/"), below.pair));
        }
    }
}

pub(super) struct Comparer<'m> {
    pub(super) model: &'m Model<'m>,
    leniency: Leniency,
    /// The pairs that were met, in that order.
    pairs: Vec<Met>,
    /// The pairs that are known, each with whether it is refused.
    known: HashMap<Pair, bool>,
    /// The number of those that are.
    refused: usize,
    is_listing: bool,
}

/// A pair that was met.
#[derive(Clone, Copy)]
struct Met {
    pair: Pair,
    /// The number of pairs that were known to be refused when it was compared last.
    refused: Option<usize>,
}

/// Compares the schemas as wholes.
pub(super) fn differences(model: &Model<'_>, leniency: Leniency) -> Vec<RegistryDifference> {
    let Some((old, new)) = model.roots else { return Vec::new() };
    let (pairs, known) = (Vec::new(), HashMap::new());
    let mut comparer = Comparer { model, leniency, pairs, known, refused: 0, is_listing: false };
    let root = comparer.compare(old, new).pair;
    comparer.compare_all();
    comparer.list(root)
}

impl Comparer<'_> {
    /// Returns what is known of a pair.
    pub(super) fn compare(&mut self, old: Id, new: Id) -> Below {
        let pair = (self.model.target(old), self.model.target(new));
        let is_refused = *self.known.entry(pair).or_insert_with(|| {
            self.pairs.push(Met { pair, refused: None });
            false
        });
        Below { pair, is_refused }
    }

    /// Compares all pairs that are met until no more are refused: first those that are new, then all, the last ones first,
    /// as what was met later is below.
    fn compare_all(&mut self) {
        let mut next = 0;
        while self.pairs.iter().any(|met| met.refused != Some(self.refused)) {
            while next < self.pairs.len() {
                self.update(next);
                next += 1;
            }
            for index in (0..next).rev() {
                self.update(index);
            }
        }
    }

    /// Compares a pair, if something was found since it was compared last.
    fn update(&mut self, index: usize) {
        let Met { pair, refused } = self.pairs[index];
        if refused == Some(self.refused) {
            return;
        }
        self.pairs[index].refused = Some(self.refused);
        if self.compare_kinds(pair).is_refused && self.known.insert(pair, true) == Some(false) {
            self.refused += 1;
        }
    }

    /// The differences between a pair, each once, at the first path that leads to it.
    fn list(&mut self, root: Pair) -> Vec<RegistryDifference> {
        self.is_listing = true;
        let (mut listed, mut changes) = (BTreeSet::from([root]), BTreeSet::new());
        let mut differences = Vec::new();
        let mut open = vec![(String::new(), self.entries(root))];
        while let Some((at, entries)) = open.last_mut() {
            match entries.next() {
                None => drop(open.pop()),
                Some(Entry::Below(path, pair)) if listed.insert(pair) => {
                    let at = join(at, &path);
                    open.push((at, self.entries(pair)));
                }
                Some(Entry::Below(..)) => {}
                Some(Entry::Change(path, change)) => {
                    let full = join(at, &path);
                    if changes.insert((change.clone(), path)) {
                        let Change { rule, old, new } = change;
                        let (path, is_compatible) = (format!("#/{full}"), self.leniency.accepts(rule));
                        differences.push(RegistryDifference { rule, path, old, new, is_compatible });
                    }
                }
            }
        }
        differences
    }

    fn entries(&mut self, pair: Pair) -> std::vec::IntoIter<Entry> {
        self.compare_kinds(pair).entries.unwrap_or_default().into_iter()
    }

    /// Nothing found yet.
    pub(super) fn nothing(&self) -> Found {
        Found { entries: self.is_listing.then(Vec::new), is_refused: false }
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
        found.is_refused |= !self.leniency.accepts(rule);
        if let Some(entries) = &mut found.entries {
            let change = Change { rule, old: self.model.nearest(old, pointer), new: self.model.nearest(new, pointer) };
            entries.push(Entry::Change(path.join("/"), change));
        }
    }

    fn compare_kinds(&mut self, pair: Pair) -> Found {
        if let Some(found) = self.compare_with_branch(pair) {
            return found;
        }
        let mut found = self.nothing();
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
        (Some(old), Some(new)) if is_multiple(new, old) => Some(Rule::MultipleOfExpanded),
        (Some(old), Some(new)) if is_multiple(old, new) => Some(Rule::MultipleOfReduced),
        _ => Some(Rule::MultipleOfChanged),
    }
}

fn join(path: &str, more: &str) -> String {
    match (path, more) {
        ("", path) | (path, "") => path.to_owned(),
        (path, more) => format!("{path}/{more}"),
    }
}

/// Tells whether every multiple of the one is a multiple of the other, of integers alone.
fn is_multiple(one: &Value, other: &Value) -> bool {
    number::integer(one).zip(number::integer(other)).is_some_and(|(one, other)| other != 0 && one % other == 0)
}
