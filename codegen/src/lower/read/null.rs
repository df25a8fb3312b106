//! Decides where `null` is a value.

use serde_json::Value;

use super::branches::Branches;
use super::cores::Cores;
use super::decided::Alternative;
use super::node::Node;
use super::reader::SchemaReader;
use super::types::Types;
use crate::resolve::Place;

impl<'a> SchemaReader<'a, '_> {
    /// Tells whether `null` is a value of some branches.
    pub(super) fn takes_null(&mut self, list: &[Alternative<'a>], branches: &Branches) -> bool {
        let takes: Vec<_> = list.iter().filter(|alternative| alternative.types.has(Types::NULL)).collect();
        let sure = takes.iter().filter(|alternative| alternative.is_surely_nullable()).count();
        match (takes.len(), sure) {
            (0, _) => false,
            (_, sure) if sure > 0 && !branches.is_exclusive() => true,
            (all, sure) if all == sure => all == 1,
            _ => {
                let takes = takes.iter().any(|alternative| self.accepts_null(&alternative.cores.places));
                takes && self.accepts_null(std::slice::from_ref(&branches.place))
            }
        }
    }

    /// Tells whether `null` is a value of schemas without branches.
    pub(super) fn is_nullable(&mut self, cores: &Cores, node: &Node<'a>) -> bool {
        let may = node.types.has(Types::NULL) && !node.never;
        may && (node.validated.is_empty() || self.accepts_null(&cores.places))
    }

    fn accepts_null(&mut self, places: &[Place]) -> bool {
        places.iter().all(|place| self.refusals(place, &Value::Null).is_empty())
    }
}
