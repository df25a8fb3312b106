//! Structs.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::types::{ident, is_any};
use super::{Emitter, check, doc};
use crate::model::{Field, Others, Presence, Struct, Type, TypeDef, TypeId, Use};

/// More parameters than this make a constructor that nobody can read.
const MOST_PARAMETERS: usize = 7;
/// As clippy counts.
const MOST_BOOLS: usize = 3;
const MOST_MEMBERS: usize = 30;

impl Emitter<'_> {
    pub(super) fn object(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> TokenStream {
        let definition = self.struct_definition(id, ty, object);
        let construction = self.construction(id, ty, object);
        let debug = self.redacting_debug(ty, object);
        let serde = self.serde(ty, "read_object", &quote! { wire::write_object(self, serializer) });
        let codec = self.object_codec(id, ty, object);
        quote! { #definition #construction #debug #serde #codec }
    }

    fn struct_definition(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> TokenStream {
        let name = format_ident!("{}", ty.name);
        let attributes = self.attributes(Some(id), ty);
        let eq = self.facts.is_eq(id).then(|| quote! { , Eq });
        let debug = (!has_sensitive(object)).then(|| quote! { Debug, });
        let bools = object.fields.iter().filter(|field| self.field_type(id, field).to_string() == "bool").count();
        let allow = (bools > MOST_BOOLS).then(|| {
            quote! { #[allow(clippy::struct_excessive_bools, reason = "the schema has as many")] }
        });
        let fields = object.fields.iter().map(|field| {
            let doc = doc(&self.field_doc(field));
            let deprecated = field.deprecated.then(|| quote! { #[deprecated] });
            let (field_name, ty) = (ident(&field.name), self.field_type(id, field));
            quote! { #doc #deprecated pub #field_name: #ty }
        });
        let others = match &object.others {
            Others::Kept { field, value } => {
                let (field, ty) = (ident(field), self.others_type(value));
                Some(quote! { #[doc = " The members that the schema does not name, by name."] pub #field: #ty })
            }
            _ => None,
        };
        let fields = fields.chain(others);
        quote! {
            #attributes
            #allow
            #[derive(Clone, #debug PartialEq #eq)]
            pub struct #name { #(#fields,)* }
        }
    }

    /// `Default` where nothing is required, else `new` with what is.
    fn construction(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> Option<TokenStream> {
        let name = format_ident!("{}", ty.name);
        let required: Vec<&Field> = object.fields.iter().filter(|field| field.presence == Presence::Required).collect();
        let others = match &object.others {
            Others::Kept { field, value } => {
                let (field, ty) = (ident(field), self.others_constructor(value));
                Some(quote! { #field: #ty::new() })
            }
            _ => None,
        };
        let values = object.fields.iter().map(|field| {
            let name = ident(&field.name);
            match self.absent(id, field) {
                Some(value) => quote! { #name: #value },
                None => quote! { #name },
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
        let parameters = required.iter().map(|field| {
            let (name, ty) = (ident(&field.name), self.field_type(id, field));
            quote! { #name: #ty }
        });
        Some(quote! {
            impl #name {
                #[doc = " With what is required; the rest is absent, or has its default."]
                #[must_use]
                pub fn new(#(#parameters),*) -> Self {
                    Self { #(#values,)* }
                }
            }
        })
    }

    /// What a field holds where the member is absent; `None` where it must not be.
    fn absent(&self, id: TypeId, field: &Field) -> Option<TokenStream> {
        match &field.presence {
            Presence::Required => None,
            Presence::Optional => Some(self.prelude.none()),
            Presence::Default(value) => Some(self.literal(id, &field.value, value)),
        }
    }

    fn redacting_debug(&self, ty: &TypeDef, object: &Struct) -> Option<TokenStream> {
        if !has_sensitive(object) {
            return None;
        }
        let name = format_ident!("{}", ty.name);
        let text = &ty.name;
        let fields = object.fields.iter().map(|field| {
            let (field_name, ident) = (&field.name, ident(&field.name));
            let value = if field.sensitive {
                quote! { &wire::Redacted }
            } else {
                quote! { &self.#ident }
            };
            quote! { .field(#field_name, #value) }
        });
        let others = match &object.others {
            Others::Kept { field, .. } => {
                let ident = ident(field);
                Some(quote! { .field(#field, &self.#ident) })
            }
            _ => None,
        };
        Some(quote! {
            impl ::std::fmt::Debug for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.debug_struct(#text) #(#fields)* #others .finish()
                }
            }
        })
    }

    fn object_codec(&self, id: TypeId, ty: &TypeDef, object: &Struct) -> TokenStream {
        let name = format_ident!("{}", ty.name);
        let wires = object.fields.iter().map(|field| &field.wire);
        let read = self.read(id, object);
        let write = self.write(id, object);
        let checks = self.struct_checks(id, object);
        quote! {
            impl wire::Object for #name {
                const MEMBERS: &'static [&'static str] = &[#(#wires),*];
                #read
                #write
                #checks
            }
        }
    }

    fn read(&self, id: TypeId, object: &Struct) -> TokenStream {
        let (ok, some, none, result) =
            (self.prelude.ok(), self.prelude.some(), self.prelude.none(), self.prelude.result());
        let locals: Vec<_> = object.fields.iter().map(|field| local(&field.name)).collect();
        let arms = object.fields.iter().zip(&locals).enumerate().map(|(index, (field, local))| {
            let index = Literal::usize_unsuffixed(index);
            let value = match self.codec(id, &field.value) {
                Some(codec) => quote! { members.read::<#codec>()? },
                None => quote! { members.value()? },
            };
            match reads_as_option(field) {
                true => quote! { #index => #local = #value },
                false => quote! { #index => #local = #some(#value) },
            }
        });
        let fields = object.fields.iter().zip(&locals).enumerate().map(|(index, (field, local))| {
            let (name, index) = (ident(&field.name), Literal::usize_unsuffixed(index));
            match &field.presence {
                Presence::Required => quote! { #name: members.required(#index, #local)? },
                Presence::Optional if name == *local => quote! { #name },
                Presence::Optional => quote! { #name: #local },
                Presence::Default(value) => {
                    let value = self.literal(id, &field.value, value);
                    if is_plain(&field.value) {
                        quote! { #name: #local.unwrap_or(#value) }
                    } else {
                        quote! { #name: #local.unwrap_or_else(|| #value) }
                    }
                }
            }
        });
        let (declare_others, keep, others) = self.read_others(object);
        let allow = (object.fields.len() > MOST_MEMBERS).then(|| {
            quote! { #[allow(clippy::too_many_lines, reason = "the schema has as many members")] }
        });
        quote! {
            #allow
            fn read<'de, A: serde::de::MapAccess<'de>>(
                members: &mut wire::Members<'de, A>,
            ) -> #result<Self, A::Error> {
                #(let mut #locals = #none;)*
                #declare_others
                while let #some(index) = members.next()? {
                    match index {
                        #(#arms,)*
                        _ => #keep,
                    }
                }
                #ok(Self { #(#fields,)* #others })
            }
        }
    }

    fn read_others(&self, object: &Struct) -> (Option<TokenStream>, TokenStream, Option<TokenStream>) {
        match &object.others {
            Others::Ignored => (None, quote! { members.skip()? }, None),
            Others::Refused => (None, quote! { members.refuse()? }, None),
            Others::Kept { field, value } => {
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
            Others::Kept { field, value } => {
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
        quote! {
            fn write<S: serde::ser::SerializeMap>(
                &self,
                object: &mut wire::Writer<S>,
            ) -> #result<(), S::Error> {
                #(#fields)*
                #others
                #ok(())
            }
        }
    }

    fn struct_checks(&self, id: TypeId, object: &Struct) -> Option<TokenStream> {
        let mut checks: Vec<TokenStream> = Vec::new();
        for field in &object.fields {
            checks.extend(self.field_checks(id, field));
        }
        if let Others::Kept { field, value } = &object.others {
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

    fn field_checks(&self, _id: TypeId, field: &Field) -> Option<TokenStream> {
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
            quote! { ::std::collections::BTreeMap }
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

    fn field_doc(&self, field: &Field) -> Vec<String> {
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
}

fn has_sensitive(object: &Struct) -> bool {
    object.fields.iter().any(|field| field.sensitive)
}

/// Whether what is read of a member is the `Option` that the field holds.
fn reads_as_option(field: &Field) -> bool {
    field.presence == Presence::Optional && field.value.nullable
}

/// Whether a default of this type costs nothing to make.
fn is_plain(value: &Use) -> bool {
    !value.nullable && matches!(value.ty, Type::Boolean | Type::Integer(_) | Type::Number | Type::Null)
}

/// A local variable for a field: the field's name, unless `read` has that name for something else.
fn local(name: &str) -> proc_macro2::Ident {
    match name {
        "members" | "index" => format_ident!("{name}_"),
        _ => ident(name),
    }
}
