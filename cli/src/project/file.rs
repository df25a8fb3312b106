//! Any schema file, with the files that it refers to by relative paths.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thoth_messaging::dynamic::{Checker, Document};
use thoth_messaging_build::{Budget, OtherFormat, Refusal, read_regular};
use thoth_messaging_documents::uri::encode_path;

use super::documents::compile;
use crate::failure::Failure;

/// The checker of a schema file.
///
/// References lead to files below the folder of the schema, or below the current one where the schema is there itself.
pub(crate) fn checker(file: &Path, formats: bool) -> Result<Checker, Failure> {
    let path = fs::canonicalize(file).map_err(|error| Failure::read(file, &error))?;
    let own = path.parent().unwrap_or(&path).to_owned();
    let current = env::current_dir().and_then(fs::canonicalize).ok();
    let bounds = current.filter(|current| path.starts_with(current)).unwrap_or(own);
    let documents = follow(path.clone(), &bounds)?;
    compile(path.display().to_string(), documents.into_values(), &uri_of(&path), formats)
}

/// Reads a schema file and those that it refers to by relative paths, which have to be within `bounds`.
fn follow(path: PathBuf, bounds: &Path) -> Result<BTreeMap<PathBuf, Document>, Failure> {
    let mut budget = Budget::new();
    let mut documents: BTreeMap<PathBuf, Document> = BTreeMap::new();
    // With the URI that led to a file, where that is another than the file's own.
    let mut open = vec![(path, None::<String>)];
    while let Some((path, uri)) = open.pop() {
        if let Some(known) = documents.get_mut(&path) {
            known.uris.extend(uri.filter(|uri| !known.uris.contains(uri)));
            continue;
        }
        if !path.starts_with(bounds) {
            let reason = format!("is not below `{}`, and a reference of the schema leads there", bounds.display());
            let help = "run this in a folder that holds all schemas, or put the file beside the one that refers to it";
            return Err(Refusal::new(path.display(), reason, help).into());
        }
        let text = read_regular(&path, Budget::MAX_FILE).map_err(|error| Failure::read(&path, &error))?;
        budget.file(path.display(), text.len() as u64)?;
        let contents: Value = serde_json::from_slice(&text).map_err(|error| not_json(&path, &error))?;
        let own = uri_of(&path);
        let mut references = Vec::new();
        collect_references(&contents, &mut references);
        open.extend(references.into_iter().filter_map(|reference| beside(&path, &contents, reference)));
        let uris = std::iter::once(own.clone()).chain(uri.filter(|uri| *uri != own)).collect();
        documents.insert(path, Document { uris, contents });
    }
    Ok(documents)
}

fn not_json(path: &Path, error: &serde_json::Error) -> Failure {
    let format = OtherFormat::of(&path.file_name().unwrap_or_default().to_string_lossy());
    let help = match format {
        Some(format @ (OtherFormat::Yaml | OtherFormat::Commented)) => format.help(),
        _ => "name a schema file; `thoth-messaging check` says more about its mistakes",
    };
    Failure::new(format!("the schema `{}` is not JSON: {error}", path.display())).help(help)
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
