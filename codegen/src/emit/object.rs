//! Structs.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use super::types::{ident, is_any};

use super::{Emitter, Piece, check, doc, is_documented, text};
use crate::model::{Field, Others, Presence, PresenceRule, Shape, Struct, Type, TypeDef, TypeId, Use};

/// More members of this type are what clippy finds too many.
const MAX_BOOLEANS: usize = 3;

impl Emitter<'_> {
    pub(super) fn object(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> Vec<Piece> {
        let is_partly_sensitive = !ty.sensitive && object.has_sensitive();
        let debug = if is_partly_sensitive { Some(redacting_debug(ty, object)) } else { Self::debug(ty) };
        let checks = self.struct_checks(ty, object);
        let members = self.members(id, ty, object, checks.is_some());
        let definition = Piece::Rust(self.definition_of(id, ty, object));
        [definition, members].into_iter().chain(checks.map(Piece::Rust)).chain(debug.map(Piece::Rust)).collect()
    }

    /// The struct itself.
    fn definition_of(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> TokenStream {
        let name = format_ident!("{}", ty.name);
        let (documented, derives, chosen) = (self.attributes(Some(id), ty), self.derives(id), self.type_attributes(id));
        let fields = object.fields.iter().enumerate().map(|(index, field)| {
            let (about, chosen) = (field_attributes(field), self.member_attributes(id, index));
            let (name, ty) = (ident(&field.name), self.field_type(id, field));
            quote! { #about #chosen pub #name: #ty, }
        });
        let kept = match &object.others {
            Others::Kept { field, value, .. } => {
                let (name, ty) = (ident(field), self.others_type(value));
                Some(quote! {
                    #[doc = " The members that the schema does not name, by name."]
                    pub #name: #ty,
                })
            }
            _ => None,
        };
        let is_described = object.fields.iter().all(|field| !field_doc(field).is_empty());
        let undocumented = Self::undocumented(is_described && is_documented(&documented));
        let is_boolean = |field: &&Field| self.field_type(id, field).to_string() == "bool";
        let flags = (object.fields.iter().filter(is_boolean).count() > MAX_BOOLEANS).then(|| {
            quote! { #[allow(clippy::struct_excessive_bools, reason = "the schema has as many")] }
        });
        let complex = Self::complex(object.fields.iter().map(|field| self.field_type(id, field)));
        quote! {
            #documented
            #undocumented
            #flags
            #complex
            #[derive(#(#derives),*)]
            #chosen
            pub struct #name { #(#fields)* #kept }
        }
    }

    /// The list of the members, for what reads and writes them.
    fn members(&self, id: TypeId, ty: &TypeDef, object: &Struct, checked: bool) -> Piece {
        let mut names = quote! {};
        let mut rules = vec![ty.name.clone()];
        rules.push(match &object.others {
            Others::Ignored => "others ignored".to_owned(),
            Others::Refused => "others refused".to_owned(),
            Others::Kept { field, value, .. } if is_any(value) => format!("others kept {}", ident(field)),
            Others::Kept { field, value, .. } => {
                let codec = self.nested_codec(value);
                let text = format!("others kept {} as ({})", ident(field), text::line(&codec));
                names.extend(codec);
                text
            }
        });
        if !object.refused.is_empty() {
            let refused = object.refused.iter().enumerate();
            let refused = refused.map(|(index, name)| format!("{} {name:?}", object.fields.len() + index));
            rules.push(format!("without {}", refused.collect::<Vec<_>>().join(" ")));
        }
        let wires: Vec<&String> = object.fields.iter().map(|field| &field.wire).chain(&object.refused).collect();
        rules.extend(Self::presence(object, &wires).map(|presence| format!("presence {}", text::line(&presence))));
        rules.extend(checked.then(|| "check fields".to_owned()));
        rules.extend(self.validator(ty).map(|validator| format!("validator {validator}")));
        let is_made_of_nothing = self.fills_in_all(object) && !self.derives_default(object);
        rules.extend(is_made_of_nothing.then(|| "default all".to_owned()));
        let members = object.fields.iter().enumerate().map(|(index, field)| {
            let (member, used) = self.member(id, index, field);
            names.extend(used);
            member
        });
        let mut lists = vec![rules, members.collect()];
        if let Some(required) = &object.required {
            let (mut given, used) = self.given(id, object);
            names.extend(used);
            given.iter_mut().take(1).for_each(|first| first.insert_str(0, &format!("new {required} {{ ")));
            given.iter_mut().last().into_iter().for_each(|last| last.push_str(" }"));
            lists.push(given);
        }
        Piece::Macro { names, lines: text::call("wire::members!", &lists) }
    }

    /// A member, and what it names.
    fn member(&self, id: TypeId, index: usize, field: &Field) -> (String, TokenStream) {
        let name = ident(&field.name);
        let mut text =
            if name == field.wire { format!("{index} {name}") } else { format!("{index} {:?} {name}", field.wire) };
        let optional = field.presence == Presence::Optional;
        let value = match &field.presence {
            Presence::Default(value) => Some(("default", self.literal(id, &field.value, value))),
            Presence::Required => {
                self.model.only_value(&field.value).map(|value| ("constant", self.literal(id, &field.value, &value)))
            }
            Presence::Optional => None,
        };
        match &value {
            Some((kind, _)) => text.extend([": ", kind]),
            None if optional && field.value.nullable && !field.tells_null => text.push_str(": nullable"),
            None if optional => text.push_str(": optional"),
            None => {}
        }
        let nullable = field.value.nullable && (!optional || field.tells_null);
        let codec = self.codec(id, &Use { nullable, ..field.value.clone() });
        if let Some(codec) = &codec {
            text.extend([" as (", &text::line(codec), ")"]);
        }
        let value = value.map(|(_, value)| value);
        if let Some(value) = &value {
            text.extend([" = (", &text::line(value), ")"]);
        }
        (text, quote! { #codec #value })
    }

    /// The fields that a value can't be made without, and what their types name.
    fn given(&self, id: TypeId, object: &Struct) -> (Vec<String>, TokenStream) {
        let fields = object.fields.iter().filter(|field| self.model.is_given(field));
        let types = fields.map(|field| (ident(&field.name), self.field_type(id, field)));
        let (names, types): (Vec<_>, Vec<_>) = types.unzip();
        let given = names.iter().zip(&types).map(|(name, ty)| format!("{name}: {}", text::line(ty)));
        (given.collect(), quote! { #(#types)* })
    }

    /// Returns whether a value can be made of nothing.
    pub(super) fn fills_in_all(&self, object: &Struct) -> bool {
        !object.fields.iter().any(|field| self.model.is_given(field))
    }

    /// Returns whether every field is absent or empty by default, as `derive` makes it.
    pub(super) fn derives_default(&self, object: &Struct) -> bool {
        object.fields.iter().all(|field| match &field.presence {
            Presence::Required => false,
            Presence::Optional => true,
            Presence::Default(value) => self.is_rust_default(&field.value, value),
        })
    }

    fn is_rust_default(&self, value: &Use, json: &Value) -> bool {
        match (&value.ty, json) {
            _ if value.nullable => json.is_null(),
            (Type::Boolean, Value::Bool(boolean)) => !boolean,
            (Type::Integer(_) | Type::Number, Value::Number(number)) => number.as_f64() == Some(0.0),
            (Type::String, Value::String(text)) => text.is_empty(),
            (Type::Array(_), Value::Array(items)) => items.is_empty(),
            (Type::Map(_), Value::Object(members)) => members.is_empty(),
            (Type::Named(id), Value::Object(members)) => match &self.model.get(*id).shape {
                Shape::Struct(object) => members.is_empty() && object.has_default(),
                _ => false,
            },
            (Type::Any | Type::Null, json) => json.is_null(),
            _ => false,
        }
    }

    /// Returns which members stand together.
    fn presence(object: &Struct, wires: &[&String]) -> Option<TokenStream> {
        if object.presence.is_empty() && object.refused.is_empty() {
            return None;
        }
        let index = |name: &String| wires.iter().position(|wire| *wire == name).map(Literal::usize_unsuffixed);
        let list = |names: &[String]| {
            let indices = names.iter().filter_map(index);
            quote! { &[#(#indices),*] }
        };
        let refused = object.refused.iter().map(|name| {
            let list = list(std::slice::from_ref(name));
            quote! { wire::Presence::NotAll(#list) }
        });
        let stated = object.presence.iter().map(|presence| match presence {
            PresenceRule::NotAll(names) => {
                let list = list(names);
                quote! { wire::Presence::NotAll(#list) }
            }
            PresenceRule::With(name, others) => {
                let (first, list) = (index(name), list(others));
                quote! { wire::Presence::With(#first, #list) }
            }
            PresenceRule::AnyOf(lists) => {
                let lists = lists.iter().map(|names| list(names));
                quote! { wire::Presence::AnyOf(&[#(#lists),*]) }
            }
            PresenceRule::OneOf(lists) => {
                let lists = lists.iter().map(|names| list(names));
                quote! { wire::Presence::OneOf(&[#(#lists),*]) }
            }
            PresenceRule::AtLeast(limit) => {
                let limit = check::count(*limit);
                quote! { wire::Presence::AtLeast(#limit) }
            }
            PresenceRule::AtMost(limit) => {
                let limit = check::count(*limit);
                quote! { wire::Presence::AtMost(#limit) }
            }
        });
        let all = stated.chain(refused);
        Some(quote! { [#(#all),*] })
    }

    fn struct_checks(&self, ty: &TypeDef, object: &Struct) -> Option<TokenStream> {
        let name = format_ident!("{}", ty.name);
        let mut checks: Vec<TokenStream> = Vec::new();
        for field in &object.fields {
            checks.extend(self.field_checks(field));
        }
        if let Others::Kept { field, value, .. } = &object.others {
            let name = ident(field);
            let whole = Use::of(Type::Map(Box::new(value.clone())));
            checks.extend(
                self.checks(&whole, &check::Operand::place(quote! { self.#name })).into_iter().map(|c| quote! { #c?; }),
            );
        }
        if checks.is_empty() {
            return None;
        }
        let kept = match &object.others {
            Others::Kept { value, .. } => Some(value),
            _ => None,
        };
        let numbers = self.numbers(object.fields.iter().map(|field| &field.value).chain(kept));
        Some(self.check_impl(&name, &numbers, &quote! { #(#checks)* }))
    }

    fn field_checks(&self, field: &Field) -> Option<TokenStream> {
        let (name, wire, some) = (ident(&field.name), &field.wire, self.prelude.some());
        let option = field.presence == Presence::Optional || field.value.nullable;
        let local = local(&field.name);
        let operand = if option {
            check::Operand::reference(quote! { #local })
        } else {
            check::Operand::place(quote! { self.#name })
        };
        let checks = self.checks(&field.value, &operand);
        if checks.is_empty() {
            return None;
        }
        let checks: Vec<_> = checks.iter().map(|check| self.at(check, wire)).collect();
        Some(if field.tells_null {
            quote! { if let #some(#some(#local)) = &self.#name { #(#checks?;)* } }
        } else if option {
            quote! { if let #some(#local) = &self.#name { #(#checks?;)* } }
        } else {
            quote! { #(#checks?;)* }
        })
    }

    /// The type of a field.
    fn field_type(&self, id: TypeId, field: &Field) -> TokenStream {
        let ty = self.rust_type(id, &field.value);
        if field.presence == Presence::Optional && (!field.value.nullable || field.tells_null) {
            let option = self.prelude.option();
            return quote! { #option<#ty> };
        }
        ty
    }

    fn others_type(&self, value: &Use) -> TokenStream {
        self.rust_type(TypeId(usize::MAX), &Use::of(Type::Map(Box::new(value.clone()))))
    }

    fn nested_codec(&self, value: &Use) -> TokenStream {
        let inner = self.named_codec(TypeId(usize::MAX), value);
        let option = self.prelude.option();
        if value.nullable {
            quote! { #option<#inner> }
        } else {
            inner
        }
    }
}

fn field_attributes(field: &Field) -> TokenStream {
    let doc = doc::doc(&field_doc(field));
    let deprecated = field.deprecated.then(|| quote! { #[deprecated] });
    quote! { #doc #deprecated }
}

fn field_doc(field: &Field) -> Vec<String> {
    let mut lines: Vec<String> = field.description.iter().flat_map(|text| doc::paragraphs(text)).collect();
    let mut facts = check::facts(&field.value);
    if let Presence::Default(value) = &field.presence {
        facts.push(format!("Default: {}.", doc::code(&value.to_string())));
    }
    if let Some(default) = &field.stands_for {
        facts.push(format!("Absent, it stands for {}.", doc::code(&default.to_string())));
    }
    if field.tells_null {
        facts.push("`None` is absent, `Some(None)` is `null`.".to_owned());
    }
    if field.sensitive {
        facts.push("Sensitive: not shown by `Debug`.".to_owned());
    }
    for fact in facts {
        doc::separate(&mut lines);
        lines.push(fact);
    }
    lines
}
/// `Debug` without the values that are sensitive.
fn redacting_debug(ty: &TypeDef, object: &Struct) -> TokenStream {
    let (name, text) = (format_ident!("{}", ty.name), &ty.name);
    let fields = object.fields.iter().map(|field| (&field.name, field.sensitive));
    let others = match &object.others {
        Others::Kept { field, sensitive, .. } => Some((field, *sensitive)),
        _ => None,
    };
    let fields = fields.chain(others).map(|(name, sensitive)| {
        let field = ident(name);
        let value = if sensitive {
            quote! { &wire::Redacted }
        } else {
            quote! { &self.#field }
        };
        quote! { .field(#name, #value) }
    });
    quote! {
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#text) #(#fields)* .finish()
            }
        }
    }
}

/// A local variable for a field: the field's name, unless that may name something else where it is used. In a script
/// without upper and lower case it may be a type's.
fn local(name: &str) -> proc_macro2::Ident {
    match name {
        "numbers" => format_ident!("{name}_"),
        _ if !name.starts_with(char::is_lowercase) => format_ident!("{name}_"),
        _ => ident(name),
    }
}
