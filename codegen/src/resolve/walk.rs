//! The walk through all schemas: what identifies them, and what they refer to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thoth_messaging_documents::Dialects;
use thoth_messaging_documents::uri::{self, own_uri, without_fragment};

use super::resource::{self, Anchor, Keyword, Resource, Said, Scope};
use super::{built_in, look, reference};
use crate::diagnostic::Diagnostic;
use crate::parse::{self, Document, Parsed, Place};

/// All that the walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) documents: Vec<Document>,
    pub(super) resources: Vec<Resource>,
    pub(super) by_uri: BTreeMap<String, usize>,
    pub(super) roots: Vec<Scope>,
    pub(super) scopes: BTreeMap<Place, Scope>,
    pub(super) references: BTreeMap<Place, Place>,
    pub(super) dynamic_references: BTreeMap<Place, reference::Target>,
    /// Resources that a value is validated by one after the other.
    pub(super) links: BTreeSet<(usize, usize)>,
    pub(super) needs: Vec<BTreeSet<usize>>,
}

/// A reference that is not followed yet.
struct Open {
    place: Place,
    resource: usize,
    keyword: Keyword,
    reference: String,
}

/// A schema that is not visited yet.
struct Schema {
    place: Place,
    around: Scope,
    /// True if a value that meets the schema around it meets this one too; else it is there to be referred to.
    is_applied: bool,
}

struct Walk<'a> {
    found: Found,
    dialects: Dialects,
    /// The URIs of files that have a diagnostic, and are left out.
    left_out: BTreeSet<String>,
    diagnostics: &'a mut Vec<Diagnostic>,
    schemas: Vec<Schema>,
    references: Vec<Open>,
    /// What references led to that is no object.
    booleans: BTreeSet<Place>,
}

/// Finds the schemas of all documents, and follows the references between them.
pub(super) fn walk(parsed: Parsed, diagnostics: &mut Vec<Diagnostic>) -> Found {
    let Parsed { documents, dialects, left_out } = parsed;
    let (schemas, references, booleans) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut walk = Walk { found: Found::default(), dialects, left_out, diagnostics, schemas, references, booleans };
    for document in documents {
        walk.add_document(document);
    }
    walk.visit_schemas();
    walk.add_names_in_set();
    walk.need_meta_schemas();
    // Last in, first out: what a reference leads to is followed before the next one, and its schemas before that.
    while let Some(open) = walk.references.pop() {
        walk.follow(&open);
        walk.visit_schemas();
    }
    walk.found
}

