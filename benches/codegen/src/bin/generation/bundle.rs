//! All schemas of a set as definitions of one document.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use serde_json::Value;
use thoth_messaging_codegen::SchemaSet;

/// Schemas by the names of definitions, with each `$ref` as `#/definitions/…`.
pub(crate) struct Bundle {
    definitions: BTreeMap<String, Value>,
    /// The names of the definitions by the names of the files.
    names: BTreeMap<String, String>,
}

impl Bundle {
    pub(crate) fn new(set: &SchemaSet) -> Result<Self, Box<dyn Error>> {
        let (mut documents, mut names) = (BTreeMap::new(), BTreeMap::new());
        for (file, content) in set.iter() {
            let stem = content.origin.trim_end_matches(".json").trim_end_matches(".schema");
            let name: String = stem.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
            let document: Value = serde_json::from_str(&content.text)?;
            let id = document["$id"].as_str().unwrap_or(file).to_owned();
            documents.insert(id, (name.clone(), document));
            names.insert(file.to_owned(), name);
        }
        let by_id: BTreeMap<String, String> =
            documents.iter().map(|(id, (name, _))| (id.clone(), name.clone())).collect();
        let mut definitions = BTreeMap::new();
        for (id, (name, mut document)) in documents {
            rewrite(&mut document, &id, &by_id);
            definitions.insert(name, document);
        }
        Ok(Self { definitions, names })
    }

    /// All definitions.
    pub(crate) fn all(&self) -> BTreeMap<String, Value> {
        self.definitions.clone()
    }

    /// The definition of a file and those that it refers to.
    pub(crate) fn of(&self, file: &str) -> BTreeMap<String, Value> {
        let mut reached = BTreeSet::new();
        let mut left: Vec<String> = self.names.get(file).into_iter().cloned().collect();
        while let Some(name) = left.pop() {
            if let Some(document) = self.definitions.get(&name).filter(|_| reached.insert(name.clone())) {
                references(document, &mut left);
            }
        }
        reached.into_iter().map(|name| (name.clone(), self.definitions[&name].clone())).collect()
    }
}

/// Makes each `$ref` lead to a definition, and drops what belongs to a document.
fn rewrite(schema: &mut Value, base: &str, names: &BTreeMap<String, String>) {
    match schema {
        Value::Object(members) => {
            members.retain(|name, value| !(["$schema", "$id"].contains(&name.as_str()) && value.is_string()));
            if let Some(Value::String(reference)) = members.get_mut("$ref") {
                // All references of the corpora are to whole files.
                let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
                let target = [reference.clone(), format!("{folder}/{reference}")];
                if let Some(name) = target.iter().find_map(|target| names.get(target)) {
                    *reference = format!("#/definitions/{name}");
                }
            }
            members.values_mut().for_each(|value| rewrite(value, base, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, base, names)),
        _ => {}
    }
}

fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            found.extend(reference.and_then(|text| text.strip_prefix("#/definitions/")).map(str::to_owned));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}
