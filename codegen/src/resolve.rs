//! The second stage: every reference leads somewhere, every keyword is known, every pattern compiles.
//!
//! Codes: `S02xx` (references) and `S04xx` (keywords).

use std::collections::BTreeMap;

use jsonschema::uri;
use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::keywords;
use crate::parse::{BASE, Document};
use crate::source::{join, segments};

/// The place of a schema: a document and a JSON Pointer in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) document: usize,
    pub(crate) pointer: String,
}

impl Place {
    pub(crate) fn root(document: usize) -> Self {
        Self { document, pointer: String::new() }
    }

    pub(crate) fn join(&self, segment: &str) -> Self {
        Self { document: self.document, pointer: join(&self.pointer, segment) }
    }
}

/// Documents whose references are all known to lead to a schema.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) documents: Vec<Document>,
    /// From the schema that holds a `$ref` to the one that it names.
    references: BTreeMap<Place, Place>,
}

impl Resolved {
    pub(crate) fn schema(&self, place: &Place) -> &Value {
        self.documents[place.document].value.pointer(&place.pointer).unwrap_or(&Value::Bool(true))
    }

    pub(crate) fn document(&self, place: &Place) -> &Document {
        &self.documents[place.document]
    }

    /// Where the `$ref` of a schema leads.
    pub(crate) fn target(&self, place: &Place) -> Option<&Place> {
        self.references.get(place)
    }