impl Walk<'_> {
    fn add_document(&mut self, document: Document) {
        let number = self.found.documents.len();
        let dialect = document.dialect;
        let resource = self.found.resources.len();
        let root = Place::root(number);
        if let Ok(uri) = uri::parse(&document.uri) {
            let scope = Scope { resource, dialect, is_hidden: false };
            self.found.documents.push(document);
            self.found.roots.push(scope);
            self.found.needs.push(BTreeSet::new());
            self.add_resource(Resource {
                uri,
                root: root.clone(),
                outer: resource,
                is_known: true,
                anchors: BTreeMap::new(),
            });
            self.schemas.push(Schema { place: root, around: scope, is_applied: false });
        }
    }

    fn add_resource(&mut self, mut resource: Resource) {
        let number = self.found.resources.len();
        if resource.is_known {
            let uri = resource.uri.as_str().to_owned();
            if let Some(other) = self.found.by_uri.get(&uri) {
                resource.is_known = false;
                let other = self.found.resources[*other].root.clone();
                self.refuse_second("S0204", "`$id`", &resource.root, &other, &uri);
            } else {
                self.found.by_uri.insert(uri, number);
            }
        }
        self.found.resources.push(resource);
    }

    /// Of two schemas of one name, the second is the one to complain of.
    fn refuse_second(&mut self, code: &'static str, what: &str, place: &Place, first: &Place, name: &str) {
        let Found { documents, .. } = &self.found;
        let schema = documents[place.document].value.pointer(&place.pointer);
        let named = |keyword: &&&str| {
            let value = schema.and_then(|schema| schema.get(**keyword)?.as_str()).unwrap_or_default();
            !value.is_empty() && (code == "S0204" || value.trim_start_matches('#') == name.trim_start_matches('#'))
        };
        let keyword = ["$id", "id", "$anchor", "$dynamicAnchor"].iter().find(named);
        let pointer = keyword.map_or_else(|| place.clone(), |keyword| place.join(keyword)).pointer;
        let first = documents[first.document].locate(&first.pointer);
        self.diagnostics.push(
            Diagnostic::error(
                code,
                format!("two schemas have the same {what}"),
                documents[place.document].locate(&pointer),
            )
            .found(format!("`{name}` here and at {first}"))
            .help("give each one of its own, or leave it out"),
        );
    }

    /// A file without another `$id`, or with one, is known by its place in the set too.
    fn add_names_in_set(&mut self) {
        for (document, scope) in self.found.documents.iter().zip(&self.found.roots) {
            let own = own_uri(&document.name);
            let own = uri::parse(&own).map_or(own, |uri| without_fragment(uri.as_str()).to_owned());
            self.found.by_uri.entry(own).or_insert(scope.resource);
        }
    }

    /// A validator has to know the meta-schema that is a file.
    fn need_meta_schemas(&mut self) {
        let Found { documents, scopes, by_uri, resources, needs, .. } = &mut self.found;
        for place in scopes.keys() {
            let schema = documents[place.document].value.pointer(&place.pointer);
            let Some(meta_schema) = schema.and_then(|schema| schema.get("$schema")?.as_str()) else { continue };
            if let Some(resource) = by_uri.get(without_fragment(meta_schema)) {
                needs[place.document].insert(resources[*resource].root.document);
            }
        }
    }

    fn visit_schemas(&mut self) {
        // Documents in their order, as the second of two that clash is the one to complain of.
        self.schemas.reverse();
        while let Some(schema) = self.schemas.pop() {
            self.visit(schema);
        }
    }

    fn visit(&mut self, schema: Schema) {
        let Schema { place, around, is_applied } = schema;
        let schema = self.found.documents[place.document].value.pointer(&place.pointer);
        if self.found.scopes.contains_key(&place) || !schema.is_some_and(Value::is_object) {
            return;
        }
        let mut scope = around;
        self.read_dialect(&place, &mut scope);
        let draft = scope.dialect.draft;
        let document = &self.found.documents[place.document];
        let Some(Value::Object(schema)) = document.value.pointer(&place.pointer) else { return };
        if !document.built_in {
            look::look(document, &place, scope.dialect, schema, self.diagnostics);
        }
        let said = Said::of(draft, schema);
        let below = resource::below(draft, &place, schema);
        self.identify(&place, &mut scope, said.id.as_deref());
        for (name, is_dynamic) in said.anchors {
            self.add_anchor(&place, scope, name, is_dynamic);
        }
        let resource = scope.resource;
        let open = said.references.into_iter();
        self.references.extend(open.map(|(keyword, reference)| Open {
            place: place.clone(),
            resource,
            keyword,
            reference,
        }));
        if around.resource != resource && is_applied {
            self.found.links.insert((around.resource, resource));
        }
        self.schemas.extend(below.into_iter().rev().map(|inner| {
            let is_applied = !resource::is_definition(&place, &inner);
            Schema { place: inner, around: scope, is_applied }
        }));
        self.found.scopes.insert(place, scope);
    }

    /// The `$schema` of a schema below the root.
    fn read_dialect(&mut self, place: &Place, scope: &mut Scope) {
        let document = &self.found.documents[place.document];
        let schema = document.value.pointer(&place.pointer).filter(|_| !place.pointer.is_empty());
        let Some(declared) = schema.and_then(|schema| schema.get("$schema")) else { return };
        match parse::find_dialect(declared, &self.dialects) {
            Ok(dialect) => scope.dialect = dialect,
            Err(problem) => {
                let location = document.locate(&place.join("$schema").pointer);
                self.diagnostics.push(parse::unknown_dialect(&problem, declared, location));
            }
        }
    }

    /// A schema with an `$id` is a resource of its own.
    fn identify(&mut self, place: &Place, scope: &mut Scope, id: Option<&str>) {
        let Some(id) = id.filter(|_| !place.pointer.is_empty()) else { return };
        match uri::resolve(&self.found.resources[scope.resource].uri.borrow(), id) {
            Ok(uri) => {
                let outer = std::mem::replace(&mut scope.resource, self.found.resources.len());
                let (root, is_known) = (place.clone(), !scope.is_hidden);
                self.add_resource(Resource { uri, root, outer, is_known, anchors: BTreeMap::new() });
            }
            Err(error) => {
                let keyword = scope.dialect.draft.id_keyword();
                let location = self.found.documents[place.document].locate(&place.join(keyword).pointer);
                self.diagnostics.push(parse::unusable_id(&error, keyword, location));
            }
        }
    }

    fn add_anchor(&mut self, place: &Place, scope: Scope, name: String, is_dynamic: bool) {
        // A fragment that starts with a slash is a pointer, whatever it stands for as an `$id`.
        if scope.is_hidden || name.starts_with('/') {
            return;
        }
        let anchor = Anchor { place: place.clone(), is_dynamic };
        let anchors = &mut self.found.resources[scope.resource].anchors;
        let Some(other) = anchors.get(&name).cloned() else {
            anchors.insert(name, anchor);
            return;
        };
        if other.place != *place {
            self.refuse_second("S0207", "anchor", place, &other.place, &format!("#{name}"));
        } else if is_dynamic && let Some(both) = self.found.resources[scope.resource].anchors.get_mut(&name) {
            both.is_dynamic = true;
        }
    }

    fn follow(&mut self, open: &Open) {
        let Open { place, resource, keyword, reference } = open;
        let target = match reference::target(&self.found, *resource, reference) {
            Err(reference::Problem::NoFile(uri)) => match built_in::document(&uri) {
                Some(document) => {
                    self.add_document(document);
                    self.visit_schemas();
                    reference::target(&self.found, *resource, reference)
                }
                None => Err(reference::Problem::NoFile(uri)),
            },
            other => other,
        };
        match target {
            Ok(target) => {
                self.reach(&target.place);
                let to = resource::scope(&self.found.scopes, &self.found.roots, &target.place).resource;
                self.found.links.extend([(*resource, target.resource), (*resource, to)]);
                self.found.needs[place.document].insert(target.place.document);
                if *keyword == Keyword::Ref {
                    self.found.references.insert(place.clone(), target.place);
                } else {
                    self.found.dynamic_references.insert(place.clone(), target);
                }
            }
            // What is wrong with the file has been said.
            Err(reference::Problem::NoFile(uri)) if self.left_out.contains(&uri) => {}
            Err(problem) => self.diagnostics.push(problem.at(&self.found, place, *keyword, reference)),
        }
    }

    /// What only a reference leads to stands where the meta-schema expects no schema.
    fn reach(&mut self, place: &Place) {
        if self.found.scopes.contains_key(place) || !self.booleans.insert(place.clone()) {
            return;
        }
        let around = resource::scope(&self.found.scopes, &self.found.roots, place);
        let document = &self.found.documents[place.document];
        let Some(schema @ Value::Object(_)) = document.value.pointer(&place.pointer) else { return };
        let (draft, source) = (around.dialect.draft, &document.source);
        if parse::meets_meta_schema(schema, draft, &self.dialects, source, &place.pointer, self.diagnostics) {
            let around = Scope { is_hidden: true, ..around };
            self.schemas.push(Schema { place: place.clone(), around, is_applied: false });
            self.visit_schemas();
        }
    }
}
