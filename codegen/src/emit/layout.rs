//! From tokens to the text of a file that a person likes to read.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::Item;

use super::Piece;
use super::lints::{Known, Words};

/// The modules of the runtime that generated code may use, in the order of the `use` line.
const MODULES: [&str; 8] = ["compact_str", "formats", "message", "registry", "schemars", "serde", "serde_json", "wire"];

/// The modules of the runtime that these items name.
pub(super) fn modules(items: &[Piece]) -> Vec<Ident> {
    let mut found = BTreeSet::new();
    for piece in items {
        match piece {
            Piece::Rust(tokens) => collect(tokens.clone(), &mut found),
            Piece::Break => {}
            Piece::Macro { names, .. } => {
                found.insert("wire".to_owned());
                collect(names.clone(), &mut found);
            }
        }
    }
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

/// Returns whether this is the first colon of `::`.
fn starts_separator(token: &TokenTree) -> bool {
    is_colon(token) && matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint)
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}

/// Prints items, each after an empty line but for the call of a macro, which stands right behind its type; with an `allow` where
/// the schema forces what the compiler warns of.
pub(super) fn print(piece: &Piece, known: &Known, format: bool, text: &mut String) {
    match piece {
        Piece::Rust(tokens) => print_items(tokens, known, format, text),
        Piece::Break => text.push('\n'),
        Piece::Macro { lines, .. } => {
            for line in lines {
                text.extend([line, "\n"]);
            }
        }
    }
}

fn print_items(tokens: &TokenStream, known: &Known, format: bool, text: &mut String) {
    // What is not Rust here is a mistake of this crate; as it stands the compiler names the place.
    let Ok(file) = syn::parse2::<syn::File>(tokens.clone()) else { return text.push_str(&tokens.to_string()) };
    let mut maps_nothing = false;
    for item in file.items {
        let mut words = Words::of(item.to_token_stream(), known);
        // The definition comes first; what makes such a map later on may not say of what.
        maps_nothing |= words.maps_nothing;
        words.maps_nothing = maps_nothing && (words.has("BTreeMap") || words.has("HashMap"));
        let is_impl = matches!(item, Item::Impl(_));
        words.is_deprecated |= is_impl && words.uses_deprecated_field();
        text.push('\n');
        // A macro of the runtime allows what it has to.
        let lints = words.lints().filter(|_| !matches!(item, Item::Macro(_)));
        for (lint, reason) in lints {
            text.extend(["#[allow(", lint, ", reason = \"", reason, "\")]\n"]);
        }
        if !format {
            text.extend([&item.to_token_stream().to_string(), "\n"]);
            continue;
        }
        // Item by item: prettyplease puts no empty line between them.
        let alone = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: vec![item] };
        let printed = prettyplease::unparse(&alone);
        text.push_str(&if is_impl { spaced(&printed) } else { printed });
    }
}

/// Items as they stand in a module.
pub(super) fn in_module(name: &str, items: &str, indented: bool) -> String {
    let margin = if indented { "    " } else { "" };
    let lines = items.trim_start().lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("{margin}{line}\n"),
    });
    format!("\n/// The messages of these schemas.\npub mod {name} {{\n{}}}\n", lines.collect::<String>())
}

/// Returns whether a literal stands on several lines, which indentation would change.
pub(super) fn has_long_literal(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_long_literal(group.stream()),
        TokenTree::Literal(literal) => {
            let literal = literal.to_string();
            // prettyplease makes a comment of several lines of such a `#[doc]`.
            literal.contains('\n') || literal.contains("\\n")
        }
        _ => false,
    })
}

/// An `impl` with an empty line between its items.
fn spaced(item: &str) -> String {
    let mut spaced: Vec<&str> = Vec::new();
    let mut lines = item.lines().peekable();
    let mut signature = None;
    while let Some(line) = lines.next() {
        if is_outermost(line) && line.contains("fn ") && signature.is_none() {
            signature = Some(spaced.len());
        }
        spaced.push(line);
        let ends = is_outermost(line) && line.ends_with(['}', ';']) && !line.trim_start().starts_with("//");
        if !ends {
            continue;
        }
        if let Some(start) = signature.take().filter(|start| spaced.len() - start > MAX_FUNCTION_LINES) {
            spaced.insert(start, TOO_MANY_LINES);
        }
        if lines.peek().is_some_and(|next| is_outermost(next)) {
            spaced.push("");
        }
    }
    spaced.into_iter().fold(String::new(), |text, line| text + line + "\n")
}

/// As clippy counts.
const MAX_FUNCTION_LINES: usize = 100;
const TOO_MANY_LINES: &str = "    #[allow(clippy::too_many_lines, reason = \"the schema has as many members\")]";

/// Returns whether a line stands directly in the braces of an `impl`.
fn is_outermost(line: &str) -> bool {
    line.starts_with("    ") && !line[4..].starts_with(' ')
}
