//! Reads schemas into the tree of the registry: drafts 4 to 7 in one way, later ones in another.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging_documents::Draft;

use super::keywords::{self, Family};
use super::model::{Combined, Criterion, Id, Kind, Model, Node, Side};
use super::source::Source;
use crate::files::Place;
use crate::schema::Schema;

/// Reads both schemas into one tree.
pub(super) fn read<'s>(old: &'s Schema, new: &'s Schema) -> Model<'s> {
    let mut nodes = Vec::new();
    let places = [(Side::Old, old), (Side::New, new)].map(|(side, schema)| {
        let mut reader = Reader { side, schema, nodes: std::mem::take(&mut nodes), places: BTreeMap::new() };
        for place in schema.places() {
            reader.read(place);
        }
        nodes = reader.nodes;
        reader.places
    });
    let roots = places[0].get(old.root()).copied().zip(places[1].get(new.root()).copied());
    Model::new([old, new], nodes, &places, roots)
}

struct Reader<'s> {
    side: Side,
    schema: &'s Schema,
    nodes: Vec<Node>,
    places: BTreeMap<Place, Id>,
}

impl Reader<'_> {
    /// The schema at a place, where one is.
    fn read(&mut self, place: &Place) -> Option<Id> {
        if let Some(id) = self.places.get(place) {
            return Some(*id);
        }
        let schema = self.schema;
        let kind = match schema.value(place)? {
            Value::Bool(true) => Kind::Empty,
            Value::Bool(false) => Kind::False,
            Value::Object(members) => {
                let draft = schema.draft(place);
                let is_late = matches!(draft, Draft::Draft201909 | Draft::Draft202012);
                self.read_members(Source { place, members, is_late, is_draft_4: draft == Draft::Draft4 })
            }
            _ => return None,
        };
        let id = self.add(place, kind, true);
        self.places.insert(place.clone(), id);
        Some(id)
    }

    fn add(&mut self, place: &Place, kind: Kind, is_whole: bool) -> Id {
        self.nodes.push(Node { side: self.side, place: place.clone(), kind, is_whole });
        self.nodes.len() - 1
    }

    fn read_members(&mut self, source: Source<'_>) -> Kind {
        let reference = self.schema.targets(source.place).first().cloned().map(Kind::Reference);
        // Up to draft 7 what stands beside a reference says nothing.
        let mut parts = match reference {
            Some(reference) if !source.is_late => return reference,
            reference => Vec::from_iter(reference),
        };
        if let Some(values) = source.members.get("enum").and_then(Value::as_array) {
            parts.push(Kind::Enum(values.clone()));
        }
        parts.extend(Criterion::ALL.into_iter().filter_map(|criterion| self.combined(source, criterion)));
        if let Some(not) = self.read(&source.place.join("not")) {
            parts.push(Kind::Not(not));
        }
        if let Some(value) = source.members.get("const").filter(|_| !source.is_draft_4) {
            parts.push(Kind::Const(value.clone()));
        }
        parts.extend(self.families(source));
        if ["if", "then", "else"].iter().any(|keyword| self.schema.value(&source.place.join(keyword)).is_some()) {
            parts.push(Kind::Conditional);
        }
        self.together(source.place, parts)
    }

    /// Returns what several kinds of keywords say together.
    fn together(&mut self, place: &Place, mut parts: Vec<Kind>) -> Kind {
        if parts.len() > 1 {
            parts.sort_by_key(|kind| !matches!(kind, Kind::Combined(_)));
            let parts = parts.into_iter().map(|kind| self.add(place, kind, false)).collect();
            return self.combination(Criterion::All, parts, true);
        }
        parts.pop().unwrap_or(Kind::Empty)
    }

    /// A keyword that combines schemas. In later drafts a schema in it that is several kinds together is taken apart, which
    /// makes an `anyOf` or a `oneOf` of what was one branch.
    fn combined(&mut self, source: Source<'_>, criterion: Criterion) -> Option<Kind> {
        let list = source.members.get(criterion.keyword())?.as_array()?;
        let at = source.place.join(criterion.keyword());
        let mut parts = Vec::new();
        for index in 0..list.len() {
            let Some(part) = self.read(&at.join(&index.to_string())) else { continue };
            match &self.nodes[part].kind {
                Kind::Combined(inner) if source.is_late && inner.is_implied && inner.criterion == Criterion::All => {
                    parts.extend(&inner.parts);
                }
                _ => parts.push(part),
            }
        }
        Some(self.combination(criterion, parts, false))
    }

    fn combination(&self, criterion: Criterion, parts: Vec<Id>, is_implied: bool) -> Kind {
        let mut distinct: Vec<Id> = Vec::new();
        for part in &parts {
            if !distinct.iter().any(|other| self.is_same(*other, *part)) {
                distinct.push(*part);
            }
        }
        Kind::Combined(Combined { criterion, parts, distinct, is_implied })
    }

    /// Returns whether two schemas are written alike.
    fn is_same(&self, one: Id, other: Id) -> bool {
        let (one, other) = (&self.nodes[one], &self.nodes[other]);
        match (one.is_whole, other.is_whole) {
            (true, true) => self.schema.value(&one.place) == self.schema.value(&other.place),
            (false, false) => one.kind == other.kind,
            _ => false,
        }
    }

    /// Returns what `type` and the keywords of types say. A list of types is a choice between them.
    fn families(&mut self, source: Source<'_>) -> Vec<Kind> {
        let declared = source.members.get("type");
        let names: Vec<&str> = match declared {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mut kinds: Vec<Kind> = names.iter().filter_map(|name| self.typed(source, name)).collect();
        if declared.is_some_and(Value::is_array) {
            let parts = kinds.into_iter().map(|kind| self.add(source.place, kind, false)).collect();
            kinds = vec![self.combination(Criterion::Any, parts, true)];
        }
        for family in Family::ALL {
            let is_named = names.iter().any(|name| Family::of_type(name) == Some(family));
            if !is_named && keywords::has_any(source, family) {
                kinds.push(self.family(source, family, false));
            }
        }
        kinds
    }

    fn typed(&mut self, source: Source<'_>, name: &str) -> Option<Kind> {
        Some(match name {
            "boolean" => Kind::Boolean,
            "null" => Kind::Null,
            _ => self.family(source, Family::of_type(name)?, name == "integer"),
        })
    }

    fn family(&mut self, source: Source<'_>, family: Family, is_integer: bool) -> Kind {
        match family {
            Family::Array => Kind::Array(Box::new(keywords::array(source, &mut |place| self.read(place)))),
            Family::Object => Kind::Object(Box::new(keywords::object(source, &mut |place| self.read(place)))),
            Family::Number => Kind::Number(keywords::number(source, is_integer)),
            Family::Text => Kind::Text(keywords::text(source)),
        }
    }
}
