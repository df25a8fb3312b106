//! Objects: structs where the schema names members, maps where it does not.

use serde_json::Value;
use thoth_messaging_documents::pattern::to_rust;

use super::cores::Cores;
use super::node::{self, Node, Range, Types};
use super::{Context, Lowering, Place, names, scalar};
use crate::diagnostic::Diagnostic;
use crate::model::{Check, Field, Others, Presence, Presences, Shape, Struct, Subschema, Type, TypeId, Use};

/// Whether the schema names members, or allows none.
pub(super) fn has_members(node: &Node<'_>) -> bool {
    let declares = node.members.iter().any(|members| !members.order.is_empty());
    let asks = !node.required.is_empty() || !node.presence.is_empty();
    declares || asks || node.closed || (!node.members.is_empty() && node.others().is_empty())
}

impl<'a> Lowering<'a> {
    /// A struct, and what the validator checks of it.
    pub(super) fn object(&mut self, id: TypeId, node: &Node<'a>, cores: &Cores) -> (Shape, Vec<Subschema>) {
        let (refused, wires): (Vec<String>, Vec<String>) = node
            .names()
            .into_iter()
            .partition(|wire| !node.required.contains(wire.as_str()) && self.is_refused(node, wire));
        let idents = self.field_names(node, &wires);
        let named = wires.iter().zip(&idents).enumerate();
        let fields = named.map(|(number, (wire, ident))| self.field((id, number), node, wire, ident)).collect();
        let others = self.others(id, node, &idents);
        if cores.keeps {
            self.keeping.insert(id);
        }
        let mut validated = self.subschemas(&node.validated);
        if !node.member_names.is_empty() || !node.member_patterns.is_empty() {
            self.note_whole(cores);
            validated = self.subschemas(&cores.places);
        }
        let mut presence: Vec<Presences> = node.presence.iter().map(presences).collect();
        presence.extend((node.size.min > 0).then_some(Presences::AtLeast(node.size.min)));
        presence.extend(node.size.max.map(Presences::AtMost));
        (Shape::Struct(Struct { fields, others, refused, presence }), validated)
    }

    /// Whether a schema says that a member must not be there.
    pub(super) fn is_refused(&mut self, node: &Node<'a>, wire: &str) -> bool {
        let cores = Cores::of(self.flatten(&node.member(wire)));
        Node::of(self.resolved, &cores, self.formats.asserts()).never
    }

    /// The names of fields: those that were chosen, and those that follow from the names on the wire.
    fn field_names(&mut self, node: &Node<'a>, wires: &[String]) -> Vec<String> {
        let chosen: Vec<_> = wires.iter().map(|wire| self.chosen_field(&node.member(wire))).collect();
        for (index, name) in chosen.iter().enumerate() {
            let Some(name) = name else { continue };
            let other = (0..wires.len()).find(|other| match &chosen[*other] {
                Some(chosen) => *other < index && chosen == name,
                None => names::fields(&wires[*other..=*other], &[None]).contains(name),
            });
            if let (Some(other), Some(place)) = (other, node.member(&wires[index]).first()) {
                let location = self.at(place, "");
                self.diagnostics.push(
                    Diagnostic::error("S0605", format!("two fields claim the name `{name}`"), location)
                        .found(format!("the other one is that of `{}`", wires[other]))
                        .help("choose another name with `field_name`"),
                );
            }
        }
        names::fields(wires, &chosen)
    }

    fn field(&mut self, site: (TypeId, usize), node: &Node<'a>, wire: &str, ident: &str) -> Field {
        let places = node.member(wire);
        let value = if places.is_empty() {
            Use::of(Type::Any)
        } else {
            self.value(&places, &Context { parent: site.0, segment: wire.to_owned() })
        };
        let presence = self.presence(site, node, wire, &places);
        self.fields.insert(site, places.clone());
        Field {
            name: ident.to_owned(),
            wire: wire.to_owned(),
            description: self.text(&places, "description"),
            deprecated: self.annotation(&places, "deprecated") == Some(&Value::Bool(true)),
            sensitive: self.sensitive.any(&places, true) || self.hides(&value),
            presence,
            value,
        }
    }

