//! The values that were seen at a place of the samples.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Number, Value};

use super::count::{Count, Samples};
use super::tags;
use super::texts::{Texts, looks_secret};

/// An object with more member names than this is a map.
const NAMES: usize = 512;

/// Number of a definition.
pub(super) type DefinitionId = usize;

/// The values of one place, counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// All of them.
    pub(super) seen: u64,
    pub(super) samples: Samples,
    pub(super) nulls: u64,
    pub(super) booleans: u64,
    pub(super) numbers: Numbers,
    pub(super) texts: Texts,
    pub(super) arrays: u64,
    pub(super) items: Option<Box<Shape>>,
    pub(super) objects: Option<Box<Objects>>,
    /// Definitions that took objects of this place.
    pub(super) refers: BTreeSet<DefinitionId>,
}

/// Numbers, by what holds them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    /// Whole, and a 64-bit signed integer holds it.
    pub(super) whole: u64,
    /// Of these, written with a fraction, as `1.0`.
    pub(super) dotted: u64,
    /// Whole, and no 64-bit signed integer holds it.
    pub(super) wide: u64,
    /// Of these, held by an unsigned one.
    pub(super) unsigned: u64,
    /// Less than zero.
    pub(super) negative: u64,
    pub(super) fractions: u64,
}

/// The objects of one place: in groups by the value of their tag where there is one, else one group.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    pub(super) tag: Option<String>,
    pub(super) groups: Vec<Group>,
}

/// Objects with the same tag.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The values of the tag; empty where the objects have none.
    pub(super) tags: Vec<Value>,
    pub(super) members: Members,
}

/// The members of some objects.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    /// The number of objects.
    pub(super) seen: u64,
    pub(super) samples: Samples,
    /// By name, in the order in which they were first seen. Empty once this is a map.
    pub(super) named: IndexMap<String, Shape>,
    /// The values of a map.
    pub(super) map: Option<Box<MapValues>>,
}

/// The values of an object whose member names are data.
#[derive(Clone, Debug)]
pub(super) struct MapValues {
    /// The number of names that led here.
    pub(super) names: usize,
    /// Set if there may be more names.
    pub(super) is_more: bool,
    pub(super) shape: Shape,
}

impl Shape {
    /// Counts one more value. What is secret is not kept.
    pub(super) fn add(&mut self, value: &Value, is_secret: bool, count: &mut Count) {
        self.seen += 1;
        self.samples.add(count.sample);
        match value {
            Value::Null => self.nulls += 1,
            Value::Bool(_) => self.booleans += 1,
            Value::Number(number) => self.numbers.add(number),
            Value::String(text) => self.texts.add(text, is_secret, count),
            Value::Array(items) => {
                self.arrays += 1;
                for item in items {
                    if self.items.is_none() && !count.take_place(0) {
                        return;
                    }
                    self.items.get_or_insert_default().add(item, is_secret, count);
                }
            }
            Value::Object(object) => {
                let tag = || if is_secret { None } else { tags::candidate(object) };
                let first = || Box::new(Objects { tag: tag(), groups: Vec::new() });
                self.objects.get_or_insert_with(first).add(object, is_secret, count);
            }
        }
    }

    /// Counts what another place counted.
    pub(super) fn merge(&mut self, other: Self) {
        self.seen += other.seen;
        self.samples.merge(other.samples);
        self.nulls += other.nulls;
        self.booleans += other.booleans;
        self.numbers.merge(other.numbers);
        self.texts.merge(&other.texts);
        self.arrays += other.arrays;
        self.refers.extend(other.refers);
        merge_option(&mut self.items, other.items, |items, others| items.merge(*others));
        merge_option(&mut self.objects, other.objects, |objects, others| objects.merge(*others));
    }

    /// The JSON types beside `null`, integers and other numbers as one; objects also where a definition took them.
    pub(super) fn kinds(&self) -> BTreeSet<&'static str> {
        let kinds = [
            ("boolean", self.booleans > 0),
            ("number", self.numbers.any()),
            ("string", self.texts.seen > 0),
            ("array", self.arrays > 0),
            ("object", self.objects.is_some() || !self.refers.is_empty()),
        ];
        kinds.into_iter().filter(|(_, is_seen)| *is_seen).map(|(kind, _)| kind).collect()
    }

    /// Returns whether a schema of one could be that of the other: the same types, where more than `null` was seen of both.
    pub(super) fn is_of_kind(&self, other: &Self) -> bool {
        let (kinds, others) = (self.kinds(), other.kinds());
        kinds == others || kinds.is_empty() || others.is_empty()
    }

    /// The places directly below, with the name of the member that leads there.
    pub(super) fn below_mut(&mut self) -> impl Iterator<Item = (Option<&String>, &mut Self)> {
        let items = self.items.iter_mut().map(|items| (None, items.as_mut()));
        items.chain(self.objects.iter_mut().flat_map(|objects| objects.below_mut()))
    }
}

/// Both, where both are there.
pub(super) fn merge_option<T>(mine: &mut Option<T>, other: Option<T>, merge: impl FnOnce(&mut T, T)) {
    match (mine.as_mut(), other) {
        (Some(mine), Some(other)) => merge(mine, other),
        (None, other) => *mine = other,
        (Some(_), None) => {}
    }
}

impl Numbers {
    fn add(&mut self, number: &Number) {
        // From here on the nearest float of what has a fraction has none, and that of what is no `i64` may be one.
        const EXACT: f64 = 4_503_599_627_370_496.0;
        self.negative += u64::from(number.as_f64().is_some_and(|float| float < 0.0));
        self.unsigned += u64::from(number.is_u64() && !number.is_i64());
        match number.as_f64() {
            _ if number.is_i64() => self.whole += 1,
            Some(float) if float.fract() != 0.0 => self.fractions += 1,
            Some(float) if number.is_f64() && float.abs() < EXACT => {
                self.whole += 1;
                self.dotted += 1;
            }
            _ => self.wide += 1,
        }
    }

