//! Values of one of several schemas: a variant for each branch of an `anyOf` or `oneOf`.

use super::declared::{Definition, MemberPlaces};
use super::definer::Definer;
use super::tag;
use super::union::TYPES;
use super::variants;
use crate::lower::names::Context;
use crate::lower::read::{Alternative, Branches, Decided, text};
use crate::model::{JsonType, Route, Shape, Type, TypeId, Union, Use, Variant};

impl<'a> Definer<'a, '_> {
    /// One variant for each alternative.
    pub(super) fn union_of_alternatives(&mut self, id: TypeId, decided: &Decided<'a>) -> Definition {
        let alternatives = &decided.alternatives;
        let mut union = Union::default();
        let mut overlaps = false;
        let mut members = Vec::new();
        let tag = tag::find(&mut self.reader, alternatives);
        let constants = tag.iter().flat_map(|tag| &tag.constants).map(|(index, values)| (*index, values.as_slice()));
        let names = variants::names(self.reader.resolved, alternatives, &constants.collect());
        for (alternative, name) in alternatives.iter().zip(names) {
            let places = std::slice::from_ref(&alternative.place);
            let context = Context { parent: id, segment: name.clone() };
            let value = self.value_of(alternative.cores.clone(), places, &context);
            members.push(MemberPlaces { schemas: places.to_vec(), default: None });
            union.variants.push(Variant {
                name,
                description: text(self.reader.resolved, places, "description"),
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
                _ => {
                    let (route, are_disjoint) = self.attempts(decided, takers, json_type, &union);
                    overlaps |= !are_disjoint;
                    route
                }
            };
            union.routes.insert(json_type, route);
        }
        let exclusive = decided.branches.clone().filter(Branches::is_exclusive);
        Definition { members, exclusive, overlaps, ..Definition::of(Shape::Union(union)) }
    }

    /// The route of values that are tried with these variants, and whether no value is one of two of them.
    fn attempts(
        &mut self,
        decided: &Decided<'a>,
        takers: Vec<usize>,
        json_type: JsonType,
        union: &Union,
    ) -> (Route, bool) {
        let alternatives: Vec<&Alternative<'a>> = takers.iter().map(|index| &decided.alternatives[*index]).collect();
        let disjoint = tag::are_disjoint(&mut self.reader, &self.disjointness, &alternatives);
        if !disjoint && !decided.is_exclusive() && json_type == JsonType::Object {
            // What another branch says of the value is not to be lost.
            for index in &takers {
                if let Type::Named(id) = union.variants[*index].value.ty {
                    self.declarations.keep(id);
                }
            }
        }
        (Route::Try { variants: takers, exclusive: decided.is_exclusive() && !disjoint }, disjoint)
    }
}