    fn presence(&mut self, site: (TypeId, usize), node: &Node<'_>, wire: &str, places: &[Place]) -> Presence {
        if node.required.contains(wire) {
            return Presence::Required;
        }
        let declared = places.iter().rev().find_map(|place| self.annotation_of(place, "default", 0));
        let Some((place, default)) = declared else { return Presence::Optional };
        let refusal = places.iter().find_map(|schema| self.refusals(schema, default).into_iter().next());
        if let Some((_, reason)) = refusal {
            let location = self.at(&place, "default");
            let message = format!("this default is not valid under its own schema: {reason}");
            self.diagnostics.push(
                Diagnostic::warning("S0407", message, location)
                    .help("correct it: as it stands, an absent member reads as `None`"),
            );
            return Presence::Optional;
        }
        self.defaults.insert(site, place);
        Presence::Default(default.clone())
    }

    fn others(&mut self, id: TypeId, node: &Node<'a>, idents: &[String]) -> Others {
        let places = node.others();
        if node.closed {
            return Others::Refused;
        }
        let by_pattern = !node.member_patterns.is_empty();
        let counted = node.size != Range::default() || !node.member_names.is_empty() || !node.validated.is_empty();
        if places.is_empty() && !by_pattern && !counted {
            return Others::Ignored;
        }
        let value = if by_pattern || places.is_empty() {
            Use::of(Type::Any)
        } else {
            self.value(&places, &Context { parent: id, segment: "additional_property".to_owned() })
        };
        // Of members that are not declared, a pattern or the validator may speak.
        let sensitive = self.sensitive.any(&places, true)
            || self.hides(&value)
            || self.sensitive.is_marked() && (by_pattern || !node.validated.is_empty());
        Others::Kept { field: others_field(idents), value, sensitive }
    }

    /// An object whose member names are data.
    pub(super) fn map(&mut self, node: &Node<'a>, cores: &Cores, context: &Context) -> Use {
        let mut checks = Vec::new();
        checks.extend((node.size.min > 0).then_some(Check::MinProperties(node.size.min)));
        checks.extend(node.size.max.map(Check::MaxProperties));
        let mut places = node.others();
        match node.member_patterns.as_slice() {
            [] => {}
            [(place, pattern, true)] if places.is_empty() => {
                places = vec![place.clone()];
                checks.extend(pattern_check(pattern).map(|check| Check::Names(vec![check])));
            }
            _ => {
                places = Vec::new();
                checks.push(self.validated_whole(cores));
            }
        }
        if !node.member_names.is_empty() {
            checks.extend(match self.name_checks(&node.member_names) {
                Some(names) => (!names.is_empty()).then_some(Check::Names(names)),
                None => Some(self.validated_whole(cores)),
            });
        }
        let value = if places.is_empty() {
            Use::of(Type::Any)
        } else {
            let segment = names::singular(&context.segment);
            self.value(&places, &Context { segment, ..context.clone() })
        };
        Use { checks, ..Use::of(Type::Map(Box::new(value))) }
    }

    /// What is checked of each member name; `None` where that is for the validator.
    fn name_checks(&mut self, places: &[Place]) -> Option<Vec<Check>> {
        let cores = Cores::of(self.flatten(places));
        let node = self.node(&cores);
        let says_more =
            node.never || node.constants.is_some() || !node.choices.is_empty() || !node.validated.is_empty();
        (!says_more && node.types.has(Types::STRING)).then(|| scalar::string(&node).checks)
    }
}

fn presences(presence: &node::Presence<'_>) -> Presences {
    let owned = |names: &Vec<&str>| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    match presence {
        node::Presence::NotAll(names) => Presences::NotAll(owned(names)),
        node::Presence::With(name, names) => Presences::With((*name).to_owned(), owned(names)),
        node::Presence::AnyOf(lists) => Presences::AnyOf(lists.iter().map(owned).collect()),
        node::Presence::OneOf(lists) => Presences::OneOf(lists.iter().map(owned).collect()),
    }
}

fn pattern_check(source: &str) -> Option<Check> {
    // One that does not compile was refused before.
    Some(Check::Pattern { source: source.to_owned(), rust: to_rust(source).ok()? })
}

/// The name of the field for members that the schema does not declare.
pub(super) fn others_field(idents: &[String]) -> String {
    let names = ["additional_properties", "other_properties", "further_properties"];
    let free = names.into_iter().find(|name| !idents.iter().any(|ident| ident == name));
    free.unwrap_or("additional_properties_").to_owned()
}
