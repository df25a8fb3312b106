//! A document with everything that it refers to.

mod endless;
mod violation;
mod walk;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use thoth_messaging_documents::jsonschema::Validator;
use thoth_messaging_documents::pattern::carried;
use thoth_messaging_documents::uri::own_uri;
use thoth_messaging_documents::{DocumentSet, Draft, Validation, keywords};

use crate::files::{Files, Place};
pub use violation::Violation;

/// A document of [`Files`] with everything that it refers to, compiled.
#[derive(Clone, Debug)]
pub struct Schema {
    root: Place,
    nodes: BTreeMap<Place, Node>,
    validator: Validator,
    formats: bool,
    /// Of a schema that was made from another: where its definitions were.
    origins: BTreeMap<String, Place>,
}

/// A schema at a place.
#[derive(Clone, Debug, PartialEq)]
struct Node {
    value: Value,
    draft: Draft,
    subschemas: Vec<Subschema>,
    targets: Vec<Place>,
    dynamic: Option<walk::Dynamic>,
}

/// A schema directly under another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subschema {
    /// The keyword that holds it.
    pub keyword: &'static str,
    /// The member of the keyword's object, or the index in its list; none where the keyword holds one schema.
    pub member: Option<String>,
    /// Its place.
    pub place: Place,
}

impl Subschema {
    /// Returns whether it is there only to be referred to, under `$defs`, `definitions` or `contentSchema`.
    #[must_use]
    pub fn is_definition(&self) -> bool {
        keywords::is_definition(self.keyword)
    }
}

impl Schema {
    /// A document by its name, with everything that it refers to.
    ///
    /// # Errors
    ///
    /// There is no such document, a reference leads nowhere, or a schema is not valid in its draft.
    pub fn new(files: &Files, root: &str) -> Result<Self, SchemaError> {
        let documents = files.closure(root);
        let place = Place::root(root);
        let Some(document) = documents.get(root) else { return Err(SchemaError::NoFile(root.to_owned())) };
        let set = DocumentSet::of_files(documents.iter().map(|(name, document)| (name, *document)));
        let registry = set.registry().map_err(|error| SchemaError::invalid(place.clone(), &error))?;
        let nodes = walk::walk(&documents, &registry, root)?;
        let translated = set.validation_registry().map_err(|error| SchemaError::invalid(place.clone(), &error))?;
        let options =
            Validation::with_formats(files.formats()).options().with_registry(&translated).with_base_uri(own_uri(root));
        let validator = options.build(&carried(document)).map_err(|error| SchemaError::Invalid {
            place: Place::new(root, error.instance_path().as_str()),
            reason: error.to_string(),
        })?;
        Ok(Self { root: place, nodes, validator, formats: files.formats(), origins: BTreeMap::new() })
    }

    /// Returns whether a value is an instance of the schema, as the run-time validator says.
    #[must_use]
    pub fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// Everything that the schema refuses in a value.
    #[must_use]
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        self.validator.iter_errors(value).map(|error| Violation::new(&error, self)).collect()
    }

    /// Returns where the schema starts.
    #[must_use]
    pub fn root(&self) -> &Place {
        &self.root
    }

    /// Returns whether `format` refuses values.
    #[must_use]
    pub fn formats(&self) -> bool {
        self.formats
    }

    /// The places of all schemas that the root leads to, definitions included.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.nodes.keys()
    }

    /// The schema at a place: an object, `true` or `false`. None where no schema is that the root leads to.
    #[must_use]
    pub fn value(&self, place: &Place) -> Option<&Value> {
        self.nodes.get(place).map(|node| &node.value)
    }

    /// The draft that the schema at a place is written in; `Draft::Unknown` for a meta-schema of somebody's own.
    #[must_use]
    pub fn draft(&self, place: &Place) -> Draft {
        self.nodes.get(place).map_or(Draft::Unknown, |node| node.draft)
    }

    /// The schemas directly under the one at a place that its draft reads.
    #[must_use]
    pub fn subschemas(&self, place: &Place) -> &[Subschema] {
        self.nodes.get(place).map_or(&[], |node| &node.subschemas)
    }

    /// Returns where the references of the schema at a place lead: its `$ref`, then its `$dynamicRef` or `$recursiveRef`.
    #[must_use]
    pub fn targets(&self, place: &Place) -> &[Place] {
        self.nodes.get(place).map_or(&[], |node| &node.targets)
    }

    /// Tells whether another schema is this one, place by place. What a meta-schema of somebody's own means is not known.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let is_known = self.nodes.values().all(|node| node.draft != Draft::Unknown);
        is_known && self.root == other.root && self.formats == other.formats && self.nodes == other.nodes
    }

    /// The same schema, made from definitions that were at other places, by their names.
    pub(crate) fn made_from(self, origins: BTreeMap<String, Place>) -> Self {
        Self { origins, ..self }
    }

    /// Returns where the schema at a place was written: elsewhere, if this schema was made from another.
    pub(crate) fn origin(&self, place: &Place) -> Place {
        let mut segments = place.pointer.splitn(4, '/').skip(2);
        let origin = segments.next().and_then(|name| self.origins.get(name));
        origin.map_or_else(
            || place.clone(),
            |origin| match segments.next() {
                Some(rest) => origin.at(format!("{}/{rest}", origin.pointer).into()),
                None => origin.clone(),
            },
        )
    }

    /// Returns whether the schema at a place has a reference that leads to several, by the way that led to it.
    #[must_use]
    pub fn is_dynamic(&self, place: &Place) -> bool {
        self.nodes.get(place).is_some_and(|node| node.dynamic.is_some())
    }
}

/// Why there is no [`Schema`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaError {
    /// There is no document of this name.
    NoFile(String),
    /// A reference leads to what is no schema.
    NoPlace {
        /// The schema with the reference.
        place: Place,
        /// The reference.
        reference: String,
    },
    /// What is declared is not known, so [`Schema::closed`] is not.
    Undeclared(Place),
    /// A schema that its draft does not allow, or a reference to what is not there.
    Invalid {
        /// Its place.
        place: Place,
        /// The fault.
        reason: String,
    },
}

impl SchemaError {
    fn invalid(place: Place, error: &dyn fmt::Display) -> Self {
        Self::Invalid { place, reason: error.to_string() }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile(name) => write!(formatter, "there is no schema file `{name}`"),
            Self::NoPlace { place, reference } => write!(formatter, "{place}: `{reference}` leads to no schema"),
            Self::Undeclared(place) => {
                write!(
                    formatter,
                    "{place}: the members that are declared are not known: it mixes drafts, has a meta-schema of its own, or a reference that leads to several schemas"
                )
            }
            Self::Invalid { place, reason } => write!(formatter, "{place}: {reason}"),
        }
    }
}

impl std::error::Error for SchemaError {}
