//! JSON values as `jsonschema` sees them, where each look at one is counted. Once there were too many, every value is
//! `null`, so that nothing is left to look into; what comes out of that is for nobody.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object, unique};
use serde_json::{Map, Value, map};

use super::instance::{Instance, Numeral};
use super::numbers::are_equal;

/// Texts are looked at in pieces of so many bytes.
const PIECE: usize = 32;

/// Steps for a text that is looked at, and for each piece of a name: a pattern may read it, which takes longer than a look.
const READ: u64 = 8;

/// What may still be done for one payload.
pub(super) struct Meter {
    steps: Cell<u64>,
    errors: Cell<u32>,
    is_exceeded: Cell<bool>,
}

impl Meter {
    pub(super) fn new(steps: u64, errors: u32) -> Self {
        Self { steps: Cell::new(steps), errors: Cell::new(errors), is_exceeded: Cell::new(false) }
    }

    pub(super) fn is_exceeded(&self) -> bool {
        self.is_exceeded.get()
    }

    /// Returns whether so many steps were left.
    fn take(&self, steps: u64) -> bool {
        let left = self.steps.get().checked_sub(steps).filter(|_| !self.is_exceeded());
        self.is_exceeded.set(left.is_none());
        self.steps.set(left.unwrap_or(0));
        left.is_some()
    }

    fn take_error(&self) {
        let left = self.errors.get().checked_sub(1);
        self.errors.set(left.unwrap_or(0));
        if left.is_none() {
            self.is_exceeded.set(true);
        }
    }
}

/// The representation of JSON that counts.
pub(super) struct Counted;

/// A value, and what counts the looks at it: nothing where it is a member name, which is counted with its member.
#[derive(Clone, Copy)]
pub(super) struct Looked<'a> {
    instance: Instance<'a>,
    meter: Option<&'a Meter>,
}

impl<'a> Looked<'a> {
    pub(super) fn new(instance: Instance<'a>, meter: &'a Meter) -> Self {
        Self { instance, meter: Some(meter) }
    }

    fn with(self, value: &'a Value) -> Self {
        Self { instance: self.instance.with(value), ..self }
    }

    /// The value, while looks at it are left.
    fn look(self, steps: u64) -> &'a Value {
        if self.meter.is_none_or(|meter| meter.take(steps)) { self.instance.value } else { &Value::Null }
    }

    /// As `jsonschema` compares values, but counted, and numbers as they are written.
    fn equals(self, expected: &Value) -> bool {
        match (self.look(1), expected) {
            (Value::Array(items), Value::Array(expected)) => {
                items.len() == expected.len()
                    && items.iter().zip(expected).all(|(item, expected)| self.with(item).equals(expected))
            }
            (Value::Object(members), Value::Object(expected)) => {
                members.len() == expected.len()
                    && members.iter().all(|(name, member)| {
                        expected.get(name).is_some_and(|expected| self.with(member).equals(expected))
                    })
            }
            (Value::Number(number), Value::Number(expected)) => are_equal(&self.instance.numeral(number), expected),
            (value, expected) => value == expected,
        }
    }
}

fn pieces(text: &str) -> u64 {
    1 + (text.len() / PIECE) as u64
}

/// The number of values, names and pieces of text that a value is made of.
pub(super) fn size(value: &Value) -> u64 {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<u64>(),
        Value::Object(members) => 1 + members.iter().map(|(name, member)| pieces(name) + size(member)).sum::<u64>(),
        Value::String(text) => pieces(text),
        _ => 1,
    }
}

impl Json for Counted {
    type Node<'a> = Looked<'a>;
    type PreparedKey = String;
    type StringBuffer = Value;

    const KEYS_PER_LOOKUP: usize = 2;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(buffer: &mut Value, name: &str, read: impl FnOnce(Looked<'_>) -> T) -> T {
        *buffer = Value::String(name.to_owned());
        read(Looked { instance: Instance::from(&*buffer), meter: None })
    }
}

impl<'a> Node<'a, Counted> for Looked<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = Numeral<'a>;

