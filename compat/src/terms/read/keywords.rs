//! Keyword by keyword.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use thoth_messaging_documents::{Draft, Validation};

use super::{Reader, lookahead};
use crate::files::Place;
use crate::terms::{Lit, Part, normal, number, type_of, types};

/// Alternatives of `oneOf` whose cases are written out: each says that the others do not hold.
const MAX_ONE_OF: usize = 100;

impl Reader<'_> {
    /// A keyword whose value holds no schema.
    pub(super) fn assertion(&mut self, draft: Draft, keyword: &str, value: &Value, schema: &Map<String, Value>) {
        if !draft.is_known_keyword(keyword) {
            return;
        }
        let count = || number::integer(value).and_then(|count| u64::try_from(count).ok());
        let part = match keyword {
            "type" => self.types(draft, value),
            "enum" => value.as_array().map(|values| Part::Values(sorted(values))),
            "const" => Some(Part::Values(vec![normal(value)])),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => bound(draft, keyword, value, schema),
            "multipleOf" => value.is_number().then(|| Part::MultipleOf(normal(value))),
            "minLength" => count().filter(|count| *count > 0).map(Part::MinLength),
            "maxLength" => count().map(Part::MaxLength),
            "pattern" => {
                self.pattern(value.as_str().unwrap_or_default());
                None
            }
            "format" if self.schema.formats() => {
                let known =
                    value.as_str().filter(|name| Validation::with_formats(true).options().is_known_format(draft, name));
                known.map(|name| Part::Format(draft, name.to_owned()))
            }
            "minItems" => count().filter(|count| *count > 0).map(Part::MinItems),
            "maxItems" => count().map(Part::MaxItems),
            "uniqueItems" => (*value == Value::Bool(true)).then_some(Part::UniqueItems),
            "minProperties" => count().filter(|count| *count > 0).map(Part::MinProperties),
            "maxProperties" => count().map(Part::MaxProperties),
            "required" => {
                let names: BTreeSet<_> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                self.parts.extend(names.into_iter().map(|name| Part::Required(name.to_owned())));
                None
            }
            "dependencies" | "dependentRequired" => {
                self.dependent_required(value);
                None
            }
            _ => None,
        };
        self.parts.extend(part);
    }

    fn types(&mut self, draft: Draft, value: &Value) -> Option<Part> {
        let bits = bits(draft, value)?;
        self.raw.written |= draft == Draft::Draft4 && bits & types::INTEGER != 0 && bits & types::WHOLE == 0;
        Some(Part::Types(bits))
    }

    fn pattern(&mut self, pattern: &str) {
        for (pattern, wanted) in lookahead::split(pattern).unwrap_or_else(|| vec![(pattern.to_owned(), true)]) {
            let part = Part::Pattern(pattern);
            if wanted {
                self.parts.push(part);
            } else {
                let refused = self.add(vec![Part::Types(types::STRING), part]);
                self.parts.push(Part::Cases(vec![vec![(refused, false)]]));
            }
        }
    }

    fn dependent_required(&mut self, value: &Value) {
        for (name, needed) in value.as_object().into_iter().flatten() {
            let Value::Array(needed) = needed else { continue };
            let needed: BTreeSet<_> = needed.iter().filter_map(Value::as_str).collect();
            let then = self.add(needed.into_iter().map(|name| Part::Required(name.to_owned())).collect());
            self.dependent(name, then);
        }
    }

    /// The keywords that hold schemas.
    pub(super) fn applicators(&mut self, draft: Draft, schema: &Map<String, Value>) {
        self.combinations();
        for keyword in ["dependencies", "dependentSchemas"] {
            for (name, then) in self.held(keyword) {
                self.dependent(&name.unwrap_or_default(), then);
            }
        }
        self.properties();
        self.items(draft, schema);
        let count = |keyword: &str| schema.get(keyword).and_then(number::integer).and_then(|n| u64::try_from(n).ok());
        if let Some(contains) = self.one("contains") {
            let limits = draft >= Draft::Draft201909;
            let min = count("minContains").filter(|_| limits).unwrap_or(1);
            self.parts.extend((min > 0).then_some(Part::MinContains(contains, min)));
            self.parts.extend(count("maxContains").filter(|_| limits).map(|max| Part::MaxContains(contains, max)));
        }
    }

    /// The values of a schema that is a list of constants.
    fn constants(&self, place: &Place) -> Option<Vec<Value>> {
        let members = self.schema.value(place)?.as_object()?;
        let draft = self.schema.draft(place);
        let annotations = ["title", "description", "$comment", "deprecated", "default", "examples", "type"];
        let decides = |name: &&String| !annotations.contains(&name.as_str()) && !name.starts_with("x-");
        let names: Vec<&String> = members.keys().filter(decides).collect();
        let mut values = match (names.as_slice(), members.get("enum"), members.get("const")) {
            ([_], Some(Value::Array(values)), None) => sorted(values),
            ([_], None, Some(value)) if draft > Draft::Draft4 => vec![normal(value)],
            _ => return None,
        };
        if let Some(types) = members.get("type") {
            // There it matters how an integer is written.
            let types = bits(draft, types).filter(|_| draft > Draft::Draft4)?;
            values.retain(|value| types & type_of(value) != 0);
        }
        Some(values)
    }

    /// The subschemas of a keyword. Alternatives that are lists of constants are one of them, or a part where there are no others.
    fn alternatives(&mut self, keyword: &str) -> Vec<Lit> {
        let (mut others, mut lists) = (Vec::new(), Vec::new());
        for subschema in self.schema.subschemas(self.place).iter().filter(|subschema| subschema.keyword == keyword) {
            let Some(id) = self.number(&subschema.place) else { continue };
            match self.constants(&subschema.place).filter(|_| keyword != "allOf") {
                Some(values) => lists.push((id, values)),
                None => others.push((id, true)),
            }
        }
        if let [(id, _)] = lists.as_slice() {
            others.push((*id, true));
        }
        if lists.len() < 2 {
            return others;
        }
        let mut counts: BTreeMap<String, (Value, usize)> = BTreeMap::new();
        for value in lists.into_iter().flat_map(|(_, values)| values) {
            counts.entry(value.to_string()).or_insert((value, 0)).1 += 1;
        }
        // Of a value that stands in two, `oneOf` refuses both.
        let (possible, refused): (Vec<_>, Vec<_>) =
            counts.into_values().partition(|(_, count)| keyword == "anyOf" || *count == 1);
        let part = |values: Vec<(Value, usize)>| Part::Values(values.into_iter().map(|(value, _)| value).collect());
        if others.is_empty() {
            self.parts.push(part(possible));
            return others;
        }
        if !refused.is_empty() {
            let refused = self.add(vec![part(refused)]);
            self.parts.push(Part::Cases(vec![vec![(refused, false)]]));
        }
        others.push((self.add(vec![part(possible)]), true));
        others
    }

    fn combinations(&mut self) {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let held = self.alternatives(keyword);
            if held.is_empty() {
                continue;
            }
            if keyword == "oneOf" && held.len() > MAX_ONE_OF {
                self.parts.push(Part::ExactlyOne(held.into_iter().map(|(id, _)| id).collect()));
                continue;
            }
            let cases = match keyword {
                "allOf" => vec![held],
                "anyOf" => held.into_iter().map(|lit| vec![lit]).collect(),
                _ => {
                    let only = |one: usize| held.iter().enumerate().map(move |(other, (id, _))| (*id, one == other));
                    (0..held.len()).map(|one| only(one).collect()).collect()
                }
            };
            self.parts.push(Part::Cases(cases));
        }
        if let Some(not) = self.one("not") {
            self.parts.push(Part::Cases(vec![vec![(not, false)]]));
        }
        let Some(condition) = self.one("if") else { return };
        if let Some(then) = self.one("then") {
            self.parts.push(Part::Cases(vec![vec![(condition, false)], vec![(then, true)]]));
        }
        if let Some(otherwise) = self.one("else") {
            self.parts.push(Part::Cases(vec![vec![(condition, true)], vec![(otherwise, true)]]));
        }
    }

    fn properties(&mut self) {
        let by_name = |held: Vec<(Option<String>, usize)>| {
            held.into_iter().map(|(name, id)| (name.unwrap_or_default(), id)).collect::<Vec<_>>()
        };
        let properties = by_name(self.held("properties"));
        let patterns = by_name(self.held("patternProperties"));
        if let Some(schema) = self.one("additionalProperties") {
            let names = properties.iter().map(|(name, _)| name.clone()).collect();
            let mut patterns: Vec<_> = patterns.iter().map(|(pattern, _)| pattern.clone()).collect();
            patterns.sort();
            self.parts.push(Part::OtherProperties { names, patterns, schema });
        }
        self.parts.extend(properties.into_iter().map(|(name, id)| Part::Property(name, id)));
        self.parts.extend(patterns.into_iter().map(|(pattern, id)| Part::PatternProperty(pattern, id)));
        if let Some(names) = self.one("propertyNames") {
            self.parts.push(Part::PropertyNames(names));
        }
    }

    fn items(&mut self, draft: Draft, schema: &Map<String, Value>) {
        let tuple = if draft >= Draft::Draft202012 { "prefixItems" } else { "items" };
        let first = self.held(tuple).into_iter().filter(|(index, _)| index.is_some());
        self.parts.extend(first.zip(0..).map(|((_, id), index)| Part::Item(index, id)).collect::<Vec<_>>());
        let length = schema.get(tuple).and_then(Value::as_array).map(Vec::len);
        let start = length.map_or(0, |length| length as u64);
        let rest = match length {
            Some(_) if draft < Draft::Draft202012 => self.one("additionalItems"),
            _ => self.one("items"),
        };
        self.parts.extend(rest.map(|rest| Part::ItemsFrom(start, rest)));
    }
}

