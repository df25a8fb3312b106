//! Enums of string constants.

use proc_macro2::TokenStream;
use quote::quote;

use super::types::ident;
use super::{Emitter, Piece, doc, text};
use crate::model::{Constant, TypeDef, TypeId};

impl Emitter<'_> {
    pub(super) fn enumeration(&self, id: TypeId, ty: &TypeDef, constants: &[Constant]) -> Vec<Piece> {
        let (documented, chosen) = (self.attributes(None, ty), self.type_attributes(id));
        let (debug, derives) = (Self::debug(ty), self.derives(id));
        let derive = (!derives.is_empty()).then(|| quote! { #[derive(#(#derives),*)] });
        let attributes = quote! { #documented #derive #chosen };
        let mut lines = vec!["wire::enumeration! {".to_owned()];
        let indented = |tokens: &TokenStream, indent| {
            let lines = text::attributes(tokens).into_iter();
            lines.map(move |line| format!("{:indent$}{}", "", line.trim_end())).collect::<Vec<_>>()
        };
        lines.extend(indented(&attributes, 4));
        lines.push(format!("    pub enum {} {{", ty.name));
        for (index, constant) in constants.iter().enumerate() {
            let mut about: Vec<String> = constant.description.iter().flat_map(|text| doc::paragraphs(text)).collect();
            doc::separate(&mut about);
            let plain = is_plain(&constant.text);
            if !plain {
                about.push(doc::code(&constant.text));
            }
            let (doc, chosen) = (doc::doc(&about), self.member_attributes(id, index));
            lines.extend(indented(&quote! { #doc #chosen }, 8));
            let sign = if plain { "=" } else { "=>" };
            lines.push(format!("        {} {sign} {:?},", ident(&constant.name), constant.text));
        }
        lines.extend(["    }".to_owned(), "}".to_owned()]);
        let definition = Piece::Macro { definition: quote! {}, names: attributes, lines };
        std::iter::once(definition).chain(debug.map(Piece::Rust)).collect()
    }
}

/// Returns whether a text between backticks is shown as it is.
fn is_plain(text: &str) -> bool {
    let mark = |character: char| matches!(character, ' ' | '.' | ',' | ':' | ';' | '/' | '-' | '_' | '+' | '@');
    !text.trim().is_empty() && text.chars().all(|character| character.is_ascii_alphanumeric() || mark(character))
}
