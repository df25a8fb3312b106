//! What a term says of a value.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Id, Part, Terms, is_one_of, normal, number, size, type_of, types};

/// Terms that lead to one another without a step into the value are followed so far.
const MAX_DEPTH: usize = 128;

impl Terms {
    /// Returns whether a value meets a term; none where that is not known.
    pub(crate) fn holds(&self, id: Id, value: &Value) -> Option<bool> {
        self.holds_at(id, value, 0)
    }

    /// Returns whether a value meets a part; none where that is not known.
    pub(crate) fn part_holds(&self, part: &Part, value: &Value) -> Option<bool> {
        self.part_at(part, value, 0)
    }

    fn holds_at(&self, id: Id, value: &Value, depth: usize) -> Option<bool> {
        if depth > MAX_DEPTH {
            return None;
        }
        if !self.spend(1) {
            return None;
        }
        all(self.get(id).parts.iter().map(|part| self.part_at(part, value, depth + 1)))
    }

    fn part_at(&self, part: &Part, value: &Value, depth: usize) -> Option<bool> {
        if part.types() & type_of(value) == 0 {
            return Some(true);
        }
        if !self.spend(Self::cost(part, value)) {
            return None;
        }
        let length = |text: &str| self.scale.real(text.chars().count());
        match (part, value) {
            (Part::Never, _) => Some(false),
            (Part::Types(allowed), _) => {
                let own = type_of(value);
                let own = if own == types::WHOLE && !self.written { types::INTEGER } else { own };
                Some(allowed & own != 0)
            }
            (Part::Values(values), _) if self.scale.is_large(value) => Some(false),
            (Part::Values(values), _) => Some(is_one_of(values, &normal(value))),
            (Part::Minimum { limit, exclusive }, _) => number::compare(value, limit)
                .map(|order| order == Ordering::Greater || (order == Ordering::Equal && !exclusive)),
            (Part::Maximum { limit, exclusive }, _) => number::compare(value, limit)
                .map(|order| order == Ordering::Less || (order == Ordering::Equal && !exclusive)),
            (Part::MultipleOf(_), _) => self.leaf(&serde_json::json!({"multipleOf": of_multiple(part)}), value),
            (Part::MinLength(min), Value::String(text)) => Some(length(text) >= *min),
            (Part::MaxLength(max), Value::String(text)) => Some(length(text) <= *max),
            (Part::Pattern(_) | Part::Format(..), _) if self.scale.is_large(value) => None,
            (Part::Pattern(pattern), Value::String(text)) => self.matches(pattern, text),
            (Part::Format(draft, format), _) => self.has_format(*draft, format, value),
            (Part::Cases(cases), _) => any(cases.iter().map(|case| {
                all(case.iter().map(|(id, wanted)| Some(self.holds_at(*id, value, depth + 1)? == *wanted)))
            })),
            (Part::ExactlyOne(ids), _) => exactly_one(ids.iter().map(|id| self.holds_at(*id, value, depth + 1))),
            (part, Value::Array(items)) => self.array(part, items),
            (part, Value::Object(members)) => self.object(part, members),
            _ => None,
        }
    }

    /// The work that a part takes, without the terms that it leads to.
    fn cost(part: &Part, value: &Value) -> usize {
        match (part, value) {
            (Part::Values(_) | Part::UniqueItems, _) | (_, Value::String(_)) => size(value),
            (Part::Cases(cases), _) => cases.len(),
            (Part::ExactlyOne(ids), _) => ids.len(),
            (_, Value::Array(items)) => items.len() + 1,
            (
                Part::OtherProperties { .. } | Part::PatternProperty(..) | Part::PropertyNames(_),
                Value::Object(members),
            ) => members.len() + 1,
            _ => 1,
        }
    }

    fn array(&self, part: &Part, items: &[Value]) -> Option<bool> {
        let (length, more) = (self.scale.real(items.len()), self.scale.more(items.len()));
        let matching = |id: Id| -> Option<u64> {
            let matched = items.iter().map(|item| self.holds(id, item)).collect::<Option<Vec<bool>>>()?;
            let others = if matched.last() == Some(&true) { more } else { 0 };
            Some(matched.into_iter().filter(|matched| *matched).count() as u64 + others)
        };
        let at = |index: u64| usize::try_from(index).unwrap_or(usize::MAX);
        match part {
            Part::MinItems(min) => Some(length >= *min),
            Part::MaxItems(max) => Some(length <= *max),
            Part::UniqueItems if more > 0 => Some(false),
            // Two that are equal as they are written may stand for different ones, and the other way round.
            Part::UniqueItems if items.iter().any(|item| self.scale.is_large(item)) => None,
            Part::UniqueItems => {
                let mut spelled: Vec<String> = items.iter().map(|item| normal(item).to_string()).collect();
                spelled.sort_unstable();
                Some(spelled.windows(2).all(|pair| pair[0] != pair[1]))
            }
            Part::Item(index, id) => items.get(at(*index)).map_or(Some(true), |item| self.holds(*id, item)),
            Part::ItemsFrom(start, id) => all(items.iter().skip(at(*start)).map(|item| self.holds(*id, item))),
            Part::MinContains(id, min) => matching(*id).map(|count| count >= *min),
            Part::MaxContains(id, max) => matching(*id).map(|count| count <= *max),
            _ => None,
        }
    }

    fn object(&self, part: &Part, members: &serde_json::Map<String, Value>) -> Option<bool> {
        let length = self.scale.real(members.len());
        if self.scale.more(members.len()) > 0 && self.scale.repeated(members).is_none() {
            return None;
        }
        match part {
            Part::Required(name) => Some(members.contains_key(name)),
            Part::MinProperties(min) => Some(length >= *min),
            Part::MaxProperties(max) => Some(length <= *max),
            Part::Property(name, id) => members.get(name).map_or(Some(true), |value| self.holds(*id, value)),
            Part::PatternProperty(pattern, id) => all(members
                .iter()
                .map(|(name, value)| if self.matches(pattern, name)? { self.holds(*id, value) } else { Some(true) })),
            Part::OtherProperties { schema, .. } => all(members
                .iter()
                .map(|(name, value)| if self.is_other(part, name)? { self.holds(*schema, value) } else { Some(true) })),
            Part::PropertyNames(id) => all(members.keys().map(|name| self.holds(*id, &Value::String(name.clone())))),
            _ => None,
        }
    }

    /// Returns whether a member of this name is one that a part for other properties speaks of.
    pub(crate) fn is_other(&self, part: &Part, name: &str) -> Option<bool> {
        let Part::OtherProperties { names, patterns, .. } = part else { return Some(false) };
        if names.contains(name) {
            return Some(false);
        }
        any(patterns.iter().map(|pattern| self.matches(pattern, name))).map(|matched| !matched)
    }
}

fn of_multiple(part: &Part) -> &Value {
    match part {
        Part::MultipleOf(value) => value,
        _ => &Value::Null,
    }
}

/// Returns whether all hold: false as soon as one does not, unknown where one is.
fn all(mut parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for part in &mut parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}

fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(parts.map(|part| part.map(|part| !part))).map(|none| !none)
}

/// Tells whether one holds, and no other; false as soon as two do, unknown where one is that could decide it.
pub(crate) fn exactly_one(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let (mut met, mut is_known) = (0, true);
    for part in parts {
        match part {
            Some(true) if met == 1 => return Some(false),
            Some(true) => met = 1,
            Some(false) => {}
            None => is_known = false,
        }
    }
    is_known.then_some(met == 1)
}
