//! The messages of a version, as far as comparing them needs to know.

use serde_json::Value;
use thoth_messaging_codegen::{Compatibility, Location, SchemaDraft, SchemaFile, SchemaSet};
use thoth_messaging_compat::{Files, Place, REGISTRY_DRAFT};

/// The messages of one version, and all its files.
pub(super) struct Messages {
    pub(super) files: Files,
    /// The files as Confluent's Schema Registry reads them.
    pub(super) registered: Files,
    pub(super) schemas: SchemaSet,
    list: Vec<Message>,
}

/// A schema file with `x-kafka`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    /// The name in the set.
    pub(super) file: String,
    /// The name that a person knows it by.
    pub(super) origin: String,
    /// The title, or the file where it has none.
    pub(super) title: String,
    pub(super) id: Option<String>,
    pub(super) topic: String,
    pub(super) kafka: Value,
    pub(super) compatibility: Option<Compatibility>,
}

impl Messages {
    /// Reads a set. A file that is no JSON is the error.
    pub(super) fn read(schemas: &SchemaSet, draft: SchemaDraft) -> Result<Self, String> {
        let registered = Files::new().with_draft(REGISTRY_DRAFT);
        let mut read = Self { files: Files::new(), registered, schemas: schemas.clone(), list: Vec::new() };
        for (name, file) in schemas.iter() {
            let mut value: Value = serde_json::from_str(&file.text).map_err(|_| file.origin.clone())?;
            read.list.extend(Message::of(name, file, &value));
            read.registered.insert(name, value.clone());
            if let Value::Object(members) = &mut value {
                members.entry("$schema").or_insert_with(|| draft.uri().into());
            }
            read.files.insert(name, value);
        }
        Ok(read)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Message> {
        self.list.iter()
    }

    /// Line and column of a place.
    pub(super) fn locate(&self, place: &Place) -> Option<Location> {
        let file = self.schemas.iter().find(|(name, _)| *name == place.document);
        file.map(|(_, file)| file.locate(&place.pointer))
    }
}

impl Message {
    fn of(name: &str, file: &SchemaFile, value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let kafka = value.get("x-kafka")?;
        let compatibility = kafka.get("compatibility").cloned();
        Some(Self {
            file: name.to_owned(),
            origin: file.origin.clone(),
            title: text("title").unwrap_or_else(|| name.to_owned()),
            id: text("$id").or_else(|| text("id")),
            topic: kafka.get("topic").and_then(Value::as_str).unwrap_or_default().to_owned(),
            kafka: kafka.clone(),
            compatibility: compatibility.and_then(|level| serde_json::from_value(level).ok()),
        })
    }
}
