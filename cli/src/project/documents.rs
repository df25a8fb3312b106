//! The JSON documents of schema files, and what payloads are checked against.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging::dynamic::{Checker, Document};
use thoth_messaging_codegen::{Options, SchemaSet};
use thoth_messaging_compat::Files;
use thoth_messaging_documents::{Dialects, UnknownDialect};

use crate::failure::Failure;

/// The documents of a folder, by the names of their files.
pub(crate) type Documents = BTreeMap<String, Value>;

/// A schema file that can't be used: it can't be read, or is not JSON.
#[derive(Clone, Debug)]
pub(crate) struct Unusable {
    /// The name of the file in its folder.
    pub(crate) name: String,
    /// The file, as the user knows it.
    pub(crate) origin: String,
    pub(crate) reason: String,
}

impl From<Unusable> for Failure {
    fn from(Unusable { origin, reason, .. }: Unusable) -> Self {
        Self::new(format!("can't use the schema `{origin}`: {reason}"))
            .help("name a schema file; `thoth-messaging check` says more about its mistakes")
    }
}

/// Parses all schema files. Those that can't be used come apart.
pub(crate) fn parse(schemas: &SchemaSet) -> (Documents, Vec<Unusable>) {
    let mut documents = Documents::new();
    let unread = schemas.unread().map(|(name, file)| (name, &file.location.file, file.reason.clone()));
    let unusable = |(name, origin, reason): (&str, &String, String)| Unusable {
        name: name.to_owned(),
        origin: origin.clone(),
        reason,
    };
    let mut all: Vec<Unusable> = unread.map(unusable).collect();
    for (name, file) in schemas.iter() {
        match serde_json::from_str(&file.text) {
            Ok(document) => drop(documents.insert(name.to_owned(), document)),
            Err(error) => all.push(unusable((name, &file.origin, format!("it is not JSON: {error}")))),
        }
    }
    (documents, all)
}

/// Documents with a `$schema` where they have none, or one that is not known and a draft was chosen for those.
pub(crate) fn with_draft(mut documents: Documents, options: &Options) -> Documents {
    let dialects = Dialects::of(documents.iter().map(|(name, document)| (name.as_str(), document)));
    for document in documents.values_mut().filter_map(Value::as_object_mut) {
        let declared = document.entry("$schema").or_insert_with(|| options.default_draft.uri().into());
        let known = declared.as_str().map_or(Err(UnknownDialect::NoMetaSchema), |uri| dialects.find(uri));
        if let (Some(draft), Err(UnknownDialect::NoMetaSchema)) = (options.unknown_draft, known) {
            *declared = draft.uri().into();
        }
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
