//! Defaults and constants as Rust expressions.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::types::{ident, is_any};
use super::{Emitter, check};
use crate::StringType;
use crate::json::{canonical, whole};
use crate::model::{JsonType, Others, Presence, Route, Shape, Struct, Type, TypeId, Use};

impl Emitter<'_> {
    /// A value that is valid for a use, as an expression of its Rust type.
    pub(super) fn literal(&self, holder: TypeId, value: &Use, json: &Value) -> TokenStream {
        if !value.nullable {
            return self.present(holder, value, json);
        }
        if json.is_null() {
            return self.prelude.none();
        }
        let (some, inner) = (self.prelude.some(), self.present(holder, value, json));
        quote! { #some(#inner) }
    }

    /// As [`literal`](Self::literal), for a value that is not null.
    pub(super) fn bare_literal(&self, value: &Use, json: &Value) -> TokenStream {
        self.present(TypeId(usize::MAX), value, json)
    }

    fn present(&self, holder: TypeId, value: &Use, json: &Value) -> TokenStream {
        match (&value.ty, json) {
            (Type::Any, json) => any(json),
            (Type::Boolean, Value::Bool(boolean)) => quote! { #boolean },
            (Type::Integer(_), Value::Number(number)) => check::number(&whole(number).unwrap_or_default().to_string()),
            (Type::Number, Value::Number(number)) => check::float(number.as_f64().unwrap_or_default()),
            (Type::String, Value::String(text)) => self.text(text),
            (Type::Mapped(format), Value::String(text)) => {
                let name = format_ident!("{}", format.type_name());
                quote! { formats::#name::of_default(#text) }
            }
            (Type::Array(_), Value::Array(items)) if items.is_empty() => {
                let vec = self.prelude.vec();
                quote! { #vec::new() }
            }
            (Type::Array(item), Value::Array(items)) => {
                let items = items.iter().map(|json| self.literal(TypeId(usize::MAX), item, json));
                quote! { ::std::vec![#(#items),*] }
            }
            (Type::Tuple(items), Value::Array(values)) => {
                let items = items.iter().zip(values).map(|(item, json)| self.literal(holder, item, json));
                quote! { (#(#items,)*) }
            }
            (Type::Map(item), Value::Object(members)) => self.map_literal(item, members),
            (Type::Named(id), json) => {
                let literal = self.named_literal(*id, json);
                if self.facts.is_boxed(holder, *id) {
                    let boxed = self.prelude.boxed();
                    return quote! { #boxed::new(#literal) };
                }
                literal
            }
            // A default that is not of its type was refused before.
            _ => quote! { () },
        }
    }

    /// A text as a value of the type that strings have.
    fn text(&self, text: &str) -> TokenStream {
        match self.options.string_type {
            StringType::String => self.owned(text),
            StringType::BoxStr | StringType::ArcStr | StringType::CompactString => {
                let ty = self.string_type();
                quote! { <#ty>::from(#text) }
            }
        }
    }

    fn owned(&self, text: &str) -> TokenStream {
        if text.is_empty() {
            let string = self.prelude.string();
            return quote! { #string::new() };
        }
        quote! { #text.to_owned() }
    }

    fn map_literal(&self, item: &Use, members: &serde_json::Map<String, Value>) -> TokenStream {
        let map = if is_any(item) {
            quote! { serde_json::Map }
        } else {
            self.map_type()
        };
        if members.is_empty() {
            return quote! { #map::new() };
        }
        let members = members.iter().map(|(name, json)| {
            let (name, value) = (self.owned(name), self.literal(TypeId(usize::MAX), item, json));
            quote! { (#name, #value) }
        });
        quote! { #map::from_iter([#(#members),*]) }
    }

    fn named_literal(&self, id: TypeId, json: &Value) -> TokenStream {
        let name = self.name(id);
        match (&self.model.get(id).shape, json) {
            (Shape::Enumeration(constants), Value::String(text)) => {
                let constant = constants.iter().find(|constant| constant.text == *text);
                let constant = constant.map(|constant| format_ident!("{}", constant.name));
                quote! { #name::#constant }
            }
            (Shape::Struct(object), Value::Object(members)) => self.struct_literal(id, object, members),
            (Shape::Union(union), json) => {
                let taken = self.model.taken.get(&(id, canonical(json))).copied();
                let only = match union.routes.get(&JsonType::of(json)) {
                    Some(Route::To(only)) => Some(*only),
                    _ => None,
                };
                let variant = taken.or(only).map(|index| &union.variants[index]);
                let Some(variant) = variant else { return quote! { () } };
                let (variant_name, value) = (format_ident!("{}", variant.name), self.literal(id, &variant.value, json));
                quote! { #name::#variant_name(#value) }
            }
            (Shape::Newtype(value), json) => {
                let value = self.literal(id, value, json);
                quote! { #name(#value) }
            }
            _ => quote! { () },
        }
    }

    fn struct_literal(&self, id: TypeId, object: &Struct, members: &serde_json::Map<String, Value>) -> TokenStream {
        let name = self.name(id);
        if members.is_empty() && object.has_default() {
            return quote! { #name::default() };
        }
        let fields = object.fields.iter().map(|field| {
            let field_name = ident(&field.name);
            let optional = field.presence == Presence::Optional && (!field.value.nullable || field.tells_null);
            let value = match (members.get(&field.wire), &field.presence) {
                (Some(json), _) if optional => {
                    let (some, value) = (self.prelude.some(), self.literal(id, &field.value, json));
                    quote! { #some(#value) }
                }
                (Some(json), _) | (None, Presence::Default(json)) => self.literal(id, &field.value, json),
                (None, _) => self.prelude.none(),
            };
            quote! { #field_name: #value }
        });
        let others = match &object.others {
            Others::Kept { field, value, .. } => {
                let known = |wire: &String| object.fields.iter().any(|field| field.wire == *wire);
                let rest = members.iter().filter(|(wire, _)| !known(wire));
                let rest = rest.map(|(wire, json)| (wire.clone(), json.clone())).collect();
                let (field, rest) = (ident(field), self.map_literal(value, &rest));
                Some(quote! { #field: #rest })
            }
            _ => None,
        };
        let fields = fields.chain(others);
        quote! { #name { #(#fields),* } }
    }
}

/// A value of any content: one that is not a scalar is parsed when it is asked for.
fn any(json: &Value) -> TokenStream {
    match json {
        Value::Null => quote! { serde_json::Value::Null },
        Value::Bool(boolean) => quote! { serde_json::Value::from(#boolean) },
        Value::String(text) => quote! { serde_json::Value::from(#text) },
        json => {
            let text = json.to_string();
            quote! { wire::json(#text) }
        }
    }
}
