//! Arrays and tuples.

use super::definer::Definer;
use super::validated::validated_whole;
use crate::lower::names::{Context, singular};
use crate::lower::read::{Cores, Node, Tuple};
use crate::model::{Check, Type, Use};

/// Rust's own traits are there for tuples so long.
const MAX_TUPLE_LENGTH: u64 = 12;

impl<'a> Definer<'a, '_> {
    pub(super) fn array(&mut self, node: &Node<'a>, cores: &Cores, context: &Context) -> Use {
        let inner = Context { segment: singular(&context.segment), ..context.clone() };
        let mut checks = Vec::new();
        checks.extend((node.count.min > 0).then_some(Check::MinItems(node.count.min)));
        let mut max = node.count.max;
        let item = match node.tuples.as_slice() {
            [] if node.items.is_empty() => Use::of(Type::Any),
            [] if self.reader.is_never(&node.items) => {
                max = Some(0);
                Use::of(Type::Any)
            }
            [] => self.value(&node.items, &inner),
            [tuple] if self.is_exact(node, tuple) => return self.tuple(tuple, context),
            _ => {
                checks.push(validated_whole(&mut self.reader, cores));
                Use::of(Type::Any)
            }
        };
        checks.extend(max.map(Check::MaxItems));
        checks.extend(node.unique.then_some(Check::UniqueItems));
        Use { checks, ..Use::of(Type::Array(Box::new(item))) }
    }

    /// Tells whether an array has as many items as its prefix, no more and no less.
    fn is_exact(&mut self, node: &Node<'a>, tuple: &Tuple) -> bool {
        let count = tuple.prefix.len() as u64;
        let ends = node.count.max == Some(count)
            || node.count.max.is_none()
                && tuple.rest.iter().any(|rest| self.reader.is_never(std::slice::from_ref(rest)));
        (1..=MAX_TUPLE_LENGTH).contains(&count)
            && node.count.min == count
            && ends
            && !node.unique
            && node.items.is_empty()
    }

    fn tuple(&mut self, tuple: &Tuple, context: &Context) -> Use {
        let items = tuple.prefix.iter().enumerate().map(|(index, place)| {
            let segment = format!("{} {}", singular(&context.segment), index + 1);
            self.value(std::slice::from_ref(place), &Context { segment, ..context.clone() })
        });
        Use::of(Type::Tuple(items.collect()))
    }
}
