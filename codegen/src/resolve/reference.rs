//! From the text of a reference to the place that it names.

use serde_json::Value;
use thoth_messaging_documents::near::nearest;
use thoth_messaging_documents::reference::escaped;
use thoth_messaging_documents::uri::{self, BASE, without_fragment};
use thoth_messaging_documents::{Pointer, ReferencingError, pointer};

use super::resource::Keyword;
use super::walk::Found;
use crate::diagnostic::Diagnostic;
use crate::parse::{Document, Place};

/// The schema that a reference names.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) place: Place,
    /// The resource that its URI names; the place may be in another inside.
    pub(super) resource: usize,
    /// The `$dynamicAnchor` that it is named by.
    pub(super) dynamic_anchor: Option<String>,
}

/// More names than this are counted, and not looked at.
const MAX_NAMES: usize = 200;

/// Names that exist.
#[derive(Debug, Default)]
pub(super) struct Names {
    first: Vec<String>,
    total: usize,
}

impl Names {
    fn of(names: impl Iterator<Item = String>, total: usize) -> Self {
        Self { first: names.take(MAX_NAMES).collect(), total }
    }

    /// The first of them: a list that is read.
    fn list(&self) -> String {
        const MAX_SHOWN: usize = 8;
        let shown: Vec<_> = self.first.iter().take(MAX_SHOWN).map(|name| format!("`{name}`")).collect();
        let more = self.total.saturating_sub(MAX_SHOWN);
        if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
    }
}

/// Why a reference leads nowhere.
#[derive(Debug)]
pub(super) enum Problem {
    NotAUri(String),
    NoFile(String),
    NoPlace { file: String, definitions: Names },
    NoAnchor { file: String, anchors: Names },
}

/// Finds what the reference of a schema in some resource names.
pub(super) fn target(found: &Found, resource: usize, reference: &str) -> Result<Target, Problem> {
    let own = &found.resources[resource];
    let not_a_uri = |error: ReferencingError| Problem::NotAUri(error.to_string());
    let resolved = uri::resolve(&own.uri.borrow(), &escaped(reference)).map_err(not_a_uri)?;
    let file = without_fragment(resolved.as_str());
    // One that is not known by its URI still knows itself.
    let is_own = file == own.uri.as_str();
    let number = if is_own { resource } else { *found.by_uri.get(file).ok_or(Problem::NoFile(file.to_owned()))? };
    let fragment = resolved.fragment().map(|fragment| fragment.decode().to_string_lossy().into_owned());
    let fragment = fragment.unwrap_or_default();
    if fragment.is_empty() || fragment.starts_with('/') {
        return by_pointer(found, number, &fragment);
    }
    let named = &found.resources[number];
    match named.anchors.get(&fragment) {
        Some(anchor) => Ok(Target {
            place: anchor.place.clone(),
            resource: number,
            dynamic_anchor: anchor.is_dynamic.then_some(fragment),
        }),
        None => Err(Problem::NoAnchor {
            file: found.documents[named.root.document].source.origin.clone(),
            anchors: Names::of(named.anchors.keys().map(|name| format!("#{name}")), named.anchors.len()),
        }),
    }
}

/// A place by its pointer from the root of a resource.
fn by_pointer(found: &Found, resource: usize, pointer: &str) -> Result<Target, Problem> {
    let root = &found.resources[resource].root;
    let document = &found.documents[root.document];
    // One spelling for each place, whatever was escaped that need not be.
    let pointer = pointer::segments(pointer).fold(root.pointer.clone(), |pointer, segment| pointer.join(&segment));
    match document.value.pointer(&pointer) {
        Some(Value::Object(_) | Value::Bool(_)) => {
            let place = Place { document: root.document, pointer };
            Ok(Target { place, resource, dynamic_anchor: None })
        }
        _ => Err(Problem::NoPlace {
            file: document.source.origin.clone(),
            definitions: definitions(document, &root.pointer),
        }),
    }
}

/// The definitions of a resource, as they are referred to from within.
fn definitions(document: &Document, root: &str) -> Names {
    let schema = document.value.pointer(root);
    let members = |keyword| schema.and_then(|schema| Some((keyword, schema.get(keyword)?.as_object()?)));
    let found: Vec<_> = ["$defs", "definitions"].into_iter().filter_map(members).collect();
    let total = found.iter().map(|(_, members)| members.len()).sum();
    // A `%` of a name is none that escapes.
    let pointer = |keyword: &str, name: &str| Pointer::root().join(keyword).join(&name.replace('%', "%25"));
    let name = |(keyword, name): (&str, &String)| escaped(&format!("#{}", pointer(keyword, name))).into_owned();
    let names = found.iter().flat_map(|(keyword, members)| members.keys().map(|name| (*keyword, name)));
    Names::of(names.map(name), total)
}

