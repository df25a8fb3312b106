//! Values of one of several kinds: of several JSON types, or of several schemas.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::alternatives::{Alternative, Settlement};
use super::cores::Cores;
use super::names::{self, NameRequest};
use super::node::{Node, Types};
use super::{Context, Lowering, definition_name};
use crate::model::{JsonType, Route, Shape, Type, TypeId, Union, Use, Variant};

const TYPES: [(Types, JsonType, &str); 5] = [
    (Types::BOOLEAN, JsonType::Boolean, "Boolean"),
    (Types::NUMBER, JsonType::Number, "Number"),
    (Types::STRING, JsonType::String, "String"),
    (Types::ARRAY, JsonType::Array, "Array"),
    (Types::OBJECT, JsonType::Object, "Object"),
];

impl<'a> Lowering<'a> {
    /// One variant for each JSON type, named by it. Of a schema without `type`, the types that it does not limit share
    /// one variant.
    pub(super) fn union(&mut self, id: TypeId, node: &Node<'a>, cores: &Cores) -> Shape {
        let mut union = Union::default();
        let untyped = node.types == Types::ALL;
        let mut others = if untyped { vec![JsonType::Null] } else { Vec::new() };
        for (types, json_type, name) in TYPES {
            if !node.types.has(types) {
                continue;
            }
            if untyped && !node.limited().has(types) {
                others.push(json_type);
                continue;
            }
            let mut alone = Node { validated: Vec::new(), ..node.clone() };
            alone.types =
                if node.types.has(Types::FRACTION) || types != Types::NUMBER { types } else { Types::INTEGER };
            let name = if alone.types == Types::INTEGER { "Integer" } else { name };
            let context = Context { parent: id, segment: name.to_owned() };
            let value = self.variant_of_type(&alone, cores, &context);
            union.routes.insert(json_type, Route::To(union.variants.len()));
            union.variants.push(Variant { name: name.to_owned(), description: None, value, required: Vec::new() });
        }
        if !others.is_empty() {
            union.routes.extend(others.into_iter().map(|json_type| (json_type, Route::To(union.variants.len()))));
            let value = Use::of(Type::Any);
            union.variants.push(Variant { name: "Other".to_owned(), description: None, value, required: Vec::new() });
        }
        Shape::Union(union)
    }

    fn variant_of_type(&mut self, node: &Node<'a>, cores: &Cores, context: &Context) -> Use {
        if !super::needs_name(node, false) && !self.nests_deeply(node) {
            return self.inline(node, cores, context);
        }
        let name = NameRequest::Invented(context.clone());
        let id = self.declare(name, Vec::new(), cores.clone(), Some(node.types));
        Use::of(Type::Named(id))
    }

    /// One variant for each branch of an `anyOf` or `oneOf`.
    pub(super) fn union_of_alternatives(&mut self, id: TypeId, settlement: &Settlement<'a>) -> Shape {
        let alternatives = &settlement.alternatives;
        self.exclusive
            .extend(settlement.choice.iter().filter(|choice| choice.is_exclusive()).map(|choice| (id, choice.clone())));
        let mut union = Union::default();
        let tag = self.tag(alternatives);
        let constants = tag.iter().flat_map(|tag| &tag.constants).map(|(index, values)| (*index, values.as_slice()));
        let names = self.variant_names(alternatives, &constants.collect());
        for (alternative, name) in alternatives.iter().zip(names) {
            let places = std::slice::from_ref(&alternative.place);
            let context = Context { parent: id, segment: name.clone() };
            let value = self.value_of(alternative.cores.clone(), places, &context);
            self.branches.insert((id, union.variants.len()), alternative.place.clone());
            union.variants.push(Variant {
                name,
                description: self.text(places, "description"),
                value: Use { nullable: false, ..value },
                required: alternative.node.required.iter().map(|name| (*name).to_owned()).collect(),
            });
        }
        for (types, json_type, _) in TYPES {
            let takers = alternatives.iter().enumerate().filter(|(_, alternative)| alternative.types.has(types));
            let takers: Vec<usize> = takers.map(|(index, _)| index).collect();
            let route = match (takers.as_slice(), &tag) {
                ([], _) => continue,
                ([only], _) => Route::To(*only),
                (_, Some(tag)) if json_type == JsonType::Object => Route::Tag(tag.clone()),
                _ => self.attempts(settlement, takers, json_type, &union),
            };
            union.routes.insert(json_type, route);
        }
        Shape::Union(union)
    }

    fn attempts(
        &mut self,
        settlement: &Settlement<'a>,
        takers: Vec<usize>,
        json_type: JsonType,
        union: &Union,
    ) -> Route {
        let alternatives: Vec<&Alternative<'a>> = takers.iter().map(|index| &settlement.alternatives[*index]).collect();
        let disjoint = self.are_disjoint(&alternatives);
        if !disjoint && !settlement.is_exclusive() && json_type == JsonType::Object {
            // What another branch says of the value is not to be lost.
            self.keeping.extend(takers.iter().filter_map(|index| match union.variants[*index].value.ty {
                Type::Named(id) => Some(id),
                _ => None,
            }));
        }
        Route::Try { variants: takers, exclusive: settlement.is_exclusive() && !disjoint }
    }

    /// Names by title, by constant, by definition, by type, by what is required: the first that a branch has.
    fn variant_names(&self, alternatives: &[Alternative<'a>], constants: &BTreeMap<usize, &[Value]>) -> Vec<String> {
        let names = alternatives.iter().enumerate().map(|(index, alternative)| {
            let title = self.annotation_of(&alternative.place, "title", 0).and_then(|(_, title)| title.as_str());
            let constant = match constants.get(&index) {
                Some([Value::String(only)]) => Some(only.clone()),
                Some([only]) => Some(format!("V{only}")),
                _ => None,
            };
            let named = || self.name_of_target(alternative);
            let required = || {
                let others = alternatives.iter().filter(|other| other.place != alternative.place);
                let others: BTreeSet<&str> = others.flat_map(|other| other.node.required.iter().copied()).collect();
                alternative.node.required.iter().find(|name| !others.contains(*name)).map(|name| format!("with {name}"))
            };
            let title = title.map(str::to_owned).filter(|title| title.len() <= MAX_TITLE_LENGTH);
            title
                .or_else(named)
                .or(constant)
                .or_else(|| type_name(alternative, alternatives))
                .or_else(required)
                .unwrap_or_else(|| {
                    let (.., name) =
                        TYPES.iter().find(|(types, ..)| alternative.types.has(*types)).unwrap_or(&TYPES[4]);
                    (*name).to_owned()
                })
        });
        let names: Vec<String> = names.collect();
        names::variants(names.iter().map(String::as_str))
    }

    /// The name of the definition or the file that a branch refers to.
    fn name_of_target(&self, alternative: &Alternative<'a>) -> Option<String> {
        let target = self.resolved.target(&alternative.place)?;
        definition_name(&target.pointer)
            .or_else(|| target.pointer.is_empty().then(|| names::stem(&self.resolved.document(target).name).to_owned()))
    }
}

/// Longer titles are sentences.
const MAX_TITLE_LENGTH: usize = 60;

/// The JSON type of a branch, where no other has it.
fn type_name(alternative: &Alternative<'_>, alternatives: &[Alternative<'_>]) -> Option<String> {
    let types = alternative.types.without(Types::NULL);
    if types == Types::INTEGER {
        return Some("Integer".to_owned());
    }
    let (.., name) = TYPES.iter().find(|(one, ..)| *one == types)?;
    let same = alternatives.iter().filter(|other| other.types.has(types)).count();
    (same == 1).then(|| (*name).to_owned())
}
