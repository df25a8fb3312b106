//! The third stage: what the schemas mean, as Rust types. It has stages of its own, each a function from data to data:
//!
//! - [`circles`] refuses schemas that no value could be looked at under to its end, [`examples`] examples that are invalid;
//! - [`read`] reads what schemas say of a value;
//! - [`define`] decides which types the values become, [`alike`] refuses topics whose messages can't be told apart, and
//!   [`size`] warns of types that take the compiler long;
//! - [`finish`] gives them their final names ([`names`]), with keys, defaults and what a user chose for them ([`chosen`]).
//!
//! Codes: `S04xx` (what a schema says) and `S05xx` (names).

mod alike;
mod chosen;
mod circles;
mod define;
mod examples;
mod finish;
mod names;
mod read;
mod size;
mod subschemas;

use crate::choices::Choices;
use crate::diagnostic::Diagnostic;
use crate::format::Formats;
use crate::model::Model;
use crate::oracle::Oracle;
use crate::resolve::Resolved;
use chosen::ChosenNames;
use define::Sensitive;
use read::SchemaReader;

/// Decides what types the messages of a set become.
pub(crate) fn lower(
    resolved: &Resolved,
    choices: &Choices,
    formats: &Formats,
    diagnostics: &mut Vec<Diagnostic>,
) -> Model {
    let names = ChosenNames::of(resolved, choices, diagnostics);
    if !circles::refuse(resolved, diagnostics) {
        return Model::default();
    }
    let oracle = Oracle::new(resolved, formats.asserts());
    let sensitive = Sensitive::of(resolved);
    let mut reader = SchemaReader::new(resolved, &oracle, formats.asserts(), diagnostics);
    examples::check(&mut reader);
    let definitions = define::define(reader, formats, &names, &sensitive);
    alike::refuse(resolved, &definitions, diagnostics);
    size::warn(resolved, &definitions, diagnostics);
    let known = finish::Known { resolved, oracle: &oracle, sensitive: &sensitive, choices, names: &names };
    finish::finish(&known, definitions, diagnostics)
}
