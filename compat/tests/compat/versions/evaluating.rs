//! Random schemas in which it decides what other keywords evaluate.

use serde_json::{Map, Value, json};

use super::random::Random;

impl Random {
    /// A schema with `unevaluatedProperties` or `unevaluatedItems` beside some applicators.
    pub(crate) fn evaluating(&mut self) -> Value {
        let (kind, unevaluated) = *self.one(&[("object", "unevaluatedProperties"), ("array", "unevaluatedItems")]);
        let refused = if self.below(4) == 0 { json!({"type": "string"}) } else { json!(false) };
        let mut schema = Map::from_iter([(unevaluated.to_owned(), refused)]);
        if self.below(2) == 0 {
            schema.insert("type".to_owned(), json!(kind));
        }
        schema.insert("$defs".to_owned(), json!({"d": self.evaluated(kind, 0)}));
        for _ in 0..=self.below(2) {
            self.applicator(&mut schema, kind, 2);
        }
        Value::Object(schema)
    }

    fn evaluated(&mut self, kind: &str, depth: usize) -> Value {
        let mut schema = Map::new();
        for _ in 0..=self.below(2) {
            match self.below(if depth == 0 { 4 } else { 6 }) {
                0 => return json!(true),
                1 if kind == "object" => drop(schema.insert("required".to_owned(), json!([self.one(&["a", "b"])]))),
                1..4 => self.leaf(&mut schema, kind),
                _ => self.applicator(&mut schema, kind, depth - 1),
            }
        }
        Value::Object(schema)
    }

    /// A keyword that evaluates by itself.
    fn leaf(&mut self, schema: &mut Map<String, Value>, kind: &str) {
        let inner =
            self.one(&[json!(true), json!(true), json!({"type": "string"}), json!({"type": "integer"})]).clone();
        let (keyword, value) = match (kind, self.below(5)) {
            ("object", 0..3) => ("properties", json!({*self.one(&["a", "b"]): inner})),
            ("object", 3) => ("patternProperties", json!({*self.one(&["^a", "^b"]): inner})),
            ("object", _) => ("additionalProperties", inner),
            (_, 0 | 1) => {
                if self.below(2) == 0 {
                    schema.insert("minContains".to_owned(), json!(self.below(2)));
                }
                ("contains", inner)
            }
            (_, 2 | 3) => ("prefixItems", (0..=self.below(2)).map(|_| inner.clone()).collect()),
            _ => ("items", inner),
        };
        schema.insert(keyword.to_owned(), value);
    }

    fn applicator(&mut self, schema: &mut Map<String, Value>, kind: &str, depth: usize) {
        let inner = |random: &mut Self| random.evaluated(kind, depth);
        let (keyword, value) = match self.below(11) {
            0 | 1 => ("anyOf", json!([inner(self), inner(self)])),
            2 => ("oneOf", json!([inner(self), inner(self)])),
            3 => ("allOf", json!([inner(self), inner(self)])),
            4 => ("not", inner(self)),
            5 => ("dependentSchemas", json!({*self.one(&["a", "b"]): inner(self)})),
            6 => ("$ref", json!("#/$defs/d")),
            7 => return self.leaf(schema, kind),
            _ => {
                for keyword in ["then", "else"] {
                    if self.below(2) == 0 {
                        schema.insert(keyword.to_owned(), inner(self));
                    }
                }
                ("if", inner(self))
            }
        };
        schema.insert(keyword.to_owned(), value);
    }

    /// A schema that often accepts the same as another, applicator by applicator, and evaluates something else.
    pub(crate) fn reworded(&mut self, schema: &Value) -> Value {
        match schema {
            Value::Object(members) => {
                let mut changed: Map<String, Value> =
                    members.iter().map(|(keyword, value)| (keyword.clone(), self.reworded(value))).collect();
                if self.below(2) == 0 {
                    if let Some(Value::Array(held)) = changed.remove("anyOf") {
                        changed.insert("if".to_owned(), held[0].clone());
                        changed.insert("else".to_owned(), held[1].clone());
                    }
                    let swapped = |name: String| match name.as_str() {
                        "a" => "b".to_owned(),
                        "b" => "a".to_owned(),
                        _ => name,
                    };
                    changed = changed.into_iter().map(|(name, value)| (swapped(name), value)).collect();
                }
                Value::Object(changed)
            }
            Value::Array(items) => items.iter().map(|item| self.reworded(item)).collect(),
            Value::String(text) if self.below(2) == 0 => json!(match text.as_str() {
                "a" => "b",
                "b" => "a",
                "string" => "integer",
                "integer" => "string",
                other => other,
            }),
            other => other.clone(),
        }
    }

    /// A small object or array whose members and items are told apart by such schemas.
    pub(crate) fn evaluated_value(&mut self) -> Value {
        let leaf = |random: &mut Self| random.one(&[json!("x"), json!(1), json!(null)]).clone();
        if self.below(2) == 0 {
            return (0..self.below(4)).map(|_| leaf(self)).collect();
        }
        let mut members = Map::new();
        for name in ["a", "b", "c"] {
            if self.below(2) == 0 {
                members.insert(name.to_owned(), leaf(self));
            }
        }
        Value::Object(members)
    }
}
