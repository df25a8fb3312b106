//! Objects whose members the schema names: structs.

use super::declared::{Definition, MemberPlaces};
use super::definer::Definer;
use crate::diagnostic::Diagnostic;
use crate::lower::names::{self, Context};
use crate::lower::read::{Cores, Node, Range, annotation_of, is_deprecated, text};
use crate::lower::subschemas::subschemas;
use crate::model::{Field, Others, Presence, PresenceRule, Shape, Struct, Type, TypeId, Use};
use crate::resolve::Place;

/// Tells whether the schema names members, or allows none.
pub(super) fn has_members(node: &Node<'_>) -> bool {
    let declares = node.members.iter().any(|members| !members.order.is_empty());
    let asks = !node.required.is_empty() || !node.presence.is_empty();
    declares || asks || node.closed || (!node.members.is_empty() && node.others().is_empty())
}

impl<'a> Definer<'a, '_> {
    /// A struct, and what the validator checks of it.
    pub(super) fn object(&mut self, id: TypeId, node: &Node<'a>, cores: &Cores) -> Definition {
        let (refused, wires): (Vec<String>, Vec<String>) = node
            .names()
            .into_iter()
            .partition(|wire| !node.required.contains(wire.as_str()) && self.reader.is_never(&node.member(wire)));
        let idents = self.names_of_fields(node, &wires);
        let (fields, members) =
            wires.iter().zip(&idents).map(|(wire, ident)| self.field(id, node, wire, ident)).unzip();
        let others = self.others(id, node, &idents);
        if cores.keeps {
            self.declarations.keep(id);
        }
        let mut validated = subschemas(self.reader.resolved, &node.validated);
        if !node.member_names.is_empty() || !node.member_patterns.is_empty() {
            self.reader.note_validated(cores, &cores.places);
            validated = subschemas(self.reader.resolved, &cores.places);
        }
        let mut presence = node.presence.clone();
        presence.extend((node.size.min > 0).then_some(PresenceRule::AtLeast(node.size.min)));
        presence.extend(node.size.max.map(PresenceRule::AtMost));
        let shape = Shape::Struct(Struct { fields, others, refused, presence, required: None });
        Definition { validated, members, ..Definition::of(shape) }
    }

    /// The names of fields: those that were chosen, and those that follow from the names on the wire.
    fn names_of_fields(&mut self, node: &Node<'a>, wires: &[String]) -> Vec<String> {
        let chosen = |wire: &String| node.member(wire).iter().find_map(|place| self.field_names.get(place)).cloned();
        let chosen: Vec<Option<String>> = wires.iter().map(chosen).collect();
        for (index, name) in chosen.iter().enumerate() {
            let Some(name) = name else { continue };
            let other = (0..wires.len()).find(|other| match &chosen[*other] {
                Some(chosen) => *other < index && chosen == name,
                None => names::fields(&wires[*other..=*other], &[None]).contains(name),
            });
            if let (Some(other), Some(place)) = (other, node.member(&wires[index]).first()) {
                let location = self.reader.resolved.document(place).locate(&place.pointer);
                self.reader.diagnostics.push(
                    Diagnostic::error("S0605", format!("two fields claim the name `{name}`"), location)
                        .found(format!("the other one is that of `{}`", wires[other]))
                        .help("choose another name with `field_name`"),
                );
            }
        }
        names::fields(wires, &chosen)
    }

    fn field(&mut self, id: TypeId, node: &Node<'a>, wire: &str, ident: &str) -> (Field, MemberPlaces) {
        let schemas = node.member(wire);
        let value = if schemas.is_empty() {
            Use::of(Type::Any)
        } else {
            self.value(&schemas, &Context { parent: id, segment: wire.to_owned() })
        };
        let (presence, default) = self.presence(node, wire, &schemas);
        let resolved = self.reader.resolved;
        let field = Field {
            name: ident.to_owned(),
            wire: wire.to_owned(),
            description: text(resolved, &schemas, "description"),
            deprecated: is_deprecated(resolved, &schemas),
            sensitive: self.sensitive.any(&schemas, true) || self.sensitive.hides(&value),
            presence,
            tells_null: false,
            stands_for: None,
            value,
        };
        (field, MemberPlaces { schemas, default })
    }

    /// The presence of a member, and the schema that its default stands in.
    fn presence(&mut self, node: &Node<'_>, wire: &str, schemas: &[Place]) -> (Presence, Option<Place>) {
        if node.required.contains(wire) {
            return (Presence::Required, None);
        }
        let resolved = self.reader.resolved;
        let declared = schemas.iter().rev().find_map(|schema| annotation_of(resolved, schema, "default"));
        let Some((place, default)) = declared else { return (Presence::Optional, None) };
        let refusal = schemas.iter().find_map(|schema| self.reader.refusals(schema, default).into_iter().next());
        if let Some((_, reason)) = refusal {
            let location = resolved.document(&place).locate(&place.join("default").pointer);
            let message = format!("this default is not valid under its own schema: {reason}");
            self.reader.diagnostics.push(
                Diagnostic::warning("S0407", message, location)
                    .help("correct it: as it stands, an absent member reads as `None`"),
            );
            return (Presence::Optional, None);
        }
        (Presence::Default(default.clone()), Some(place))
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
            || self.sensitive.hides(&value)
            || self.sensitive.is_marked() && (by_pattern || !node.validated.is_empty());
        Others::Kept { field: others_field(idents), value, sensitive }
    }
}

/// The name of the field for members that the schema does not declare.
pub(crate) fn others_field(idents: &[String]) -> String {
    let names = ["additional_properties", "other_properties", "further_properties"];
    let free = names.into_iter().find(|name| !idents.iter().any(|ident| ident == name));
    free.unwrap_or("additional_properties_").to_owned()
}