fn sorted(values: &[Value]) -> Vec<Value> {
    let mut values: Vec<Value> = values.iter().map(normal).collect();
    values.sort_by_key(Value::to_string);
    values.dedup();
    values
}

/// The types of a `type`.
fn bits(draft: Draft, value: &Value) -> Option<u8> {
    let names: Vec<&str> = match value {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    Some(names.into_iter().map(|name| type_bits(draft, name)).fold(0, |all, one| all | one))
}

fn type_bits(draft: Draft, name: &str) -> u8 {
    match name {
        "null" => types::NULL,
        "boolean" => types::BOOLEAN,
        "integer" if draft == Draft::Draft4 => types::INTEGER,
        "integer" => types::INTEGER | types::WHOLE,
        "number" => types::NUMBER,
        "string" => types::STRING,
        "array" => types::ARRAY,
        "object" => types::OBJECT,
        _ => 0,
    }
}

fn bound(draft: Draft, keyword: &str, value: &Value, schema: &Map<String, Value>) -> Option<Part> {
    let is_exclusive = keyword.starts_with("exclusive");
    if !value.is_number() || (is_exclusive && draft == Draft::Draft4) {
        return None;
    }
    let limit = normal(value);
    let is_true = |keyword: &str| draft == Draft::Draft4 && schema.get(keyword) == Some(&Value::Bool(true));
    Some(match keyword {
        "minimum" | "exclusiveMinimum" => {
            Part::Minimum { limit, exclusive: is_exclusive || is_true("exclusiveMinimum") }
        }
        _ => Part::Maximum { limit, exclusive: is_exclusive || is_true("exclusiveMaximum") },
    })
}
