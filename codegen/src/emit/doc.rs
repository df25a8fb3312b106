//! Documentation.

use proc_macro2::TokenStream;
use quote::quote;
pub(super) use thoth_messaging_documents::foreign::rustdoc::{code, paragraphs};

/// One `#[doc]` attribute per line.
pub(super) fn doc(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// An empty line between what is there and what follows.
pub(super) fn separate(lines: &mut Vec<String>) {
    if !lines.is_empty() {
        lines.push(String::new());
    }
}
