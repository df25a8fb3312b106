//! Payloads for a schema: values of the world that it is from, some made to fit it, and mutations of both.

use std::collections::BTreeSet;

use oracle::{Mutations, Oracle};
use random::random::Random;
use serde_json::{Map, Value, json};

/// Values at random, values that fit more or less, and mutations of each of the latter.
const AT_RANDOM: usize = 60;
const FITTING: usize = 80;
const MUTATED: usize = 3;

/// The payloads of a schema and a seed, each once.
pub(crate) fn of(seed: u64, schema: &Value, oracle: &Oracle) -> Vec<Value> {
    let mut random = Random::new(!seed);
    let mut payloads: Vec<Value> = vec![json!(null), json!({}), json!([]), json!(""), json!(0)];
    payloads.extend((0..AT_RANDOM).map(|_| random.value(3)));
    let fitting: Vec<Value> =
        (0..FITTING).map(|_| Fitting { random: &mut random, root: schema }.value(schema, 6)).collect();
    let mutations = Mutations::new(&seed.to_string(), &fitting, oracle.schemas());
    payloads.extend(fitting.iter().flat_map(|payload| [payload; MUTATED]).map(|payload| mutations.mutate(payload)));
    payloads.extend(fitting);
    let mut known = BTreeSet::new();
    payloads.retain(|payload| known.insert(payload.to_string()));
    payloads
}

/// Makes values that a schema may accept: it looks at one keyword at a time.
struct Fitting<'a> {
    random: &'a mut Random,
    root: &'a Value,
}

impl Fitting<'_> {
    fn value(&mut self, schema: &Value, levels: usize) -> Value {
        let Some(members) = schema.as_object().filter(|_| levels > 0 && !self.random.percent(5)) else {
            return self.random.value(1);
        };
        let known = |name: &&String| !matches!(name.as_str(), "$defs" | "definitions" | "not" | "x-kafka");
        let names: Vec<&String> = members.keys().filter(known).collect();
        let name = if names.is_empty() { "" } else { self.random.of(&names).as_str() };
        let says = &schema[name];
        match name {
            "$ref" => {
                let pointer = says.as_str().unwrap_or_default().trim_start_matches('#');
                let target = self.root.pointer(pointer).unwrap_or(says);
                self.value(target, levels - 1)
            }
            "const" | "default" => says.clone(),
            "enum" => says.as_array().map_or(Value::Null, |values| self.random.of(values).clone()),
            "anyOf" | "oneOf" | "allOf" => {
                let branches = says.as_array().into_iter().flatten();
                let made: Vec<Value> = branches.map(|branch| self.value(branch, levels - 1)).collect();
                self.merged(&made)
            }
            "if" | "then" | "else" => self.value(says, levels - 1),
            "type" => self.typed(schema, levels),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                if says.is_number() && self.random.percent(50) { says.clone() } else { self.random.number() }
            }
            "items" | "prefixItems" | "additionalItems" | "contains" | "uniqueItems" | "minItems" | "maxItems"
            | "unevaluatedItems" => self.array(schema, levels),
            "" | "title" | "x-sensitive" | "$schema" | "minLength" | "maxLength" | "pattern" => self.random.value(1),
            _ => self.object(schema, levels),
        }
    }

    fn typed(&mut self, schema: &Value, levels: usize) -> Value {
        let one = match &schema["type"] {
            Value::Array(types) => self.random.of(types).clone(),
            one => one.clone(),
        };
        match one.as_str().unwrap_or_default() {
            "object" => self.object(schema, levels),
            "array" => self.array(schema, levels),
            name => (0..20).map(|_| self.random.value(0)).find(|value| is_of(value, name)).unwrap_or_default(),
        }
    }

    /// Objects made into one; else one of the values.
    fn merged(&mut self, made: &[Value]) -> Value {
        let objects: Vec<_> = made.iter().filter_map(Value::as_object).collect();
        if objects.len() < 2 || self.random.percent(40) {
            return if made.is_empty() { Value::Null } else { self.random.of(made).clone() };
        }
        objects.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
    }

    fn object(&mut self, schema: &Value, levels: usize) -> Value {
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if self.random.percent(65) {
                object.insert(name.clone(), self.value(property, levels - 1));
            }
        }
        let names = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let names: Vec<String> = names.map(str::to_owned).chain([self.random.name(), self.random.name()]).collect();
        for (index, name) in names.iter().enumerate() {
            let is_required = index + 2 < names.len();
            if !object.contains_key(name) && self.random.percent(if is_required { 90 } else { 25 }) {
                let others = ["additionalProperties", "patternProperties", "unevaluatedProperties"];
                let others = &schema[*self.random.of(&others)];
                let others = others.as_object().filter(|others| others.len() == 1 && self.random.percent(50));
                let others =
                    others.and_then(|others| others.values().next()).unwrap_or(&schema["additionalProperties"]);
                let others = others.clone();
                object.insert(name.clone(), self.value(&others, levels - 1));
            }
        }
        if self.random.percent(70) {
            for keyword in ["anyOf", "oneOf", "allOf", "then", "else", "dependentSchemas"] {
                let branches = schema[keyword].as_array().filter(|branches| !branches.is_empty());
                let branch = branches.map_or(Value::Null, |branches| self.random.of(branches).clone());
                if let Value::Object(more) = self.fitting_object(&branch, levels - 1) {
                    for (name, value) in more {
                        object.entry(name).or_insert(value);
                    }
                }
            }
        }
        object.into()
    }

    /// Returns what a branch says of an object, if it is about one.
    fn fitting_object(&mut self, branch: &Value, levels: usize) -> Value {
        if branch.is_object() && levels > 0 { self.value(branch, levels) } else { Value::Null }
    }

    fn array(&mut self, schema: &Value, levels: usize) -> Value {
        let prefix = schema["prefixItems"].as_array().or_else(|| schema["items"].as_array());
        let prefix = prefix.cloned().unwrap_or_default();
        let rest = ["items", "additionalItems", "contains", "unevaluatedItems"];
        let rest: Vec<&Value> = rest.iter().map(|name| &schema[*name]).filter(|rest| rest.is_object()).collect();
        let count = if self.random.percent(60) { prefix.len() } else { self.random.below(4) };
        let items = (0..count.max(self.random.below(3))).map(|index| {
            let item = prefix.get(index).cloned();
            let item =
                item.unwrap_or_else(|| if rest.is_empty() { Value::Null } else { (*self.random.of(&rest)).clone() });
            self.value(&item, levels - 1)
        });
        items.collect::<Vec<_>>().into()
    }
}

/// Returns whether a value is of the type of a name.
fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => value.is_string(),
    }
}
