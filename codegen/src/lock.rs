//! The lock file: the versions of the schemas in a registry.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use thoth_messaging_documents::{Guid, SchemaIdLocation};

use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::registered::{Registered, RegisteredVersion};
use crate::resolve::Resolved;
use crate::source::{Lock, SchemaFile};

/// The version of its form.
const VERSION: u32 = 1;

const HELP: &str = "register the schemas and write it anew: `thoth-messaging registry apply`, then `registry lock`";

#[derive(Deserialize)]
struct LockFile {
    version: u32,
    subjects: BTreeMap<String, LockedSubject>,
}

#[derive(Deserialize)]
struct LockedSubject {
    file: String,
    id: u32,
    hash: String,
    versions: Vec<LockedVersion>,
}

#[derive(Deserialize)]
struct LockedVersion {
    version: u32,
    id: u32,
    guid: Option<String>,
}

/// Adds to messages what the lock file has of them.
pub(crate) fn apply(lock: &Lock, resolved: &Resolved, model: &mut Model, diagnostics: &mut Vec<Diagnostic>) {
    let lock = match lock {
        Lock::Ignored => return,
        Lock::Absent => None,
        Lock::Read(file) => Some(file),
    };
    let subjects = lock.and_then(|lock| read(lock, diagnostics)).unwrap_or_default();
    for message in &model.messages {
        let schema = &mut model.schemas[message.schema];
        let document = resolved.documents.iter().find(|document| document.name == schema.name);
        let Some(document) = document.filter(|document| document.files.is_empty()) else { continue };
        let locked = subjects.iter().find(|(_, locked)| locked.file == schema.name).zip(lock);
        if let (Some(((subject, locked), lock)), Some(identity)) = (locked, &schema.identity) {
            let hash = hash(&identity.text);
            if hash == locked.hash {
                schema.registered = Some(locked.registered(subject));
            } else {
                let message = format!("the lock file is not of this folder: it has another `{}`", schema.name);
                let location = lock.locate(&format!("/subjects/{}/hash", escaped(subject)));
                let found = format!("the hash `{}`, and the schema has `{hash}`", locked.hash);
                diagnostics.push(Diagnostic::error("S0309", message, location).found(found).help(HELP));
                continue;
            }
        }
        if message.schema_id_location == Some(SchemaIdLocation::Payload) && schema.registered.is_none() {
            let message = format!("messages of `{}` are to have an id that no lock file has", schema.name);
            diagnostics.push(
                Diagnostic::error("S0309", message, document.locate("/x-kafka/schemaIdLocation"))
                    .found("`payload`, which needs the id that a registry gives the schema")
                    .help("write `registry.lock` with `thoth-messaging registry lock`, or write `header`, which needs no registry"),
            );
        }
    }
}

/// Returns the hash of a text in the lock file: SHA-256, in hexadecimal.
#[must_use]
pub fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"))
}

fn read(lock: &SchemaFile, diagnostics: &mut Vec<Diagnostic>) -> Option<BTreeMap<String, LockedSubject>> {
    let found = match serde_json::from_str::<LockFile>(&lock.text) {
        Ok(read) if read.version == VERSION => return Some(read.subjects),
        Ok(read) => format!("version {}, and version {VERSION} is known", read.version),
        Err(error) => error.to_string(),
    };
    let message = "the lock file can't be read";
    diagnostics.push(Diagnostic::error("S0309", message, lock.locate("")).found(found).help(HELP));
    None
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl LockedSubject {
    fn registered(&self, subject: &str) -> Registered {
        let version = |locked: &LockedVersion| RegisteredVersion {
            version: locked.version,
            id: locked.id,
            guid: locked.guid.as_deref().and_then(Guid::parse),
        };
        Registered { subject: subject.to_owned(), id: self.id, versions: self.versions.iter().map(version).collect() }
    }
}
