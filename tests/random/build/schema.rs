//! Schemas at random: small ones in which keywords meet.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// A third of the schemas are of the older one of these, a few of the oldest.
const DIALECTS: [&str; 3] = [
    "https://json-schema.org/draft/2020-12/schema",
    "http://json-schema.org/draft-07/schema#",
    "http://json-schema.org/draft-04/schema#",
];

const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];

/// Definitions that a schema may refer to.
const DEFINITIONS: usize = 2;

/// The schema of a seed.
pub(crate) fn of_seed(seed: u64) -> Value {
    let mut random = Random::new(seed);
    let dialect = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2][random.below(10)];
    let mut maker = Maker { random, dialect, open: 0 };
    let mut root = maker.root();
    root.insert("$schema".into(), DIALECTS[dialect].into());
    let definitions = (0..DEFINITIONS).map(|number| {
        // What refers on without a value in between may go round in circles, which is an error.
        maker.open = number + 1;
        (format!("D{number}"), maker.schema(2))
    });
    let definitions: Map<String, Value> = definitions.collect();
    root.insert(maker.definitions().into(), definitions.into());
    root.into()
}

struct Maker {
    random: Random,
    /// Index in [`DIALECTS`].
    dialect: usize,
    /// The first definition that may be referred to.
    open: usize,
}

/// Adds keywords that belong together to a schema of so many levels at most.
type Clause = fn(&mut Maker, &mut Map<String, Value>, usize);

impl Maker {
    fn is_new(&self) -> bool {
        self.dialect == 0
    }

    fn is_draft_4(&self) -> bool {
        self.dialect == 2
    }

