//! Objects: structs where the schema names members, maps where it does not.

use serde_json::Value;

use super::node::{Node, Range};
use super::{Context, Lowering, Place, names};
use crate::diagnostic::Diagnostic;
use crate::model::{Check, Field, Others, Presence, Shape, Struct, Type, TypeId, Use};

/// Whether the schema names members, or allows none.
pub(super) fn is_struct(node: &Node<'_>) -> bool {
    !node.names().is_empty() || (!node.members.is_empty() && node.others().is_empty())
}

impl Lowering<'_> {
    pub(super) fn object(&mut self, id: TypeId, node: &Node<'_>, cores: &[Place]) -> Shape {
        if node.size != Range::default() {
            let help = "say which members are required, or describe the object by `additionalProperties` alone";
            self.cannot(cores, "`minProperties` and `maxProperties` beside `properties` are not yet read", help);
        }
        let wires = node.names();
        let idents = names::fields(&wires);
        self.refuse_same_fields(cores, &wires, &idents);
        let fields = wires.iter().zip(&idents).map(|(wire, ident)| self.field(id, node, wire, ident)).collect();
        let others = self.others(id, node, &idents);
        Shape::Struct(Struct { fields, others })
    }

    fn field(&mut self, id: TypeId, node: &Node<'_>, wire: &str, ident: &str) -> Field {
        let places = node.member(wire);
        let value = if places.is_empty() {
            Use::of(Type::Any)
        } else {
            self.value(&places, &Context { parent: id, segment: wire.to_owned() })
        };
        let presence = self.presence(node, wire, &places);
        Field {
            name: ident.to_owned(),
            wire: wire.to_owned(),
            description: self.text(&places, "description"),
            deprecated: self.annotation(&places, "deprecated") == Some(&Value::Bool(true)),
            sensitive: places
                .iter()
                .any(|place| self.annotation(&[place.clone()], "x-sensitive") == Some(&Value::Bool(true))),
            presence,
            value,
        }
    }

    fn presence(&mut self, node: &Node<'_>, wire: &str, places: &[Place]) -> Presence {
        if node.required.contains(wire) {
            return Presence::Required;
        }
        let declared = places.iter().rev().find_map(|place| self.annotation_of(place, "default", 0));
        let Some((place, default)) = declared else { return Presence::Optional };
        let refusal = places.iter().find_map(|schema| self.oracle.refusals(schema, default).into_iter().next());
        if let Some((_, reason)) = refusal {
            let location = self.at(&place, "default");
            self.diagnostics.push(
                Diagnostic::warning(
                    "S0407",
                    format!("this default is not valid under its own schema: {reason}"),
                    location,
                )
                .help("correct it: as it stands, an absent member reads as `None`"),
            );
            return Presence::Optional;
        }
        Presence::Default(default.clone())
    }

    fn others(&mut self, id: TypeId, node: &Node<'_>, idents: &[String]) -> Others {
        let places = node.others();
        if places.is_empty() {
            return Others::Ignored;
        }
        if places.iter().any(|place| *self.resolved.schema(place) == Value::Bool(false)) {
            return Others::Refused;
        }
        let value = self.value(&places, &Context { parent: id, segment: "additional_property".to_owned() });
        let field = ["additional_properties", "other_properties", "further_properties"]
            .into_iter()
            .find(|name| !idents.iter().any(|ident| ident == name))
            .unwrap_or("additional_properties_");
        Others::Kept { field: field.to_owned(), value }
    }

    fn refuse_same_fields(&mut self, cores: &[Place], wires: &[String], idents: &[String]) {
        for (index, ident) in idents.iter().enumerate() {
            let Some(first) = idents[..index].iter().position(|other| other == ident) else { continue };
            let location = cores.first().map(|place| self.at(place, "properties"));
            self.diagnostics.push(
                Diagnostic::error("S0502", format!("two properties would both be the field `{ident}`"), location)
                    .found(format!("`{}` and `{}`", wires[first], wires[index]))
                    .help("rename one of them"),
            );
        }
    }

    /// An object whose member names are data.
    pub(super) fn map(&mut self, node: &Node<'_>, context: &Context) -> Use {
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
