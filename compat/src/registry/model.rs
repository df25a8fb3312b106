//! Schemas as the registry sees them: each is of one kind, and what says more is a combination of several.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::files::Place;
use crate::schema::Schema;

/// The index of a [`Node`].
pub(super) type Id = usize;

/// The two schemas.
pub(super) struct Model<'s> {
    schemas: [&'s Schema; 2],
    nodes: Vec<Node>,
    /// The node that each node leads to: itself, where it is no reference.
    targets: Vec<Id>,
    /// The old and the new schema as a whole.
    pub(super) roots: Option<(Id, Id)>,
}

/// The one of the two schemas that a node is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Old,
    New,
}

/// A schema, or a part of one: of a schema with keywords of several kinds each kind is one.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) side: Side,
    pub(super) place: Place,
    pub(super) kind: Kind,
    /// True if it is the schema at its place, and no part of it.
    pub(super) is_whole: bool,
}

#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    /// Nothing is said, or `true`.
    Empty,
    False,
    Boolean,
    Null,
    /// `if`, `then` and `else`, which are never looked at.
    Conditional,
    /// The place that a reference leads to.
    Reference(Place),
    Text(Text),
    Number(Number),
    Object(Box<Object>),
    Array(Box<Array>),
    Enum(Vec<Value>),
    Const(Value),
    Not(Id),
    Combined(Combined),
}

#[derive(Debug, PartialEq)]
pub(super) struct Text {
    pub(super) max_length: Option<Value>,
    pub(super) min_length: Option<Value>,
    pub(super) pattern: Option<String>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Number {
    pub(super) is_integer: bool,
    pub(super) maximum: Option<Value>,
    pub(super) minimum: Option<Value>,
    pub(super) exclusive_maximum: Option<Value>,
    pub(super) exclusive_minimum: Option<Value>,
    pub(super) multiple_of: Option<Value>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Object {
    pub(super) properties: BTreeMap<String, Id>,
    pub(super) required: BTreeSet<String>,
    pub(super) patterns: BTreeMap<String, Id>,
    pub(super) additional: Others,
    pub(super) unevaluated: Option<Id>,
    pub(super) required_with: BTreeMap<String, BTreeSet<String>>,
    pub(super) schemas_with: BTreeMap<String, Id>,
    pub(super) max_properties: Option<Value>,
    pub(super) min_properties: Option<Value>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Array {
    /// The schema of all items.
    pub(super) all: Option<Id>,
    /// The schemas of the first items.
    pub(super) tuple: Vec<Id>,
    /// The keyword of the first items.
    pub(super) tuple_keyword: &'static str,
    pub(super) additional: Others,
    pub(super) unevaluated: Option<Id>,
    pub(super) max_items: Option<Value>,
    pub(super) min_items: Option<Value>,
    pub(super) is_unique: bool,
    pub(super) max_contains: Option<Value>,
    pub(super) min_contains: Option<Value>,
}

/// The values that properties or items that are not declared may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Others {
    #[default]
    Anything,
    Nothing,
    Schema(Id),
}

#[derive(Debug, PartialEq)]
pub(super) struct Combined {
    pub(super) criterion: Criterion,
    pub(super) parts: Vec<Id>,
    /// The parts, each once.
    pub(super) distinct: Vec<Id>,
    /// True if the schema has no such keyword, but keywords of several kinds.
    pub(super) is_implied: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Criterion {
    All,
    Any,
    One,
}

impl Criterion {
    pub(super) const ALL: [Self; 3] = [Self::All, Self::Any, Self::One];

    pub(super) fn keyword(self) -> &'static str {
        match self {
            Self::All => "allOf",
            Self::Any => "anyOf",
            Self::One => "oneOf",
        }
    }
}

impl<'s> Model<'s> {
    /// A model of nodes, by the places of both schemas.
    pub(super) fn new(
        schemas: [&'s Schema; 2],
        nodes: Vec<Node>,
        places: &[BTreeMap<Place, Id>; 2],
        roots: Option<(Id, Id)>,
    ) -> Self {
        let target = |(id, node): (Id, &Node)| match &node.kind {
            Kind::Reference(target) => places[node.side as usize].get(target).copied().unwrap_or(id),
            _ => id,
        };
        let targets = nodes.iter().enumerate().map(target).collect();
        Self { schemas, nodes, targets, roots }
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    pub(super) fn kind(&self, id: Id) -> &Kind {
        &self.nodes[id].kind
    }

    pub(super) fn is_empty(&self, id: Id) -> bool {
        matches!(self.kind(id), Kind::Empty)
    }

    pub(super) fn is_false(&self, id: Id) -> bool {
        matches!(self.kind(id), Kind::False)
    }

    /// Returns what a reference leads to. One is followed: what is behind the next one is not seen.
    pub(super) fn target(&self, id: Id) -> Id {
        self.targets[id]
    }

    /// The schema at the place of a node.
    pub(super) fn value(&self, id: Id) -> Option<&'s Value> {
        let node = self.node(id);
        self.schemas[node.side as usize].value(&node.place)
    }

    /// Returns what a keyword of the schema at the place of a node says.
    pub(super) fn keyword(&self, id: Id, keyword: &str) -> Option<&'s Value> {
        self.value(id)?.get(keyword)
    }

    /// The place of what is under a node, as far as it is there.
    pub(super) fn nearest(&self, id: Id, segments: &[&str]) -> Place {
        let mut place = self.node(id).place.clone();
        let mut value = self.value(id);
        for segment in segments {
            let below = match value {
                Some(Value::Object(members)) => members.get(*segment),
                Some(Value::Array(items)) => segment.parse().ok().and_then(|index: usize| items.get(index)),
                _ => None,
            };
            if below.is_none() {
                break;
            }
            place = place.join(segment);
            value = below;
        }
        place
    }
}