    fn as_object(&self) -> Option<Members<'a>> {
        self.look(1).as_object().map(|members| Members { of: *self, members })
    }

    fn as_array(&self) -> Option<Items<'a>> {
        self.look(1).as_array().map(|items| Items { of: *self, items })
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        let text = self.instance.value.as_str()?;
        self.look(READ * pieces(text)).as_str().map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<Numeral<'a>> {
        self.look(1).as_number().map(|number| self.instance.numeral(number))
    }

    fn as_boolean(&self) -> Option<bool> {
        self.look(1).as_bool()
    }

    fn is_null(&self) -> bool {
        self.look(1).is_null()
    }

    fn json_type(&self) -> JsonType {
        match self.look(1) {
            Value::Null => JsonType::Null,
            Value::Bool(_) => JsonType::Boolean,
            Value::Number(_) => JsonType::Number,
            Value::String(_) => JsonType::String,
            Value::Array(_) => JsonType::Array,
            Value::Object(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        self.equals(expected)
    }

    /// Is asked for by what makes an error.
    fn to_value(&self) -> Cow<'a, Value> {
        if let Some(meter) = self.meter {
            meter.take_error();
        }
        Cow::Borrowed(self.instance.value)
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref(self.instance.value).addr()))
    }

    fn container_identity(&self) -> Option<NodeIdentity> {
        if self.instance.value.is_object() || self.instance.value.is_array() { self.identity() } else { None }
    }
}

pub(super) struct Members<'a> {
    of: Looked<'a>,
    members: &'a Map<String, Value>,
}

impl<'a> Object<'a, Counted> for Members<'a> {
    type Node = Looked<'a>;
    type MemberName = &'a str;
    type MembersIter = LeftMembers<'a>;

    fn len(&self) -> usize {
        self.members.len()
    }

    fn get(&self, name: &String) -> Option<Looked<'a>> {
        self.of.look(1).get(name).map(|member| self.of.with(member))
    }

    fn members(&self) -> LeftMembers<'a> {
        LeftMembers { of: self.of, left: self.members.iter() }
    }
}

pub(super) struct LeftMembers<'a> {
    of: Looked<'a>,
    left: map::Iter<'a>,
}

impl<'a> Iterator for LeftMembers<'a> {
    type Item = (&'a str, Looked<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, member) = self.left.next()?;
        let is_left = self.of.meter.is_none_or(|meter| meter.take(READ * pieces(name)));
        is_left.then(|| (name.as_str(), self.of.with(member)))
    }
}

pub(super) struct Items<'a> {
    of: Looked<'a>,
    items: &'a [Value],
}

impl<'a> Array<'a, Counted> for Items<'a> {
    type Node = Looked<'a>;
    type ElementsIter = LeftItems<'a>;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn elements(&self) -> LeftItems<'a> {
        LeftItems { of: self.of, left: self.items.iter() }
    }

    fn is_unique(&self) -> bool {
        let steps = self.items.iter().map(size).sum::<u64>();
        if !self.of.meter.is_none_or(|meter| meter.take(steps)) {
            return false;
        }
        let item = |item| self.of.instance.with(item);
        if self.items.iter().any(|it| item(it).has_wide_numbers()) {
            let mut seen = BTreeSet::new();
            return self.items.iter().all(|it| seen.insert(item(it).canonical()));
        }
        unique::is_unique(self.items)
    }
}

pub(super) struct LeftItems<'a> {
    of: Looked<'a>,
    left: std::slice::Iter<'a, Value>,
}

impl<'a> Iterator for LeftItems<'a> {
    type Item = Looked<'a>;

    fn next(&mut self) -> Option<Looked<'a>> {
        let item = self.left.next()?;
        let is_left = self.of.meter.is_none_or(|meter| meter.take(1));
        is_left.then(|| self.of.with(item))
    }
}
