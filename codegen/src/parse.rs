//! The first stage: from texts to documents that are schemas, each valid under its meta-schema.
//!
//! Codes: `S01xx` (files and JSON) and `S03xx` (`x-kafka`).

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};
use thoth_messaging_documents::decimal::Held;
use thoth_messaging_documents::jsonschema::Validator;
use thoth_messaging_documents::jsonschema::error::ValidationErrorKind;
use thoth_messaging_documents::near::nearest;
use thoth_messaging_documents::{
    Dialect, Dialects, Draft, Pointer, ReferencingError, UnknownDialect, Validation, XKafka, dialect, keywords, topic,
    uri, validator, x_kafka,
};

use crate::diagnostic::{Diagnostic, Location};
use crate::json;
use crate::meta;
use crate::options::SchemaDraft;
use crate::source::{SchemaFile, SchemaSet, Source};

/// The place of a schema; a document is told by its number in the set.
pub(crate) type Place = thoth_messaging_documents::Place<usize>;

/// The schema files that were read, and what their `$schema`s can name.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) documents: Vec<Document>,
    pub(crate) dialects: Dialects,
}

/// A schema file that was read.
#[derive(Debug)]
pub(crate) struct Document {
    /// The name in the set.
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) value: Value,
    /// That of the root; a schema inside may have its own.
    pub(crate) dialect: Dialect,
    /// Absolute, without a fragment.
    pub(crate) uri: String,
    pub(crate) kafka: Option<XKafka>,
    /// Whether it is a message: it has `x-kafka`, maybe with mistakes, and was not left out.
    pub(crate) is_message: bool,
    /// The `$schema` that the text does not have, by choice of the user.
    pub(crate) assumed: Option<&'static str>,
    /// A meta-schema that is no file of the set, and so nothing to complain of.
    pub(crate) built_in: bool,
    /// The files on one topic, where this is no file but stands for that topic.
    pub(crate) files: Vec<usize>,
}

impl Document {
    /// The text, with the `$schema` that was chosen for it.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        let text = self.source.text.as_str();
        match (self.assumed, text.split_once('{')) {
            (Some(uri), Some((before, members))) => {
                let comma = if members.trim_start().starts_with('}') { "" } else { ", " };
                Cow::Owned(format!("{before}{{\"$schema\": \"{uri}\"{comma}{members}"))
            }
            _ => Cow::Borrowed(text),
        }
    }

    pub(crate) fn locate(&self, pointer: &str) -> Location {
        self.source.locate(pointer)
    }

    /// The place of the first pointer behind which there is something.
    #[cfg(feature = "lint")]
    pub(crate) fn locate_first(&self, pointers: &[&str]) -> Location {
        let known = pointers.iter().find(|pointer| self.value.pointer(pointer).is_some());
        self.locate(known.copied().unwrap_or_default())
    }

    /// The URI as generated code and diagnostics show it.
    pub(crate) fn shown_uri(&self) -> &str {
        uri::shown(&self.uri)
    }
}

/// Reads every file. Those that can't be read are left out, with a diagnostic for each.
pub(crate) fn parse(set: &SchemaSet, draft: SchemaDraft, diagnostics: &mut Vec<Diagnostic>) -> Parsed {
    if set.is_empty() {
        diagnostics.push(
            Diagnostic::error("S0100", "there are no schema files", None)
                .help("add a file `<name>.schema.json`: a JSON Schema with an `x-kafka` object that names a topic"),
        );
    }
    let files: Vec<_> = set.iter().filter_map(|(name, file)| read(name, file, draft, diagnostics)).collect();
    let dialects = Dialects::of(files.iter().map(|file| (file.name, &file.value)));
    let documents = files.into_iter().filter_map(|file| document(file, &dialects, diagnostics)).collect();
    Parsed { documents, dialects }
}

/// A file that is a JSON object or a boolean.
struct File<'a> {
    name: &'a str,
    source: Source,
    value: Value,
    assumed: Option<&'static str>,
}

