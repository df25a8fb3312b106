//! Random schemas and values, the same for the same seed.

use serde_json::{Map, Value, json};

/// A generator of numbers, by xorshift.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end
    }

    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    pub(crate) fn value(&mut self, depth: usize) -> Value {
        let leaves =
            [json!(null), json!(true), json!(false), json!(0), json!(1), json!(2), json!(1.5), json!(-1), json!(3.0)];
        match self.below(if depth == 0 { 12 } else { 20 }) {
            kind @ 0..9 => leaves[kind].clone(),
            9 => json!(""),
            10 => json!("a"),
            11 => json!("abc"),
            12..15 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let names = ["a", "b", "c", "ab"];
                let members = (0..self.below(4)).map(|_| ((*self.one(&names)).to_owned(), self.value(depth - 1)));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// A schema without references, of draft 2020-12.
    pub(crate) fn schema(&mut self, depth: usize) -> Value {
        if self.below(12) == 0 {
            return json!(self.below(4) != 0);
        }
        let mut schema = Map::new();
        if self.below(3) != 0 {
            let types = ["null", "boolean", "integer", "number", "string", "array", "object", "object"];
            let chosen = *self.one(&types);
            schema.insert("type".to_owned(), if self.below(4) == 0 { json!([chosen, "null"]) } else { json!(chosen) });
        }
        for _ in 0..=self.below(3) {
            self.keyword(&mut schema, depth);
        }
        if schema.get("type") == Some(&json!(["null", "null"])) {
            schema.insert("type".to_owned(), json!("null"));
        }
        Value::Object(schema)
    }

    fn keyword(&mut self, schema: &mut Map<String, Value>, depth: usize) {
        let count = self.below(4);
        let inner = |random: &mut Self| random.schema(depth.saturating_sub(1));
        let (keyword, value) = match self.below(if depth == 0 { 12 } else { 28 }) {
            0 => ("minimum", json!(count)),
            1 => ("maximum", json!(count)),
            2 => ("exclusiveMinimum", json!(count)),
            3 => ("multipleOf", json!(*self.one(&[json!(1), json!(2), json!(0.5), json!(3)]))),
            4 => ("minLength", json!(count)),
            5 => ("maxLength", json!(count)),
            6 => ("pattern", json!(self.one(&["^a", "^[a-c]+$", "^b?$", "c", "^(a|abc)$"]))),
            7 => ("enum", {
                let mut values: Vec<Value> = Vec::new();
                for _ in 0..=count {
                    let value = self.value(1);
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                values.into()
            }),
            8 => ("const", self.value(1)),
            9 => ("required", json!([self.one(&["a", "b"])])),
            10 => ("maxProperties", json!(count)),
            11 => ("minItems", json!(count)),
            12 | 13 => ("properties", json!({"a": inner(self), "b": inner(self)})),
            14 => ("properties", json!({"a": inner(self)})),
            15 => ("additionalProperties", if count == 0 { inner(self) } else { json!(false) }),
            16 => ("patternProperties", json!({"^a": inner(self)})),
            17 => ("propertyNames", json!({"pattern": "^[ab]"})),
            18 => ("items", inner(self)),
            19 => ("prefixItems", json!([inner(self)])),
            20 => ("contains", inner(self)),
            21 => ("uniqueItems", json!(true)),
            22 => ("allOf", json!([inner(self), inner(self)])),
            23 => ("anyOf", json!([inner(self), inner(self)])),
            24 => ("oneOf", json!([inner(self), inner(self)])),
            25 => ("not", inner(self)),
            26 => ("dependentRequired", json!({"a": ["b"]})),
            _ => {
                schema.insert("then".to_owned(), inner(self));
                ("if", inner(self))
            }
        };
        schema.insert(keyword.to_owned(), value);
    }

    /// A schema that differs from another at one place.
    pub(crate) fn edited(&mut self, schema: &Value, depth: usize) -> Value {
        let Value::Object(members) = schema else { return self.schema(depth) };
        let mut members = members.clone();
        let names: Vec<String> = members.keys().cloned().collect();
        match self.below(4) {
            0 if !names.is_empty() => drop(members.remove(self.one(&names))),
            1 => self.keyword(&mut members, depth),
            _ => {
                for name in names {
                    match members.get_mut(&name) {
                        Some(inner @ Value::Object(_)) if name == "items" || name == "not" || name == "contains" => {
                            *inner = self.edited(inner, depth.saturating_sub(1));
                            return Value::Object(members);
                        }
                        Some(Value::Object(held)) if name == "properties" => {
                            if let Some(inner) = held.get_mut("a") {
                                *inner = self.edited(inner, depth.saturating_sub(1));
                                return Value::Object(members);
                            }
                        }
                        Some(Value::Array(held)) if name.ends_with("Of") => {
                            held[0] = self.edited(&held[0].clone(), depth.saturating_sub(1));
                            return Value::Object(members);
                        }
                        _ => {}
                    }
                }
                self.keyword(&mut members, depth);
            }
        }
        Value::Object(members)
    }
}
