//! The first stage: from texts to documents that are schemas, each valid under its meta-schema.
//!
//! Codes: `S01xx` (files and JSON) and `S03xx` ([`declared`]: `x-kafka`).

mod declared;
mod numbers;
mod text;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};
use thoth_messaging_documents::{
    Dialect, Dialects, Draft, Pointer, ReferencingError, UnknownDialect, XKafka, dialect, keywords, uri, validator,
    x_kafka,
};

use crate::diagnostic::{Diagnostic, Location};
use crate::json::short;
use crate::meta;
use crate::options::{Options, SchemaDraft};
use crate::source::{SchemaSet, Source};
use text::File;

/// The place of a schema; a document is told by its number in the set.
pub(crate) type Place = thoth_messaging_documents::Place<usize>;

/// The schema files that were read, and what their `$schema`s can name.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) documents: Vec<Document>,
    pub(crate) dialects: Dialects,
    /// The URIs, by their names, of the files that could not be read: each has a diagnostic.
    pub(crate) left_out: BTreeSet<String>,
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
    /// True if it is a message: it has `x-kafka`, maybe with mistakes, and was not left out.
    pub(crate) is_message: bool,
    /// The `$schema` that the text does not have, or that takes the place of the one that it has, by choice of the user.
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
        if let (Some(uri), Some(declared)) = (self.assumed, self.source.span("/$schema")) {
            return Cow::Owned(format!("{}\"{uri}\"{}", &text[..declared.start], &text[declared.end..]));
        }
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
pub(crate) fn parse(set: &SchemaSet, options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Parsed {
    if set.is_empty() {
        diagnostics.push(
            Diagnostic::error("S0100", "there are no schema files", None)
                .help("add a file `<name>.schema.json`: a JSON Schema with an `x-kafka` object that names a topic"),
        );
    }
    diagnostics.extend(set.unread().map(|(_, file)| {
        let message = format!("this file can't be read: {}", file.reason);
        Diagnostic::error("S0106", message, file.location.clone()).help(file.help.clone())
    }));
    let files: Vec<_> =
        set.iter().filter_map(|(name, file)| text::read(name, file, options.default_draft, diagnostics)).collect();
    let dialects = Dialects::of(files.iter().map(|file| (file.name, &file.value)));
    let documents: Vec<_> =
        files.into_iter().filter_map(|file| document(file, &dialects, options.unknown_draft, diagnostics)).collect();
    let mut left_out: BTreeSet<String> = set.iter().map(|(name, _)| uri::own_uri(name)).collect();
    for document in &documents {
        left_out.remove(&uri::own_uri(&document.name));
    }
    left_out.extend(set.unread().map(|(name, _)| uri::own_uri(name)));
    Parsed { documents, dialects, left_out }
}

fn document(
    file: File<'_>,
    dialects: &Dialects,
    unknown_draft: Option<SchemaDraft>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Document> {
    let File { name, source, mut value, mut assumed } = file;
    let declared = value.get("$schema").map(|declared| find_dialect(declared, dialects));
    if let (Some(draft), Some(Err(UnknownDialect::NoMetaSchema))) = (unknown_draft, declared) {
        assumed = Some(draft.uri());
        value["$schema"] = draft.uri().into();
    }
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
    let kafka = declared::read(schema, &source, diagnostics);
    let is_message = schema.contains_key(x_kafka::KEYWORD);
    let name = name.to_owned();
    let files = Vec::new();
    Some(Document { name, source, dialect, uri, kafka, is_message, value, assumed, built_in: false, files })
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
                 a file of the set which has such a `$schema` itself; or choose a draft for it by `unknown_draft`",
            )
        }
        UnknownDialect::Vocabulary(uri) => {
            Diagnostic::error("S0103", "this meta-schema requires a vocabulary that is not known", location)
                .found(format!("`{uri}`"))
                .help("make the vocabulary optional (`false`), or leave it out of `$vocabulary`")
        }
    }
}

/// Returns whether a schema, which stands at a pointer in a text, is valid under the meta-schema of its draft, and what is of
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