fn read<'a>(
    name: &'a str,
    file: &SchemaFile,
    draft: SchemaDraft,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<File<'a>> {
    let mut source = Source::new(file);
    if leads_elsewhere(name) {
        diagnostics.push(
            Diagnostic::error("S0105", "the name of this file is no path below a folder", source.locate(""))
                .found(format!("`{name}`"))
                .help("name it by its path below the folder of the schemas, without `..`"),
        );
        return None;
    }
    let mut value = match json::parse(&file.text) {
        Ok(value) => value,
        Err(error) => {
            diagnostics.push(not_json(&source, &error));
            return None;
        }
    };
    source.index_values();
    diagnostics.extend(not_held(&source));
    if !value.is_object() && !value.is_boolean() {
        diagnostics.push(
            Diagnostic::error("S0102", "a schema file has to be a JSON object or a boolean", source.locate(""))
                .found(short(&value))
                .help("write the schema as an object: `{\"$schema\": …, \"title\": …, …}`"),
        );
        return None;
    }
    let assumed = assume(draft, &mut value);
    Some(File { name, source, value, assumed })
}

/// Whether the name of a file, below a folder, would lead out of it.
fn leads_elsewhere(name: &str) -> bool {
    name.contains('\0') || name.replace("://", "/").split(['/', '\\']).any(|part| matches!(part, "" | "." | ".."))
}

/// Declares the draft that was chosen for files that do not say theirs.
fn assume(draft: SchemaDraft, value: &mut Value) -> Option<&'static str> {
    let schema = value.as_object_mut().filter(|schema| !schema.contains_key("$schema"))?;
    if draft == SchemaDraft::default() {
        return None;
    }
    schema.insert("$schema".to_owned(), draft.uri().into());
    Some(draft.uri())
}

fn document(file: File<'_>, dialects: &Dialects, diagnostics: &mut Vec<Diagnostic>) -> Option<Document> {
    let File { name, source, value, assumed } = file;
    let none = Map::new();
    let schema = value.as_object().unwrap_or(&none);
    let dialect = match schema.get("$schema") {
        None => Dialect::of(Draft::default()),
        Some(declared) => match find_dialect(declared, dialects) {
            Ok(dialect) => dialect,
            Err(problem) => {
                diagnostics.push(unknown_dialect(&problem, declared, source.locate("/$schema")));
                return None;
            }
        },
    };
    if !meets_meta_schema(&value, dialect.draft, dialects, &source, "", diagnostics) {
        return None;
    }
    let uri = document_uri(name, schema, dialect.draft, &source, diagnostics)?;
    let kafka = read_x_kafka(schema, &source, diagnostics);
    let is_message = schema.contains_key(x_kafka::KEYWORD);
    let name = name.to_owned();
    let files = Vec::new();
    Some(Document { name, source, dialect, uri, kafka, is_message, value, assumed, built_in: false, files })
}

fn not_json(source: &Source, error: &serde_json::Error) -> Diagnostic {
    let before = source.text.split_inclusive('\n').take(error.line().saturating_sub(1));
    // serde_json counts columns in bytes, and points behind what it did not expect.
    let offset = before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    let offset = (0..=offset).rev().find(|offset| source.text.is_char_boundary(*offset)).unwrap_or_default();
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let (reason, help) = match source.text.as_str() {
        text if text.starts_with('\u{feff}') => {
            ("the file starts with a byte order mark", "save it as UTF-8 without a byte order mark")
        }
        text if text.trim().is_empty() => {
            ("the file is empty", "write a schema, as `{\"type\": \"object\"}`, or delete it")
        }
        _ if reason == "number out of range" => (
            "a number is beyond what a 64-bit float holds",
            "write one between -1.7976931348623157e308 and 1.7976931348623157e308, or leave the bound out",
        ),
        _ => (
            reason,
            "JSON has no comments and no trailing commas, names each member once, and nests at most 127 levels",
        ),
    };
    Diagnostic::error("S0101", format!("not JSON: {reason}"), source.at(offset, "")).help(help)
}

