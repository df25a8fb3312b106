//! What `Checker` surely knows to be valid, against what the `jsonschema` crate says: on the official suite and on what
//! others published, with changes to both.

#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use jsonschema::{Registry, Validator, uri};
use oracle::Mutations;
use serde_json::Value;
use thoth_messaging::dynamic::{Checker, Document};

/// What relative URIs are resolved against.
const BASE: &str = "schema:///";

/// A share of the valid payloads that came with a corpus, in percent.
const MAX_MISSED: usize = 95;

#[test]
fn what_is_surely_valid_in_the_official_suite_is_valid() {
    let Some(suite) = corpora("json-schema-test-suite") else { return };
    let drafts = [
        ("draft4", "http://json-schema.org/draft-04/schema#"),
        ("draft6", "http://json-schema.org/draft-06/schema#"),
        ("draft7", "http://json-schema.org/draft-07/schema#"),
        ("draft2019-09", "https://json-schema.org/draft/2019-09/schema"),
        ("draft2020-12", "https://json-schema.org/draft/2020-12/schema"),
    ];
    for (draft, meta_schema) in drafts {
        let remotes = remotes(&suite.join("remotes"), draft);
        let mut tally = Tally::default();
        for file in json_files(&suite.join("tests").join(draft)) {
            for group in read(&file).as_array().unwrap() {
                check_group(group, meta_schema, &remotes, &mut tally);
            }
        }
        println!("{draft}: {tally:?}");
        assert!(tally.surely > 0);
    }
}

fn check_group(group: &Value, meta_schema: &str, remotes: &[(String, Value)], tally: &mut Tally) {
    let mut schema = group["schema"].clone();
    if let Value::Object(schema) = &mut schema {
        schema.entry("$schema").or_insert_with(|| meta_schema.into());
    }
    let mut documents = remotes.to_vec();
    documents.push(("suite.json".to_owned(), schema.clone()));
    let Some(pair) = Pair::new(&documents, "suite.json") else { return };
    let payloads: Vec<Value> = group["tests"].as_array().unwrap().iter().map(|test| test["data"].clone()).collect();
    for payload in &payloads {
        pair.check(payload, tally);
    }
    let mutations = Mutations::new(&group["description"].to_string(), &payloads, &[schema]);
    for payload in payloads.iter().cycle().take(20) {
        pair.check(&mutations.mutate(payload), &mut Tally::default());
    }
}

#[test]
fn what_is_surely_valid_of_what_others_published_is_valid_and_nearly_all() {
    for (corpus, schemas, payloads, schema_of) in CORPORA {
        let Some(folder) = corpora(corpus) else { return };
        let base = folder.join(schemas);
        let documents: Vec<(String, Value)> =
            json_files(&base).iter().map(|file| (name(file, &base), of_one_base(read(file)))).collect();
        let (mut tally, mut pairs) = (Tally::default(), BTreeMap::new());
        for file in json_files(&folder.join(payloads)) {
            let payload = read(&file);
            let Some(root) = schema_of(&name(&file, &folder.join(payloads)), &payload) else { continue };
            if !documents.iter().any(|(name, _)| *name == root) {
                continue;
            }
            let pair = pairs.entry(root.clone()).or_insert_with(|| Pair::new(&documents, &root).unwrap());
            pair.check(&payload, &mut tally);
            let mutations = Mutations::new(&root, std::slice::from_ref(&payload), &[]);
            (0..20).for_each(|_| pair.check(&mutations.mutate(&payload), &mut Tally::default()));
        }
        println!("{corpus}: {tally:?}");
        assert!(tally.surely * 100 >= tally.valid * MAX_MISSED, "{corpus}: {tally:?}");
    }
}

/// With a relative `$id` resolved against the base of all, as the authors of such mean it.
fn of_one_base(mut document: Value) -> Value {
    if let Some(Value::String(id)) = document.get_mut("$id")
        && !id.contains("://")
    {
        *id = format!("{BASE}{id}");
    }
    document
}

