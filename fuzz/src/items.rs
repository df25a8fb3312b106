//! The Rust in calls of the runtime's macros that generated code is made of, as `wire::members!`.

use std::mem;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Expr, Ident, LitStr, Type};

/// The Rust that a call holds, which macros take as it is: types and codecs, defaults and constants.
#[derive(Default)]
pub struct Held {
    /// Types behind `as` and `by`.
    pub types: Vec<Type>,
    /// Expressions behind `=`.
    pub expressions: Vec<Expr>,
    /// The paths of files that are included.
    pub files: Vec<String>,
    /// The names of macros but for `include_str` and `wire::pattern`.
    pub macros: Vec<String>,
}

impl Held {
    /// Reads the tokens of a call.
    ///
    /// # Errors
    ///
    /// If something that should be a type or an expression is none.
    pub fn of(tokens: TokenStream) -> syn::Result<Self> {
        let mut held = Self::default();
        let [mut first, mut before] = [const { String::new() }; 2];
        for token in tokens {
            if let TokenTree::Group(group) = &token
                && group.delimiter() == Delimiter::Parenthesis
            {
                match before.as_str() {
                    "as" | "by" => held.types.push(syn::parse2(group.stream())?),
                    "=" => held.expressions.push(syn::parse2(group.stream())?),
                    "!" if first == "include_str" => held.files.push(syn::parse2::<LitStr>(group.stream())?.value()),
                    // An identifier before it: no negation.
                    "!" if first != "pattern" && syn::parse_str::<Ident>(&first).is_ok() => held.macros.push(first),
                    _ => {}
                }
            }
            first = mem::replace(&mut before, token.to_string());
        }
        Ok(held)
    }
}

/// A word among tokens that starts an item, of those that are no identifier.
#[must_use]
pub fn item(tokens: TokenStream) -> Option<String> {
    const WORDS: [&str; 11] =
        ["fn", "impl", "unsafe", "mod", "use", "static", "const", "extern", "trait", "loop", "while"];
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => item(group.stream()),
        TokenTree::Ident(ident) => WORDS.contains(&ident.to_string().as_str()).then(|| ident.to_string()),
        _ => None,
    })
}
