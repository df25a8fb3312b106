//! The Rust in calls of the runtime's macros that generated code is made of, as `wire::members!`.

use std::mem;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Expr, Ident, LitStr, Type};

/// The Rust that a call holds, which macros take as it is: types and codecs, defaults and constants.
#[derive(Default)]
pub struct Held {
    /// Types behind `as` and `by`, and all else in parentheses that is a type.
    pub types: Vec<Type>,
    /// Expressions behind `=`.
    pub expressions: Vec<Expr>,
    /// The paths of files that are included.
    pub files: Vec<String>,
    /// The names of macros but for `include_str` and `wire::pattern`.
    pub macros: Vec<String>,
    /// The words that start items, outside of the types and expressions.
    pub items: Vec<String>,
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
            match &token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                    let inner = group.stream();
                    match before.as_str() {
                        "as" | "by" => held.types.push(syn::parse2(inner)?),
                        "=" => held.expressions.push(syn::parse2(inner)?),
                        "!" if first == "include_str" => held.files.push(syn::parse2::<LitStr>(inner)?.value()),
                        // An identifier before it: no negation.
                        "!" if first != "pattern" && syn::parse_str::<Ident>(&first).is_ok() => {
                            held.macros.push(first);
                            held.items.extend(items(inner));
                        }
                        // The value of a variant or a newtype.
                        _ => match syn::parse2(inner.clone()) {
                            Ok(ty) => held.types.push(ty),
                            Err(_) => held.items.extend(items(inner)),
                        },
                    }
                }
                _ => held.items.extend(items(token.clone().into())),
            }
            first = mem::replace(&mut before, token.to_string());
        }
        Ok(held)
    }
}

/// The words among tokens that start items, of those that are no identifiers.
fn items(tokens: TokenStream) -> Vec<String> {
    const WORDS: [&str; 11] =
        ["fn", "impl", "unsafe", "mod", "use", "static", "const", "extern", "trait", "loop", "while"];
    let mut found = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => found.extend(items(group.stream())),
            TokenTree::Ident(ident) if WORDS.contains(&ident.to_string().as_str()) => found.push(ident.to_string()),
            _ => {}
        }
    }
    found
}
