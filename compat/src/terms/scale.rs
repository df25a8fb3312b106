//! Sizes of texts, arrays and objects that are too large to be made: in their place stand small ones in the same order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Part, Terms, size};
use crate::search::paths;

/// Sizes up to here are left as they are; up to more, where items are told apart by their index or members by their name.
const SMALL: u64 = 40;
const MAX_SMALL: u64 = 900;
/// The most that is left of the distance between two sizes.
const GAP: u64 = 3;
/// Values, and characters, of a value that is made as large as it stands for.
const MAX_VALUES: u64 = 300_000;
const MAX_LETTERS: u64 = 50_000_000;

/// A map between sizes and small ones that keeps their order. A value whose size is a small one stands for one of the real
/// size, in which the last character, or the last item, is there as often as it takes, or a member under names that nothing is
/// said of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scale {
    /// Real sizes with the small ones, ordered.
    steps: Vec<(u64, u64)>,
    /// Names that something is said of.
    names: BTreeSet<String>,
    /// True if the name of a member can matter in another way.
    has_patterns: bool,
}

/// A place in a value, and the number of characters, items or members that it has in truth.
pub(crate) type Sizes = BTreeMap<String, u64>;

impl Scale {
    /// None where no size is large, or too much is told apart by its index or name.
    fn of(terms: &Terms) -> Option<Self> {
        let (mut scale, mut sizes, mut small) = (Self::default(), BTreeSet::new(), SMALL);
        for part in terms.list.iter().flat_map(|term| &term.parts) {
            sizes.extend(size_of(part));
            match part {
                Part::Item(index, _) | Part::ItemsFrom(index, _) => small = small.max(index.saturating_add(1)),
                Part::Required(name) | Part::Property(name, _) => drop(scale.names.insert(name.clone())),
                Part::Values(values) => small = small.max(values.iter().map(largest).max().unwrap_or(0)),
                Part::PatternProperty(..) | Part::PropertyNames(_) => scale.has_patterns = true,
                Part::OtherProperties { names, patterns, .. } => {
                    scale.names.extend(names.iter().cloned());
                    scale.has_patterns |= !patterns.is_empty();
                }
                _ => {}
            }
        }
        let longest = scale.names.iter().map(|name| letters(name)).max().unwrap_or(0);
        let small = small.max(longest).max(scale.names.len() as u64 + 1);
        let mut last = (small, small);
        for size in sizes.into_iter().filter(|size| *size > small) {
            last = (size, last.1 + (size - last.0).min(GAP));
            scale.steps.push(last);
        }
        let is_smaller = scale.steps.iter().any(|(real, small)| real != small);
        (is_smaller && small <= MAX_SMALL).then_some(scale)
    }

    /// The size that a small one stands for.
    pub(super) fn real(&self, small: usize) -> u64 {
        let small = small as u64;
        let step = self.steps.iter().rev().find(|(_, step)| *step <= small);
        step.map_or(small, |(real, step)| real.saturating_add(small - step))
    }

    /// The size that stands for one of the sizes in the schemas.
    fn small(&self, real: u64) -> u64 {
        self.steps.iter().find(|(step, _)| *step == real).map_or(real, |(_, small)| *small)
    }

    /// The characters, items or members that are there more often than they are written.
    pub(super) fn more(&self, small: usize) -> u64 {
        self.real(small) - small as u64
    }

    /// The member that stands for others; none where its name could matter.
    pub(super) fn repeated<'v>(&self, members: &'v Map<String, Value>) -> Option<(&'v String, &'v Value)> {
        members.iter().find(|(name, _)| !self.names.contains(*name)).filter(|_| !self.has_patterns)
    }

    /// Returns whether a value, or one in it, stands for a larger one. No constant does.
    pub(super) fn is_large(&self, value: &Value) -> bool {
        self.real_size(value).is_some()
            || match value {
                Value::Array(items) => items.iter().any(|item| self.is_large(item)),
                Value::Object(members) => members.values().any(|value| self.is_large(value)),
                _ => false,
            }
    }

    /// The size that a value stands for, where that is a larger one.
    fn real_size(&self, value: &Value) -> Option<u64> {
        let small = match value {
            Value::String(text) => text.chars().count(),
            Value::Array(items) => items.len(),
            Value::Object(members) => members.len(),
            _ => return None,
        };
        (self.more(small) > 0).then(|| self.real(small))
    }

    /// The places of what stands for larger texts, arrays and objects, as JSON Pointers, with the sizes that are meant; none
    /// where the name of a member stands for a longer one, which no pointer tells.
    pub(crate) fn sizes(&self, value: &Value) -> Option<Sizes> {
        let mut sizes = Sizes::new();
        for path in paths(value) {
            let Some(inner) = value.pointer(&path) else { continue };
            if let Some(real) = self.real_size(inner) {
                sizes.insert(path, real);
            }
            if inner.as_object().is_some_and(|members| members.keys().any(|name| self.more(name.chars().count()) > 0)) {
                return None;
            }
        }
        Some(sizes)
    }

    /// The value that one stands for, if it can be made; with `is_unique`, no item that is repeated is equal to another.
    pub(crate) fn expanded(&self, value: &Value, is_unique: bool) -> Option<Value> {
        let (values, letters) = (MAX_VALUES, MAX_LETTERS);
        Expansion { scale: self, is_unique, values, letters }.value(value)
    }
}

