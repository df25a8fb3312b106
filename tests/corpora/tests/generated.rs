//! The schemas of all corpora, each of which is to be generated: the few that are not are listed, with the reason.
//!
//! Those that are compiled as well have a test of their own: the three corpora of this crate, and `conformance`.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::fs;
use std::path::Path;

use cases::generated;
use corpora::{ALL, folder, json_files};
use serde_json::{Map, Value, json};
use thoth_messaging_codegen::{Options, SchemaSet};

/// Schemas by their names.
type Schemas = Vec<(String, Value)>;

/// The schemas of `SchemaStore`.
fn schemastore(corpora: &Path) -> Schemas {
    let files = json_files(&corpora.join("schemastore/schemas")).unwrap();
    files.iter().map(|path| (path.display().to_string(), read(path))).collect()
}

/// Both schemas of each pair that is to be compared.
fn pairs(corpora: &Path) -> Schemas {
    let apicurio = read(&corpora.join("compat/apicurio-json-compat/compatibility-test-data.json"));
    let apicurio =
        apicurio["tests"].as_array().unwrap().iter().flat_map(|pair| {
            ["original", "updated"].map(|side| (format!("{}, {side}", pair["id"]), pair[side].clone()))
        });
    let files = json_files(&corpora.join("compat/jsoncompat-backcompat")).unwrap();
    let is_schema = |path: &&std::path::PathBuf| path.ends_with("old.json") || path.ends_with("new.json");
    let jsoncompat = files.iter().filter(is_schema).map(|path| (path.display().to_string(), read(path)));
    apicurio.chain(jsoncompat).collect()
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The codes of the errors in a schema, as that of a message.
fn refusal(schema: &Value) -> Option<Vec<&'static str>> {
    let mut members = match schema {
        Value::Object(members) => members.clone(),
        boolean => Map::from_iter([("allOf".to_owned(), json!([boolean]))]),
    };
    members.insert("x-kafka".to_owned(), json!({"topic": "root"}));
    let mut set = SchemaSet::new();
    set.add("root.json", "root.json", Value::Object(members).to_string());
    generated(&set, &Options::default()).err()
}

#[test]
fn schemas_whose_references_are_at_hand_are_generated() {
    let Some(folder) = folder() else {
        println!("skipped: no corpora (see CORPORA_DIR)");
        return;
    };
    let (mut all, mut refused) = (0, Vec::new());
    for corpus in ALL {
        all += corpus.schemas().unwrap().iter().count();
        refused.extend(corpus.refused.iter().map(|(file, codes)| format!("{file}: {codes:?}")));
    }
    for (name, schema) in schemastore(folder).into_iter().chain(pairs(folder)) {
        all += 1;
        refused.extend(refusal(&schema).map(|codes| format!("{name}: {codes:?}")));
    }
    println!("{all} schemas, {} refused:\n  {}", refused.len(), refused.join("\n  "));
    assert!(refused.is_empty(), "{} of {all} are not generated", refused.len());
}
