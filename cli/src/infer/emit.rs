//! From shapes to a schema, and to what in it is a guess.

use serde_json::{Map, Value, json};
use thoth_messaging_documents::pointer::escape;

use super::count::Samples;
use super::formats::DISTINCT;
use super::guess::{Distinct, Evidence, Guess, Kind};
use super::shape::{Group, MapValues, Members, Objects, Shape};
use super::share::Definitions;
use super::texts::Texts;
use super::{Inferred, Options};

/// An `enum` is guessed where so many samples have a text at least, …
const ENUM_SAMPLES: u64 = 50;
/// … where so many of the texts at most are different, …
const ENUM_VALUES: usize = 12;
/// … and each came so often on average, and twice at least.
const ENUM_OFTEN: u64 = 5;
/// … Each is a word or a few, of so many bytes, …
const ENUM_LENGTH: usize = 40;
/// … and with so many digits at most.
const ENUM_DIGITS: usize = 3;

/// Writes the schema.
pub(super) fn emit(root: &Shape, definitions: &Definitions, options: &Options, is_cut: bool) -> Inferred {
    let mut emitter = Emitter { definitions, guesses: Vec::new() };
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.extend(options.title.as_ref().map(|title| ("title".to_owned(), title.as_str().into())));
    schema.extend(options.kafka.as_ref().map(|kafka| ("x-kafka".to_owned(), kafka.clone())));
    if is_cut {
        emitter.guess(
            "",
            Kind::Open,
            "has more places than are told apart: some are left out",
            root.seen,
            root.seen,
            root.samples,
        );
    }
    schema.extend(emitter.shape(root, ""));
    let mut defs = Map::new();
    for (name, objects, is_recursive, uses) in definitions.written() {
        let pointer = format!("/$defs/{name}");
        if is_recursive {
            emitter.guess(
                &pointer,
                Kind::Recursion,
                "contains objects like itself",
                objects.seen(),
                objects.seen(),
                objects.samples(),
            );
        } else {
            let what = format!("is the same at {uses} places");
            emitter.guess(&pointer, Kind::Shared, &what, objects.seen(), objects.seen(), objects.samples());
        }
        defs.insert(name.to_owned(), emitter.objects(objects, &pointer).into());
    }
    if !defs.is_empty() {
        schema.insert("$defs".to_owned(), defs.into());
    }
    Inferred { schema: schema.into(), guesses: emitter.guesses }
}

struct Emitter<'a> {
    definitions: &'a Definitions,
    guesses: Vec<Guess>,
}

