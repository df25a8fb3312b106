//! Defaults: each has to fit its Rust type, and must not contain itself.
//!
//! A default of a struct stands for its absent members too, which may have defaults of their own.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::json::{canonical, whole};
use crate::model::{JsonType, Others, Presence, Route, Shape, Struct, Tag, Type, TypeDef, TypeId, Union, Use};
use crate::oracle::Oracle;
use crate::resolve::{Place, Resolved};

/// A default with all that it stands for may be this large, in values.
const MAX_SIZE: usize = 10_000;

/// A field with a default: its type and its number there.
type Site = (TypeId, usize);

/// The variant that a default takes, by union and default.
type Taken = BTreeMap<(TypeId, String), usize>;

/// The types of a set, and what their schemas say.
pub(super) struct TypeSchemas<'k, 'a> {
    pub(super) types: &'k [TypeDef],
    /// The branch of each variant, by union and number.
    pub(super) branches: &'k BTreeMap<(TypeId, usize), Place>,
    pub(super) resolved: &'a Resolved,
    pub(super) oracle: &'k Oracle<'a>,
}

impl TypeSchemas<'_, '_> {
    /// The variant of a union that takes a value.
    fn variant(&self, id: TypeId, union: &Union, json: &Value) -> Option<usize> {
        match union.routes.get(&JsonType::of(json))? {
            Route::To(only) => Some(*only),
            Route::Tag(Tag { path, constants, absent }) => {
                let tag = path.iter().try_fold(json, |json, name| json.get(name));
                let Some(tag) = tag.map(canonical) else { return *absent };
                let holds = |(_, values): &&(usize, Vec<Value>)| values.iter().any(|value| canonical(value) == tag);
                constants.iter().find(holds).map(|(index, _)| *index)
            }
            Route::Try { variants, .. } => variants.iter().copied().find(|index| {
                let branch = self.branches.get(&(id, *index));
                branch.is_some_and(|branch| self.oracle.refusals(branch, json).is_empty())
            }),
        }
    }
}

/// Checks the defaults of all fields: which variants they take, and which of them have no end.
pub(super) fn check(
    known: &TypeSchemas<'_, '_>,
    defaults: &BTreeMap<Site, Place>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Taken, Vec<Site>) {
    let mut endless = Vec::new();
    let TypeSchemas { resolved, .. } = known;
    let mut taken = Taken::new();
    let mut sizes: BTreeMap<Site, Option<usize>> = BTreeMap::new();
    for (site, place) in defaults {
        let Some((value, default)) = default_of(known.types, *site) else { continue };
        let location = || resolved.document(place).locate(&place.join("default").pointer);
        let mut parts = Parts::default();
        parts.add(known, value, default);
        taken.append(&mut parts.taken);
        if let Some(misfit) = parts.misfit {
            diagnostics.push(
                Diagnostic::error("S0410", format!("this default does not fit the Rust type: {misfit}"), location())
                    .help("choose another default, or make the property required"),
            );
        }
        let message = match size(known, *site, &mut sizes) {
            None => "this default contains itself, by the defaults of the members that are absent in it".to_owned(),
            Some(size) if size > MAX_SIZE && !parts.sites.iter().any(|inner| is_too_large(&sizes, inner)) => {
                format!("this default stands for more than {MAX_SIZE} values, by the defaults of absent members")
            }
            Some(_) => continue,
        };
        endless.push(*site);
        diagnostics.push(
            Diagnostic::warning("S0411", message, location())
                .help("name all members in it, or leave another out: as it stands, an absent member reads as `None`"),
        );
    }
    (taken, endless)
}

fn is_too_large(sizes: &BTreeMap<Site, Option<usize>>, site: &Site) -> bool {
    sizes.get(site).is_some_and(|size| size.is_none_or(|size| size > MAX_SIZE))
}

fn default_of(types: &[TypeDef], site: Site) -> Option<(&Use, &Value)> {
    let Shape::Struct(object) = &types[site.0.0].shape else { return None };
    let field = object.fields.get(site.1)?;
    match &field.presence {
        Presence::Default(default) => Some((&field.value, default)),
        _ => None,
    }
}

