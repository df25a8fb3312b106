//! `enum` and `const`: the types of the values that all the schemas accept.

use std::collections::BTreeMap;

use serde_json::Value;

use super::scalar::is_exact;
use super::validated::never;
use crate::json::whole;
use crate::lower::names;
use crate::lower::read::{About, Cores, Node, SchemaReader, Types};
use crate::model::{Check, Constant, Integer, IntegerKind, Type, Use};

/// An enum of more constants takes the compiler longer than it is worth: it is a text, which is looked up.
const MAX_CONSTANTS: usize = 1_000;

/// The constants as variants, where they are texts, and null perhaps. A branch's title is a better name than its constant.
pub(super) fn enumeration(constants: &[&Value], about: &BTreeMap<String, About>) -> Option<Vec<Constant>> {
    let is_text = |value: &&Value| value.is_string() || value.is_null();
    if constants.len() > MAX_CONSTANTS || !constants.iter().all(is_text) {
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

/// Constants that are not texts.
pub(super) fn constant_values(
    reader: &mut SchemaReader<'_, '_>,
    node: &Node<'_>,
    constants: &[&Value],
    cores: &Cores,
) -> Use {
    let present: Vec<&Value> = constants.iter().copied().filter(|value| !value.is_null()).collect();
    if constants.is_empty() {
        return never(reader, cores);
    }
    let ty = if present.is_empty() {
        return Use::of(Type::Null);
    } else if present.iter().all(|value| value.is_boolean()) {
        Type::Boolean
    } else if present.iter().all(|value| value.is_number()) {
        number_type(&present, node.strict).unwrap_or(Type::Any)
    } else if present.iter().all(|value| value.is_string()) {
        Type::String
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
    numbers.iter().all(|value| value.as_number().is_some_and(is_exact)).then_some(Type::Number)
}