/// One of the schemas that a place is made of.
enum Part<'a> {
    Array,
    Objects(&'a Objects),
    Reference(String),
    Scalars(Vec<&'static str>),
}

impl Emitter<'_> {
    /// A guess on `of` values, `hits` of which speak for it.
    fn guess(&mut self, pointer: &str, kind: Kind, what: &str, of: u64, hits: u64, samples: Samples) {
        let samples = samples.number();
        self.guess_distinct(pointer, kind, what, Evidence { of, hits, samples, distinct: None });
    }

    fn guess_distinct(&mut self, pointer: &str, kind: Kind, what: &str, evidence: Evidence) {
        self.guesses.push(Guess { pointer: pointer.to_owned(), kind, what: what.to_owned(), evidence });
    }

    fn shape(&mut self, shape: &Shape, pointer: &str) -> Map<String, Value> {
        let mut parts = self.parts(shape);
        if parts.is_empty() {
            if shape.nulls > 0 {
                self.guess(
                    pointer,
                    Kind::Open,
                    "only null was seen: any value is taken",
                    shape.seen,
                    shape.nulls,
                    shape.samples,
                );
            }
            return Map::new();
        }
        if shape.nulls > 0 {
            self.guess(pointer, Kind::Nullable, "nullable", shape.seen, shape.nulls, shape.samples);
        }
        if shape.kinds().len() > 1 {
            let is_whole = shape.numbers.is_whole();
            let name = |kind| if kind == "number" && is_whole { "integer" } else { kind };
            let kinds: Vec<_> = shape.kinds().into_iter().map(name).collect();
            let what = format!("is of several types: {}", kinds.join(", "));
            self.guess(pointer, Kind::Types, &what, shape.seen, shape.seen, shape.samples);
        }
        let is_nullable = shape.nulls > 0;
        if let [part] = parts.as_slice()
            && let Some(schema) = self.single(part, is_nullable, shape, pointer)
        {
            return schema;
        }
        if is_nullable {
            match parts.last_mut() {
                Some(Part::Scalars(types)) => types.push("null"),
                _ => parts.push(Part::Scalars(vec!["null"])),
            }
        }
        self.any_of(&parts, shape, pointer)
    }

    fn parts<'s>(&self, shape: &'s Shape) -> Vec<Part<'s>>
    where
        Self: 's,
    {
        let mut parts = Vec::new();
        parts.extend(shape.objects.as_deref().map(Part::Objects));
        for id in &shape.refers {
            parts.push(
                self.definitions
                    .inline(*id)
                    .map_or_else(|| Part::Reference(self.definitions.reference(*id)), Part::Objects),
            );
        }
        if shape.arrays > 0 {
            parts.push(Part::Array);
        }
        let scalars = scalars(shape);
        if !scalars.is_empty() {
            parts.push(Part::Scalars(scalars));
        }
        parts
    }

    /// The schema of a place with one part, where `null` can stand in its `type` or branches.
    fn single(
        &mut self,
        part: &Part<'_>,
        is_nullable: bool,
        shape: &Shape,
        pointer: &str,
    ) -> Option<Map<String, Value>> {
        if is_nullable && matches!(part, Part::Reference(_)) {
            return None;
        }
        let mut schema = self.part(part, shape, pointer, is_nullable);
        if is_nullable {
            if let Some(Value::Array(branches)) = schema.get_mut("oneOf") {
                branches.push(json!({"type": "null"}));
            } else if let Some(types) = schema.get_mut("type") {
                *types = with_null(types.take());
            }
        }
        Some(schema)
    }

    fn any_of(&mut self, parts: &[Part<'_>], shape: &Shape, pointer: &str) -> Map<String, Value> {
        let mut branches = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let is_nullable = matches!(part, Part::Scalars(types) if types.contains(&"null"));
            branches.push(Value::from(self.part(part, shape, &format!("{pointer}/anyOf/{index}"), is_nullable)));
        }
        Map::from_iter([("anyOf".to_owned(), branches.into())])
    }

    fn part(&mut self, part: &Part<'_>, shape: &Shape, pointer: &str, is_nullable: bool) -> Map<String, Value> {
        match part {
            Part::Array => self.array(shape, pointer),
            Part::Objects(objects) => self.objects(objects, pointer),
            Part::Reference(reference) => Map::from_iter([("$ref".to_owned(), reference.as_str().into())]),
            Part::Scalars(types) => self.scalars(types, shape, pointer, is_nullable),
        }
    }

    fn array(&mut self, shape: &Shape, pointer: &str) -> Map<String, Value> {
        let mut schema = Map::from_iter([("type".to_owned(), "array".into())]);
        if let Some(items) = &shape.items {
            let items = self.shape(items, &format!("{pointer}/items"));
            schema.insert("items".to_owned(), items.into());
        } else {
            let what = "only empty arrays were seen: any item is taken";
            self.guess(pointer, Kind::Open, what, shape.arrays, shape.arrays, shape.samples);
        }
        schema
    }

    fn objects(&mut self, objects: &Objects, pointer: &str) -> Map<String, Value> {
        match (objects.groups.as_slice(), &objects.tag) {
            ([Group { members, .. }], None) => self.members(members, None, pointer),
            (groups, tag) => {
                let tag = tag.as_deref().unwrap_or_default();
                let seen = objects.seen();
                let what = format!(
                    "is one of {} objects, told apart by `{tag}`; other values of it are refused",
                    groups.len()
                );
                let distinct = Distinct { number: groups.iter().map(|group| group.tags.len()).sum(), is_more: false };
                let evidence =
                    Evidence { of: seen, hits: seen, samples: objects.samples().number(), distinct: Some(distinct) };
                self.guess_distinct(pointer, Kind::Union, &what, evidence);
                let branches = groups.iter().enumerate().map(|(index, group)| {
                    Value::from(self.members(
                        &group.members,
                        Some((tag, &group.tags)),
                        &format!("{pointer}/oneOf/{index}"),
                    ))
                });
                Map::from_iter([("oneOf".to_owned(), branches.collect())])
            }
        }
    }

    fn members(&mut self, members: &Members, tag: Option<(&str, &[Value])>, pointer: &str) -> Map<String, Value> {
        let mut schema = Map::from_iter([("type".to_owned(), "object".into())]);
        if let Some(map) = &members.map {
            schema.insert("additionalProperties".to_owned(), self.map(members, map, pointer).into());
            return schema;
        }
        let required = self.required(members, pointer);
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
        let mut properties = Map::new();
        for (name, shape) in &members.named {
            let pointer = format!("{pointer}/properties/{}", escape(name));
            if !members.requires(shape) {
                self.guess(&pointer, Kind::Optional, "optional", members.seen, shape.seen, members.samples);
            }
            let property = match tag {
                Some((tag, values)) if tag == name => constant(values),
                _ => self.shape(shape, &pointer),
            };
            properties.insert(name.clone(), property.into());
        }
        if !properties.is_empty() {
            schema.insert("properties".to_owned(), properties.into());
        }
        schema
    }

    fn required(&mut self, members: &Members, pointer: &str) -> Vec<Value> {
        let in_all = members.named.iter().filter(|(_, shape)| members.requires(shape));
        let required: Vec<Value> = in_all.map(|(name, _)| name.as_str().into()).collect();
        let what = match (required.len(), members.named.len()) {
            (0, _) => return required,
            (1, 1) => "required: the member".to_owned(),
            (some, all) if some == all => format!("required: all {all} members"),
            (some, all) => format!("required: {some} of {all} members"),
        };
        self.guess(&format!("{pointer}/required"), Kind::Required, &what, members.seen, members.seen, members.samples);
        required
    }

    fn map(&mut self, members: &Members, map: &MapValues, pointer: &str) -> Map<String, Value> {
        let distinct = Some(Distinct { number: map.names, is_more: map.is_more });
        let evidence = Evidence { of: members.seen, hits: members.seen, samples: members.samples.number(), distinct };
        self.guess_distinct(pointer, Kind::Map, "is a map: its member names are data", evidence);
        self.shape(&map.shape, &format!("{pointer}/additionalProperties"))
    }

    fn scalars(
        &mut self,
        types: &[&'static str],
        shape: &Shape,
        pointer: &str,
        is_nullable: bool,
    ) -> Map<String, Value> {
        self.numbers(shape, pointer);
        let mut schema = Map::new();
        let list = match types {
            [one] => Value::from(*one),
            types => types.iter().copied().map(Value::from).collect(),
        };
        schema.insert("type".to_owned(), list);
        if types.contains(&"integer") && shape.numbers.is_unsigned() {
            // What the integer is held by follows from it.
            schema.insert("minimum".to_owned(), 0.into());
        }
        if shape.texts.seen > 0 {
            let is_alone = types.iter().all(|name| matches!(*name, "string" | "null"));
            schema.extend(self.texts(&shape.texts, is_alone, is_nullable, pointer));
        }
        schema
    }

    fn numbers(&mut self, shape: &Shape, pointer: &str) {
        let numbers = shape.numbers;
        let seen = numbers.seen();
        if numbers.is_whole() && numbers.is_unsigned() {
            let what = "integer, 0 or more: all are whole, and some are beyond 64 bits with a sign";
            self.guess(pointer, Kind::Number, what, seen, numbers.wide, shape.samples);
        } else if numbers.wide > 0 {
            let what = "number: one is too large for an integer of 64 bits with a sign, or to tell that it is whole";
            self.guess(pointer, Kind::Number, what, seen, numbers.wide, shape.samples);
        } else if seen > 0 && numbers.fractions == 0 {
            let dotted = numbers.dotted;
            let what = match dotted {
                0 => "integer: all are whole".to_owned(),
                _ => format!("integer: all are whole, {dotted} written with a fraction of zero"),
            };
            self.guess(pointer, Kind::Number, &what, seen, numbers.whole, shape.samples);
        }
    }

    fn texts(&mut self, texts: &Texts, is_alone: bool, is_nullable: bool, pointer: &str) -> Map<String, Value> {
        let mut schema = Map::new();
        let (number, is_all) = texts.distinct();
        let distinct = Some(Distinct { number, is_more: !is_all });
        let evidence = Evidence { of: texts.seen, hits: texts.seen, samples: texts.samples.number(), distinct };
        if texts.is_secret {
            let what = "looks secret by its name: x-sensitive, and its values are not looked at";
            self.guess(pointer, Kind::Secret, what, texts.seen, texts.seen, texts.samples);
            schema.insert("x-sensitive".to_owned(), true.into());
        } else if let Some(format) = texts.formats.narrowest().filter(|_| number >= DISTINCT) {
            self.guess_distinct(pointer, Kind::Format, &format!("format {format}"), evidence);
            schema.insert("format".to_owned(), format.into());
        } else if let Some(mut values) = enumeration(texts).filter(|_| is_alone) {
            let list: Vec<String> = values.iter().map(Value::to_string).collect();
            let what = format!("enum {}; other values are refused", list.join(", "));
            self.guess_distinct(pointer, Kind::Enum, &what, evidence);
            values.extend(is_nullable.then_some(Value::Null));
            schema.insert("enum".to_owned(), values.into());
        }
        schema
    }
}

