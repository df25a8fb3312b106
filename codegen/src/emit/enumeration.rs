//! Enums of string constants.

use proc_macro2::TokenStream;
use quote::quote;

use super::types::ident;
use super::{Emitter, Piece, check, doc, text};
use crate::model::{Constant, TypeDef};

impl Emitter<'_> {
    pub(super) fn enumeration(&self, ty: &TypeDef, constants: &[Constant]) -> Vec<Piece> {
        let attributes = self.attributes(None, ty);
        let (derived, debug) = Self::debug(ty);
        let mut lines = vec!["wire::enumeration! {".to_owned()];
        let indented = |tokens: &TokenStream, indent| {
            let lines = text::attributes(tokens).into_iter();
            lines.map(move |line| format!("{:indent$}{}", "", line.trim_end())).collect::<Vec<_>>()
        };
        lines.extend(indented(&attributes, 4));
        lines.extend(derived.map(|_| "    #[derive(Debug)]".to_owned()));
        lines.push(format!("    pub enum {} {{", ty.name));
        for constant in constants {
            let mut about: Vec<String> = constant.description.iter().flat_map(|text| doc::paragraphs(text)).collect();
            doc::separate(&mut about);
            let plain = is_plain(&constant.text);
            if !plain {
                about.push(check::code(&constant.text));
            }
            lines.extend(indented(&doc::doc(&about), 8));
            let sign = if plain { "=" } else { "=>" };
            lines.push(format!("        {} {sign} {:?},", ident(&constant.name), constant.text));
        }
        lines.extend(["    }".to_owned(), "}".to_owned()]);
        let definition = Piece::Macro { definition: quote! {}, names: quote! {}, lines };
        std::iter::once(definition).chain(debug.map(Piece::Rust)).collect()
    }
}

/// Whether a text between backticks is shown as it is.
fn is_plain(text: &str) -> bool {
    let mark = |character: char| matches!(character, ' ' | '.' | ',' | ':' | ';' | '/' | '-' | '_' | '+' | '@');
    !text.trim().is_empty() && text.chars().all(|character| character.is_ascii_alphanumeric() || mark(character))
}
