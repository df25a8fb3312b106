//! Structs around one value.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Emitter, check, doc};
use crate::model::{TypeDef, TypeId, Use};

impl Emitter<'_> {
    pub(super) fn newtype(&self, id: TypeId, ty: &TypeDef, value: &Use) -> TokenStream {
        let name = format_ident!("{}", ty.name);
        let mut attributes = self.attributes(Some(id), ty);
        let facts = check::facts(value);
        if !facts.is_empty() {
            let lines: Vec<String> = facts.into_iter().flat_map(|fact| [String::new(), fact]).collect();
            attributes.extend(doc(&lines[usize::from(ty.description.is_none())..]));
        }
        let (debug, derives, chosen) = (Self::debug(ty), self.derives(id), self.type_attributes(id));
        let inner = self.rust_type(id, value);
        let codec = self.codec(id, value).unwrap_or_else(|| inner.clone());
        let some = self.prelude.some();
        let operand = if value.nullable {
            check::Operand::reference(quote! { value })
        } else {
            check::Operand::place(quote! { value })
        };
        let checks = self.checks(value, &operand);
        let checks = match checks.as_slice() {
            [] => None,
            all if value.nullable => Some(quote! { if let #some(value) = &value { #(#all?;)* } }),
            all => Some(quote! { #(#all?;)* }),
        };
        let (ok, result, from, try_from) =
            (self.prelude.ok(), self.prelude.result(), self.prelude.from(), self.prelude.try_from());
        let made = if checks.is_none() {
            quote! {
                impl #from<#inner> for #name {
                    fn from(value: #inner) -> Self {
                        Self(value)
                    }
                }
            }
        } else {
            quote! {
                impl #try_from<#inner> for #name {
                    type Error = wire::Error;
                    fn try_from(value: #inner) -> #result<Self, wire::Error> {
                        <Self as wire::Newtype>::wrap(value, wire::Numbers::exact())
                    }
                }
            }
        };
        let numbers = self.numbers([value]);
        let serde = Self::serde(ty, None, "OfMembers", "read_newtype", "write_newtype");
        quote! {
            #attributes
            #[derive(#(#derives),*)]
            #chosen
            pub struct #name(#inner);

            #made

            impl #from<#name> for #inner {
                fn from(value: #name) -> Self {
                    value.0
                }
            }

            impl ::std::ops::Deref for #name {
                type Target = #inner;
                fn deref(&self) -> &#inner {
                    &self.0
                }
            }

            #debug

            #serde

            impl wire::Newtype for #name {
                type Codec = #codec;
                fn get(&self) -> &#inner {
                    &self.0
                }
                fn wrap(value: #inner, #numbers: &wire::Numbers) -> #result<Self, wire::Error> {
                    #checks
                    #ok(Self(value))
                }
            }
        }
    }
}
