//! The messages of the versions that are compared.

use thoth_messaging_codegen::{Location, SchemaDraft, SchemaSet};
use thoth_messaging_compat::{Files, Place, REGISTRY_DRAFT};

use crate::project::documents::{self, NotJson};
use crate::project::message::{self, Message};

/// The messages of one version, and all its files.
pub(super) struct Messages {
    pub(super) files: Files,
    /// The files as Confluent's Schema Registry reads them.
    pub(super) registered: Files,
    pub(super) schemas: SchemaSet,
    pub(super) list: Vec<Message>,
}

impl Messages {
    /// Reads the messages of schema files, which need to be JSON and may have other mistakes. `folder` is the
    /// number of their folder.
    pub(super) fn read(folder: usize, schemas: &SchemaSet, draft: SchemaDraft) -> Result<Self, NotJson> {
        let documents = documents::parse(schemas)?;
        let list = message::read(folder, schemas, &documents);
        let mut registered = Files::new().with_draft(REGISTRY_DRAFT);
        for (name, document) in &documents {
            registered.insert(name, document.clone());
        }
        let files = documents::files(&documents::with_draft(documents, draft.uri()));
        Ok(Self { files, registered, schemas: schemas.clone(), list })
    }

    /// Line and column of a place.
    pub(super) fn locate(&self, place: &Place) -> Option<Location> {
        let file = self.schemas.iter().find(|(name, _)| *name == place.document);
        file.map(|(_, file)| file.locate(&place.pointer))
    }
}

/// The two versions that are compared.
pub(super) struct Sides<'a> {
    pub(super) old: &'a Messages,
    pub(super) new: &'a Messages,
    /// The name of the old version in findings.
    pub(super) against: &'a str,
}
