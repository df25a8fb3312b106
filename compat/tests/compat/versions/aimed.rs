//! Random schemas that are aimed at what a proof has to count, to split or to guess.

use serde_json::{Map, Value, json};

use super::random::Random;

/// What a pair of schemas is about.
const AIMS: usize = 7;

const PATTERNS: [&str; 11] = [
    "^.*$",
    "^(?!foo).*$",
    "^(?=a)[a-c]+$",
    "^[a-c]+$",
    "^(a|b)\\1$",
    "^[ab]{2}$",
    "^(?!a)",
    "^a",
    "(?<=a)b",
    "(?<!a)b",
    "^(?:(?!ab)[ab])*$",
];
const OF_NAMES: [&str; 6] = ["^a", "b$", "^ab$", "c", "^.$", "^[ab]+$"];
const NAMES: [&str; 8] = ["a", "b", "c", "ab", "ba", "aab", "foo", "d"];
const TEXTS: [&str; 10] = ["", "a", "b", "foo", "aa", "ab", "bb", "ba", "abc", "foob"];

impl Random {
    /// Two schemas of one aim, and values that may tell them apart.
    pub(crate) fn aimed(&mut self) -> (Value, Value, Vec<Value>) {
        let aim = self.below(AIMS);
        let (one, other) = (self.of_aim(aim), self.of_aim(aim));
        let values = (0..60).map(|_| self.value_of(aim)).collect();
        (one, other, values)
    }

    fn of_aim(&mut self, aim: usize) -> Value {
        match aim {
            0 => self.counted(),
            1 => self.multiple(),
            2 => self.map(),
            3 => self.names(),
            4 => self.patterned(),
            5 => json!({"type": "string", "pattern": self.one(&PATTERNS)}),
            _ => self.listed(),
        }
    }

    /// A schema that refers to itself, by a step into the value or, now and then, without one.
    pub(crate) fn recursive(&mut self) -> Value {
        let (a, b) = (self.referring(2), self.referring(2));
        let mut root = if self.below(2) == 0 { json!({"$ref": "#/$defs/a"}) } else { self.referring(2) };
        if let Value::Object(members) = &mut root {
            members.insert("$defs".to_owned(), json!({"a": a, "b": b}));
        }
        root
    }

    fn referring(&mut self, depth: usize) -> Value {
        let leaves = [json!({"type": "object"}), json!({"type": ["object", "null"]}), json!({"required": ["a"]})];
        if depth == 0 {
            return self.one(&leaves).clone();
        }
        let target = *self.one(&["#", "#/$defs/a", "#/$defs/b"]);
        let inner = |random: &mut Self| {
            if random.below(2) == 0 { json!({"$ref": target}) } else { random.referring(depth - 1) }
        };
        let mut schema = json!({});
        for _ in 0..=self.below(2) {
            match self.below(10) {
                0..4 => schema["properties"] = json!({*self.one(&["a", "b"]): inner(self)}),
                4 => schema["items"] = inner(self),
                5 => schema["additionalProperties"] = inner(self),
                6 => schema["required"] = json!([self.one(&["a", "b"])]),
                7 => schema["type"] = json!(self.one(&["object", "array", "null"])),
                8 => schema["allOf"] = json!([self.referring(depth - 1)]),
                _ => {
                    let keyword = *self.one(&["anyOf", "oneOf", "not", "if"]);
                    let held = if depth > 1 && self.below(3) > 0 { self.referring(depth - 1) } else { inner(self) };
                    schema[keyword] = match keyword {
                        "anyOf" | "oneOf" => json!([held, self.referring(depth - 1)]),
                        _ => held,
                    };
                }
            }
        }
        schema
    }

    fn counted(&mut self) -> Value {
        let what = *self.one(&["Properties", "Items", "Length"]);
        let (low, high) = (self.below(60), 10 + self.below(60));
        let mut schema = json!({"type": "object"});
        schema["type"] = json!(match what {
            "Properties" => "object",
            "Items" => "array",
            _ => "string",
        });
        if self.below(2) == 0 {
            schema[format!("min{what}")] = json!(low);
        }
        if self.below(2) == 0 {
            schema[format!("max{what}")] = json!(high);
        }
        schema
    }

    fn multiple(&mut self) -> Value {
        let steps = [
            json!(1),
            json!(1.5),
            json!(2),
            json!(2.5),
            json!(3),
            json!(6),
            json!(0.5),
            json!(0.75),
            json!(4.5),
            json!(0.1),
            json!(0.3),
        ];
        let mut schema = json!({"type": self.one(&["integer", "number"]), "multipleOf": self.one(&steps)});
        if self.below(3) == 0 {
            schema["allOf"] = json!([{"multipleOf": self.one(&steps)}]);
        }
        if self.below(3) == 0 {
            schema["minimum"] = json!(self.below(5));
            schema["maximum"] = json!(3 + self.below(9));
        }
        schema
    }

