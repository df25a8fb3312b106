//! All naming: what a person named wins, an invented name follows the path.

mod assign;
mod identifier;
mod members;
mod request;
mod required;

pub(crate) use assign::assign;
pub(crate) use members::{fields, singular, variants};
pub(crate) use request::{Context, NameRequest, is_named, name_of};
pub(crate) use required::name_required;
