//! Requests for names: what a type is to be called by.

use serde_json::Value;

use crate::model::TypeId;
use crate::resolve::{Place, Resolved, definition_name};

/// The source of a type's name.
#[derive(Clone, Debug)]
pub(crate) enum NameRequest {
    /// A person's name for it.
    Given(Given),
    /// None: the type that it stands in, and the name of its place there.
    Invented(Context),
}

/// A name that a person gave.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(super) name: String,
    /// The file that it is given in: what tells two definitions of one name apart.
    pub(super) owner: String,
    pub(super) is_message: bool,
    pub(super) place: Place,
    /// Where it stands in another schema: it can be named by that too.
    pub(super) context: Option<Context>,
}

/// The origin of an invented name: the type that a value stands in, and the name of its place there.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) parent: TypeId,
    pub(crate) segment: String,
}

impl NameRequest {
    /// The name of the type at a place, where a person gave one, or else one that follows from the context.
    pub(crate) fn of_place(resolved: &Resolved, place: &Place, context: &Context) -> Self {
        let is_titled = resolved.schema(place).get("title").is_some();
        // The name of a message that may be `null` is that of the type around it.
        let is_message = place.pointer.is_empty() && resolved.document(place).is_message;
        let is_given = !is_message && (is_titled || is_named(place));
        match Self::given(resolved, place) {
            Self::Given(given) if is_given => {
                Self::Given(Given { context: (!is_named(place)).then(|| context.clone()), ..given })
            }
            _ => Self::Invented(context.clone()),
        }
    }

    /// Has a schema that is equal to the one that gave the name give it, should it come first: whichever was met before, the
    /// name is the same.
    pub(crate) fn also(&mut self, place: &Place, context: &Context) {
        if let Self::Given(given) = self
            && *place < given.place
        {
            given.place = place.clone();
            given.context = Some(context.clone());
        }
    }

    /// The name that a person gave: the title, the key under `$defs`, the name of the file.
    pub(crate) fn given(resolved: &Resolved, place: &Place) -> Self {
        let document = resolved.document(place);
        let title = resolved.schema(place).get("title").and_then(Value::as_str);
        let stem = stem(&document.name);
        let definition = definition_name(&place.pointer);
        let name = match (&definition, title) {
            (Some(definition), _) => definition.as_str(),
            (None, Some(title)) => title,
            (None, None) => stem,
        };
        Self::Given(Given {
            name: name.to_owned(),
            owner: stem.to_owned(),
            is_message: place.pointer.is_empty() && document.is_message,
            place: place.clone(),
            context: None,
        })
    }
}

/// Tells whether a person named a schema, as a file or a definition.
pub(crate) fn is_named(place: &Place) -> bool {
    place.pointer.is_empty() || definition_name(&place.pointer).is_some()
}

/// The name of the file or the definition at a place.
pub(crate) fn name_of(resolved: &Resolved, place: &Place) -> Option<String> {
    let file = || place.pointer.is_empty().then(|| stem(&resolved.document(place).name).to_owned());
    definition_name(&place.pointer).or_else(file)
}

/// The name of a file without folder and extension.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.split('.').next().unwrap_or(name)
}
