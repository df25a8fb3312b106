//! All that several schemas say about one value, intersected.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value};
use thoth_messaging_documents::{Draft, keywords};

use super::cores::{Cores, Settled};
use crate::format::Format;
use crate::resolve::{Place, Resolved};

/// A set of JSON types, where `number` means the numbers that are no integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Types(u8);

impl Default for Types {
    fn default() -> Self {
        Self::ALL
    }
}

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

    /// Whether this is one type, or none.
    pub(super) fn is_one(self) -> bool {
        self == Self::NUMBER || self.0.count_ones() <= 1
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn and(self, other: Self) -> Self {
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
    /// The schema of the members that it does not declare.
    pub(super) additional: Option<Place>,
}

/// What one schema says about the items of an array by their number.
#[derive(Clone, Debug)]
pub(super) struct Tuple {
    pub(super) prefix: Vec<Place>,
    /// The schema of the items behind the prefix.
    pub(super) rest: Option<Place>,
}

/// An `anyOf` or `oneOf` of which a branch is still to be chosen.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) place: Place,
    pub(super) keyword: &'static str,
    pub(super) branches: usize,
}

impl Choice {
    pub(super) fn branch(&self, index: usize) -> Place {
        self.place.join(self.keyword).join(&index.to_string())
    }

    pub(super) fn is_exclusive(&self) -> bool {
        self.keyword == "oneOf"
    }
}