    fn merge(&mut self, other: Self) {
        self.whole += other.whole;
        self.dotted += other.dotted;
        self.wide += other.wide;
        self.unsigned += other.unsigned;
        self.negative += other.negative;
        self.fractions += other.fractions;
    }

    pub(super) fn any(self) -> bool {
        self.seen() > 0
    }

    /// Returns whether a 64-bit integer holds each of them: a signed one, or an unsigned one.
    pub(super) fn is_whole(self) -> bool {
        self.fractions == 0 && (self.wide == 0 || self.is_unsigned())
    }

    /// Returns whether it takes an unsigned integer to hold them.
    pub(super) fn is_unsigned(self) -> bool {
        self.wide > 0 && self.wide == self.unsigned && self.negative == 0
    }

    pub(super) fn seen(self) -> u64 {
        self.whole + self.wide + self.fractions
    }
}

impl Objects {
    fn add(&mut self, object: &Map<String, Value>, is_secret: bool, count: &mut Count) {
        let tag = self.tag.as_ref().map(|name| tags::value(object, name));
        if let Some(None) = tag {
            self.ungroup();
        }
        let tags: Vec<Value> = tag.flatten().cloned().into_iter().collect();
        let found = self.groups.iter().position(|group| self.tag.is_none() || group.tags == tags);
        let index = found.unwrap_or(self.groups.len());
        if index == self.groups.len() {
            self.groups.push(Group { tags, members: Members::default() });
        }
        self.groups[index].members.add(object, is_secret, count);
        if self.groups.len() > tags::MAX_VALUES {
            self.ungroup();
        }
    }

    /// The number of objects.
    pub(super) fn seen(&self) -> u64 {
        self.groups.iter().map(|group| group.members.seen).sum()
    }

    /// The number of samples that had some, of one group at least.
    pub(super) fn samples(&self) -> Samples {
        let mut all = Samples::default();
        self.groups.iter().for_each(|group| all.merge(group.members.samples));
        all
    }

    /// Puts all objects into one group.
    pub(super) fn ungroup(&mut self) {
        self.tag = None;
        let mut all = Members::default();
        self.groups.drain(..).for_each(|group| all.merge(group.members));
        self.groups.push(Group { tags: Vec::new(), members: all });
    }

    /// Counts what another place counted.
    pub(super) fn merge(&mut self, mut other: Self) {
        if self.tag != other.tag {
            self.ungroup();
            other.ungroup();
        }
        for group in other.groups {
            let same = |mine: &&mut Group| mine.tags == group.tags;
            match self.groups.iter_mut().find(same) {
                Some(mine) => mine.members.merge(group.members),
                None => self.groups.push(group),
            }
        }
        if self.groups.len() > tags::MAX_VALUES {
            self.ungroup();
        }
    }

    /// The places directly below, with the name of the member that leads there.
    pub(super) fn below_mut(&mut self) -> impl Iterator<Item = (Option<&String>, &mut Shape)> {
        self.groups.iter_mut().flat_map(|group| group.members.below_mut())
    }
}

impl Members {
    fn add(&mut self, object: &Map<String, Value>, is_secret: bool, count: &mut Count) {
        self.seen += 1;
        self.samples.add(count.sample);
        for (name, value) in object {
            let is_secret = is_secret || looks_secret(name);
            if let Some(map) = &mut self.map {
                map.shape.add(value, is_secret, count);
            } else if let Some(shape) = self.named.get_mut(name) {
                shape.add(value, is_secret, count);
            } else if count.take_place(name.len()) {
                self.named.entry(name.clone()).or_default().add(value, is_secret, count);
            }
            if self.named.len() > NAMES {
                self.make_map(true);
            }
        }
    }

    /// Makes a map of an object: what its members counted is counted together.
    pub(super) fn make_map(&mut self, is_more: bool) -> &mut MapValues {
        let names = self.named.len();
        let mut shape = Shape::default();
        self.named.drain(..).for_each(|(_, member)| shape.merge(member));
        match &mut self.map {
            Some(map) => {
                map.names = map.names.max(names);
                map.shape.merge(shape);
            }
            map @ None => *map = Some(Box::new(MapValues { names, is_more, shape })),
        }
        self.map.get_or_insert_with(|| Box::new(MapValues { names, is_more, shape: Shape::default() }))
    }

    /// Counts what another place counted.
    pub(super) fn merge(&mut self, mut other: Self) {
        self.seen += other.seen;
        self.samples.merge(other.samples);
        if self.map.is_some() || other.map.is_some() {
            self.make_map(false);
            other.make_map(false);
            merge_option(&mut self.map, other.map, |map, others| {
                map.names = map.names.max(others.names);
                map.is_more |= others.is_more;
                map.shape.merge(others.shape);
            });
            return;
        }
        for (name, shape) in other.named {
            self.named.entry(name).or_default().merge(shape);
        }
    }

    /// Returns whether a member is in every object.
    pub(super) fn requires(&self, shape: &Shape) -> bool {
        shape.seen == self.seen
    }

    fn below_mut(&mut self) -> impl Iterator<Item = (Option<&String>, &mut Shape)> {
        let named = self.named.iter_mut().map(|(name, shape)| (Some(name), shape));
        named.chain(self.map.iter_mut().map(|map| (None, &mut map.shape)))
    }
}
