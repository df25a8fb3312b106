//! Values of one of several JSON types.

use super::declared::Null;
use super::definer::Definer;
use super::value::needs_name;
use crate::lower::names::{Context, NameRequest};
use crate::lower::read::{Cores, Node, Types};
use crate::model::{JsonType, Route, Shape, Type, TypeId, Union, Use, Variant};

/// The types that a variant may be of, and the names of such variants.
pub(super) const TYPES: [(Types, JsonType, &str); 5] = [
    (Types::BOOLEAN, JsonType::Boolean, "Boolean"),
    (Types::NUMBER, JsonType::Number, "Number"),
    (Types::STRING, JsonType::String, "String"),
    (Types::ARRAY, JsonType::Array, "Array"),
    (Types::OBJECT, JsonType::Object, "Object"),
];

impl<'a> Definer<'a, '_> {
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
        if !needs_name(node, false) && !self.nests_deeply(node) {
            return self.inline(node, cores, context);
        }
        let name = NameRequest::Invented(context.clone());
        let id = self.declarations.declare(name, Vec::new(), cores.clone(), Some(node.types), Null::Outside);
        Use::of(Type::Named(id))
    }
}