/// The types of scalars but `null`.
fn scalars(shape: &Shape) -> Vec<&'static str> {
    let is_integer = shape.numbers.is_whole();
    let types = [
        ("string", shape.texts.seen > 0),
        ("integer", shape.numbers.any() && is_integer),
        ("number", shape.numbers.any() && !is_integer),
        ("boolean", shape.booleans > 0),
    ];
    types.into_iter().filter(|(_, is_seen)| *is_seen).map(|(name, _)| name).collect()
}

fn with_null(types: Value) -> Value {
    match types {
        Value::Array(mut types) => {
            types.push("null".into());
            types.into()
        }
        one => json!([one, "null"]),
    }
}

fn constant(values: &[Value]) -> Map<String, Value> {
    match values {
        [value] => Map::from_iter([("const".to_owned(), value.clone())]),
        values => Map::from_iter([("enum".to_owned(), values.to_vec().into())]),
    }
}

/// The texts, where they look like the values of an enum.
fn enumeration(texts: &Texts) -> Option<Vec<Value>> {
    let values = texts.values()?;
    let number = u64::try_from(values.len()).ok()?;
    let is_enum = texts.samples.number() >= ENUM_SAMPLES
        && texts.formats.narrowest().is_none()
        && (2..=ENUM_VALUES).contains(&values.len())
        && texts.seen >= ENUM_OFTEN * number
        && values.iter().all(|(text, count)| *count >= 2 && is_words(text));
    is_enum.then(|| values.keys().map(|text| text.as_str().into()).collect())
}

fn is_words(text: &str) -> bool {
    text.len() <= ENUM_LENGTH
        && text.starts_with(char::is_alphabetic)
        && text.chars().all(|c| c.is_alphanumeric() || " _-.".contains(c))
        && text.chars().filter(char::is_ascii_digit).count() <= ENUM_DIGITS
}
