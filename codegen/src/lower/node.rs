//! All that several schemas say about one value, intersected.

use std::collections::BTreeSet;

use jsonschema::Draft;
use serde_json::{Map, Number, Value};

use crate::keywords;
use crate::resolve::{Place, Resolved};

/// A set of JSON types, where `number` means the numbers that are no integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(1 << 1);
    pub(super) const INTEGER: Self = Self(1 << 2);
    pub(super) const FRACTION: Self = Self(1 << 3);
    pub(super) const STRING: Self = Self(1 << 4);
    pub(super) const ARRAY: Self = Self(1 << 5);
    pub(super) const OBJECT: Self = Self(1 << 6);
    pub(super) const NUMBER: Self = Self(Self::INTEGER.0 | Self::FRACTION.0);
    pub(super) const ALL: Self = Self((1 << 7) - 1);

    /// Whether this is one type.
    pub(super) fn is_one(self) -> bool {
        self == Self::NUMBER || self.0.count_ones() <= 1
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn named(name: &str) -> Self {
        match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => Self::NONE,
        }
    }

    fn of(keyword: &Value) -> Self {
        match keyword {
            Value::String(name) => Self::named(name),
            Value::Array(names) => names.iter().map(Self::of).fold(Self::NONE, Self::or),
            _ => Self::ALL,
        }
    }

    /// The type of a value; a whole number with a point is an integer, but for draft 4.
    pub(super) fn of_value(value: &Value, strict: bool) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if !number.is_f64() => Self::INTEGER,
            Value::Number(number) if !strict && number.as_f64().is_some_and(|float| float.fract() == 0.0) => {
                Self::INTEGER
            }
            Value::Number(_) => Self::FRACTION,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }
}

/// The bound of a number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Limit {
    pub(super) value: Number,
    pub(super) exclusive: bool,
}

/// The bounds of a length or a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) min: u64,
    pub(super) max: Option<u64>,
}

impl Range {
    fn narrow(&mut self, schema: &Map<String, Value>, min: &str, max: &str) {
        if let Some(limit) = whole(schema.get(min)) {
            self.min = self.min.max(limit);
        }
        if let Some(limit) = whole(schema.get(max)) {
            self.max = Some(self.max.map_or(limit, |max| max.min(limit)));
        }
    }
}

fn whole(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float saturates, which is the limit")]
    value.as_u64().or_else(|| value.as_f64().map(|float| float as u64))
}

/// What one schema says about the members of an object.
#[derive(Clone, Debug)]
pub(super) struct Members {
    pub(super) place: Place,
    /// The names that it declares, in its order.
    pub(super) order: Vec<String>,
    pub(super) declared: BTreeSet<String>,
    pub(super) additional: Option<Place>,
}

/// All that is said about one value.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is what one keyword says, independent of the others")]
pub(super) struct Node<'a> {
    pub(super) types: Types,
    /// A schema is `false`.
    pub(super) never: bool,
    /// `integer` is that of draft 4.
    pub(super) strict: bool,
    /// `enum` or `const`; the first of several.
    pub(super) constants: Option<Vec<&'a Value>>,
    /// There are several.
    pub(super) more_constants: bool,
    pub(super) length: Range,
    pub(super) patterns: Vec<&'a str>,
    pub(super) lower: Vec<Limit>,
    pub(super) upper: Vec<Limit>,
    pub(super) multiple_of: Vec<&'a Number>,
    pub(super) items: Vec<Place>,
    pub(super) count: Range,
    pub(super) unique: bool,
    pub(super) members: Vec<Members>,
    /// Members that are not declared are refused.
    pub(super) closed: bool,
    pub(super) required: BTreeSet<&'a str>,
    pub(super) size: Range,
}

impl<'a> Node<'a> {
    /// What these schemas say together. Each is one that [`super::flatten`] gives.
    pub(super) fn of(resolved: &'a Resolved, places: &[Place]) -> Self {
        let mut node = Self {
            types: Types::ALL,
            never: false,
            strict: false,
            constants: None,
            more_constants: false,
            length: Range::default(),
            patterns: Vec::new(),
            lower: Vec::new(),
            upper: Vec::new(),
            multiple_of: Vec::new(),
            items: Vec::new(),
            count: Range::default(),
            unique: false,
            members: Vec::new(),
            closed: false,
            required: BTreeSet::new(),
            size: Range::default(),
        };
        for place in places {
            match resolved.schema(place) {
                Value::Object(schema) => node.add(resolved.draft(place), place, schema),
                other => node.never |= *other == Value::Bool(false),
            }
        }
        node
    }