    fn kind(&mut self) -> Value {
        self.one(&[
            json!({"type": "string"}),
            json!({"type": "object"}),
            json!({"type": ["string", "object"]}),
            json!({"type": ["string", "integer"]}),
            json!(true),
        ])
        .clone()
    }

    fn map(&mut self) -> Value {
        let map = |random: &mut Self| json!({"type": "object", "additionalProperties": random.kind()});
        let mut schema = match self.below(4) {
            0 => json!({"anyOf": [map(self), map(self)]}),
            1 => json!({"oneOf": [map(self), map(self)]}),
            2 => json!({"type": "object", "not": map(self)}),
            _ => map(self),
        };
        if self.below(3) == 0 {
            schema["minProperties"] = json!(self.below(4));
        }
        schema
    }

    fn names(&mut self) -> Value {
        let of_names = [
            json!({"enum": ["a", "b"]}),
            json!({"enum": ["a", "b", "c"]}),
            json!({"pattern": "^[ab]$"}),
            json!({"pattern": "^[ab]{1,2}$"}),
            json!({"maxLength": 1}),
            json!({"maxLength": 0}),
            json!({"not": {"pattern": "^a"}}),
            json!({"const": "ab"}),
        ];
        let mut schema = json!({"type": "object"});
        for _ in 0..=self.below(2) {
            match self.below(5) {
                0 => schema["maxProperties"] = json!(self.below(5)),
                1 => schema["minProperties"] = json!(self.below(4)),
                2 => schema["required"] = json!([self.one(&NAMES)]),
                3 => {
                    let properties = json!({*self.one(&NAMES): true, *self.one(&NAMES): {"type": "string"}});
                    schema["properties"] = properties;
                    schema["additionalProperties"] = json!(false);
                }
                _ => schema["propertyNames"] = self.one(&of_names).clone(),
            }
        }
        schema
    }

    fn patterned(&mut self) -> Value {
        let mut held = Map::new();
        for _ in 0..=self.below(3) {
            let kind = if self.below(4) == 0 { json!(false) } else { self.kind() };
            held.insert((*self.one(&OF_NAMES)).to_owned(), kind);
        }
        let mut schema = json!({"type": "object", "patternProperties": held});
        match self.below(4) {
            0 => schema["additionalProperties"] = json!(false),
            1 => schema["minProperties"] = json!(self.below(3)),
            2 => schema["properties"] = json!({*self.one(&NAMES): self.kind()}),
            _ => {}
        }
        schema
    }

    /// A list of texts, or a pattern that such a list may hold all of.
    fn listed(&mut self) -> Value {
        if self.below(2) == 0 {
            return json!({"type": "string", "pattern": self.one(&["^[ab]{2}$", "^[ab]$", "^(a|b|foo)$", "^[0-9]{2}$"])});
        }
        let mut texts: Vec<String> = match self.below(3) {
            0 => TEXTS.iter().map(|text| (*text).to_owned()).collect(),
            1 => ["aa", "ab", "ba", "bb"].map(str::to_owned).into(),
            _ => (0..100).map(|number| format!("{number:02}")).collect(),
        };
        if self.below(2) == 0 {
            let at = self.below(texts.len());
            texts.remove(at);
        }
        json!({"enum": texts})
    }

    fn value_of(&mut self, aim: usize) -> Value {
        let count = if aim == 0 { self.below(70) } else { self.below(5) };
        match aim {
            0 if self.below(3) == 0 => (0..count).map(|number| json!(number)).collect(),
            0 if self.below(2) == 0 => json!("a".repeat(count)),
            0 => Value::Object((0..count).map(|number| (format!("n{number}"), json!(number))).collect()),
            1 => match self.below(3) {
                0 => json!(f64::from(u32::try_from(self.below(60)).unwrap()) / 4.0),
                1 => json!(self.below(40)),
                _ => self.one(&[json!(0.1), json!(0.3), json!(0.6), json!(0.9), json!(1.2), json!(-1.5)]).clone(),
            },
            2..5 => {
                let values = [json!("x"), json!(1), json!(null), json!({})];
                let members = (0..count).map(|_| ((*self.one(&NAMES)).to_owned(), self.one(&values).clone()));
                Value::Object(members.collect())
            }
            _ => json!(self.one(&TEXTS)),
        }
    }
}