    /// The documents that the schemas of a document refer to, itself not counted.
    pub(crate) fn references_of(&self, document: usize) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .references
            .iter()
            .filter(|(from, to)| from.document == document && to.document != document)
            .map(|(_, to)| to.document)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Resolves every reference of every document, and looks at every keyword.
pub(crate) fn resolve(documents: Vec<Document>, diagnostics: &mut Vec<Diagnostic>) -> Resolved {
    let by_uri = index(&documents, diagnostics);
    let mut references = BTreeMap::new();
    for (number, document) in documents.iter().enumerate() {
        let mut open = vec![Place::root(number)];
        while let Some(place) = open.pop() {
            let Some(Value::Object(schema)) = document.value.pointer(&place.pointer) else { continue };
            look_at_keywords(document, &place, schema, diagnostics);
            if let Some(Value::String(reference)) = schema.get("$ref") {
                match target(&documents, &by_uri, document, reference) {
                    Ok(target) => drop(references.insert(place.clone(), target)),
                    Err(problem) => diagnostics.push(problem.at(document, &place, reference)),
                }
                if keywords::ref_stands_alone(document.draft) {
                    continue;
                }
            }
            let below = keywords::subschemas(document.draft, &place.pointer, schema);
            open.extend(below.into_iter().map(|pointer| Place { document: number, pointer }));
        }
    }
    refuse_circles(&documents, &references, diagnostics);
    Resolved { documents, references }
}

/// Documents by each URI that leads to them: their own, and that of their place in the set.
fn index(documents: &[Document], diagnostics: &mut Vec<Diagnostic>) -> BTreeMap<String, usize> {
    let mut by_uri: BTreeMap<String, usize> = BTreeMap::new();
    for (number, document) in documents.iter().enumerate() {
        if let Some(other) = by_uri.insert(document.uri.clone(), number) {
            let other = &documents[other].origin;
            diagnostics.push(
                Diagnostic::error("S0204", "two schema files have the same `$id`", document.locate("/$id"))
                    .found(format!("`{}` here and in {other}", document.uri))
                    .help("give each file a `$id` of its own, or leave it out"),
            );
        }
    }
    for (number, document) in documents.iter().enumerate() {
        by_uri.entry(format!("{BASE}{}", document.name)).or_insert(number);
    }
    by_uri
}

/// Why a reference leads nowhere.
enum Problem {
    NotAUri(String),
    NoFile { uri: String, known: Vec<String> },
    NoPlace { file: String, near: Vec<String> },
    Anchor,
}

impl Problem {
    fn at(self, document: &Document, place: &Place, reference: &str) -> Diagnostic {
        let location = document.locate(&join(&place.pointer, "$ref"));
        let missing = |code| Diagnostic::error(code, format!("`{reference}` does not exist"), location.clone());
        match self {
            Self::NotAUri(reason) => {
                Diagnostic::error("S0203", format!("`{reference}` is not a URI: {reason}"), location)
                    .help("write `#/$defs/Name` for a definition of this file, or `other.schema.json` for another file")
            }
            Self::NoFile { uri, known } => missing("S0202")
                .found(format!("no schema file is known as `{}`", uri.strip_prefix(BASE).unwrap_or(&uri)))
                .help(format!(
                    "add the file to the set of schemas (nothing is ever fetched); the set holds {}",
                    list(&known)
                )),
            Self::NoPlace { file, near } if near.is_empty() => {
                missing("S0201").found(format!("{file} has no definitions")).help("add it under `$defs`")
            }
            Self::NoPlace { file, near } => missing("S0201")
                .found(format!("{file} defines {}", list(&near)))
                .help("refer to one of them, or add it"),
            Self::Anchor => Diagnostic::error("S0401", "`$ref` to an anchor is not yet read", location)
                .help("refer to the definition by its JSON Pointer, as `#/$defs/Name`"),
        }
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn target(
    documents: &[Document],
    by_uri: &BTreeMap<String, usize>,
    document: &Document,
    reference: &str,
) -> Result<Place, Problem> {
    let not_a_uri = |error: jsonschema::ReferencingError| Problem::NotAUri(error.to_string());
    let base = uri::from_str(&document.uri).map_err(not_a_uri)?;
    let resolved = uri::resolve_against(&base.borrow(), reference).map_err(not_a_uri)?;
    let (file, _) = resolved.as_str().split_once('#').unwrap_or((resolved.as_str(), ""));
    let Some(&number) = by_uri.get(file) else {
        let known = documents.iter().map(|document| document.shown_uri().to_owned()).collect();
        return Err(Problem::NoFile { uri: file.to_owned(), known });
    };
    let pointer = resolved.fragment().map(|fragment| fragment.decode().to_string_lossy().into_owned());
    let pointer = pointer.unwrap_or_default();
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(Problem::Anchor);
    }
    match documents[number].value.pointer(&pointer) {
        Some(Value::Object(_) | Value::Bool(_)) => Ok(Place { document: number, pointer }),
        _ => Err(Problem::NoPlace { file: documents[number].origin.clone(), near: definitions(&documents[number]) }),
    }
}

/// The definitions of a document, as they are referred to from within.
fn definitions(document: &Document) -> Vec<String> {
    ["$defs", "definitions"]
        .iter()
        .filter_map(|keyword| Some((keyword, document.value.get(keyword)?.as_object()?)))
        .flat_map(|(keyword, members)| members.keys().map(move |name| format!("#{}", join(&join("", keyword), name))))
        .collect()
}

/// A `$ref` that leads back to itself, by way of other `$ref`s alone, says nothing.
fn refuse_circles(documents: &[Document], references: &BTreeMap<Place, Place>, diagnostics: &mut Vec<Diagnostic>) {
    for start in references.keys() {
        let mut place = start;
        for _ in 0..references.len() {
            let Some(next) = references.get(place) else { break };
            place = next;
            if place == start {
                let document = &documents[start.document];
                diagnostics.push(
                    Diagnostic::error(
                        "S0205",
                        "this `$ref` leads back to itself",
                        document.locate(&join(&start.pointer, "$ref")),
                    )
                    .help("let one of the schemas on the way say what is valid"),
                );
                break;
            }
        }
    }
}

fn look_at_keywords(
    document: &Document,
    place: &Place,
    schema: &Map<String, Value>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let hidden = schema.contains_key("$ref") && keywords::ref_stands_alone(document.draft);
    for (name, value) in schema {
        let at = || document.locate(&join(&place.pointer, name));
        match keywords::find(document.draft, name) {
            _ if hidden && name != "$ref" => {}
            None if name.starts_with("x-") => look_at_extension(document, place, name, value, diagnostics),
            None => diagnostics.push(
                Diagnostic::warning("S0402", format!("`{name}` is no keyword of this draft: it says nothing"), at())
                    .help("correct its spelling, or start its name with `x-` where it is meant for other tools"),
            ),
            Some(keyword) if !keyword.read => diagnostics.push(not_yet(name, at())),
            Some(_) if name == "items" && value.is_array() => {
                diagnostics.push(not_yet("items` with a list of schemas", at()))
            }
            Some(_) if matches!(name.as_str(), "$id" | "id") && !place.pointer.is_empty() => {
                diagnostics.push(not_yet("$id` below the root", at()));
            }
            Some(_) if name == "pattern" => {
                let source = value.as_str().unwrap_or_default();
                if rust_pattern(source).is_none() {
                    diagnostics.push(
                        Diagnostic::error("S0403", "this pattern is not a regular expression of ECMA-262", at())
                            .found(format!("`{source}`"))
                            .help("escape what stands for itself, as `\\\\.` for a dot"),
                    );
                }
            }
            Some(_) => {}
        }
    }
}

fn not_yet(keyword: &str, location: crate::diagnostic::Location) -> Diagnostic {
    Diagnostic::error("S0401", format!("`{keyword}` is not yet read"), location)
        .help("say it in another way, or use `message_factory`, which checks all of JSON Schema at run time")
}

fn look_at_extension(document: &Document, place: &Place, name: &str, value: &Value, diagnostics: &mut Vec<Diagnostic>) {
    let at = || document.locate(&join(&place.pointer, name));
    match name {
        "x-kafka" if !place.pointer.is_empty() => diagnostics.push(
            Diagnostic::error("S0303", "`x-kafka` stands inside a schema: only the root of a file is a message", at())
                .help("move it to the root of the file"),
        ),
        "x-sensitive" if !value.is_boolean() => diagnostics
            .push(Diagnostic::error("S0404", "`x-sensitive` is `true` or `false`", at()).found(value.to_string())),
        _ => {}
    }
}

/// An ECMA-262 expression in the syntax of the Rust engine; `None` where it is not one.
pub(crate) fn rust_pattern(source: &str) -> Option<String> {
    let rust = jsonschema_regex::to_rust_regex(source).ok()?;
    fancy_regex::Regex::new(&rust).ok()?;
    Some(rust.into_owned())
}

/// The name that a definition has in its file, as `OrderLine` at `/$defs/OrderLine`.
pub(crate) fn definition_name(pointer: &str) -> Option<String> {
    let (parent, _) = pointer.rsplit_once('/')?;
    let is_definition = parent.ends_with("/$defs") || parent.ends_with("/definitions");
    is_definition.then(|| segments(&pointer[parent.len()..]).next()).flatten()
}