impl Problem {
    /// The diagnostic for the reference of a schema.
    pub(super) fn at(self, found: &Found, place: &Place, keyword: Keyword, reference: &str) -> Diagnostic {
        let location = found.documents[place.document].locate(&place.join(keyword.name()).pointer);
        let missing = |code| Diagnostic::error(code, format!("`{reference}` does not exist"), location.clone());
        match self {
            Self::NotAUri(reason) => {
                Diagnostic::error("S0203", format!("`{reference}` is not a URI: {reason}"), location)
                    .help("write `#/$defs/Name` for a definition of this file, or `other.schema.json` for another file")
            }
            Self::NoFile(uri) => {
                let name = uri::shown(&uri);
                let files = || found.documents.iter().filter(|document| !document.built_in);
                let known = Names::of(files().map(|file| file.shown_uri().to_owned()), files().count()).list();
                let beside = nearly(found.by_uri.keys(), &uri);
                let help = match elsewhere(files(), &found.documents[place.document], name) {
                    Some(path) => format!("write `{path}`, where the set holds a file of that name"),
                    None if beside.is_some() => {
                        format!("write `{}`", with_last(reference, beside.unwrap_or_default()))
                    }
                    None => format!(
                        "add it to the set of schemas as `{name}`, or with that `$id` (nothing is ever fetched); the set \
                         holds {known}"
                    ),
                };
                missing("S0202").found(format!("no schema file is known as `{name}`")).help(help)
            }
            Self::NoPlace { file, definitions } if definitions.total == 0 => {
                missing("S0201").found(format!("{file} has no definitions")).help("add it under `$defs`")
            }
            Self::NoPlace { file, definitions } => missing("S0201")
                .found(format!("{file} defines {}", definitions.list()))
                .help(instead(&definitions, reference)),
            Self::NoAnchor { file, anchors } if anchors.total == 0 => missing("S0201")
                .found(format!("{file} has no anchors there"))
                .help("name the schema by `$anchor` (by `$id: \"#name\"` up to draft 7), or refer to it as `#/$defs/Name`"),
            Self::NoAnchor { file, anchors } => missing("S0201")
                .found(format!("{file} has the anchors {}", anchors.list()))
                .help(instead(&anchors, reference)),
        }
    }
}

/// The way from a file to the one file of the set that has the name of another one, in another folder.
fn elsewhere<'d>(files: impl Iterator<Item = &'d Document>, from: &Document, wanted: &str) -> Option<String> {
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let mut alike = files.filter(|file| last(&file.name) == last(wanted));
    let (only, None) = (alike.next()?, alike.next()) else { return None };
    // Relative to another base than the file's own folder it would be another way.
    let base = from.uri.strip_prefix(BASE)?.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (mut up, mut down) =
        (base.split('/').filter(|part| !part.is_empty()).peekable(), only.name.split('/').peekable());
    while up.peek().is_some() && up.peek() == down.peek() {
        up.next();
        down.next();
    }
    let parts: Vec<&str> = up.map(|_| "..").chain(down).collect();
    Some(parts.join("/"))
}

/// The file beside a missing one whose name is nearly the same, or the same but for `.json` and `.schema`.
fn nearly<'d>(known: impl Iterator<Item = &'d String> + Clone, missing: &str) -> Option<&'d str> {
    fn stem(name: &str) -> &str {
        let name = name.strip_suffix(".json").unwrap_or(name);
        name.strip_suffix(".schema").unwrap_or(name)
    }
    let (folder, wanted) = missing.rsplit_once('/')?;
    let beside = known.filter_map(|uri| uri.rsplit_once('/').filter(|(other, _)| *other == folder));
    let names = beside.map(|(_, name)| name).filter(|name| !name.is_empty());
    let meant = nearest(names.clone().map(stem), stem(wanted))?;
    names.into_iter().find(|name| stem(name) == meant)
}

/// A reference with another last segment of its path.
fn with_last(reference: &str, name: &str) -> String {
    let (path, fragment) = reference.split_at(reference.find('#').unwrap_or(reference.len()));
    let folder = path.rfind('/').map_or("", |end| &path[..=end]);
    format!("{folder}{name}{fragment}")
}

/// Returns what to write instead of a reference to a name that does not exist.
fn instead(names: &Names, reference: &str) -> String {
    let fragment = reference.find('#').map_or("", |start| &reference[start..]);
    nearest(names.first.iter().map(String::as_str), &escaped(fragment)).map_or_else(
        || "refer to one of them, or add it".to_owned(),
        |name| format!("write `{}{name}`", reference.strip_suffix(fragment).unwrap_or_default()),
    )
}
