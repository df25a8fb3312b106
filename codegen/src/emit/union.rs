//! Enums over JSON types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Emitter, check, doc};
use crate::model::{JsonType, TypeDef, TypeId, Use, Variant};

impl Emitter<'_> {
    pub(super) fn union(&self, id: TypeId, ty: &TypeDef, variants: &[Variant]) -> TokenStream {
        let name = format_ident!("{}", ty.name);
        let attributes = self.attributes(Some(id), ty);
        let (derived, debug) = Self::debug(ty);
        let eq = self.facts.is_eq(id).then(|| quote! { , Eq });
        let definitions = variants.iter().map(|variant| {
            let mut lines = vec![format!("{}.", capital(words(variant.json_type, &variant.name)))];
            for fact in check::facts(&variant.value) {
                doc::separate(&mut lines);
                lines.push(fact);
            }
            let (doc, variant_name, ty) =
                (doc(&lines), format_ident!("{}", variant.name), self.rust_type(id, &variant.value));
            quote! { #doc #variant_name(#ty) }
        });
        let write = variants.iter().map(|variant| {
            let variant_name = format_ident!("{}", variant.name);
            let codec = self.named_codec(id, &variant.value);
            let check = self.variant_check(&variant.value, &check::Operand::reference(quote! { value }));
            let check = check.map(|check| {
                quote! { #check.map_err(serde::ser::Error::custom)?; }
            });
            quote! { Self::#variant_name(value) => { #check <#codec as wire::Codec>::write(value, serializer) } }
        });
        let serde = self.serde(ty, "read_union", &quote! { match self { #(#write)* } });
        let expected: Vec<&str> = variants.iter().map(|variant| words(variant.json_type, &variant.name)).collect();
        let expected = expected.join(" or ");
        let reads = variants.iter().map(|variant| self.variant_read(id, variant));
        quote! {
            #attributes
            #[derive(Clone, #derived PartialEq #eq)]
            pub enum #name { #(#definitions,)* }

            #debug

            #serde

            impl wire::Union for #name {
                const EXPECTED: &'static str = #expected;
                #(#reads)*
            }
        }
    }

    fn variant_read(&self, id: TypeId, variant: &Variant) -> TokenStream {
        let method = format_ident!(
            "{}",
            match variant.json_type {
                JsonType::Boolean => "boolean",
                JsonType::Number => "number",
                JsonType::String => "string",
                JsonType::Array => "array",
                JsonType::Object => "object",
            }
        );
        let (ok, result) = (self.prelude.ok(), self.prelude.result());
        let variant_name = format_ident!("{}", variant.name);
        let codec = self.named_codec(id, &variant.value);
        let read = quote! { <#codec as wire::Codec>::read(deserializer) };
        let body = match self.variant_check(&variant.value, &check::Operand::place(quote! { value })) {
            None => quote! { #read.map(Self::#variant_name) },
            Some(check) => quote! {
                let value = #read?;
                #check.map_err(serde::de::Error::custom)?;
                #ok(Self::#variant_name(value))
            },
        };
        let d = self.prelude.parameter("D");
        quote! {
            fn #method<'de, #d: serde::Deserializer<'de>>(deserializer: #d) -> #result<Self, #d::Error> {
                #body
            }
        }
    }

    /// All checks of a variant as one expression.
    fn variant_check(&self, value: &Use, operand: &check::Operand) -> Option<TokenStream> {
        let checks = self.checks(value, operand);
        let mut checks = checks.into_iter();
        let first = checks.next()?;
        Some(checks.fold(first, |all, next| quote! { #all.and_then(|()| #next) }))
    }
}

fn words(json_type: JsonType, name: &str) -> &'static str {
    match json_type {
        JsonType::Boolean => "a boolean",
        JsonType::Number if name == "Integer" => "an integer",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}

fn capital(text: &str) -> String {
    format!("{}{}", text[..1].to_uppercase(), &text[1..])
}
