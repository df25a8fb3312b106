//! The first stage: from texts to documents that are schemas, each valid under its meta-schema.
//!
//! Codes: `S01xx` (files and JSON) and `S03xx` (`x-kafka`).

use jsonschema::{Draft, uri};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Location};
use crate::json;
use crate::kafka::{self, XKafka};
use crate::source::{SchemaFile, SchemaSet, join, locate, position};

/// What a document without an absolute `$id` is known by.
pub(crate) const BASE: &str = "schema:///";

/// A schema file that was read.
#[derive(Debug)]
pub(crate) struct Document {
    /// The name in the set.
    pub(crate) name: String,
    pub(crate) origin: String,
    pub(crate) text: String,
    pub(crate) value: Value,
    pub(crate) draft: Draft,
    /// Absolute, without a fragment.
    pub(crate) uri: String,
    pub(crate) kafka: Option<XKafka>,
}

impl Document {
    pub(crate) fn locate(&self, pointer: &str) -> Location {
        locate(&self.origin, &self.text, pointer)
    }

    /// The URI as generated code and diagnostics show it.
    pub(crate) fn shown_uri(&self) -> &str {
        self.uri.strip_prefix(BASE).unwrap_or(&self.uri)
    }
}

/// Reads every file. Those that can't be read are left out, with a diagnostic for each.
pub(crate) fn parse(set: &SchemaSet, diagnostics: &mut Vec<Diagnostic>) -> Vec<Document> {
    if set.is_empty() {
        diagnostics.push(
            Diagnostic::error("S0100", "there are no schema files", None)
                .help("add a file `<name>.schema.json`: a JSON Schema with an `x-kafka` object that names a topic"),
        );
    }
    set.iter().filter_map(|(name, file)| document(name, file, diagnostics)).collect()
}

fn document(name: &str, file: &SchemaFile, diagnostics: &mut Vec<Diagnostic>) -> Option<Document> {
    let value = match json::parse(&file.text) {
        Ok(value) => value,
        Err(error) => {
            diagnostics.push(not_json(file, &error));
            return None;
        }
    };
    let Value::Object(schema) = &value else {
        let found = if value.is_boolean() { "a boolean" } else { "another JSON value" };
        diagnostics.push(
            Diagnostic::error("S0102", "a schema file has to be a JSON object", locate(&file.origin, &file.text, ""))
                .found(found)
                .help("wrap the schema: `{\"$schema\": …, \"title\": …, …}`"),
        );
        return None;
    };
    let draft = draft(schema, file, diagnostics)?;
    if !meets_meta_schema(&value, draft, file, diagnostics) {
        return None;
    }
    let uri = document_uri(name, schema, draft, file, diagnostics)?;
    let kafka = x_kafka(schema, file, diagnostics);
    let (origin, text) = (file.origin.clone(), file.text.clone());
    Some(Document { name: name.to_owned(), origin, text, draft, uri, kafka, value })
}

fn not_json(file: &SchemaFile, error: &serde_json::Error) -> Diagnostic {
    let line_start: usize = file.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // serde_json counts columns in bytes, and points behind what it did not expect.
    let mut offset = (line_start + error.column().saturating_sub(1)).min(file.text.len());
    while !file.text.is_char_boundary(offset) {
        offset -= 1;
    }
    let (line, column) = position(&file.text, offset);
    let location = Location { file: file.origin.clone(), line, column, pointer: String::new() };
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    Diagnostic::error("S0101", format!("not JSON: {reason}"), location)
        .help("JSON has no comments and no trailing commas, names each member once, and nests at most 127 levels")
}

fn draft(schema: &Map<String, Value>, file: &SchemaFile, diagnostics: &mut Vec<Diagnostic>) -> Option<Draft> {
    let Some(declared) = schema.get("$schema") else { return Some(Draft::Draft202012) };
    let draft = declared.as_str().map_or(Draft::Unknown, Draft::from_schema_uri);
    if draft != Draft::Unknown {
        return Some(draft);
    }
    diagnostics.push(
        Diagnostic::error("S0103", "this meta-schema is not known", locate(&file.origin, &file.text, "/$schema"))
            .found(declared.to_string())
            .help("write `https://json-schema.org/draft/2020-12/schema`, or the URI of draft 4, 6, 7 or 2019-09"),
    );
    None
}

fn meets_meta_schema(value: &Value, draft: Draft, file: &SchemaFile, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let bare = Value::from(Map::from_iter([("$schema".to_owned(), meta_schema(draft).into())]));
    let Ok(validator) = jsonschema::meta::validator_for(&bare) else { return true };
    let before = diagnostics.len();
    diagnostics.extend(validator.iter_errors(value).map(|error| {
        let location = locate(&file.origin, &file.text, error.instance_path().as_str());
        Diagnostic::error("S0104", format!("not a valid JSON Schema: {error}"), location)
            .help(format!("the keyword `{}` of its meta-schema says what is allowed here", error.kind().keyword()))
    }));
    diagnostics.len() == before
}

fn meta_schema(draft: Draft) -> &'static str {
    match draft {
        Draft::Draft4 => "http://json-schema.org/draft-04/schema#",
        Draft::Draft6 => "http://json-schema.org/draft-06/schema#",
        Draft::Draft7 => "http://json-schema.org/draft-07/schema#",
        Draft::Draft201909 => "https://json-schema.org/draft/2019-09/schema",
        _ => "https://json-schema.org/draft/2020-12/schema",
    }
}

fn document_uri(
    name: &str,
    schema: &Map<String, Value>,
    draft: Draft,
    file: &SchemaFile,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let keyword = draft.id_keyword();
    let id = schema.get(keyword).and_then(Value::as_str).unwrap_or_default();
    // What a file name may hold and a URI may not is escaped by the same rules as everywhere.
    let own = uri::from_str(&format!("{BASE}{}", name.replace('%', "%25").replace(' ', "%20")));
    let resolved = own.and_then(|own| uri::resolve_against(&own.borrow(), id));
    match resolved {
        Ok(uri) => Some(uri.as_str().split('#').next().unwrap_or_default().to_owned()),
        Err(error) => {
            let location = locate(&file.origin, &file.text, &join("", keyword));
            diagnostics.push(
                Diagnostic::error("S0105", format!("not a usable URI: {error}"), location)
                    .help(format!("write an absolute URI as `{keyword}`, or leave it out")),
            );
            None
        }
    }
}

fn x_kafka(schema: &Map<String, Value>, file: &SchemaFile, diagnostics: &mut Vec<Diagnostic>) -> Option<XKafka> {
    let declared = schema.get("x-kafka")?;
    let validator = jsonschema::options().offline().build(&kafka::schema()).ok()?;
    let at = |pointer: &str| locate(&file.origin, &file.text, &format!("/x-kafka{pointer}"));
    let before = diagnostics.len();
    diagnostics.extend(validator.iter_errors(declared).map(|error| {
        Diagnostic::error(
            "S0301",
            format!("`x-kafka` is not as it should be: {error}"),
            at(error.instance_path().as_str()),
        )
        .help("it has `topic`, and may have `partitions`, `replicas`, `topicConfiguration` and `key`")
    }));
    if diagnostics.len() > before {
        return None;
    }
    let kafka = XKafka::deserialize(declared).ok()?;
    if kafka::refused_name(&kafka.topic) {
        diagnostics.push(
            Diagnostic::error("S0302", format!("Kafka refuses the topic name `{}`", kafka.topic), at("/topic"))
                .help("a topic is named by 1 to 249 ASCII letters, digits, `.`, `_` and `-`, and not `.` or `..`"),
        );
    }
    Some(kafka)
}
