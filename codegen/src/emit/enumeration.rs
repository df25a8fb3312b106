//! Enums of string constants.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Emitter, doc};
use crate::model::{Constant, TypeDef, TypeId};

impl Emitter<'_> {
    pub(super) fn enumeration(&self, id: TypeId, ty: &TypeDef, constants: &[Constant]) -> TokenStream {
        let name = format_ident!("{}", ty.name);
        let attributes = self.attributes(None, ty);
        let (debug, derives, chosen) = (Self::debug(ty), self.derives(id), self.type_attributes(id));
        let variants: Vec<_> = constants.iter().map(|constant| format_ident!("{}", constant.name)).collect();
        let texts: Vec<_> = constants.iter().map(|constant| &constant.text).collect();
        let docs = constants.iter().enumerate().map(|(index, constant)| {
            let mut lines: Vec<String> = constant.description.iter().flat_map(|text| doc::paragraphs(text)).collect();
            doc::separate(&mut lines);
            lines.push(super::check::code(&constant.text));
            let (doc, chosen) = (doc::doc(&lines), self.member_attributes(id, index));
            quote! { #doc #chosen }
        });
        let count = proc_macro2::Literal::usize_unsuffixed(constants.len());
        let listed: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
        let expected = match listed.as_slice() {
            [only] => only.clone(),
            several => format!("one of {}", several.join(", ")),
        };
        let serde = self.serde(ty, "read_enumeration", "", &quote! { wire::write_enumeration(*self, serializer) });
        quote! {
            #attributes
            #[derive(#(#derives),*)]
            #chosen
            pub enum #name { #(#docs #variants,)* }

            impl #name {
                #[doc = " All of them, in the order of the schema."]
                pub const ALL: [Self; #count] = [#(Self::#variants),*];

                #[doc = " The text that stands in JSON."]
                #[must_use]
                pub const fn as_str(self) -> &'static str {
                    match self { #(Self::#variants => #texts,)* }
                }
            }

            impl ::std::fmt::Display for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            #debug

            #serde

            impl wire::Enumeration for #name {
                const EXPECTED: &'static str = #expected;
                const ALL: &'static [Self] = &Self::ALL;
                fn text(self) -> &'static str {
                    self.as_str()
                }
            }
        }
    }
}
