//! Objects whose member names are data: maps.

use super::definer::Definer;
use super::scalar;
use super::validated::validated_whole;
use crate::lower::names::{Context, singular};
use crate::lower::read::{Cores, Node, Types};
use crate::model::{Check, Type, Use};
use crate::resolve::Place;

impl<'a> Definer<'a, '_> {
    pub(super) fn map(&mut self, node: &Node<'a>, cores: &Cores, context: &Context) -> Use {
        let mut checks = Vec::new();
        checks.extend((node.size.min > 0).then_some(Check::MinProperties(node.size.min)));
        checks.extend(node.size.max.map(Check::MaxProperties));
        let mut places = node.others();
        match node.member_patterns.as_slice() {
            [] => {}
            [(place, pattern, true)] if places.is_empty() => {
                places = vec![place.clone()];
                checks.extend(scalar::pattern(pattern).map(|check| Check::Names(vec![check])));
            }
            _ => {
                places = Vec::new();
                checks.push(validated_whole(&mut self.reader, cores));
            }
        }
        if !node.member_names.is_empty() {
            checks.extend(match self.name_checks(&node.member_names) {
                Some(names) => (!names.is_empty()).then_some(Check::Names(names)),
                None => Some(validated_whole(&mut self.reader, cores)),
            });
        }
        let value = if places.is_empty() {
            Use::of(Type::Any)
        } else {
            let segment = singular(&context.segment);
            self.value(&places, &Context { segment, ..context.clone() })
        };
        Use { checks, ..Use::of(Type::Map(Box::new(value))) }
    }

    /// The checks of each member name; `None` where that is for the validator.
    fn name_checks(&mut self, places: &[Place]) -> Option<Vec<Check>> {
        let cores = self.reader.cores(places);
        let node = self.reader.node(&cores);
        (!node.is_beyond_types() && node.types.has(Types::STRING)).then(|| scalar::text_checks(&node))
    }
}
