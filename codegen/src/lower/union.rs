//! Values of one of several JSON types.

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

impl Lowering<'_> {
    /// One variant for each JSON type, named by it.
    pub(super) fn union(&mut self, id: TypeId, node: &Node<'_>, cores: &[Place]) -> Shape {
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

    fn alternative(&mut self, node: &Node<'_>, cores: &[Place], context: &Context) -> Use {
        if !needs_name(node, false) {
            return self.inline(node, cores, context);
        }
        let id = self.declare(super::NameRequest::Invented(context.clone()), &[]);
        self.define_node(id, node, cores);
        Use::of(Type::Named(id))
    }
}