    fn definitions(&self) -> &'static str {
        if self.is_new() { "$defs" } else { "definitions" }
    }

    /// Mostly an object with properties, as messages are.
    fn root(&mut self) -> Map<String, Value> {
        let mut schema = Map::new();
        if self.random.percent(60) {
            schema.insert("type".into(), "object".into());
            self.properties(&mut schema, 3);
        }
        let more = if schema.is_empty() { 1 + self.random.below(3) } else { self.random.below(3) };
        (0..more).for_each(|_| self.clause(&mut schema, 3));
        schema
    }

    /// A schema of so many levels at most.
    fn schema(&mut self, levels: usize) -> Value {
        if !self.is_draft_4() && self.random.percent(4) {
            return self.random.percent(50).into();
        }
        let mut schema = Map::new();
        for _ in 0..[0, 1, 1, 1, 1, 2, 2, 2, 3][self.random.below(9)] {
            self.clause(&mut schema, levels);
        }
        schema.into()
    }

    /// A schema of a value inside of the one at hand: it may refer to everything.
    fn inner(&mut self, levels: usize) -> Value {
        let open = std::mem::take(&mut self.open);
        let schema = if self.random.percent(6) { json!({"$ref": "#"}) } else { self.schema(levels) };
        self.open = open;
        schema
    }

    /// Adds keywords that belong together.
    fn clause(&mut self, schema: &mut Map<String, Value>, levels: usize) {
        let clauses: [Clause; 16] = [
            Self::types,
            Self::types,
            Self::constants,
            Self::reference,
            Self::scalar,
            Self::scalar,
            Self::choice,
            Self::choice,
            Self::choice,
            Self::negation,
            Self::condition,
            Self::properties,
            Self::properties,
            Self::members,
            Self::items,
            Self::annotation,
        ];
        let end = if levels == 0 { 6 } else { clauses.len() };
        let clause = clauses[self.random.below(end)];
        clause(self, schema, levels.saturating_sub(1));
    }

    fn types(&mut self, schema: &mut Map<String, Value>, _: usize) {
        let one = *self.random.of(&TYPES);
        let mut types = vec![one];
        if self.random.percent(50) {
            types.push(if self.random.percent(50) { "null" } else { *self.random.of(&TYPES) });
        }
        if self.random.percent(15) {
            types.push(*self.random.of(&TYPES));
        }
        types.sort_unstable();
        types.dedup();
        schema.insert("type".into(), if types.len() == 1 { types[0].into() } else { types.into() });
    }

    fn constants(&mut self, schema: &mut Map<String, Value>, _: usize) {
        if !self.is_draft_4() && self.random.percent(40) {
            schema.insert("const".into(), self.random.value(1));
            return;
        }
        let mut all = Vec::new();
        for _ in 0..=self.random.below(4) {
            let value = self.random.value(1);
            // Two that are equal are an error in some drafts.
            if !all.iter().any(|other| as_float(other) == as_float(&value)) {
                all.push(value);
            }
        }
        schema.insert("enum".into(), all.into());
    }

    fn reference(&mut self, schema: &mut Map<String, Value>, _: usize) {
        if self.open < DEFINITIONS {
            let number = self.open + self.random.below(DEFINITIONS - self.open);
            schema.insert("$ref".into(), format!("#/{}/D{number}", self.definitions()).into());
        }
    }

    fn scalar(&mut self, schema: &mut Map<String, Value>, _: usize) {
        let keyword = *self.random.of(&[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "pattern",
        ]);
        let value = match keyword {
            "minLength" | "maxLength" => self.random.below(3).into(),
            "pattern" => (*self.random.of(&["a", "^a", "b$", "^[ab]*$", "^$", "^.{2}$", "\\d"])).into(),
            "multipleOf" => self.random.of(&[json!(1), json!(2), json!(0.5), json!(0.1), json!(1.5)]).clone(),
            "exclusiveMinimum" | "exclusiveMaximum" if self.is_draft_4() => {
                let inclusive = if keyword == "exclusiveMinimum" { "minimum" } else { "maximum" };
                schema.insert(inclusive.into(), self.random.number());
                true.into()
            }
            _ => self.random.number(),
        };
        schema.insert(keyword.into(), value);
    }

    fn choice(&mut self, schema: &mut Map<String, Value>, levels: usize) {
        let keyword = *self.random.of(&["oneOf", "oneOf", "anyOf", "anyOf", "allOf"]);
        let branches: Vec<Value> = (0..2 + self.random.below(2)).map(|_| self.schema(levels)).collect();
        schema.insert(keyword.into(), branches.into());
    }

    fn negation(&mut self, schema: &mut Map<String, Value>, levels: usize) {
        schema.insert("not".into(), self.schema(levels.min(1)));
    }

    fn condition(&mut self, schema: &mut Map<String, Value>, levels: usize) {
        schema.insert("if".into(), self.schema(levels.min(1)));
        for keyword in ["then", "else"] {
            if self.random.percent(70) {
                schema.insert(keyword.into(), self.schema(levels));
            }
        }
    }

    fn properties(&mut self, schema: &mut Map<String, Value>, levels: usize) {
        let mut properties = Map::new();
        for _ in 0..=self.random.below(3) {
            let mut property = self.inner(levels);
            if let Value::Object(members) = &mut property
                && self.random.percent(20)
            {
                members.insert("default".into(), self.random.value(1));
            }
            properties.insert(self.random.name(), property);
        }
        schema.insert("properties".into(), properties.into());
        if self.random.percent(50) {
            self.required(schema);
        }
        if self.random.percent(40) {
            let additional = match self.random.below(4) {
                0 | 1 => false.into(),
                2 => true.into(),
                _ => self.inner(levels),
            };
            schema.insert("additionalProperties".into(), additional);
        }
        if self.random.percent(60) {
            schema.insert("type".into(), "object".into());
        }
    }

    fn required(&mut self, schema: &mut Map<String, Value>) {
        let mut names: Vec<String> = (0..=self.random.below(2)).map(|_| self.random.name()).collect();
        names.sort();
        names.dedup();
        schema.insert("required".into(), names.into());
    }

    /// Keywords of objects beside `properties`.
    fn members(&mut self, schema: &mut Map<String, Value>, levels: usize) {
        match self.random.below(9) {
            0 | 1 => self.required(schema),
            2 => drop(schema.insert("minProperties".into(), self.random.below(3).into())),
            3 => drop(schema.insert("maxProperties".into(), self.random.below(3).into())),
            4 => {
                let pattern = (*self.random.of(&["a", "^a", "^[^a]", "b$"])).to_owned();
                let patterns = Map::from_iter([(pattern, self.inner(levels))]);
                schema.insert("patternProperties".into(), patterns.into());
            }
            5 => drop(schema.insert("propertyNames".into(), self.schema(levels.min(1)))),
            6 => {
                let keyword = if self.is_new() { "dependentRequired" } else { "dependencies" };
                let dependent = Map::from_iter([(self.random.name(), json!([self.random.name()]))]);
                schema.insert(keyword.into(), dependent.into());
            }
            7 => {
                let keyword = if self.is_new() { "dependentSchemas" } else { "dependencies" };
                let dependent = Map::from_iter([(self.random.name(), self.schema(levels))]);
                schema.insert(keyword.into(), dependent.into());
            }
            _ => {
                let unevaluated = if self.random.percent(60) { false.into() } else { self.inner(levels) };
                schema.insert("unevaluatedProperties".into(), unevaluated);
            }
        }
    }

    fn items(&mut self, schema: &mut Map<String, Value>, levels: usize) {
        let (prefix, rest) = if self.is_new() { ("prefixItems", "items") } else { ("items", "additionalItems") };
        match self.random.below(8) {
            0 | 1 => drop(schema.insert("items".into(), self.inner(levels))),
            2 | 3 => {
                let items: Vec<Value> = (0..=self.random.below(2)).map(|_| self.inner(levels)).collect();
                if self.random.percent(40) {
                    schema.insert("minItems".into(), items.len().into());
                }
                schema.insert(prefix.into(), items.into());
                if self.random.percent(60) {
                    let additional = if self.random.percent(50) { false.into() } else { self.inner(levels) };
                    schema.insert(rest.into(), additional);
                }
            }
            4 => drop(schema.insert("contains".into(), self.inner(levels))),
            5 => drop(schema.insert("uniqueItems".into(), true.into())),
            6 => {
                let keyword = *self.random.of(&["minItems", "maxItems"]);
                schema.insert(keyword.into(), self.random.below(3).into());
            }
            _ => drop(schema.insert("unevaluatedItems".into(), self.inner(levels))),
        }
        if self.random.percent(50) {
            schema.insert("type".into(), "array".into());
        }
    }

    fn annotation(&mut self, schema: &mut Map<String, Value>, levels: usize) {
        match self.random.below(3) {
            0 => drop(schema.insert("x-sensitive".into(), true.into())),
            1 => drop(schema.insert("title".into(), (*self.random.of(&["One", "Other"])).into())),
            _ => drop(schema.insert("default".into(), self.random.value(1))),
        }
        self.choice(schema, levels);
    }
}

/// A number as a float, so that those that are equal are the same.
fn as_float(value: &Value) -> Value {
    value.as_f64().map_or_else(|| value.clone(), Value::from)
}