/// The number of values that a default is, with those that it stands for; `None` where it contains itself. A list stands in for
/// the stack: defaults may lead from one to the next for long.
fn size(known: &TypeSchemas<'_, '_>, site: Site, sizes: &mut BTreeMap<Site, Option<usize>>) -> Option<usize> {
    let mut open = vec![(site, false)];
    while let Some((site, seen)) = open.pop() {
        let Some((value, default)) = default_of(known.types, site) else { continue };
        let mut parts = Parts::default();
        parts.add(known, value, default);
        if seen {
            let inner = parts.sites.iter().map(|inner| sizes.get(inner).copied().flatten());
            let total = inner.sum::<Option<usize>>().map(|inner| inner.saturating_add(parts.count).min(MAX_SIZE + 1));
            sizes.insert(site, total);
        } else if let Entry::Vacant(unknown) = sizes.entry(site) {
            // Met again before its size is known, it contains itself.
            unknown.insert(None);
            open.push((site, true));
            open.extend(parts.sites.into_iter().map(|inner| (inner, false)));
        }
    }
    sizes.get(&site).copied().flatten()
}

/// The parts of a default.
#[derive(Default)]
struct Parts {
    count: usize,
    /// Fields that are absent in it, and have defaults of their own.
    sites: Vec<Site>,
    /// The first value that its Rust type does not hold.
    misfit: Option<String>,
    taken: Taken,
}

impl Parts {
    fn add(&mut self, known: &TypeSchemas<'_, '_>, value: &Use, json: &Value) {
        self.count += 1;
        match (&value.ty, json) {
            (_, Value::Null) => {}
            (Type::Integer(integer), Value::Number(number)) => {
                let (name, low, high) = integer.kind.facts();
                if !whole(number).is_some_and(|integer| (low..=high).contains(&integer)) {
                    self.misfit.get_or_insert(format!("`{number}` is no `{name}`"));
                }
            }
            (Type::Mapped(format), Value::String(text)) if !format.surely_holds(text) => {
                self.misfit.get_or_insert(format!("`{text}` is not one that `{}` surely holds", format.rust()));
            }
            (Type::Array(item), Value::Array(items)) => items.iter().for_each(|json| self.add(known, item, json)),
            (Type::Tuple(items), Value::Array(values)) => {
                items.iter().zip(values).for_each(|(item, json)| self.add(known, item, json));
            }
            (Type::Map(item), Value::Object(members)) => {
                members.values().for_each(|json| self.add(known, item, json));
            }
            (Type::Named(id), json) => self.add_named(known, *id, json),
            _ => {}
        }
    }

    fn add_named(&mut self, known: &TypeSchemas<'_, '_>, id: TypeId, json: &Value) {
        match (&known.types[id.0].shape, json) {
            (Shape::Struct(object), Value::Object(members)) => self.add_struct(known, id, object, members),
            (Shape::Union(union), json) => {
                if let Some(index) = known.variant(id, union, json) {
                    self.taken.insert((id, canonical(json)), index);
                    self.add(known, &union.variants[index].value, json);
                }
            }
            (Shape::Newtype(value), json) => self.add(known, value, json),
            (Shape::Own(path), _) => {
                let path = path.to_string().replace(' ', "");
                self.misfit.get_or_insert(format!("how a value of `{path}` is written in Rust is not known"));
            }
            _ => {}
        }
    }

    fn add_struct(&mut self, known: &TypeSchemas<'_, '_>, id: TypeId, object: &Struct, members: &Map<String, Value>) {
        for (number, field) in object.fields.iter().enumerate() {
            match (members.get(&field.wire), &field.presence) {
                (Some(json), _) => self.add(known, &field.value, json),
                (None, Presence::Default(_)) => self.sites.push((id, number)),
                _ => {}
            }
        }
        if let Others::Kept { value, .. } = &object.others {
            let declared = |name: &String| object.fields.iter().any(|field| field.wire == *name);
            let others = members.iter().filter(|(name, _)| !declared(name));
            others.for_each(|(_, json)| self.add(known, value, json));
        }
    }
}