    fn add(&mut self, draft: Draft, place: &Place, schema: &'a Map<String, Value>) {
        if let Some(types) = schema.get("type").map(Types::of) {
            self.strict |= draft == Draft::Draft4 && types.has(Types::INTEGER) && !types.has(Types::FRACTION);
            self.types = self.types.and(types);
        }
        let constant = schema.get("const").filter(|_| keywords::find(draft, "const").is_some());
        let constants = schema.get("enum").and_then(Value::as_array).map(|list| list.iter().collect::<Vec<_>>());
        for allowed in constants.into_iter().chain(constant.map(|constant| vec![constant])) {
            self.more_constants |= self.constants.is_some();
            self.constants.get_or_insert(allowed);
        }
        self.length.narrow(schema, "minLength", "maxLength");
        self.patterns.extend(schema.get("pattern").and_then(Value::as_str));
        self.lower.extend(limit(schema, "minimum", "exclusiveMinimum"));
        self.upper.extend(limit(schema, "maximum", "exclusiveMaximum"));
        self.multiple_of.extend(schema.get("multipleOf").and_then(Value::as_number));
        if schema.contains_key("items") {
            self.items.push(place.join("items"));
        }
        self.count.narrow(schema, "minItems", "maxItems");
        self.unique |= schema.get("uniqueItems") == Some(&Value::Bool(true));
        self.add_members(place, schema);
    }

    fn add_members(&mut self, place: &Place, schema: &'a Map<String, Value>) {
        let properties = schema.get("properties").and_then(Value::as_object);
        if properties.is_some() || schema.contains_key("additionalProperties") {
            let order: Vec<String> = properties.into_iter().flat_map(Map::keys).cloned().collect();
            self.members.push(Members {
                place: place.clone(),
                declared: order.iter().cloned().collect(),
                order,
                additional: schema.contains_key("additionalProperties").then(|| place.join("additionalProperties")),
            });
        }
        self.closed |= schema.get("additionalProperties") == Some(&Value::Bool(false));
        let required = schema.get("required").and_then(Value::as_array);
        self.required.extend(required.into_iter().flatten().filter_map(Value::as_str));
        self.size.narrow(schema, "minProperties", "maxProperties");
    }

    /// Whether every value is valid, as far as types and constants go.
    pub(super) fn is_unlimited(&self) -> bool {
        self.types == Types::ALL && self.constants.is_none()
    }

    /// Whether anything but types, constants, items and members limits the values.
    pub(super) fn is_constrained(&self) -> bool {
        let unlimited = Range::default();
        self.length != unlimited
            || self.count != unlimited
            || self.size != unlimited
            || self.unique
            || !(self.patterns.is_empty() && self.lower.is_empty())
            || !(self.upper.is_empty() && self.multiple_of.is_empty())
    }

    /// The names of the members that are declared or required, in the order of the schemas.
    pub(super) fn names(&self) -> Vec<String> {
        let mut known = BTreeSet::new();
        let declared = self.members.iter().flat_map(|members| &members.order).map(String::as_str);
        let all = declared.chain(self.required.iter().copied());
        all.filter(|name| known.insert(*name)).map(str::to_owned).collect()
    }

    /// The schemas of a member.
    pub(super) fn member(&self, name: &str) -> Vec<Place> {
        let schema = |members: &Members| {
            if members.declared.contains(name) {
                Some(members.place.join("properties").join(name))
            } else {
                members.additional.clone()
            }
        };
        self.members.iter().filter_map(schema).collect()
    }

    /// The schemas of the members that none declares.
    pub(super) fn others(&self) -> Vec<Place> {
        self.members.iter().filter_map(|members| members.additional.clone()).collect()
    }
}

/// A bound, by its inclusive keyword, its exclusive one, or draft 4's switch that makes the former the latter. Of two
/// bounds both are kept.
fn limit(schema: &Map<String, Value>, inclusive: &str, exclusive: &str) -> Vec<Limit> {
    let number = |keyword| schema.get(keyword).and_then(Value::as_number).cloned();
    let switched = schema.get(exclusive) == Some(&Value::Bool(true));
    let inclusive = number(inclusive).map(|value| Limit { value, exclusive: switched });
    let exclusive = number(exclusive).map(|value| Limit { value, exclusive: true });
    inclusive.into_iter().chain(exclusive).collect()
}