/// The numbers that decide what is valid, and have digits that would be lost.
fn not_held(source: &Source) -> impl Iterator<Item = Diagnostic> {
    let numbers = source.numbers().filter(|(pointer, number)| match kind_of_number(pointer) {
        Some(Number::Decides) => Held::of(number) != Held::Exactly,
        Some(Number::Default) => Held::of(number) == Held::Not,
        None => false,
    });
    numbers.map(|(pointer, number)| {
        Diagnostic::error("S0109", "a number has digits that no 64-bit number has", source.locate(pointer))
            .found(short_text(number))
            .help("write an integer of 64 bits, or a number of up to 15 digits; a `pattern` can describe others as strings")
    })
}

/// What a number in a schema is for.
enum Number {
    Decides,
    Default,
}

fn kind_of_number(pointer: &Pointer) -> Option<Number> {
    let segments: Vec<String> = pointer.segments().collect();
    let last = segments.last()?;
    if keywords::LIMITS.contains(&last.as_str())
        || segments.iter().any(|segment| segment == "const" || segment == "enum")
    {
        return Some(Number::Decides);
    }
    segments.iter().any(|segment| segment == "default").then_some(Number::Default)
}

/// The dialect that the value of `$schema` names.
pub(crate) fn find_dialect(declared: &Value, dialects: &Dialects) -> Result<Dialect, UnknownDialect> {
    declared.as_str().map_or(Err(UnknownDialect::NoMetaSchema), |uri| dialects.find(uri))
}

pub(crate) fn unknown_dialect(problem: &UnknownDialect, declared: &Value, location: Location) -> Diagnostic {
    match problem {
        UnknownDialect::NoMetaSchema => {
            Diagnostic::error("S0103", "this meta-schema is not known", location).found(short(declared)).help(
                "write `https://json-schema.org/draft/2020-12/schema`, the URI of draft 4, 6, 7 or 2019-09, or that of \
                 a file of the set which has such a `$schema` itself",
            )
        }
        UnknownDialect::Vocabulary(uri) => {
            Diagnostic::error("S0103", "this meta-schema requires a vocabulary that is not known", location)
                .found(format!("`{uri}`"))
                .help("make the vocabulary optional (`false`), or leave it out of `$vocabulary`")
        }
    }
}

/// Whether a schema, which stands at a pointer in a text, is valid under the meta-schema of its draft, and what is of
/// another draft in it under its own.
pub(crate) fn meets_meta_schema(
    schema: &Value,
    draft: Draft,
    dialects: &Dialects,
    source: &Source,
    pointer: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let before = diagnostics.len();
    let mut parts = foreign_parts(schema, draft, dialects);
    if parts.is_empty() {
        check_schema(schema, draft, source, pointer, diagnostics);
        return diagnostics.len() == before;
    }
    // What is innermost is taken out first.
    parts.sort_by_key(|(inner, _)| std::cmp::Reverse(inner.len()));
    let mut rest = schema.clone();
    for (inner, draft) in parts {
        let Some(part) = rest.pointer_mut(&inner) else { continue };
        let part = std::mem::replace(part, Value::Object(Map::new()));
        check_schema(&part, draft, source, &format!("{pointer}{inner}"), diagnostics);
    }
    check_schema(&rest, draft, source, pointer, diagnostics);
    diagnostics.len() == before
}

/// The schemas inside of a schema that are of another draft than what is around them, by their pointers.
fn foreign_parts(schema: &Value, draft: Draft, dialects: &Dialects) -> Vec<(Pointer, Draft)> {
    let mut parts = Vec::new();
    let mut open = vec![(Pointer::root(), draft)];
    while let Some((pointer, outer)) = open.pop() {
        let Some(Value::Object(members)) = schema.pointer(&pointer) else { continue };
        let declared = members.get("$schema").filter(|_| !pointer.is_empty());
        let draft = declared.and_then(|declared| find_dialect(declared, dialects).ok());
        let draft = draft.map_or(outer, |dialect| dialect.draft);
        open.extend(keywords::subschemas(draft, members).iter().map(|inner| (inner.pointer(&pointer), draft)));
        if draft != outer {
            parts.push((pointer, draft));
        }
    }
    parts
}

