//! Schemas of which nothing is left to decide.

use super::branches::Branches;
use super::cores::Cores;
use super::node::Node;
use super::types::Types;
use crate::model::{Check, Type, Use};
use crate::resolve::Place;

/// The schemas of a value, with no branches left but alternatives.
pub(crate) struct Decided<'a> {
    pub(crate) cores: Cores,
    pub(crate) node: Node<'a>,
    /// `null` is a value, whatever the node says.
    pub(crate) nullable: bool,
    /// It is one beside what the node says.
    pub(crate) is_null_beside: bool,
    /// More than one, or none.
    pub(crate) alternatives: Vec<Alternative<'a>>,
    /// The `anyOf` or `oneOf` that they are of.
    pub(crate) branches: Option<Branches>,
}

/// One branch with all that holds beside it.
pub(crate) struct Alternative<'a> {
    pub(crate) place: Place,
    pub(crate) cores: Cores,
    pub(crate) node: Node<'a>,
    pub(crate) types: Types,
}

impl<'a> Decided<'a> {
    /// No value is valid.
    pub(super) fn never(cores: Cores, node: Node<'a>) -> Self {
        let node = Node { never: true, open: Vec::new(), ..node };
        Self { cores, node, nullable: false, is_null_beside: false, alternatives: Vec::new(), branches: None }
    }

    /// Tells whether a value takes one of the alternatives only.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.branches.as_ref().is_some_and(Branches::is_exclusive)
    }

    /// Tells whether a value that is not of a type with a name may be `null` beside what its type holds.
    pub(crate) fn is_optional(&self, value: &Use) -> bool {
        let is_checked = value.checks.iter().any(|check| matches!(check, Check::Validated(_) | Check::OneOf(_)));
        self.nullable
            && match value.ty {
                Type::Null => false,
                Type::Any => self.is_null_beside && is_checked,
                _ => true,
            }
    }
}

impl Alternative<'_> {
    /// Tells whether `null` takes it for sure.
    pub(super) fn is_surely_nullable(&self) -> bool {
        self.types.has(Types::NULL) && self.node.open.is_empty() && self.node.validated.is_empty()
    }
}
