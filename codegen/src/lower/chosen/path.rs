//! The paths of choices, and what is said of a choice that is of no use.

use crate::choices::Choice;
use crate::diagnostic::Diagnostic;
use crate::model::TypeDef;
use crate::resolve::{Place, Resolved};

pub(super) const NAMED: &str =
    "name the file and the place of a schema in it, as `order.schema.json#/$defs/Line`, of what is generated";
pub(super) const MEMBERS: &str =
    "select a field as `Order.lines`, or the place of a property, as `order.schema.json#/properties/lines`";

pub(super) fn selects_nothing<T>(choice: &Choice<T>) -> Diagnostic {
    Diagnostic::error("S0602", format!("`{}` selects nothing", choice.shown()), None)
}

pub(super) fn chosen_twice<T>(choice: &Choice<T>, one: &impl ToString, other: &impl ToString) -> Diagnostic {
    let shown = |text: &dyn ToString| text.to_string().replace(" :: ", "::").replace(":: ", "::");
    let found = format!("`{}` and `{}`", shown(one), shown(other));
    Diagnostic::error("S0605", format!("`{}` chooses once more what was chosen before", choice.shown()), None)
        .found(found)
        .help("choose once for each type and each field")
}

/// The types that a path can select.
pub(super) fn types_of<'a>(types: impl IntoIterator<Item = &'a TypeDef>) -> String {
    const MAX_SHOWN: usize = 12;
    let mut names: Vec<&str> = types.into_iter().map(|ty| ty.name.as_str()).collect();
    names.sort_unstable();
    let more = if names.len() > MAX_SHOWN { ", …" } else { "" };
    names.truncate(MAX_SHOWN);
    format!(
        "there are `{}`{more}; `order.schema.json#/$defs/Line` selects what is made from that schema",
        names.join("`, `")
    )
}

/// The place that a path names: a file, and a JSON Pointer in it.
pub(super) fn place(resolved: &Resolved, path: &str) -> Option<Place> {
    let (file, pointer) = path.split_once('#').unwrap_or((path, ""));
    let document = resolved.documents.iter().position(|document| document.name == file)?;
    let place = Place::new(document, pointer);
    resolved.documents[document].value.pointer(pointer).map(|_| place)
}
