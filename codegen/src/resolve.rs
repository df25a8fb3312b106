//! The second stage: every reference leads somewhere, every keyword is known, every pattern compiles.
//!
//! Codes: `S02xx` (references) and `S04xx` (keywords).

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::uri;
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Location};
use crate::keywords::{self, Role};
use crate::parse::{self, BASE, Document};
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
    /// Every schema that is an object.
    places: BTreeSet<Place>,
}

impl Resolved {
    /// The places of all schemas but `true` and `false`.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        self.places.iter()
    }

    /// A place, where its schema is neither `true` nor `false`.
    pub(crate) fn find(&self, place: &Place) -> Option<&Place> {
        self.places.get(place)
    }

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
        let own = self.references.range(Place::root(document)..Place::root(document + 1));
        let found: BTreeSet<usize> = own.map(|(_, to)| to.document).filter(|to| *to != document).collect();
        found.into_iter().collect()
    }
}

/// Resolves every reference of every document, and looks at every keyword.
pub(crate) fn resolve(documents: Vec<Document>, diagnostics: &mut Vec<Diagnostic>) -> Resolved {
    let by_uri = index(&documents, diagnostics);
    let mut references = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<Place> = (0..documents.len()).map(Place::root).collect();
    loop {
        while let Some(place) = open.pop() {
            let document = &documents[place.document];
            let Some(Value::Object(schema)) = document.value.pointer(&place.pointer) else { continue };
            if !seen.insert(place.clone()) {
                continue;
            }
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
            open.extend(below.into_iter().map(|pointer| Place { document: place.document, pointer }));
        }
        // What only a reference leads to stands where the meta-schema expects no schema.
        let hidden: BTreeSet<Place> = references.values().filter(|target| !seen.contains(*target)).cloned().collect();
        for place in hidden {
            let document = &documents[place.document];
            let schema = document.value.pointer(&place.pointer).unwrap_or(&Value::Bool(true));
            let is_schema =
                parse::meets_meta_schema(schema, document.draft, &document.source, &place.pointer, diagnostics);
            if is_schema && schema.is_object() {
                open.push(place);
            } else {
                seen.insert(place);
            }
        }
        if open.is_empty() {
            break;
        }
    }
    refuse_circles(&documents, &references, diagnostics);
    let is_schema =
        |place: &Place| documents[place.document].value.pointer(&place.pointer).is_some_and(Value::is_object);
    seen.retain(is_schema);
    Resolved { documents, references, places: seen }
}

/// Documents by each URI that leads to them: their own, and that of their place in the set.
fn index(documents: &[Document], diagnostics: &mut Vec<Diagnostic>) -> BTreeMap<String, usize> {
    let mut by_uri: BTreeMap<String, usize> = BTreeMap::new();
    for (number, document) in documents.iter().enumerate() {
        if let Some(other) = by_uri.insert(document.uri.clone(), number) {
            let other = &documents[other].source.origin;
            diagnostics.push(
                Diagnostic::error("S0204", "two schema files have the same `$id`", document.locate("/$id"))
                    .found(format!("`{}` here and in {other}", document.uri))
                    .help("give each file a `$id` of its own, or leave it out"),
            );
        }
    }
    for (number, document) in documents.iter().enumerate() {
        by_uri.entry(parse::own_uri(&document.name)).or_insert(number);
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
            Self::NoPlace { file, near } => {
                let fragment = reference.find('#').map_or("", |start| &reference[start..]);
                let help = nearest(&near, fragment).map_or_else(
                    || "refer to one of them, or add it".to_owned(),
                    |name| format!("write `{}{name}`", reference.strip_suffix(fragment).unwrap_or_default()),
                );
                missing("S0201").found(format!("{file} defines {}", list(&near))).help(help)
            }
            Self::Anchor => Diagnostic::error("S0401", "`$ref` to an anchor is not yet read", location)
                .help("refer to the definition by its JSON Pointer, as `#/$defs/Name`"),
        }
    }
}

/// The first of some names: a list that is read.
fn list(names: &[String]) -> String {
    const MOST: usize = 8;
    let shown: Vec<_> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(MOST);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// The name that was likely meant.
fn nearest<'a>(names: &'a [String], meant: &str) -> Option<&'a String> {
    let near = names.iter().map(|name| (distance(name, meant), name)).min()?;
    (near.0 <= meant.chars().count() / 4).then_some(near.1)
}

