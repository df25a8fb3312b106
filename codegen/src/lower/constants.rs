//! `enum` and `const`: the values that are left when all the schemas have had their say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::cores::Cores;
use super::node::{About, Node, Types};
use super::{Lowering, Place, names};
use crate::json::{canonical, whole};
use crate::model::{Check, Constant, Integer, IntegerKind, Type, Use};

/// The constants as variants, where they are texts, and null perhaps. A branch's title is a better name than its constant.
pub(super) fn enumeration(constants: &[&Value], about: &BTreeMap<String, About>) -> Option<Vec<Constant>> {
    if !constants.iter().all(|value| value.is_string() || value.is_null()) {
        return None;
    }
    let texts: Vec<&str> = constants.iter().filter_map(|value| value.as_str()).collect();
    let title = |text: &str| about.get(text).and_then(|about| about.title.as_deref());
    let names = names::variants(texts.iter().map(|text| title(text).unwrap_or(text)));
    let constant = |(text, name): (&&str, String)| Constant {
        name,
        text: (*text).to_owned(),
        description: about.get(*text).and_then(|about| about.description.clone()),
    };
    (!texts.is_empty()).then(|| texts.iter().zip(names).map(constant).collect())
}

impl<'a> Lowering<'a> {
    /// Leaves of the constants those that every schema accepts, and of the types those that the constants have.
    pub(super) fn narrow_to_constants(&mut self, node: &mut Node<'a>, cores: &Cores) {
        let Some(mut constants) = node.constants.take() else { return };
        let mut known = BTreeSet::new();
        constants.retain(|value| known.insert(canonical(value)));
        constants.retain(|value| node.types.has(Types::of_value(value, node.strict)));
        let says_more = node.types.has(node.limited()) || !node.choices.is_empty() || !node.validated.is_empty();
        if says_more || node.more_constants || node.never {
            constants.retain(|value| cores.places.iter().all(|place| self.accepts_beside(cores, place, value)));
        }
        // What the validator says was asked here already, but for what was chosen: of that, other variants are asked.
        self.note_whole_of(cores, &node.validated);
        node.types = constants.iter().map(|value| Types::of_value(value, node.strict)).fold(Types::NONE, Types::or);
        node.constants = Some(constants);
    }

    /// Whether one of some schemas accepts a value, whichever branch of a choice that was made takes it.
    fn accepts_beside(&mut self, cores: &Cores, place: &Place, value: &Value) -> bool {
        let chosen: Vec<&str> =
            cores.chosen().filter(|(other, _)| other == place).map(|(_, keyword)| *keyword).collect();
        self.refusals_beside(place, value, &chosen).is_empty()
    }

    /// Constants that are not texts.
    pub(super) fn constant_values(&mut self, node: &Node<'_>, constants: &[&Value], cores: &Cores) -> Use {
        let present: Vec<&Value> = constants.iter().copied().filter(|value| !value.is_null()).collect();
        if constants.is_empty() {
            return self.never(cores);
        }
        let ty = if present.is_empty() {
            return Use::of(Type::Null);
        } else if present.iter().all(|value| value.is_boolean()) {
            Type::Boolean
        } else if present.iter().all(|value| value.is_number()) {
            number_type(&present, node.strict).unwrap_or(Type::Any)
        } else {
            Type::Any
        };
        if ty == Type::Any {
            let all = constants.iter().map(|value| (*value).clone()).collect();
            return Use { checks: vec![Check::OneOf(all)], ..Use::of(Type::Any) };
        }
        let every_boolean = ty == Type::Boolean && present.len() == 2;
        let all = Check::OneOf(present.into_iter().cloned().collect());
        let checks = if every_boolean { Vec::new() } else { vec![all] };
        Use { ty, nullable: node.types.has(Types::NULL), checks }
    }
}

/// The type that holds each of these numbers exactly.
fn number_type(numbers: &[&Value], strict: bool) -> Option<Type> {
    let whole = |value: &&Value| value.as_number().and_then(whole);
    if let Some(integers) = numbers.iter().map(whole).collect::<Option<Vec<i128>>>() {
        let kinds = [IntegerKind::I64, IntegerKind::U64];
        let holds = |kind: &IntegerKind| {
            let (_, low, high) = kind.facts();
            integers.iter().all(|integer| (low..=high).contains(integer))
        };
        if let Some(kind) = kinds.into_iter().find(holds) {
            return Some(Type::Integer(Integer { kind, strict }));
        }
    }
    numbers.iter().all(|value| value.as_number().is_some_and(super::scalar::is_exact)).then_some(Type::Number)
}
