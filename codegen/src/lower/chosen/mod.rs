//! The choices of a user for types and fields: what each of them selects.

mod generated;
mod names;
mod path;
mod select;

pub(crate) use names::ChosenNames;
pub(crate) use select::Selection;
