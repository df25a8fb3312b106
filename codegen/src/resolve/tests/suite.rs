//! The official suite: wherever a reference leads there, the `referencing` crate leads too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Value, json};
use thoth_messaging_documents::jsonschema::{self, Registry, uri};
use thoth_messaging_documents::uri::own_uri;

use super::resolved;

const DRAFTS: [(&str, &str); 5] = [
    ("draft4", "http://json-schema.org/draft-04/schema#"),
    ("draft6", "http://json-schema.org/draft-06/schema#"),
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    ("draft2019-09", "https://json-schema.org/draft/2019-09/schema"),
    ("draft2020-12", "https://json-schema.org/draft/2020-12/schema"),
];

fn suite() -> PathBuf {
    let corpora = env::var_os("CORPORA_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"), PathBuf::from);
    corpora.join("json-schema-test-suite")
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn with_draft(mut schema: Value, draft: &str) -> Value {
    if let Value::Object(members) = &mut schema {
        members.entry("$schema").or_insert_with(|| draft.into());
    }
    schema
}

/// The remote documents that any draft may name; those of the other drafts say so themselves.
fn remotes(draft: &str, meta_schema: &str) -> BTreeMap<String, Value> {
    let folder = suite().join("remotes");
    let files = json_files(&folder).into_iter().map(|path| {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
        let of = DRAFTS.iter().find(|(other, _)| name.starts_with(&format!("{other}/")));
        let meta_schema = of.filter(|(other, _)| *other != draft).map_or(meta_schema, |(_, own)| own);
        let remote = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        (format!("http://localhost:1234/{name}"), with_draft(remote, meta_schema))
    });
    files.collect()
}

/// A group of the suite: what it is, its schema with the remotes that this one names, its tests.
struct Group {
    name: String,
    files: Vec<(String, Value)>,
    tests: Vec<Value>,
}

/// All groups; none where the suite is not at hand.
fn groups() -> Vec<Group> {
    if !suite().is_dir() {
        println!("skipped: no corpora (see CORPORA_DIR)");
        return Vec::new();
    }
    let mut found = Vec::new();
    for (draft, meta_schema) in DRAFTS {
        let remotes = remotes(draft, meta_schema);
        for path in json_files(&suite().join("tests").join(draft)) {
            let groups: Vec<Value> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            for group in groups {
                let name = format!("{}: {}", path.strip_prefix(suite()).unwrap().display(), group["description"]);
                let root = with_draft(group["schema"].clone(), meta_schema);
                let tests = group["tests"].as_array().unwrap().clone();
                found.push(Group { name, files: with_remotes(root, &remotes), tests });
            }
        }
    }
    found
}

fn with_remotes(root: Value, remotes: &BTreeMap<String, Value>) -> Vec<(String, Value)> {
    let mut files = vec![("root.json".to_owned(), root)];
    let mut read = 0;
    while let Some((_, file)) = files.get(read) {
        let text = file.to_string();
        let is_new = |uri: &str| files.iter().all(|(known, _)| known != uri);
        let named = remotes.iter().filter(|(uri, _)| text.contains(uri.rsplit('/').next().unwrap()) && is_new(uri));
        let named: Vec<_> = named.map(|(uri, value)| (uri.clone(), value.clone())).collect();
        files.extend(named);
        read += 1;
    }
    files
}

fn borrowed(files: &[(String, Value)]) -> Vec<(&str, &Value)> {
    files.iter().map(|(name, value)| (name.as_str(), value)).collect()
}

#[test]
fn references_of_the_official_suite_lead_where_another_implementation_leads() {
    let groups = groups();
    let mut wrong = Vec::new();
    let followed: usize = groups.iter().map(|group| compare(&borrowed(&group.files), &group.name, &mut wrong)).sum();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(groups.is_empty() || followed > 900, "{followed}");
}

#[test]
fn dynamic_references_that_are_decided_mean_a_ref() {
    let groups = groups();
    let mut wrong = Vec::new();
    let mut replaced = 0;
    for group in &groups {
        let (resolved, _) = resolved(&borrowed(&group.files));
        let mut documents: Vec<Value> = resolved.documents.iter().map(|document| document.value.clone()).collect();
        for (place, target) in &resolved.decided {
            let schema = documents[place.document].pointer_mut(&place.pointer).unwrap().as_object_mut().unwrap();
            schema.shift_remove("$dynamicRef").or_else(|| schema.shift_remove("$recursiveRef")).unwrap();
            let others = schema.entry("allOf").or_insert_with(|| json!([]));
            others.as_array_mut().unwrap().push(json!({"$ref": resolved.address(target)}));
            replaced += usize::from(!resolved.documents[place.document].built_in);
        }
        if resolved.decided.is_empty() {
            continue;
        }
        let uris = resolved.documents.iter().map(|document| document.uri.clone());
        let registry = Registry::new().extend(uris.zip(&documents)).unwrap().prepare().unwrap();
        let number = resolved.documents.iter().position(|document| document.name == "root.json").unwrap();
        let root = json!({"$ref": resolved.documents[number].uri});
        let validator = jsonschema::options().offline().with_registry(&registry).build(&root).unwrap();
        let tests = group.tests.iter().filter(|test| test["valid"] != validator.is_valid(&test["data"]));
        wrong.extend(tests.map(|test| format!("{}: {}", group.name, test["description"])));
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(groups.is_empty() || replaced > 15, "{replaced}");
}

/// Follows each reference in another way; how many there are.
fn compare(files: &[(&str, &Value)], name: &str, wrong: &mut Vec<String>) -> usize {
    let (resolved, diagnostics) = resolved(files);
    let errors = diagnostics.iter().filter(|diagnostic| matches!(&diagnostic.code[..3], "S01" | "S02"));
    wrong.extend(errors.map(|error| format!("{name}: {error}")));
    let mut resources: BTreeMap<String, &Value> = BTreeMap::new();
    for document in &resolved.documents {
        resources.insert(own_uri(&document.name), &document.value);
        resources.insert(document.uri.clone(), &document.value);
    }
    let registry = Registry::new().extend(resources).unwrap().prepare().unwrap();
    for (place, target) in &resolved.references {
        let address = resolved.address(place);
        let base = uri::from_str(address.split('#').next().unwrap()).unwrap();
        let reference = resolved.schema(place)["$ref"].as_str().unwrap();
        match registry.resolver(base).lookup(reference) {
            Ok(found) if found.contents() == resolved.schema(target) => {}
            Ok(found) => wrong.push(format!("{name}: {reference} at {address} is {}", found.contents())),
            Err(error) => wrong.push(format!("{name}: {reference} at {address}: {error}")),
        }
    }
    resolved.references.len()
}
