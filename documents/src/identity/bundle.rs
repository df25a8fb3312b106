//! A schema and all that it refers to as one text, as draft 2020-12 describes a compound document.

use std::collections::BTreeMap;

use super::Part;
use super::exact::Exact;
use crate::dialect::{Draft, schema_uri};
use crate::meta_schemas;
use crate::reference::escaped;
use crate::uri::{self, shown, without_fragment};

/// The files are definitions of the root, each with its URI as its `$id`, in the order of these: references lead where they did.
/// None where the root is no object: it refers to nothing.
pub(super) fn bundle(mut schema: Exact, root: &Part<'_>, references: &[Part<'_>]) -> Option<Exact> {
    let mut embedded: Vec<&Part<'_>> = references.iter().collect();
    // Every validator has the meta-schemas.
    embedded.retain(|part| part.uri != root.uri && meta_schemas::find(without_fragment(part.uri)).is_none());
    embedded.sort_by_key(|part| part.uri);
    embedded.dedup_by_key(|part| part.uri);
    if embedded.is_empty() {
        return Some(schema);
    }
    let known = Aliases::of(references.iter().chain([root]));
    known.lead(&mut schema, root);
    let mut definitions = Vec::new();
    for part in embedded {
        let mut file = Exact::parse(part.text)?;
        known.lead(&mut file, part);
        identify(&mut file, part, root.draft);
        if part.draft != root.draft && file.member("$schema").is_none() {
            insert(&mut file, "$schema", schema_uri(part.draft).unwrap_or_default());
        }
        definitions.push((shown(part.uri).to_owned(), file));
    }
    identify(&mut schema, root, root.draft);
    add(&mut schema, container(root.draft), definitions)?;
    Some(schema)
}

/// The keywords of objects whose members are schemas.
const OF_SCHEMAS: [&str; 6] =
    ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];

/// The names of files that have a `$id` as well, by which nobody would find them in the bundle.
struct Aliases<'p>(BTreeMap<&'p str, &'p str>);

impl<'p> Aliases<'p> {
    fn of(parts: impl Iterator<Item = &'p Part<'p>>) -> Self {
        Self(parts.filter_map(|part| Some((part.alias?, part.uri))).collect())
    }

    /// Writes the `$id` of a file in the references to it by its name.
    fn lead(&self, file: &mut Exact, part: &Part<'_>) {
        if !self.0.is_empty() {
            self.lead_from(file, part.uri, part.draft.id_keyword(), false);
        }
    }

    /// In what is an object of schemas, as `properties` is, names are no keywords.
    fn lead_from(&self, schema: &mut Exact, base: &str, id: &str, of_schemas: bool) {
        let mut inner = None;
        if let Some(Exact::String(id)) = schema.member(id) {
            inner = resolved(base, id);
        }
        let base = inner.as_deref().unwrap_or(base);
        match schema {
            Exact::Array(items) => items.iter_mut().for_each(|item| self.lead_from(item, base, id, false)),
            Exact::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        (_, value) if of_schemas => self.lead_from(value, base, id, false),
                        // Data, not schemas.
                        ("const" | "default" | "enum" | "examples", _) => {}
                        ("$ref" | "$dynamicRef", Exact::String(reference)) => {
                            let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
                            let named = resolved(base, file).filter(|_| !file.is_empty());
                            if let Some(uri) = named.and_then(|named| self.0.get(named.as_str())) {
                                let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
                                *reference = format!("{uri}{fragment}");
                            }
                        }
                        (name, value) => self.lead_from(value, base, id, OF_SCHEMAS.contains(&name)),
                    }
                }
            }
            _ => {}
        }
    }
}

fn resolved(base: &str, reference: &str) -> Option<String> {
    let base = uri::parse(base).ok()?;
    uri::resolve(&base.borrow(), &escaped(reference)).ok().map(|uri| without_fragment(uri.as_str()).to_owned())
}

/// The keyword of definitions.
fn container(draft: Draft) -> &'static str {
    if is_early(draft) { "definitions" } else { "$defs" }
}

/// Tells whether the draft ignores all that stands beside a `$ref`.
fn is_early(draft: Draft) -> bool {
    matches!(draft, Draft::Draft4 | Draft::Draft6 | Draft::Draft7)
}

/// Gives a file the identifier that references know it by, in the keyword of its draft and in that of the root's, which finds it.
fn identify(file: &mut Exact, part: &Part<'_>, root: Draft) {
    apart(file, part.draft);
    for keyword in [root.id_keyword(), part.draft.id_keyword()] {
        // One that is relative would be so to another base now.
        match file.members_mut().and_then(|members| members.iter_mut().find(|(name, _)| name == keyword)) {
            Some((_, id)) => *id = Exact::String(part.uri.to_owned()),
            None => insert(file, keyword, part.uri),
        }
    }
}

/// Puts a `$ref` beside which the draft ignores identifiers one level down, and leaves the definitions where they are.
fn apart(file: &mut Exact, draft: Draft) {
    let Some(members) = file.members_mut().filter(|_| is_early(draft)) else { return };
    let Some((_, reference)) = members.iter().find(|(name, _)| name == "$ref").cloned() else { return };
    members
        .retain(|(name, _)| matches!(name.as_str(), "$schema" | "definitions" | "x-kafka" | "title" | "description"));
    let reference = Exact::Object(vec![("$ref".to_owned(), reference)]);
    members.push(("allOf".to_owned(), Exact::Array(vec![reference])));
}

/// A member at the start of an object.
fn insert(file: &mut Exact, name: &str, text: &str) {
    if let Some(members) = file.members_mut() {
        members.insert(0, (name.to_owned(), Exact::String(text.to_owned())));
    }
}

/// Adds definitions, under other names where theirs are taken. None where the schema can have none.
fn add(schema: &mut Exact, container: &str, definitions: Vec<(String, Exact)>) -> Option<()> {
    let members = schema.members_mut()?;
    if !members.iter().any(|(name, _)| name == container) {
        members.push((container.to_owned(), Exact::Object(Vec::new())));
    }
    let (_, known) = members.iter_mut().find(|(name, _)| name == container)?;
    let known = known.members_mut()?;
    for (mut name, definition) in definitions {
        while known.iter().any(|(taken, _)| *taken == name) {
            name.push('_');
        }
        known.push((name, definition));
    }
    Some(())
}
