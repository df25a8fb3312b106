//! Structs around one value.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Emitter, Piece, check, doc, is_documented, text};
use crate::model::{Type, TypeDef, TypeId, Use};

impl Emitter<'_> {
    pub(super) fn newtype(&self, id: TypeId, ty: &TypeDef, value: &Use) -> Vec<Piece> {
        let name = format_ident!("{}", ty.name);
        let mut attributes = self.attributes(Some(id), ty);
        let facts = check::facts(value);
        if !facts.is_empty() {
            let lines: Vec<String> = facts.into_iter().flat_map(|fact| [String::new(), fact]).collect();
            attributes.extend(doc(&lines[usize::from(attributes.is_empty())..]));
        }
        let (derives, chosen) = (self.derives(id), self.type_attributes(id));
        let (inner, undocumented) = (self.rust_type(id, value), Self::undocumented(is_documented(&attributes)));
        let complex = Self::complex([inner.clone()]);
        let definition = quote! {
            #attributes
            #undocumented
            #complex
            #[derive(#(#derives),*)]
            #chosen
            pub struct #name(#inner);
        };
        let checks = self.newtype_checks(ty, value);
        let codec = self.codec(id, value);
        let by = codec.as_ref().map(|codec| format!(" by ({})", text::line(codec))).unwrap_or_default();
        let check = if checks.is_some() { "checked" } else { "free" };
        let call = format!("wire::newtype!({name}({}){by}, {check}, {});", text::line(&inner), kind(ty, value));
        let call = Piece::Macro { names: quote! { #inner #codec }, lines: vec![call] };
        let others = checks.into_iter().chain(Self::debug(ty)).map(Piece::Rust);
        [Piece::Rust(definition), call].into_iter().chain(others).collect()
    }

    /// The check of the value inside.
    fn newtype_checks(&self, ty: &TypeDef, value: &Use) -> Option<TokenStream> {
        let (name, some) = (format_ident!("{}", ty.name), self.prelude.some());
        let operand = if value.nullable {
            check::Operand::reference(quote! { value })
        } else {
            check::Operand::place(quote! { self.0 })
        };
        let checks = self.checks(value, &operand);
        let checks = match checks.as_slice() {
            [] => return None,
            all if value.nullable => quote! { if let #some(value) = &self.0 { #(#all?;)* } },
            all => quote! { #(#all?;)* },
        };
        Some(self.check_impl(&name, &self.numbers([value]), &checks))
    }
}

/// The kind of value, for what it is made of and shown as.
fn kind(ty: &TypeDef, value: &Use) -> &'static str {
    match &value.ty {
        _ if value.nullable => "other",
        Type::String if ty.sensitive => "secret",
        Type::String => "text",
        Type::Boolean | Type::Integer(_) | Type::Number if !ty.sensitive => "scalar",
        _ => "other",
    }
}