/// The making of a value that another one stands for.
struct Expansion<'a> {
    scale: &'a Scale,
    is_unique: bool,
    /// The values and the characters that may still be added.
    values: u64,
    letters: u64,
}

impl Expansion<'_> {
    fn value(&mut self, value: &Value) -> Option<Value> {
        self.values = self.values.checked_sub(1)?;
        Some(match value {
            Value::String(text) => Value::String(self.text(text)?),
            Value::Array(items) => {
                let mut all = items.iter().map(|item| self.value(item)).collect::<Option<Vec<_>>>()?;
                if let Some(last) = all.last().cloned() {
                    let more = self.copies(&last, items.len())?;
                    let is_unique = self.is_unique;
                    all.extend((1..=more).map(|number| if is_unique { another(&last, number) } else { last.clone() }));
                }
                Value::Array(all)
            }
            Value::Object(members) => {
                let all = members.iter().map(|(name, value)| Some((self.text(name)?, self.value(value)?)));
                let mut all = all.collect::<Option<Map<_, _>>>()?;
                let names = &self.scale.names;
                let repeated = all.iter().find(|(name, _)| !names.contains(*name));
                if let Some((name, value)) = repeated.map(|(name, value)| (name.clone(), value.clone())) {
                    let more = usize::try_from(self.copies(&value, members.len())?).ok()?;
                    let fresh = (0_u64..).map(|number| format!("{name}{}", in_letters(number)));
                    let is_fresh = |name: &String| !names.contains(name) && !members.contains_key(name);
                    all.extend(fresh.filter(is_fresh).take(more).map(|name| (name, value.clone())));
                }
                Value::Object(all)
            }
            other => other.clone(),
        })
    }

    /// The number of times that a value is there beyond those that are written.
    fn copies(&mut self, value: &Value, written: usize) -> Option<u64> {
        let more = self.scale.more(written);
        self.values = self.values.checked_sub(more.saturating_mul(size(value) as u64))?;
        Some(more)
    }

    fn text(&mut self, text: &str) -> Option<String> {
        let more = self.scale.more(text.chars().count());
        self.letters = self.letters.checked_sub(more)?;
        let last = text.chars().next_back().unwrap_or_default();
        Some(text.chars().chain(std::iter::repeat_n(last, usize::try_from(more).ok()?)).collect())
    }
}

/// A value that is near to another, a different one for each number.
pub(crate) fn another(item: &Value, number: u64) -> Value {
    let signed = i64::try_from(number).unwrap_or(i64::MAX);
    match item {
        Value::Null => (number - 1).into(),
        Value::Bool(value) if number == 1 => Value::Bool(!value),
        Value::Bool(_) => number.into(),
        Value::Number(own) => own.as_i64().map_or(number.into(), |own| own.wrapping_add(signed).into()),
        Value::String(text) => format!("{text}{}", in_letters(number)).into(),
        Value::Array(items) => items.iter().cloned().chain([number.into()]).collect(),
        Value::Object(members) => {
            let own = (format!("x{number}"), Value::Null);
            Value::Object(members.clone().into_iter().chain([own]).collect())
        }
    }
}

/// The size of the largest text, array or object in a value.
fn largest(value: &Value) -> u64 {
    match value {
        Value::String(text) => letters(text),
        Value::Array(items) => items.iter().map(largest).fold(items.len() as u64, u64::max),
        Value::Object(members) => {
            let sizes = members.iter().flat_map(|(name, value)| [letters(name), largest(value)]);
            sizes.fold(members.len() as u64, u64::max)
        }
        _ => 0,
    }
}

fn letters(text: &str) -> u64 {
    text.chars().count() as u64
}

/// A number in letters: `a`, …, `z`, `ab`, …, each another.
fn in_letters(mut number: u64) -> String {
    let mut letters = String::new();
    loop {
        letters.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or_default()));
        number /= 26;
        if number == 0 {
            return letters;
        }
    }
}

