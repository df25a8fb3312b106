//! Objects: structs where the schema names members, maps where it does not.

use std::collections::BTreeMap;

use serde_json::Value;

use super::node::{Node, Range};
use super::{Context, Lowering, Place, names};
use crate::diagnostic::Diagnostic;
use crate::model::{Check, Field, Others, Presence, Shape, Struct, Type, TypeId, Use};

/// Whether the schema names members, or allows none.
pub(super) fn has_members(node: &Node<'_>) -> bool {
    let declares = node.members.iter().any(|members| !members.order.is_empty()) || !node.required.is_empty();
    declares || node.closed || (!node.members.is_empty() && node.others().is_empty())
}

impl<'a> Lowering<'a> {
    pub(super) fn object(&mut self, id: TypeId, node: &Node<'a>, cores: &[Place]) -> Shape {
        if node.size != Range::default() {
            let help = "say which members are required, or describe the object by `additionalProperties` alone";
            self.cannot(cores, "`minProperties` and `maxProperties` beside `properties` are not yet read", help);
        }
        let wires = node.names();
        let idents = names::fields(&wires);
        self.refuse_same_fields(cores, &wires, &idents);
        let named = wires.iter().zip(&idents).enumerate();
        let fields = named.map(|(number, (wire, ident))| self.field((id, number), node, wire, ident)).collect();
        let others = self.others(id, node, &idents);
        Shape::Struct(Struct { fields, others })
    }

    fn field(&mut self, site: (TypeId, usize), node: &Node<'a>, wire: &str, ident: &str) -> Field {
        let places = node.member(wire);
        let value = if places.is_empty() {
            Use::of(Type::Any)
        } else {
            self.value(&places, &Context { parent: site.0, segment: wire.to_owned() })
        };
        let presence = self.presence(site, node, wire, &places);
        Field {
            name: ident.to_owned(),
            wire: wire.to_owned(),
            description: self.text(&places, "description"),
            deprecated: self.annotation(&places, "deprecated") == Some(&Value::Bool(true)),
            sensitive: self.sensitive.any(&places, true),
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
        if places.is_empty() {
            return Others::Ignored;
        }
        let value = self.value(&places, &Context { parent: id, segment: "additional_property".to_owned() });
        let field = ["additional_properties", "other_properties", "further_properties"]
            .into_iter()
            .find(|name| !idents.iter().any(|ident| ident == name))
            .unwrap_or("additional_properties_");
        Others::Kept { field: field.to_owned(), value, sensitive: self.sensitive.any(&places, true) }
    }

    fn refuse_same_fields(&mut self, cores: &[Place], wires: &[String], idents: &[String]) {
        let mut taken: BTreeMap<&String, &String> = BTreeMap::new();
        for (wire, ident) in wires.iter().zip(idents) {
            let Some(first) = taken.get(ident) else {
                taken.insert(ident, wire);
                continue;
            };
            let location = cores.first().map(|place| self.at(place, "properties"));
            self.diagnostics.push(
                Diagnostic::error("S0502", format!("two properties would both be the field `{ident}`"), location)
                    .found(format!("`{first}` and `{wire}`"))
                    .help("rename one of them"),
            );
        }
    }

    /// An object whose member names are data.
    pub(super) fn map(&mut self, node: &Node<'a>, context: &Context) -> Use {
        let places = node.others();
        let value = if places.is_empty() {
            Use::of(Type::Any)
        } else {
            let segment = names::singular(&context.segment);
            self.value(&places, &Context { segment, ..context.clone() })
        };
        let mut checks = Vec::new();
        checks.extend((node.size.min > 0).then_some(Check::MinProperties(node.size.min)));
        checks.extend(node.size.max.map(Check::MaxProperties));
        Use { checks, ..Use::of(Type::Map(Box::new(value))) }
    }
}
