//! The messages of the versions that are compared.

use thoth_messaging_codegen::{Location, Options, SchemaSet};
use thoth_messaging_compat::{Files, Place, REGISTRY_DRAFT};

use super::pairs::{same_id, same_topic_and_title};
use crate::project::documents::{self, Unusable};
use crate::project::message::{self, Message};

/// The messages of one version, and all its files.
pub(super) struct Messages {
    pub(super) files: Files,
    /// The files as Confluent's Schema Registry reads them.
    pub(super) registered: Files,
    pub(super) schemas: SchemaSet,
    pub(super) list: Vec<Message>,
    /// The files that can't be used: nothing is known of the messages in them.
    pub(super) unusable: Vec<Unusable>,
}

impl Messages {
    /// Reads the messages of schema files, which may have mistakes. `folder` is the number of their folder.
    pub(super) fn read(folder: usize, schemas: &SchemaSet, options: &Options) -> Self {
        let (documents, unusable) = documents::parse(schemas);
        let list = message::read(folder, schemas, &documents);
        let mut registered = Files::new().with_draft(REGISTRY_DRAFT);
        for (name, document) in &documents {
            registered.insert(name, document.clone());
        }
        let files = documents::files(&documents::with_draft(documents, options));
        Self { files, registered, schemas: schemas.clone(), list, unusable }
    }

    /// Line and column of a place.
    pub(super) fn locate(&self, place: &Place) -> Option<Location> {
        let file = self.schemas.iter().find(|(name, _)| *name == place.document);
        file.map(|(_, file)| file.locate(&place.pointer))
    }
}

/// The messages of one folder as it is now, and of the others beside it.
#[derive(Clone, Copy)]
pub(super) struct Now<'a> {
    pub(super) folders: &'a [Messages],
    pub(super) number: usize,
}

impl<'a> Now<'a> {
    pub(super) fn messages(self) -> &'a Messages {
        &self.folders[self.number]
    }

    /// A message that was in this folder, in another one: by its `$id`, or by its topic and its title, where it is the only
    /// one of it.
    pub(super) fn elsewhere(self, gone: &Message) -> Option<(&'a Messages, &'a Message)> {
        let others = self.folders.iter().filter(|other| !std::ptr::eq(*other, self.messages()));
        let all: Vec<_> = others.flat_map(|other| other.list.iter().map(move |message| (other, message))).collect();
        [same_id, same_topic_and_title].into_iter().find_map(|same| {
            let mut same = all.iter().filter(|(_, message)| same(gone, message));
            same.next().filter(|_| same.next().is_none()).copied()
        })
    }
}

/// The two versions that are compared.
pub(super) struct Sides<'a> {
    pub(super) old: &'a Messages,
    pub(super) new: &'a Messages,
    /// The name of the old version in findings.
    pub(super) against: &'a str,
}
