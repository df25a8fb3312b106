//! The schema that payloads are checked against: a message or a topic of a folder of schemas, or any schema file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use thoth_messaging::dynamic::{Checker, Document};
use thoth_messaging_codegen::SchemaFile;
use thoth_messaging_documents::uri::encode_path;

use crate::failure::Failure;
use crate::sets;

/// The name of the schema of all messages of a topic, beside those of the messages.
const TOPIC: &str = "topic";

/// What payloads are checked against.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A schema file; what it refers to is found relative to it.
    File(PathBuf),
    /// The message of a name: the `title` of a schema below a folder, or the name of its file without `.schema.json`.
    Message { schemas: PathBuf, name: String },
    /// Any of the messages that the schemas below a folder have on a topic.
    Topic { schemas: PathBuf, topic: String },
}

/// The checker of a target.
pub(super) fn checker(target: &Target, formats: bool) -> Result<Checker, Failure> {
    let (name, documents, root) = match target {
        Target::File(path) => {
            let mut documents = BTreeMap::new();
            let named = path;
            let path = fs::canonicalize(named).map_err(|error| Failure::read(named, &error))?;
            follow(&path, None, &mut documents)?;
            (path.display().to_string(), documents.into_values().collect(), uri_of(&path))
        }
        Target::Message { schemas, name } => {
            let documents = folder(schemas)?;
            let is_named = |document: &&(String, Value)| document.1["title"] == **name || stem(&document.0) == name;
            let Some((root, _)) = documents.iter().find(is_named) else {
                let known =
                    list(&documents, |(name, schema)| schema["title"].as_str().unwrap_or(stem(name)).to_owned());
                return Err(unknown(&format!("no message in `{}` is named `{name}`", schemas.display()), &known));
            };
            (name.clone(), with_uris(&documents), root.clone())
        }
        Target::Topic { schemas, topic } => {
            let documents = folder(schemas)?;
            let on_topic = documents.iter().filter(|(_, schema)| schema["x-kafka"]["topic"] == **topic);
            let messages: Vec<Value> = on_topic.map(|(name, _)| json!({"$ref": name})).collect();
            if messages.is_empty() {
                let known = list(&documents, |(_, schema)| text(&schema["x-kafka"]["topic"]));
                let reason = format!("no message in `{}` is on the topic `{topic}`", schemas.display());
                return Err(unknown(&reason, &known));
            }
            let root = if let [message] = messages.as_slice() { message.clone() } else { json!({"anyOf": messages}) };
            let mut documents = with_uris(&documents);
            documents.push(Document { uris: vec![TOPIC.to_owned()], contents: root });
            (topic.clone(), documents, TOPIC.to_owned())
        }
    };
    Checker::new(name, documents, &root, formats).map_err(|error| {
        Failure::new(format!("can't use the schema: {error}")).help("`thoth-messaging check` says where and why")
    })
}

/// That no message is meant, and which there are.
fn unknown(reason: &str, known: &[String]) -> Failure {
    Failure::new(reason).help(match known {
        [] => "no schema there is a message, with `x-kafka`: `--schema FILE` takes any schema file".to_owned(),
        known => format!("name one of: {}", known.join(", ")),
    })
}

/// What the messages are called, or on.
fn list(documents: &[(String, Value)], what: impl Fn(&(String, Value)) -> String) -> Vec<String> {
    let messages = documents.iter().filter(|(_, schema)| schema.get("x-kafka").is_some());
    let known: BTreeSet<String> = messages.map(what).collect();
    known.into_iter().collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The schema files below a folder, by their names.
fn folder(schemas: &Path) -> Result<Vec<(String, Value)>, Failure> {
    let set = sets::read_set(schemas.to_owned(), BTreeSet::new())?;
    let parse = |(name, file): (&str, &SchemaFile)| {
        let parsed = serde_json::from_str(&file.text);
        parsed.map(|schema| (name.to_owned(), schema)).map_err(|error| not_json(&file.origin, &error))
    };
    set.schemas.iter().map(parse).collect()
}

fn with_uris(documents: &[(String, Value)]) -> Vec<Document> {
    documents.iter().map(|(name, contents)| Document { uris: vec![name.clone()], contents: contents.clone() }).collect()
}

fn stem(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    name.strip_suffix(".schema.json").or_else(|| name.strip_suffix(".json")).unwrap_or(name)
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
        serde_json::from_slice(&text).map_err(|error| not_json(&path.display().to_string(), &error))?;
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

fn not_json(origin: &str, error: &serde_json::Error) -> Failure {
    Failure::new(format!("the schema `{origin}` is not JSON: {error}"))
        .help("name a schema file; `thoth-messaging check` says more about its mistakes")
}