/// In how many letters two names differ, by the algorithm of Levenshtein.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().enumerate() {
        let mut corner = above;
        row[0] = above + 1;
        for (index, other) in right.iter().enumerate() {
            let replaced = corner + usize::from(letter != *other);
            corner = row[index + 1];
            row[index + 1] = replaced.min(corner + 1).min(row[index] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
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
        Some(Value::Object(_) | Value::Bool(_)) => {
            // One spelling for each place, whatever was escaped that need not be.
            let pointer = segments(&pointer).fold(String::new(), |pointer, segment| join(&pointer, &segment));
            Ok(Place { document: number, pointer })
        }
        _ => Err(Problem::NoPlace {
            file: documents[number].source.origin.clone(),
            near: definitions(&documents[number]),
        }),
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
    let mut done: BTreeSet<&Place> = BTreeSet::new();
    for start in references.keys() {
        let mut way: Vec<&Place> = Vec::new();
        let mut at: BTreeMap<&Place, usize> = BTreeMap::new();
        let mut next = Some(start);
        while let Some(place) = next.filter(|place| done.insert(place)) {
            at.insert(place, way.len());
            way.push(place);
            next = references.get(place);
        }
        let circle = next.and_then(|entry| at.get(entry)).map_or(&[][..], |entry| &way[*entry..]);
        diagnostics.extend(circle.iter().map(|place| {
            let location = documents[place.document].locate(&join(&place.pointer, "$ref"));
            Diagnostic::error("S0205", "this `$ref` leads back to itself", location)
                .help("let one of the schemas on the way say what is valid")
        }));
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
            None if name.starts_with("x-") => look_at_extension(document, place, name, value, diagnostics),
            Some(keyword) if hidden && !says_nothing(keyword) => diagnostics.push(
                Diagnostic::warning("S0408", format!("`{name}` says nothing beside `$ref` in this draft"), at())
                    .help("write `{\"allOf\": [{\"$ref\": …}], …}`, or use draft 2019-09 or later"),
            ),
            _ if hidden && name != "$ref" => {}
            None => diagnostics.push(
                Diagnostic::warning("S0402", format!("`{name}` is no keyword of this draft: it says nothing"), at())
                    .help("correct its spelling, or start its name with `x-` where it is meant for other tools"),
            ),
            Some(_) if matches!(name.as_str(), "$id" | "id" | "$schema") && !place.pointer.is_empty() => {
                diagnostics.push(not_yet(&format!("`{name}` below the root"), at()));
            }
            Some(_) if name == "pattern" => diagnostics.extend(refused_pattern(value, at())),
            Some(_) => {}
        }
    }
}

/// Whether a keyword may stand where it is not read, as it refuses nothing.
fn says_nothing(keyword: &keywords::Keyword) -> bool {
    matches!(keyword.role, Role::Core | Role::Annotation) || matches!(keyword.name, "definitions" | "$defs")
}

fn refused_pattern(pattern: &Value, location: Location) -> Option<Diagnostic> {
    let source = pattern.as_str()?;
    let problem = rust_pattern(source).err()?;
    Some(
        Diagnostic::error("S0403", "this pattern is not a regular expression of ECMA-262", location)
            .found(format!("`{source}`: {problem}"))
            .help("escape what stands for itself, as `\\\\.` for a dot"),
    )
}

fn not_yet(keyword: &str, location: Location) -> Diagnostic {
    Diagnostic::error("S0401", format!("{keyword} is not yet read"), location)
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

/// An ECMA-262 expression in the syntax of the Rust engine, or why it is none.
pub(crate) fn rust_pattern(source: &str) -> Result<String, String> {
    let compiled = |pattern: &str| match fancy_regex::Regex::new(pattern) {
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    };
    let Ok(rust) = jsonschema_regex::to_rust_regex(source) else {
        return Err(compiled(source).unwrap_or_else(|| "it can't be read".to_owned()));
    };
    compiled(&rust).map_or_else(|| Ok(rust.into_owned()), Err)
}

/// The name that a definition has in its file, as `OrderLine` at `/$defs/OrderLine`.
pub(crate) fn definition_name(pointer: &str) -> Option<String> {
    let (parent, _) = pointer.rsplit_once('/')?;
    let is_definition = parent.ends_with("/$defs") || parent.ends_with("/definitions");
    is_definition.then(|| segments(&pointer[parent.len()..]).next()).flatten()
}
