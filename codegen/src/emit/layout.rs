//! From tokens to the text of a file that a person likes to read.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use quote::format_ident;

/// What generated code may use of the runtime, in the order of the `use` line.
const MODULES: [&str; 6] = ["message", "registry", "schemars", "serde", "serde_json", "wire"];

/// The modules of the runtime that these items name.
pub(super) fn modules(items: &[TokenStream]) -> Vec<Ident> {
    let mut found = BTreeSet::new();
    items.iter().for_each(|tokens| collect(tokens.clone(), &mut found));
    MODULES.iter().filter(|module| found.contains(**module)).map(|module| format_ident!("{module}")).collect()
}

/// Every identifier that starts a path of several.
fn collect(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut in_path = false;
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Ident(ident) if !in_path && tokens.peek().is_some_and(starts_separator) => {
                found.insert(ident.to_string());
            }
            _ => {}
        }
        in_path = starts_separator(&token) || in_path && is_colon(&token);
    }
}

/// Whether this is the first colon of `::`.
fn starts_separator(token: &TokenTree) -> bool {
    is_colon(token) && matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint)
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}

/// Prints items, each after an empty line.
pub(super) fn print(tokens: TokenStream, text: &mut String) {
    // What is not Rust here is a mistake of this crate; as it stands the compiler names the place.
    let Ok(file) = syn::parse2::<syn::File>(tokens.clone()) else { return text.push_str(&tokens.to_string()) };
    for item in file.items {
        // Item by item: prettyplease puts no empty line between them.
        let alone = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: vec![item] };
        let printed = prettyplease::unparse(&alone);
        text.push('\n');
        text.push_str(&if printed.starts_with("impl") { spaced(&printed) } else { printed });
    }
}

/// An `impl` with an empty line between its items.
fn spaced(item: &str) -> String {
    let mut spaced = String::new();
    let mut lines = item.lines().peekable();
    while let Some(line) = lines.next() {
        spaced.push_str(line);
        spaced.push('\n');
        let ends = is_outermost(line) && line.ends_with(['}', ';']) && !line.trim_start().starts_with("//");
        if ends && lines.peek().is_some_and(|next| is_outermost(next)) {
            spaced.push('\n');
        }
    }
    spaced
}

/// Whether a line stands directly in the braces of an `impl`.
fn is_outermost(line: &str) -> bool {
    line.starts_with("    ") && !line[4..].starts_with(' ')
}