/// The corpora: their schemas, their payloads, and the schema of each payload.
const CORPORA: [(&str, &str, &str, SchemaOf); 2] = [
    ("cdevents", "schemas", "conformance", |file, _| {
        (!file.contains('/')).then(|| format!("{}.json", file.trim_end_matches(".json").replace('_', "")))
    }),
    ("github-webhooks", "payload-schemas/api.github.com", "payload-examples/api.github.com", |file, payload| {
        let event = file.split('/').next()?;
        let action = payload["action"].as_str().unwrap_or("event");
        Some(format!("{event}/{action}.schema.json"))
    }),
];

type SchemaOf = fn(&str, &Value) -> Option<String>;

#[derive(Debug, Default)]
struct Tally {
    payloads: usize,
    valid: usize,
    surely: usize,
}

/// A checker, and the validator that it is held against.
struct Pair {
    checker: Checker,
    validator: Validator,
    schemas: Vec<Value>,
}

impl Pair {
    /// None where a schema is no valid one.
    fn new(documents: &[(String, Value)], root: &str) -> Option<Self> {
        let absolute = |name: &str| {
            let base = uri::from_str(BASE).unwrap();
            uri::resolve_against(&base.borrow(), name).unwrap().as_str().to_owned()
        };
        let resources = documents.iter().map(|(name, document)| (absolute(name), document));
        let registry = Registry::new().extend(resources).ok()?.prepare().ok()?;
        let root_document = &documents.iter().find(|(name, _)| name == root)?.1;
        let validator = jsonschema::options()
            .offline()
            .with_registry(&registry)
            .with_base_uri(absolute(root))
            .should_validate_formats(false)
            .with_keyword("contentEncoding", |_, _, _| Ok(Box::new(Annotation)))
            .with_keyword("contentMediaType", |_, _, _| Ok(Box::new(Annotation)))
            .build(root_document)
            .ok()?;
        let schemas = documents.iter().map(|(_, document)| document.clone()).collect();
        let documents =
            documents.iter().cloned().map(|(name, contents)| Document { uris: vec![absolute(&name)], contents });
        let checker = Checker::new("Payload", documents, &absolute(root), false).ok()?;
        Some(Self { checker, validator, schemas })
    }

    #[track_caller]
    fn check(&self, payload: &Value, tally: &mut Tally) {
        let valid = self.validator.is_valid(payload);
        let texts = [payload.to_string(), serde_json::to_string_pretty(payload).unwrap()];
        for text in &texts {
            let surely = self.checker.is_surely_valid(text.as_bytes());
            let checked = self.checker.check(text.as_bytes()).is_ok();
            if checked != valid && oracle::rounds(&self.schemas, payload) {
                assert!(checked || !surely, "not valid: {text}");
                return;
            }
            assert!(valid || !surely, "not valid: {text}");
            // What was cut off, and what goes on, is no JSON.
            assert!(!self.checker.is_surely_valid(format!("{text}]").as_bytes()));
            assert!(
                text.len() < 2
                    || text.starts_with(|first: char| first.is_ascii_digit() || first == '-')
                    || !self.checker.is_surely_valid(&text.as_bytes()[..text.len() - 1])
            );
            assert_eq!(checked, valid, "{text}");
        }
        tally.payloads += 1;
        tally.valid += usize::from(valid);
        tally.surely += usize::from(self.checker.is_surely_valid(texts[0].as_bytes()));
    }
}

struct Annotation;

impl<'i> jsonschema::Keyword<'i> for Annotation {
    fn validate(&self, _: &'i Value) -> Result<(), jsonschema::ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        true
    }
}

/// The folder of a corpus; where there is none, the output says so.
fn corpora(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let folder = env::var_os("CORPORA_DIR").map_or(beside, PathBuf::from).join(name);
    if !folder.exists() {
        println!("skipped: there is no folder {}", folder.display());
        return None;
    }
    Some(folder)
}

/// The documents that the suite has under `http://localhost:1234/`, without those of other drafts.
fn remotes(folder: &Path, draft: &str) -> Vec<(String, Value)> {
    let others = |name: &str| name.starts_with("draft") && !name.starts_with(&format!("{draft}/"));
    let files = json_files(folder).into_iter().filter(|file| !others(&name(file, folder)));
    files.map(|file| (format!("http://localhost:1234/{}", name(&file, folder)), read(&file))).collect()
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(json_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn name(file: &Path, folder: &Path) -> String {
    file.strip_prefix(folder).unwrap().to_string_lossy().into_owned()
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}
