//! Structs.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use super::types::{ident, is_any};

use super::{Emitter, Piece, check, doc, text};
use crate::model::{Field, Others, Presence, PresenceRule, Shape, Struct, Type, TypeDef, TypeId, Use};

/// More parameters than this make a constructor that nobody can read.
const MAX_PARAMETERS: usize = 7;

impl Emitter<'_> {
    pub(super) fn object(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> Vec<Piece> {
        let is_partly_sensitive = !ty.sensitive && object.has_sensitive();
        let debug = if is_partly_sensitive { Some(redacting_debug(ty, object)) } else { Self::debug(ty) };
        let checks = self.struct_checks(ty, object);
        let definition = self.object_macro(id, ty, object, checks.is_some());
        std::iter::once(definition).chain(checks.map(Piece::Rust)).chain(debug.map(Piece::Rust)).collect()
    }

    /// The struct, and what reads and writes its members.
    fn object_macro(&self, id: TypeId, ty: &TypeDef, object: &Struct, checked: bool) -> Piece {
        let (documented, derives, chosen) = (self.attributes(Some(id), ty), self.derives(id), self.type_attributes(id));
        let attributes = quote! { #documented #[derive(#(#derives),*)] #chosen };
        let mut lines = vec!["wire::object! {".to_owned()];
        lines.extend(text::attributes(&attributes).iter().map(|line| indented(4, line)));
        lines.push(format!("    pub struct {} {{", ty.name));
        let mut names = attributes;
        for (index, field) in object.fields.iter().enumerate() {
            let (doc, chosen) = (field_attributes(field), self.member_attributes(id, index));
            let attributes = quote! { #doc #chosen };
            lines.extend(text::attributes(&attributes).iter().map(|line| indented(8, line)));
            let (line, used) = self.field_line(id, index, field);
            names.extend(attributes);
            names.extend(used);
            lines.push(line);
        }
        lines.push("    }".to_owned());
        let (rules, used) = self.rules(id, ty, object, checked);
        names.extend(used);
        lines.extend(rules.into_iter().map(|rule| format!("    {rule};")));
        lines.push("}".to_owned());
        let fields = object.fields.iter().map(|field| {
            let (name, ty) = (ident(&field.name), self.field_type(id, field));
            quote! { #name: #ty, }
        });
        let kept = match &object.others {
            Others::Kept { value, .. } => Some(self.others_type(value)),
            _ => None,
        };
        let definition = quote! { struct X { #(#fields)* kept: #kept } };
        names.extend(definition.clone());
        Piece::Macro { definition, names, lines }
    }

    /// A field with its member, and what it names.
    fn field_line(&self, id: TypeId, index: usize, field: &Field) -> (String, TokenStream) {
        let (name, ty) = (ident(&field.name), self.field_type(id, field));
        let mut line = format!("        pub {name}: {} = {index} {:?}", text::line(&ty), field.wire);
        let optional = field.presence == Presence::Optional;
        if optional {
            line.push_str(if field.value.nullable && !field.tells_null { ": nullable" } else { ": optional" });
        }
        let nullable = field.value.nullable && (!optional || field.tells_null);
        let inner = Use { nullable, ..field.value.clone() };
        let codec = self.codec(id, &inner);
        if let Some(codec) = &codec {
            line.extend([" as (", &text::line(codec), ")"]);
        }
        let default = match &field.presence {
            Presence::Default(value) => Some(self.literal(id, &field.value, value)),
            _ => None,
        };
        if let Some(default) = &default {
            line.extend([" or (", &text::line(default), ")"]);
        }
        (line + ",", quote! { #codec #default })
    }

    /// Returns what follows the fields.
    fn rules(&self, id: TypeId, ty: &TypeDef, object: &Struct, checked: bool) -> (Vec<String>, TokenStream) {
        let mut rules = Vec::new();
        let mut names = quote! {};
        if !object.refused.is_empty() {
            let refused = object.refused.iter().enumerate();
            let refused = refused.map(|(index, name)| format!("{} {name:?}", object.fields.len() + index));
            rules.push(format!("without {}", refused.collect::<Vec<_>>().join(", ")));
        }
        rules.push(match &object.others {
            Others::Ignored => "others ignored".to_owned(),
            Others::Refused => "others refused".to_owned(),
            Others::Kept { field, value, .. } => {
                let ty = self.others_type(value);
                let codec = self.nested_codec(value);
                names.extend(codec.clone());
                let by = if is_any(value) { String::new() } else { format!(" as ({})", text::line(&codec)) };
                format!("others kept {}: {}{by}", ident(field), text::line(&ty))
            }
        });
        let wires: Vec<&String> = object.fields.iter().map(|field| &field.wire).chain(&object.refused).collect();
        rules.extend(Self::presence(object, &wires).map(|presence| format!("presence {}", text::line(&presence))));
        rules.extend(self.construction(id, object));
        rules.extend(checked.then(|| "check fields".to_owned()));
        if let Some(validator) = self.validator(ty) {
            rules.push(format!("validator {validator}"));
        }
        (rules, names)
    }

    /// `new` with what is required, or `Default` where that is nothing.
    fn construction(&self, id: TypeId, object: &Struct) -> Option<String> {
        let required: Vec<&Field> = object.fields.iter().filter(|field| field.presence == Presence::Required).collect();
        if self.derives_default(object) {
            return None;
        }
        if required.is_empty() {
            return Some("default all".to_owned());
        }
        let optional = object.fields.len() > required.len() || matches!(object.others, Others::Kept { .. });
        if required.len() > MAX_PARAMETERS || !optional {
            return None;
        }
        let parameter = |field: &&Field| format!("{}: {}", ident(&field.name), text::line(&self.field_type(id, field)));
        let parameters: Vec<String> = required.iter().map(parameter).collect();
        Some(format!("new({})", parameters.join(", ")))
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
        let (ok, result) = (self.prelude.ok(), self.prelude.result());
        let kept = match &object.others {
            Others::Kept { value, .. } => Some(value),
            _ => None,
        };
        let numbers = self.numbers(object.fields.iter().map(|field| &field.value).chain(kept));
        Some(quote! {
            impl wire::Check for #name {
                fn check(&self, #numbers: &wire::Numbers) -> #result<(), wire::Error> {
                    #(#checks)*
                    #ok(())
                }
            }
        })
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
        let checks = checks.into_iter().map(|check| quote! { wire::At::at(#check, #wire)?; });
        Some(if field.tells_null {
            quote! { if let #some(#some(#local)) = &self.#name { #(#checks)* } }
        } else if option {
            quote! { if let #some(#local) = &self.#name { #(#checks)* } }
        } else {
            quote! { #(#checks)* }
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

fn indented(indent: usize, line: &str) -> String {
    format!("{:indent$}{}", "", line.trim_end())
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