fn size_of(part: &Part) -> Option<u64> {
    match part {
        Part::MinLength(size)
        | Part::MaxLength(size)
        | Part::MinProperties(size)
        | Part::MaxProperties(size)
        | Part::MinItems(size)
        | Part::MaxItems(size)
        | Part::MinContains(_, size)
        | Part::MaxContains(_, size) => Some(*size),
        _ => None,
    }
}

fn reduced(part: &Part, scale: &Scale) -> Part {
    match part {
        Part::MinLength(size) => Part::MinLength(scale.small(*size)),
        Part::MaxLength(size) => Part::MaxLength(scale.small(*size)),
        Part::MinProperties(size) => Part::MinProperties(scale.small(*size)),
        Part::MaxProperties(size) => Part::MaxProperties(scale.small(*size)),
        Part::MinItems(size) => Part::MinItems(scale.small(*size)),
        Part::MaxItems(size) => Part::MaxItems(scale.small(*size)),
        Part::MinContains(id, size) => Part::MinContains(*id, scale.small(*size)),
        Part::MaxContains(id, size) => Part::MaxContains(*id, scale.small(*size)),
        part => part.clone(),
    }
}

impl Terms {
    /// The terms with small sizes in the place of large ones, and what stands for what; none where no size is large.
    pub(crate) fn reduced(&self, work: usize) -> Option<(Self, Scale)> {
        let scale = Scale::of(self)?;
        let mut terms = self.with_scale(Scale::default(), work);
        for part in terms.list.iter_mut().flat_map(|term| &mut term.parts) {
            *part = reduced(part, &scale);
        }
        Some((terms, scale))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::files::Files;
    use crate::schema::Schema;

    fn schemas() -> Vec<Value> {
        vec![
            json!({"maxItems": 100, "minItems": 70}),
            json!({"contains": {"type": "string"}, "minContains": 90, "maxContains": 200, "maxItems": 300}),
            json!({"contains": {"minLength": 60}, "minContains": 2, "items": {"maxLength": 90}, "maxItems": 99}),
            json!({"uniqueItems": true, "minItems": 80}),
            json!({"minProperties": 60, "maxProperties": 90, "properties": {"a": {"minLength": 70}}}),
            json!({"propertyNames": {"pattern": "^[a-z]*$"}, "minProperties": 60}),
            json!({"not": {"maxItems": 60}, "anyOf": [{"items": {"const": 1}}, {"minItems": 61, "maxItems": 61}]}),
            json!({"maxLength": 100, "pattern": "^a*$", "minLength": 99}),
            json!({"enum": ["a", [1, 1]], "maxItems": 50}),
        ]
    }

    fn sketches() -> impl Iterator<Item = Value> {
        let sized = |size: usize| {
            let members = |value: Value| -> Value {
                (0..size).map(|number| (in_letters(number as u64), value.clone())).collect()
            };
            let text = "a".repeat(size);
            let strings: Vec<Value> = std::iter::repeat_n(json!(1), 3).chain(vec![json!(text); size - 3]).collect();
            let mixed: Vec<Value> = std::iter::repeat_n(json!("x"), size - 1).chain([json!(null)]).collect();
            let other = json!({"a": text, "b": members(json!(2))});
            [json!(vec![1; size]), json!(strings), json!(mixed), other, members(json!(text)), json!(text)]
        };
        (38..56).flat_map(sized).chain([json!([1, 1]), json!("a"), json!(5)])
    }

    #[test]
    fn what_is_said_of_a_sketch_holds_for_the_value_that_it_stands_for() {
        let (mut known, mut large) = (0, 0);
        for schema in schemas() {
            let mut files = Files::new();
            files.insert("a.json", schema.clone());
            let validator = Schema::new(&files, "a.json").unwrap();
            let terms = Terms::of([&validator, &validator], 1_000_000);
            let (_, scale) = terms.reduced(1_000_000).unwrap();
            let sketched = terms.with_scale(scale.clone(), usize::MAX);
            for value in sketches() {
                let Some(holds) = sketched.holds(terms.roots[0], &value) else { continue };
                let real = scale.expanded(&value, false).unwrap();
                assert_eq!(holds, validator.is_valid(&real), "{schema} {value}");
                known += 1;
                large += usize::from(real != value);
            }
        }
        assert!(known > 700 && large > 400, "{known} {large}");
    }

    #[test]
    fn sizes_keep_their_order() {
        let steps = vec![(70, 43), (71, 44), (900, 47), (5_000_000_000, 50)];
        let scale = Scale { steps, ..Scale::default() };
        let real: Vec<u64> = (40..54).map(|small| scale.real(small)).collect();
        assert!(real.windows(2).all(|pair| pair[0] < pair[1]), "{real:?}");
        for (size, small) in &scale.steps {
            assert_eq!((scale.real(usize::try_from(*small).unwrap()), scale.small(*size)), (*size, *small));
        }
    }
}
