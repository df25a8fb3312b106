//! Structs.

use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};
use serde_json::Value;

use super::types::{ident, is_any};
use super::{Emitter, check, doc, names};
use crate::model::{Field, Others, Presence, Presences, Shape, Struct, Type, TypeDef, TypeId, Use};

/// More parameters than this make a constructor that nobody can read.
const MOST_PARAMETERS: usize = 7;
/// Of the tokens of a call that fits on a line.
const MOST_LETTERS: usize = 60;
/// As clippy counts.
const MOST_BOOLS: usize = 3;

impl Emitter<'_> {
    pub(super) fn object(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> TokenStream {
        let is_partly_sensitive = !ty.sensitive && object.has_sensitive();
        let debug = if is_partly_sensitive { Some(redacting_debug(ty, object)) } else { Self::debug(ty) };
        let definition = self.struct_definition(id, ty, object);
        let construction = self.construction(id, ty, object);
        let serde = self.serde(ty, "read_object", "OfMembers", &quote! { wire::write_object(self, serializer) });
        let codec = self.object_codec(id, ty, object);
        quote! { #definition #construction #debug #serde #codec }
    }

    fn struct_definition(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> TokenStream {
        let name = format_ident!("{}", ty.name);
        let attributes = self.attributes(Some(id), ty);
        let (derives, chosen) = (self.derives(id), self.type_attributes(id));
        let bools = object.fields.iter().filter(|field| self.field_type(id, field).to_string() == "bool").count();
        let allow = (bools > MOST_BOOLS).then(|| {
            quote! { #[allow(clippy::struct_excessive_bools, reason = "the schema has as many")] }
        });
        let fields = object.fields.iter().enumerate().map(|(index, field)| {
            let (doc, chosen) = (doc(&field_doc(field)), self.member_attributes(id, index));
            let deprecated = field.deprecated.then(|| quote! { #[deprecated] });
            let (field_name, ty) = (ident(&field.name), self.field_type(id, field));
            quote! { #doc #deprecated #chosen pub #field_name: #ty }
        });
        let others = match &object.others {
            Others::Kept { field, value, .. } => {
                let (field, ty) = (ident(field), self.others_type(value));
                Some(quote! { #[doc = " The members that the schema does not name, by name."] pub #field: #ty })
            }
            _ => None,
        };
        let fields = fields.chain(others);
        quote! {
            #attributes
            #allow
            #[derive(#(#derives),*)]
            #chosen
            pub struct #name { #(#fields,)* }
        }
    }

    /// `Default` where nothing is required, else `new` with what is.
    fn construction(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> Option<TokenStream> {
        let name = format_ident!("{}", ty.name);
        let required: Vec<&Field> = object.fields.iter().filter(|field| field.presence == Presence::Required).collect();
        let others = match &object.others {
            Others::Kept { field, value, .. } => {
                let (field, ty) = (ident(field), self.others_constructor(value));
                Some(quote! { #field: #ty::new() })
            }
            _ => None,
        };
        if self.derives_default(object) {
            return None;
        }
        let values = object.fields.iter().map(|field| {
            let (name, local) = (ident(&field.name), local(&field.name));
            match self.absent(id, field) {
                Some(value) => quote! { #name: #value },
                None if name == local => quote! { #name },
                None => quote! { #name: #local },
            }
        });
        let values = values.chain(others.clone());
        if required.is_empty() {
            let default = self.prelude.default();
            return Some(quote! {
                impl #default for #name {
                    fn default() -> Self {
                        Self { #(#values,)* }
                    }
                }
            });
        }
        let optional = object.fields.len() > required.len() || others.is_some();
        if required.len() > MOST_PARAMETERS || !optional {
            return None;
        }
        let types: Vec<_> = required.iter().map(|field| self.field_type(id, field)).collect();
        let bools = types.iter().filter(|ty| ty.to_string() == "bool").count();
        let allow = (bools > MOST_BOOLS).then(|| {
            quote! { #[allow(clippy::fn_params_excessive_bools, reason = "the schema requires as many")] }
        });
        let names = required.iter().map(|field| local(&field.name));
        Some(quote! {
            impl #name {
                #[doc = " With what is required; the rest is absent, or has its default."]
                #allow
                #[must_use]
                pub fn new(#(#names: #types),*) -> Self {
                    Self { #(#values,)* }
                }
            }
        })
    }

    /// Whether every field is absent or empty by default, as `derive` makes it.
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

    /// What a field holds where the member is absent; `None` where it must not be.
    fn absent(&self, id: TypeId, field: &Field) -> Option<TokenStream> {
        match &field.presence {
            Presence::Required => None,
            Presence::Optional => Some(self.prelude.none()),
            Presence::Default(value) => Some(self.literal(id, &field.value, value)),
        }
    }

    fn object_codec(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> TokenStream {
        let name = format_ident!("{}", ty.name);
        let wires: Vec<&String> = object.fields.iter().map(|field| &field.wire).chain(&object.refused).collect();
        let presence = self.presence(object, &wires);
        let read = self.read(id, object);
        let write = self.write(id, object);
        let checks = self.struct_checks(object);
        quote! {
            impl wire::Object for #name {
                const MEMBERS: &'static [&'static str] = &[#(#wires),*];
                #presence
                #read
                #write
                #checks
            }
        }
    }

    /// Which members stand together.
    fn presence(&self, object: &Struct, wires: &[&String]) -> Option<TokenStream> {
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
            Presences::NotAll(names) => {
                let list = list(names);
                quote! { wire::Presence::NotAll(#list) }
            }
            Presences::With(name, others) => {
                let (first, list) = (index(name), list(others));
                quote! { wire::Presence::With(#first, #list) }
            }
            Presences::AnyOf(lists) => {
                let lists = lists.iter().map(|names| list(names));
                quote! { wire::Presence::AnyOf(&[#(#lists),*]) }
            }
            Presences::OneOf(lists) => {
                let lists = lists.iter().map(|names| list(names));
                quote! { wire::Presence::OneOf(&[#(#lists),*]) }
            }
            Presences::AtLeast(limit) => {
                let limit = check::count(*limit);
                quote! { wire::Presence::AtLeast(#limit) }
            }
            Presences::AtMost(limit) => {
                let limit = check::count(*limit);
                quote! { wire::Presence::AtMost(#limit) }
            }
        });
        let all = stated.chain(refused);
        Some(quote! { const PRESENCE: &'static [wire::Presence] = &[#(#all),*]; })
    }

    fn read(&self, id: TypeId, object: &Struct) -> TokenStream {
        let a = self.prelude.parameter("A");
        let (ok, some, none, result) =
            (self.prelude.ok(), self.prelude.some(), self.prelude.none(), self.prelude.result());
        let locals: Vec<_> = object.fields.iter().map(|field| local(&field.name)).collect();
        let arms = object.fields.iter().zip(&locals).enumerate().map(|(index, (field, local))| {
            let index = Literal::usize_unsuffixed(index);
            let codec = self.codec(id, &field.value);
            let value = codec.map_or_else(|| quote! { members.value()? }, |codec| quote! { members.read::<#codec>()? });
            if reads_as_option(field) {
                quote! { #index => #local = #value }
            } else {
                quote! { #index => #local = #some(#value) }
            }
        });
        let fields = object.fields.iter().zip(&locals).enumerate().map(|(index, (field, local))| {
            let (name, index) = (ident(&field.name), Literal::usize_unsuffixed(index));
            match &field.presence {
                Presence::Required => quote! { #name: members.required(#index, #local)? },
                Presence::Optional if name == *local => quote! { #name },
                Presence::Optional => quote! { #name: #local },
                Presence::Default(json) => {
                    let value = self.literal(id, &field.value, json);
                    if !is_plain(&field.value) && self.is_rust_default(&field.value, json) {
                        quote! { #name: #local.unwrap_or_default() }
                    } else if calls_nothing(&value) {
                        quote! { #name: #local.unwrap_or(#value) }
                    } else {
                        quote! { #name: #local.unwrap_or_else(|| #value) }
                    }
                }
            }
        });
        let (declare_others, keep, others) = self.read_others(object);
        // They are refused once all members are known.
        let numbers = object.fields.len()..object.fields.len() + object.refused.len();
        let numbers: Vec<_> = numbers.map(Literal::usize_unsuffixed).collect();
        let skip = matches!(object.others, Others::Ignored) || numbers.is_empty();
        let skip_refused = (!skip).then(|| quote! { #(#numbers)|* => members.skip()?, });
        let similar = names::allow_for_locals(&locals);
        // Too long for one line, the call stands in braces, where it needs a semicolon.
        let keep_arm = if keep.to_string().len() > MOST_LETTERS {
            quote! { _ => { #keep; } }
        } else {
            quote! { _ => #keep, }
        };
        let members = if object.fields.is_empty() && skip_refused.is_none() {
            quote! { while members.next()?.is_some() { #keep; } }
        } else {
            quote! {
                while let #some(index) = members.next()? {
                    match index {
                        #(#arms,)*
                        #skip_refused
                        #keep_arm
                    }
                }
            }
        };
        quote! {
            #similar
            fn read<'de, #a: serde::de::MapAccess<'de>>(
                members: &mut wire::Members<'de, #a>,
            ) -> #result<Self, #a::Error> {
                #(let mut #locals = #none;)*
                #declare_others
                #members
                #ok(Self { #(#fields,)* #others })
            }
        }
    }

    fn read_others(&self, object: &Struct) -> (Option<TokenStream>, TokenStream, Option<TokenStream>) {
        match &object.others {
            Others::Ignored => (None, quote! { members.skip()? }, None),
            Others::Refused => (None, quote! { members.refuse()? }, None),
            Others::Kept { field, value, .. } => {
                let (name, local, ty) = (ident(field), local(field), self.others_constructor(value));
                let keep = if is_any(value) {
                    quote! { members.keep_any(&mut #local)? }
                } else {
                    let codec = self.nested_codec(value);
                    quote! { members.keep::<#codec>(&mut #local)? }
                };
                let field = if name == local {
                    quote! { #name }
                } else {
                    quote! { #name: #local }
                };
                (Some(quote! { let mut #local = #ty::new(); }), keep, Some(field))
            }
        }
    }

    fn write(&self, id: TypeId, object: &Struct) -> TokenStream {
        let s = self.prelude.parameter("S");
        let (ok, result) = (self.prelude.ok(), self.prelude.result());
        let fields = object.fields.iter().map(|field| {
            let (name, wire) = (ident(&field.name), &field.wire);
            let optional = field.presence == Presence::Optional;
            let inner = Use { nullable: field.value.nullable && !optional, ..field.value.clone() };
            match (self.codec(id, &inner), optional) {
                (None, false) => quote! { object.value(#wire, &self.#name)?; },
                (None, true) => quote! { object.optional(#wire, &self.#name)?; },
                (Some(codec), false) => quote! { object.write::<#codec>(#wire, &self.#name)?; },
                (Some(codec), true) => quote! { object.write_optional::<#codec>(#wire, &self.#name)?; },
            }
        });
        let others = match &object.others {
            Others::Kept { field, value, .. } => {
                let field = ident(field);
                Some(if is_any(value) {
                    quote! { object.kept_any(Self::MEMBERS, &self.#field)?; }
                } else {
                    let codec = self.nested_codec(value);
                    quote! { object.kept::<#codec>(Self::MEMBERS, &self.#field)?; }
                })
            }
            _ => None,
        };
        let is_empty = object.fields.is_empty() && others.is_none();
        let object_name = if is_empty {
            quote! { _ }
        } else {
            quote! { object }
        };
        quote! {
            fn write<#s: serde::ser::SerializeMap>(
                &self,
                #object_name: &mut wire::Writer<#s>,
            ) -> #result<(), #s::Error> {
                #(#fields)*
                #others
                #ok(())
            }
        }
    }

    fn struct_checks(&self, object: &Struct) -> Option<TokenStream> {
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
        Some(quote! {
            fn check(&self) -> #result<(), wire::Fault> {
                #(#checks)*
                #ok(())
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
        Some(if option {
            quote! { if let #some(#local) = &self.#name { #(#checks)* } }
        } else {
            quote! { #(#checks)* }
        })
    }

    /// The type of a field.
    fn field_type(&self, id: TypeId, field: &Field) -> TokenStream {
        let ty = self.rust_type(id, &field.value);
        if field.presence == Presence::Optional && !field.value.nullable {
            let option = self.prelude.option();
            return quote! { #option<#ty> };
        }
        ty
    }

    fn others_type(&self, value: &Use) -> TokenStream {
        self.rust_type(TypeId(usize::MAX), &Use::of(Type::Map(Box::new(value.clone()))))
    }

    fn others_constructor(&self, value: &Use) -> TokenStream {
        if is_any(value) {
            quote! { serde_json::Map }
        } else {
            self.map_type()
        }
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

fn field_doc(field: &Field) -> Vec<String> {
    let mut lines: Vec<String> = field.description.iter().flat_map(|text| doc::paragraphs(text)).collect();
    let mut facts = check::facts(&field.value);
    if let Presence::Default(value) = &field.presence {
        facts.push(format!("Default: {}.", check::code(&value.to_string())));
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

/// Whether what is read of a member is the `Option` that the field holds.
fn reads_as_option(field: &Field) -> bool {
    field.presence == Presence::Optional && field.value.nullable
}

/// Whether a default of this type says more than `Default` does.
fn is_plain(value: &Use) -> bool {
    !value.nullable && matches!(value.ty, Type::Boolean | Type::Integer(_) | Type::Number | Type::Null)
}

/// Whether an expression calls nothing, so that it costs nothing to make it in vain. Tuples and variants are no calls.
fn calls_nothing(expression: &TokenStream) -> bool {
    let mut callable = false;
    for token in expression.clone() {
        let group = match token {
            TokenTree::Ident(ident) => {
                callable = ident.to_string().starts_with(char::is_lowercase);
                continue;
            }
            TokenTree::Punct(punct) => {
                callable = punct.as_char() == '!';
                continue;
            }
            TokenTree::Literal(_) => continue,
            TokenTree::Group(group) => group,
        };
        let calls = callable && group.delimiter() != Delimiter::Brace;
        if calls || !calls_nothing(&group.stream()) {
            return false;
        }
    }
    true
}

/// A local variable for a field: the field's name, unless that may name something else where it is used. In a script
/// without upper and lower case it may be a type's.
fn local(name: &str) -> proc_macro2::Ident {
    match name {
        "members" | "index" => format_ident!("{name}_"),
        _ if !name.starts_with(char::is_lowercase) => format_ident!("{name}_"),
        _ => ident(name),
    }
}