fn check_schema(schema: &Value, draft: Draft, source: &Source, pointer: &str, diagnostics: &mut Vec<Diagnostic>) {
    let Some(validator) = validator::of_schemas(draft) else { return };
    let refusals = validator.refusals(schema, |error| {
        let location = source.locate(&format!("{pointer}{}", error.instance_path()));
        Diagnostic::error("S0104", format!("not a valid JSON Schema: {}", validator::reason(&error)), location)
            .found(short(error.instance()))
            .help(meta::advice(&error, draft))
    });
    diagnostics.extend(refusals.listed);
    if !refusals.is_complete {
        let message = "not a valid JSON Schema: it has more mistakes than can be listed";
        diagnostics.push(Diagnostic::error("S0104", message, source.locate(pointer)).help("correct the first ones"));
    }
}

fn document_uri(
    name: &str,
    schema: &Map<String, Value>,
    draft: Draft,
    source: &Source,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let keyword = draft.id_keyword();
    let id = dialect::id(draft, schema).unwrap_or_default();
    let resolved = uri::parse(&uri::own_uri(name)).and_then(|own| uri::resolve(&own.borrow(), id));
    match resolved {
        Ok(uri) => Some(uri::without_fragment(uri.as_str()).to_owned()),
        Err(error) => {
            diagnostics.push(unusable_id(&error, keyword, source.locate(&Pointer::root().join(keyword))));
            None
        }
    }
}

pub(crate) fn unusable_id(error: &ReferencingError, keyword: &str, location: Location) -> Diagnostic {
    Diagnostic::error("S0105", format!("not a usable URI: {error}"), location)
        .help(format!("write an absolute URI as `{keyword}`, or leave it out"))
}

/// The schema of `x-kafka`, and its validator, compiled once for all schemas.
static X_KAFKA: LazyLock<(Value, Option<Validator>)> = LazyLock::new(|| {
    let schema = x_kafka::schema();
    let validator = Validation::default().options().build(&schema).ok();
    (schema, validator)
});

fn read_x_kafka(file: &Map<String, Value>, source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Option<XKafka> {
    let declared = file.get(x_kafka::KEYWORD)?;
    let at = |pointer: &str| source.locate(&format!("/x-kafka{pointer}"));
    let refused = |reason: String, location: Location| {
        Diagnostic::error("S0301", format!("`x-kafka` is not as it should be: {reason}"), location)
            .help("it has `topic`, and may have `partitions`, `replicas`, `topicConfiguration` and `key`")
    };
    let before = diagnostics.len();
    let refused_topic = declared.get("topic").and_then(Value::as_str).filter(|topic| topic::check_name(topic).is_err());
    if let Some(topic) = refused_topic {
        diagnostics.push(
            Diagnostic::error("S0302", format!("Kafka refuses the topic name {}", short(&topic.into())), at("/topic"))
                .help("a topic is named by 1 to 249 ASCII letters, digits, `.`, `_` and `-`, and not `.` or `..`"),
        );
    }
    if let (schema, Some(validator)) = &*X_KAFKA {
        let errors = validator.iter_errors(declared);
        let errors = errors.filter(|error| refused_topic.is_none() || error.instance_path().as_str() != "/topic");
        diagnostics.extend(errors.map(|error| {
            let refused = refused(validator::reason(&error), at(error.instance_path().as_str()));
            let refused = refused.found(short(error.instance()));
            match error.kind() {
                _ if error.instance_path().as_str() == "/key" => {
                    refused.help("a key is a JSON Pointer to a property, as `/order_id`")
                }
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    let known = || schema["properties"].as_object().into_iter().flat_map(Map::keys).map(String::as_str);
                    match unexpected.iter().find_map(|name| nearest(known(), name)) {
                        Some(meant) => refused.help(format!("write `{meant}`")),
                        None => refused,
                    }
                }
                _ => refused,
            }
        }));
    }
    if diagnostics.len() > before {
        return None;
    }
    match XKafka::deserialize(declared) {
        Ok(kafka) => Some(kafka),
        Err(error) => {
            diagnostics.push(refused(error.to_string(), at("")));
            None
        }
    }
}

/// A value as JSON, cut where it is long.
fn short(value: &Value) -> String {
    short_text(&value.to_string())
}

fn short_text(text: &str) -> String {
    const MAX_SHOWN: usize = 60;
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
