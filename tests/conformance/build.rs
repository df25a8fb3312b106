//! Generates a type for each group of the official suite, where it is at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use cases::{Modules, generated};
use serde_json::{Value, json};
use thoth_messaging_codegen::{Formats, GeneratedFile, Options, SchemaSet};

const DRAFTS: [(&str, &str); 5] = [
    ("draft4", "http://json-schema.org/draft-04/schema#"),
    ("draft6", "http://json-schema.org/draft-06/schema#"),
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    ("draft2019-09", "https://json-schema.org/draft/2019-09/schema"),
    ("draft2020-12", "https://json-schema.org/draft/2020-12/schema"),
];

/// Where the suite says that its remote documents are.
const REMOTES: &str = "http://localhost:1234/";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=CORPORA_DIR");
    let corpora = env::var_os("CORPORA_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"), PathBuf::from);
    let suite = corpora.join("json-schema-test-suite");
    let mut output = Output { modules: Modules::new()?, table: String::new(), count: 0 };
    if suite.is_dir() {
        println!("cargo::rerun-if-changed={}", suite.display());
        println!("cargo::rustc-env=CONFORMANCE_SUITE={}", suite.display());
        for (draft, meta_schema) in DRAFTS {
            let remotes = remotes(&suite.join("remotes"), draft, meta_schema)?;
            let folder = suite.join("tests").join(draft);
            for path in json_files(&folder)? {
                let file = path.strip_prefix(&folder)?.with_extension("").to_string_lossy().replace('\\', "/");
                let groups: Vec<Value> = serde_json::from_str(&fs::read_to_string(&path)?)?;
                let is_format = file.starts_with("optional/format/");
                let mut options = Options::default();
                options.formats = if is_format { Formats::Asserted } else { Formats::Annotation };
                for group in &groups {
                    output.add(draft, &file, group, types(&group["schema"], meta_schema, &remotes, &options))?;
                }
                options.formats = Formats::Mapped;
                for group in groups.iter().filter(|_| is_format) {
                    let types = types(&group["schema"], meta_schema, &remotes, &options);
                    output.add(draft, &file.replace("format/", "mapped-format/"), group, types)?;
                }
            }
        }
    }
    Ok(output.modules.write("groups.rs", "GROUPS: &[Group]", &output.table)?)
}

/// The modules of the groups, and the table that lists them.
struct Output {
    modules: Modules,
    table: String,
    count: usize,
}

impl Output {
    fn add(&mut self, draft: &str, file: &str, group: &Value, types: Types) -> Result<(), Box<dyn Error>> {
        let outcome = self.modules.outcome(&format!("group_{}", self.count), "from_str", types)?;
        self.count += 1;
        let description = group["description"].as_str().unwrap_or_default();
        let tests = group["tests"].to_string();
        writeln!(
            self.table,
            "Group {{ draft: {draft:?}, file: {file:?}, description: {description:?}, tests: {tests:?}, outcome: {outcome} }},"
        )?;
        Ok(())
    }
}

/// The generated files, or the codes of the errors.
type Types = Result<Vec<GeneratedFile>, Vec<&'static str>>;

/// Returns what is generated of a schema, as a message named `Root`.
fn types(schema: &Value, meta_schema: &str, remotes: &BTreeMap<String, String>, options: &Options) -> Types {
    let mut root = match schema {
        Value::Object(members) => members.clone(),
        // A file is an object.
        boolean => serde_json::Map::from_iter([("allOf".to_owned(), json!([boolean]))]),
    };
    root.entry("$schema").or_insert(meta_schema.into());
    root.insert("title".into(), "Root".into());
    root.insert("x-kafka".into(), json!({"topic": "root"}));
    let text = Value::Object(root).to_string();
    let mut set = SchemaSet::new();
    add_remotes(&mut set, &text, remotes);
    set.add("root.json", "root.json", text);
    generated(&set, options).map_err(|mut codes| {
        codes.sort_unstable();
        codes.dedup();
        codes
    })
}

/// Adds the remote documents that a text names, and those that they name. A name is the end of a path here, as a text may
/// say the rest elsewhere: one too many says nothing.
fn add_remotes(set: &mut SchemaSet, text: &str, remotes: &BTreeMap<String, String>) {
    let mut open = vec![text];
    let mut added = BTreeSet::new();
    while let Some(text) = open.pop() {
        for (uri, remote) in remotes {
            let name = uri.rsplit('/').next().unwrap_or(uri);
            if text.contains(name) && added.insert(uri) {
                set.add(uri, uri, remote);
                open.push(remote);
            }
        }
    }
}

/// The remote documents by URI. Those that do not say so are of the draft of their folder, or of the one that refers to
/// them.
fn remotes(folder: &Path, draft: &str, meta_schema: &str) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut remotes = BTreeMap::new();
    for path in json_files(folder)? {
        let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        let other = DRAFTS.iter().find(|(other, _)| *other != draft && name.starts_with(&format!("{other}/")));
        let meta_schema = other.map_or(meta_schema, |(_, meta_schema)| meta_schema);
        let mut remote: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        if let Value::Object(members) = &mut remote {
            members.entry("$schema").or_insert(meta_schema.into());
        }
        remotes.insert(format!("{REMOTES}{name}"), remote.to_string());
    }
    Ok(remotes)
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(json_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
