//! Values of one of several JSON types.

use super::names::NameRequest;
use super::node::{Node, Types};
use super::{Context, Lowering, Place, needs_name};
use crate::model::{JsonType, Shape, Type, TypeId, Use, Variant};

const ALTERNATIVES: [(Types, JsonType, &str); 5] = [
    (Types::BOOLEAN, JsonType::Boolean, "Boolean"),
    (Types::NUMBER, JsonType::Number, "Number"),
    (Types::STRING, JsonType::String, "String"),
    (Types::ARRAY, JsonType::Array, "Array"),
    (Types::OBJECT, JsonType::Object, "Object"),
];

impl<'a> Lowering<'a> {
    /// One variant for each JSON type, named by it.
    pub(super) fn union(&mut self, id: TypeId, node: &Node<'a>, cores: &[Place]) -> Shape {
        let mut variants = Vec::new();
        for (types, json_type, name) in ALTERNATIVES {
            if !node.types.has(types) {
                continue;
            }
            let mut alone = node.clone();
            alone.types =
                if node.types.has(Types::FRACTION) || types != Types::NUMBER { types } else { Types::INTEGER };
            let name = if alone.types == Types::INTEGER { "Integer" } else { name };
            let context = Context { parent: id, segment: name.to_owned() };
            let value = self.alternative(&alone, cores, &context);
            variants.push(Variant { name: name.to_owned(), json_type, value });
        }
        Shape::Union(variants)
    }

    fn alternative(&mut self, node: &Node<'a>, cores: &[Place], context: &Context) -> Use {
        if !needs_name(node, false) && !self.nests_deeply(node) {
            return self.inline(node, cores, context);
        }
        let name = NameRequest::Invented(context.clone());
        let id = self.declare(name, Vec::new(), cores.to_vec(), Some(node.types));
        Use::of(Type::Named(id))
    }
}