/// Which members stand together: by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Presence<'a> {
    /// Not all of these.
    NotAll(Vec<&'a str>),
    /// With the first, all of the others.
    With(&'a str, Vec<&'a str>),
    /// All of one list at least.
    AnyOf(Vec<Vec<&'a str>>),
    /// All of one list, and of no other.
    OneOf(Vec<Vec<&'a str>>),
}

impl<'a> Presence<'a> {
    /// The members that it speaks of.
    pub(super) fn names(&self) -> Vec<&'a str> {
        match self {
            Self::NotAll(names) => names.clone(),
            Self::With(name, names) => std::iter::once(*name).chain(names.iter().copied()).collect(),
            Self::AnyOf(lists) | Self::OneOf(lists) => lists.iter().flatten().copied().collect(),
        }
    }
}

/// What a branch says about the constant that it holds.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
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
    /// Those that refuse values.
    pub(super) formats: Vec<Format>,
    pub(super) items: Vec<Place>,
    pub(super) tuples: Vec<Tuple>,
    pub(super) count: Range,
    pub(super) unique: bool,
    pub(super) members: Vec<Members>,
    /// Members that are not declared are refused.
    pub(super) closed: bool,
    pub(super) required: BTreeSet<&'a str>,
    pub(super) presence: Vec<Presence<'a>>,
    /// `propertyNames`.
    pub(super) member_names: Vec<Place>,
    /// `patternProperties` by the place of each pattern, and whether members that match none are refused.
    pub(super) member_patterns: Vec<(Place, &'a str, bool)>,
    pub(super) size: Range,
    /// What is still to be chosen from.
    pub(super) choices: Vec<Choice>,
    /// What branches say about the constants that they hold.
    pub(super) about: BTreeMap<String, About>,
    /// Schemas of which the validator decides a part.
    pub(super) validated: Vec<Place>,
}

impl<'a> Node<'a> {
    /// What these schemas say together. Each is one that [`super::flatten`] gives. `format` asserts, or does not.
    pub(super) fn of(resolved: &'a Resolved, cores: &Cores, asserts: bool) -> Self {
        let mut node = Self {
            types: cores.types,
            never: false,
            strict: false,
            constants: None,
            more_constants: false,
            length: Range::default(),
            patterns: Vec::new(),
            lower: Vec::new(),
            upper: Vec::new(),
            multiple_of: Vec::new(),
            formats: Vec::new(),
            items: Vec::new(),
            tuples: Vec::new(),
            count: Range::default(),
            unique: false,
            members: Vec::new(),
            closed: false,
            required: BTreeSet::new(),
            presence: Vec::new(),
            member_names: Vec::new(),
            member_patterns: Vec::new(),
            size: Range::default(),
            choices: Vec::new(),
            about: BTreeMap::new(),
            validated: Vec::new(),
        };
        for place in &cores.places {
            match resolved.schema(place) {
                // Which keywords mean something there, the validator knows.
                Value::Object(_) if !resolved.is_plain(place) => node.validated.push(place.clone()),
                Value::Object(schema) => {
                    let draft = resolved.draft(place);
                    node.add(draft, place, schema);
                    if asserts {
                        node.formats.extend(schema.get("format").and_then(|format| Format::of_value(draft, format)));
                    }
                    node.add_choices(draft, place, schema, cores);
                    node.add_validated(draft, place, schema);
                }
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
        self.add_items(draft, place, schema);
        self.count.narrow(schema, "minItems", "maxItems");
        self.unique |= schema.get("uniqueItems") == Some(&Value::Bool(true));
        self.add_members(draft, place, schema);
    }

    fn add_items(&mut self, draft: Draft, place: &Place, schema: &'a Map<String, Value>) {
        let (prefix, rest) =
            if draft == Draft::Draft202012 { ("prefixItems", "items") } else { ("items", "additionalItems") };
        if let Some(Value::Array(items)) = schema.get(prefix) {
            let prefix = (0..items.len()).map(|index| place.join(prefix).join(&index.to_string())).collect();
            self.tuples.push(Tuple { prefix, rest: schema.contains_key(rest).then(|| place.join(rest)) });
        } else if schema.contains_key("items") {
            self.items.push(place.join("items"));
        }
    }

    fn add_members(&mut self, draft: Draft, place: &Place, schema: &'a Map<String, Value>) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let refuses = schema.get("additionalProperties") == Some(&Value::Bool(false));
        for pattern in patterns.into_iter().flat_map(Map::keys) {
            self.member_patterns.push((place.join("patternProperties").join(pattern), pattern, refuses));
        }
        // Beside patterns, only they know which members are additional.
        let additional = schema.contains_key("additionalProperties") && patterns.is_none_or(Map::is_empty);
        if properties.is_some() || additional {
            let order: Vec<String> = properties.into_iter().flat_map(Map::keys).cloned().collect();
            self.members.push(Members {
                place: place.clone(),
                declared: order.iter().cloned().collect(),
                order,
                additional: additional.then(|| place.join("additionalProperties")),
            });
        }
        self.closed |= refuses && additional;
        // Draft 4 to 2019-09 know it as `required` too; draft 3's boolean was refused by the meta-schema.
        let required = schema.get("required").and_then(Value::as_array);
        self.required.extend(required.into_iter().flatten().filter_map(Value::as_str));
        if keywords::find(draft, "propertyNames").is_some() && schema.contains_key("propertyNames") {
            self.member_names.push(place.join("propertyNames"));
        }
        for keyword in ["dependentRequired", "dependencies"] {
            let known = keywords::find(draft, keyword).is_some();
            let dependent = schema.get(keyword).and_then(Value::as_object).filter(|_| known);
            self.presence.extend(dependent.into_iter().flatten().filter_map(|(name, names)| {
                let names: Vec<&str> = names.as_array()?.iter().filter_map(Value::as_str).collect();
                (!names.is_empty()).then_some(Presence::With(name, names))
            }));
        }
        self.size.narrow(schema, "minProperties", "maxProperties");
    }

    fn add_choices(&mut self, draft: Draft, place: &Place, schema: &Map<String, Value>, cores: &Cores) {
        for keyword in ["anyOf", "oneOf"] {
            let Some(branches) = schema.get(keyword).and_then(Value::as_array) else { continue };
            if keywords::find(draft, keyword).is_none() {
                continue;
            }
            match cores.settled(place, keyword) {
                None => self.choices.push(Choice { place: place.clone(), keyword, branches: branches.len() }),
                Some(Settled::Validated) => self.validated.push(place.clone()),
                Some(Settled::Chosen) => {}
            }
        }
    }

    /// Notes a schema with a keyword that nothing else decides.
    fn add_validated(&mut self, draft: Draft, place: &Place, schema: &'a Map<String, Value>) {
        for (name, value) in schema {
            let Some(keyword) = keywords::find(draft, name) else { continue };
            let decided = match keyword.name {
                "if" => !schema.contains_key("then") && !schema.contains_key("else"),
                "then" | "else" => !schema.contains_key("if"),
                "contains" => false,
                "dependencies" => value.as_object().is_some_and(|all| all.values().all(Value::is_array)),
                "dependentSchemas" => value.as_object().is_some_and(Map::is_empty),
                "unevaluatedProperties" | "unevaluatedItems" => *value == Value::Bool(true),
                "not" => self.add_not(value),
                _ => true,
            };
            if !decided && self.validated.last() != Some(place) {
                self.validated.push(place.clone());
            }
        }
    }

    /// Reads a `not` that speaks of the members that are there alone.
    fn add_not(&mut self, schema: &'a Value) -> bool {
        match schema {
            Value::Bool(refused) => {
                self.never |= refused;
                true
            }
            Value::Object(members) if self.types == Types::OBJECT => {
                let Some(names) = required_alone(members) else { return false };
                self.presence.push(Presence::NotAll(names));
                true
            }
            _ => false,
        }
    }

    /// Whether every value is valid, as far as types and constants go.
    pub(super) fn is_unlimited(&self) -> bool {
        self.types == Types::ALL && self.constants.is_none()
    }

    /// The types whose values are limited by more than being of the type.
    pub(super) fn limited(&self) -> Types {
        let unlimited = Range::default();
        let limited = |is: bool, types| if is { types } else { Types::NONE };
        let string = self.length != unlimited || !self.patterns.is_empty() || !self.formats.is_empty();
        let number = !(self.lower.is_empty() && self.upper.is_empty() && self.multiple_of.is_empty());
        let array = self.count != unlimited || self.unique || !self.items.is_empty() || !self.tuples.is_empty();
        let members = !self.members.is_empty() || !self.required.is_empty() || !self.presence.is_empty();
        let object =
            members || self.size != unlimited || !self.member_names.is_empty() || !self.member_patterns.is_empty();
        limited(string, Types::STRING)
            .or(limited(number, Types::NUMBER))
            .or(limited(array, Types::ARRAY))
            .or(limited(object, Types::OBJECT))
    }

    /// Whether nothing but `type` limits the values.
    pub(super) fn is_plain(&self) -> bool {
        let says_more =
            self.never || self.constants.is_some() || !self.choices.is_empty() || !self.validated.is_empty();
        !says_more && !self.types.has(self.limited())
    }

    /// Whether it is said what members hold, or may be: the validator alone knows of what it decides.
    pub(super) fn speaks_of_members(&self) -> bool {
        !self.members.is_empty() || !self.member_patterns.is_empty() || !self.validated.is_empty()
    }

    /// The names of the members that are declared or required, in the order of the schemas.
    pub(super) fn names(&self) -> Vec<String> {
        let mut known = BTreeSet::new();
        let declared = self.members.iter().flat_map(|members| &members.order).map(String::as_str);
        let present = self.presence.iter().flat_map(Presence::names);
        let all = declared.chain(self.required.iter().copied()).chain(present);
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

/// The names that a schema requires, where it says nothing else.
pub(super) fn required_alone(schema: &Map<String, Value>) -> Option<Vec<&str>> {
    let says = |name: &String| !matches!(name.as_str(), "title" | "description" | "$comment" | "required");
    let names = schema.get("required")?.as_array()?;
    (!schema.keys().any(says)).then(|| names.iter().filter_map(Value::as_str).collect())
}
