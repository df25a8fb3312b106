//! The second stage of lowering: which Rust types the values of the messages are.
//!
//! Types are declared where they are met ([`declared`]) and defined from a list, so that no schema, however long the way
//! through it, is followed by recursion. The shape of a value is decided by what its schemas say ([`value`]): constants
//! ([`constants`]), a scalar ([`scalar`]), an array ([`array`]), an object ([`object`], [`map`]), one of several types
//! ([`union`]).

mod alternatives;
mod array;
mod constants;
mod declared;
mod definer;
mod map;
mod messages;
mod object;
mod scalar;
mod sensitive;
mod tag;
mod union;
mod validated;
mod value;
mod variants;

use crate::format::Formats;
use crate::lower::chosen::ChosenNames;
use crate::lower::read::SchemaReader;
pub(crate) use declared::{Declared, Definition, Definitions};
use definer::Definer;
pub(crate) use object::others_field;
pub(crate) use sensitive::Sensitive;

/// Defines the types of all messages and of what stands in them.
pub(crate) fn define(
    reader: SchemaReader<'_, '_>,
    formats: &Formats,
    names: &ChosenNames,
    sensitive: &Sensitive,
) -> Definitions {
    let mut definer = Definer::new(reader, formats, &names.fields, sensitive);
    let messages = definer.messages();
    definer.finish(messages)
}
