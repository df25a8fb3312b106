//! The first stage of lowering: what schemas say of a value.
//!
//! A value's schemas are flattened ([`flatten`]) to the places that say something themselves ([`Cores`]), intersected
//! ([`Node`]), and their branches decided ([`Decided`]): a branch is taken where only one is left, and what remains are
//! alternatives. Nothing here knows of Rust.

mod alternatives;
mod annotation;
mod branches;
mod combine;
mod cores;
mod decided;
mod flatten;
mod node;
mod null;
mod reader;
mod types;

pub(crate) use annotation::{annotation_of, is_deprecated, text};
pub(crate) use branches::Branches;
pub(crate) use cores::Cores;
pub(crate) use decided::{Alternative, Decided};
pub(crate) use node::{About, Limit, Node, Range, Tuple};
pub(crate) use reader::SchemaReader;
pub(crate) use types::Types;
