//! Whether a payload is surely valid, found in one pass over its bytes, without a `Value`.
//!
//! A schema is compiled to a [`graph`](graph) of nodes; a [`run`](run) reads a payload along them. What the graph can't
//! express, and JSON that is out of the ordinary (a member twice, an escape in a member name, an exponent, deep nesting),
//! is unknown here: the parser and the validator decide then, as they decide about what is refused here. So only a yes
//! has to be right.

mod compile;
mod graph;
mod object;
mod run;
mod scalar;
mod scan;
mod subschema;
mod ways;

use thoth_messaging_documents::Registry;

use graph::{Node, NodeId};
pub(super) use ways::{MAX_APPLIED, MAX_CHAIN, place_of_too_many};

/// A compiled schema that knows most valid payloads.
#[derive(Debug)]
pub(super) struct Quick {
    nodes: Vec<Node>,
    root: NodeId,
}

/// Why a payload is not surely valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// It is JSON up to here, and the schema refuses it.
    Refused,
    /// It can't be said.
    Unknown,
}

impl Quick {
    /// Of the schema that a URI leads to in a registry, which holds all that it refers to. `formats` is whether `format`
    /// refuses values. None where nothing could be said of any payload.
    pub(super) fn new(registry: &Registry<'_>, uri: &str, formats: bool) -> Option<Self> {
        let (nodes, root) = compile::compile(registry, uri, formats)?;
        Some(Self { nodes, root })
    }

    /// Returns whether a payload is JSON that the validator accepts, no member of which stands twice. A no means nothing.
    pub(super) fn accepts(&self, text: &str) -> bool {
        run::Run::new(&self.nodes, text).document(self.root).is_ok()
    }

    /// Returns whether a text starts with a value that the validator accepts, no member of which stands twice. A no means
    /// nothing.
    pub(super) fn accepts_start(&self, text: &str) -> bool {
        run::Run::new(&self.nodes, text).start(self.root).is_ok()
    }
}
