//! Any schema file, with the files that it refers to by relative paths.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thoth_messaging::dynamic::{Checker, Document};
use thoth_messaging_documents::uri::encode_path;

use super::documents::{NotJson, compile};
use crate::failure::Failure;

/// The checker of a schema file.
pub(crate) fn checker(file: &Path, formats: bool) -> Result<Checker, Failure> {
    let path = fs::canonicalize(file).map_err(|error| Failure::read(file, &error))?;
    let mut documents = BTreeMap::new();
    follow(&path, None, &mut documents)?;
    compile(path.display().to_string(), documents.into_values(), &uri_of(&path), formats)
}

/// Reads a schema file and those that it refers to by relative paths. `uri` is the one that led to it, where that is
/// another than the file's own.
fn follow(path: &Path, uri: Option<String>, documents: &mut BTreeMap<PathBuf, Document>) -> Result<(), Failure> {
    if let Some(known) = documents.get_mut(path) {
        known.uris.extend(uri.filter(|uri| !known.uris.contains(uri)));
        return Ok(());
    }
    let text = fs::read(path).map_err(|error| Failure::read(path, &error))?;
    let contents: Value =
        serde_json::from_slice(&text).map_err(|error| NotJson::new(path.display().to_string(), &error))?;
    let own = uri_of(path);
    let mut references = Vec::new();
    collect_references(&contents, &mut references);
    let references: Vec<(PathBuf, Option<String>)> =
        references.into_iter().filter_map(|reference| beside(path, &contents, reference)).collect();
    let uris = std::iter::once(own.clone()).chain(uri.filter(|uri| *uri != own)).collect();
    documents.insert(path.to_owned(), Document { uris, contents });
    references.into_iter().try_for_each(|(path, uri)| follow(&path, uri, documents))
}

/// The file that a relative reference leads to, and the URI that it means where the schema has an `$id`. What is no file
/// there is left to whoever resolves it.
fn beside(path: &Path, schema: &Value, reference: &str) -> Option<(PathBuf, Option<String>)> {
    let relative = reference.split('#').next().filter(|relative| !relative.is_empty() && !relative.contains("://"))?;
    let file = fs::canonicalize(path.parent()?.join(relative)).ok()?;
    let id = schema.get("$id").or_else(|| schema.get("id")).and_then(Value::as_str).filter(|id| id.contains("://"));
    let base = id.and_then(|id| id.rsplit_once('/')).map(|(folder, _)| format!("{folder}/{relative}"));
    Some((file, base))
}

fn collect_references<'s>(schema: &'s Value, references: &mut Vec<&'s str>) {
    match schema {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|value| collect_references(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, references)),
        _ => {}
    }
}

/// The URI of a file.
fn uri_of(path: &Path) -> String {
    format!("file://{}", encode_path(&path.to_string_lossy()))
}
