//! The JSON documents of schema files, and what payloads are checked against.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging::dynamic::{Checker, Document};
use thoth_messaging_codegen::SchemaSet;
use thoth_messaging_compat::Files;

use crate::failure::Failure;

/// The documents of a folder, by the names of their files.
pub(crate) type Documents = BTreeMap<String, Value>;

/// A schema file that is not JSON.
#[derive(Clone, Debug)]
pub(crate) struct NotJson {
    /// The file, as the user knows it.
    pub(crate) origin: String,
    error: String,
}

impl NotJson {
    pub(crate) fn new(origin: impl Into<String>, error: &serde_json::Error) -> Self {
        Self { origin: origin.into(), error: error.to_string() }
    }
}

impl From<NotJson> for Failure {
    fn from(NotJson { origin, error }: NotJson) -> Self {
        Self::new(format!("the schema `{origin}` is not JSON: {error}"))
            .help("name a schema file; `thoth-messaging check` says more about its mistakes")
    }
}

/// Parses all schema files.
pub(crate) fn parse(schemas: &SchemaSet) -> Result<Documents, NotJson> {
    let document = |(name, file): (&str, &thoth_messaging_codegen::SchemaFile)| {
        let value = serde_json::from_str(&file.text).map_err(|error| NotJson::new(&file.origin, &error))?;
        Ok((name.to_owned(), value))
    };
    schemas.iter().map(document).collect()
}

/// Documents with a `$schema` where they have none.
pub(crate) fn with_draft(mut documents: Documents, draft: &str) -> Documents {
    for document in documents.values_mut().filter_map(Value::as_object_mut) {
        document.entry("$schema").or_insert_with(|| draft.into());
    }
    documents
}

/// Documents as `compat` takes them.
pub(crate) fn files(documents: &Documents) -> Files {
    let mut files = Files::new();
    for (name, document) in documents {
        files.insert(name.clone(), document.clone());
    }
    files
}

/// Compiles the checker of the document that `root` leads to. `name` is what errors call the payloads.
pub(crate) fn compile(
    name: impl Into<String>,
    documents: impl IntoIterator<Item = Document>,
    root: &str,
    formats: bool,
) -> Result<Checker, Failure> {
    Checker::new(name, documents, root, formats).map_err(|error| {
        Failure::new(format!("can't use the schema: {error}")).help("`thoth-messaging check` says where and why")
    })
}
