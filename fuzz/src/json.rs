//! Changes to JSON that leave it JSON, as random bytes would hardly.

use std::mem;

use serde_json::{Map, Value, json};

use crate::random::Random;

/// A schema is not made larger than this.
const MAX_LENGTH: usize = 2_000;

const KEYWORDS: [&str; 41] = [
    "$ref",
    "$id",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "items",
    "prefixItems",
    "contains",
    "minItems",
    "maxItems",
    "uniqueItems",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "minimum",
    "maximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "default",
    "title",
    "description",
];

/// Texts that code, Markdown or a reader could take for something else.
pub const TEXTS: [&str; 30] = [
    "",
    "a",
    "object",
    "string",
    "#",
    "#/$defs/A",
    "#/properties/a",
    "*/ pub fn smuggled() {} /*",
    "\"] pub fn smuggled() {} #[doc = \"",
    "\n```\nsmuggled()\n```\n",
    "- ````\nsmuggled",
    "-      loop {}",
    "1.      smuggled",
    "> ~~~\n> smuggled",
    "}} fn smuggled() {} {{",
    "<script>smuggled</script>",
    "\u{202e}smuggled\u{202c}",
    "\u{0}",
    "\u{2028}#![smuggled]",
    "r#self",
    "Self",
    "crate::smuggled",
    "_",
    "gen",
    "Ａ",
    "а",
    "İ",
    "^(a+)+$",
    "^(?=(a|aa)+b)",
    "../../smuggled",
];

/// Changes a schema in a place or two.
pub fn mutate_schema(schema: &mut Value, random: &mut Random) {
    let donor = schema.clone();
    for _ in 0..=random.below(3) {
        let size = size(schema);
        let place = nth(schema, &mut random.below(size));
        if let Some(place) = place {
            change(place, &donor, size > MAX_LENGTH, random);
        }
    }
}

fn change(place: &mut Value, donor: &Value, is_large: bool, random: &mut Random) {
    match (random.below(7), &mut *place) {
        (0 | 1, Value::Object(members)) => {
            members.insert((*random.of(&KEYWORDS)).to_owned(), value(donor, random));
        }
        (2, Value::Object(members)) if !members.is_empty() => {
            let name: String = (*random.of(&members.keys().collect::<Vec<_>>())).clone();
            let value = members.shift_remove(&name).unwrap_or_default();
            if random.below(2) == 0 {
                members.insert((*random.of(&TEXTS)).to_owned(), value);
            }
        }
        (3 | 4, Value::Array(items)) if !is_large && !items.is_empty() => {
            let item = random.of(items).clone();
            items.extend(std::iter::repeat_n(item, [1, 1, 2, 8][random.below(4)]));
        }
        (3, inner) if !is_large => {
            let (one, two) = (mem::take(inner), value(donor, random));
            *inner = wrapped(&one, &two, random);
        }
        (4, Value::String(text)) => text.push_str(TEXTS[random.below(TEXTS.len())]),
        _ => *place = value(donor, random),
    }
}

fn wrapped(one: &Value, two: &Value, random: &mut Random) -> Value {
    match random.below(10) {
        0 | 1 => json!({"anyOf": [one, two]}),
        2 | 3 => json!({"oneOf": [one, two]}),
        4 => json!({"allOf": [one, two]}),
        5 => json!({"items": one}),
        6 => json!({"type": "object", "properties": {"a": one}, "required": ["a"]}),
        7 => json!({"additionalProperties": one}),
        8 => json!({"not": one}),
        _ => json!({"if": one, "then": two}),
    }
}

/// A part of the donor mostly.
fn value(donor: &Value, random: &mut Random) -> Value {
    if random.below(3) == 0 {
        let mut copy = donor.clone();
        let size = size(&copy);
        return nth(&mut copy, &mut random.below(size)).map(Value::take).unwrap_or_default();
    }
    match random.below(16) {
        0 => json!({"$ref": "#"}),
        1 => json!({"$ref": "#/$defs/A"}),
        2 => json!({"type": random.of(&["object", "array", "string", "integer", "number", "null", "boolean"])}),
        3 => json!({"type": ["object", "null"]}),
        4 => json!({"properties": {"a": {"const": random.of(&TEXTS)}}, "required": ["a"]}),
        5 => json!([{"type": "string"}, {"type": "object"}]),
        6 => json!([{"$ref": "#"}, {"type": "null"}]),
        7 => json!({*random.of(&TEXTS): true}),
        8 => json!([random.of(&TEXTS), random.of(&TEXTS)]),
        9 => json!(random.of(&[0.0, -0.0, 1.5, -1.0, 1e300, 5e-324, 1e19, -9.3e18])),
        10 => json!(random.of(&[0, 1, -1, i64::MIN, i64::MAX])),
        11 => json!(u64::MAX),
        12 => json!(random.below(2) == 0),
        13 => Map::new().into(),
        _ => json!(random.of(&TEXTS)),
    }
}

/// Returns how many values a value is, itself included.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
        _ => 0,
    }
}

/// The value of an index, counted from the outside in.
fn nth<'a>(value: &'a mut Value, index: &mut usize) -> Option<&'a mut Value> {
    if *index == 0 {
        return Some(value);
    }
    *index -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, index)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, index)),
        _ => None,
    }
}
