//! Enums of string constants.

use quote::{format_ident, quote};

use super::types::ident;
use super::{Emitter, Piece, check, doc, text};
use crate::model::{Check, Constant, Type, TypeDef, TypeId, Use};

impl Emitter<'_> {
    pub(super) fn enumeration(&self, id: TypeId, ty: &TypeDef, constants: &[Constant]) -> Vec<Piece> {
        let (name, chosen, derives) = (format_ident!("{}", ty.name), self.type_attributes(id), self.derives(id));
        let mut attributes = self.attributes(None, ty);
        let texts = constants.iter().map(|constant| constant.text.clone().into()).collect();
        let all = check::facts(&Use { checks: vec![Check::OneOf(texts)], ..Use::of(Type::String) });
        let separator = (!attributes.is_empty()).then(String::new);
        attributes.extend(doc(&separator.into_iter().chain(all).collect::<Vec<_>>()));
        let undocumented = Self::undocumented(constants.iter().all(|constant| constant.description.is_some()));
        let variants = constants.iter().enumerate().map(|(index, constant)| {
            let about: Vec<String> = constant.description.iter().flat_map(|text| doc::paragraphs(text)).collect();
            let (about, chosen, name) = (doc(&about), self.member_attributes(id, index), ident(&constant.name));
            quote! { #about #chosen #name, }
        });
        let definition = quote! {
            #attributes
            #undocumented
            #[derive(#(#derives),*)]
            #chosen
            pub enum #name { #(#variants)* }
        };
        let texts = constants.iter().map(|constant| format!("{} = {:?}", ident(&constant.name), constant.text));
        let lines = text::call("wire::constants!", &[vec![ty.name.clone()], texts.collect()]);
        let call = Piece::Macro { names: quote! {}, lines };
        [Piece::Rust(definition), call].into_iter().chain(Self::debug(ty).map(Piece::Rust)).collect()
    }
}
