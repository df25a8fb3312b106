//! What stands in the macros of the runtime that generated code calls: `wire::object!` and `wire::enumeration!`.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, Expr, Ident, LitInt, LitStr, Token, Type, braced, parenthesized};

/// A struct or an enum of constants, in its parts.
pub struct Definition {
    /// Its name.
    pub name: Ident,
    /// Its attributes, then those of each field or constant.
    pub attributes: Vec<Vec<Attribute>>,
    /// Types and codecs of fields.
    pub types: Vec<Type>,
    /// Defaults.
    pub expressions: Vec<Expr>,
    /// What follows the fields.
    pub rules: TokenStream,
}

impl Parse for Definition {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attributes = vec![Attribute::parse_outer(input)?];
        let (mut types, mut expressions) = (Vec::new(), Vec::new());
        input.parse::<Token![pub]>()?;
        let is_struct = input.peek(Token![struct]);
        if is_struct {
            input.parse::<Token![struct]>()?;
        } else {
            input.parse::<Token![enum]>()?;
        }
        let name = input.parse()?;
        let members;
        braced!(members in input);
        while !members.is_empty() {
            attributes.push(Attribute::parse_outer(&members)?);
            if is_struct {
                field(&members, &mut types, &mut expressions)?;
            } else {
                constant(&members)?;
            }
            if !members.is_empty() {
                members.parse::<Token![,]>()?;
            }
        }
        Ok(Self { name, attributes, types, expressions, rules: input.parse()? })
    }
}

fn field(input: ParseStream<'_>, types: &mut Vec<Type>, expressions: &mut Vec<Expr>) -> Result<()> {
    input.parse::<Token![pub]>()?;
    input.parse::<Ident>()?;
    input.parse::<Token![:]>()?;
    types.push(input.parse()?);
    input.parse::<Token![=]>()?;
    input.parse::<LitInt>()?;
    input.parse::<LitStr>()?;
    if input.peek(Token![:]) {
        input.parse::<Token![:]>()?;
        input.parse::<Ident>()?;
    }
    if input.peek(Token![as]) {
        input.parse::<Token![as]>()?;
        let codec;
        parenthesized!(codec in input);
        types.push(codec.parse()?);
    }
    if input.peek(Ident) {
        let or = input.parse::<Ident>()?;
        if or != "or" {
            return Err(syn::Error::new(or.span(), "no default"));
        }
        let default;
        parenthesized!(default in input);
        expressions.push(default.parse()?);
    }
    Ok(())
}

fn constant(input: ParseStream<'_>) -> Result<()> {
    input.parse::<Ident>()?;
    if input.peek(Token![=>]) {
        input.parse::<Token![=>]>()?;
    } else {
        input.parse::<Token![=]>()?;
    }
    input.parse::<LitStr>().map(drop)
}

/// A word among tokens that starts an item.
#[must_use]
pub fn item(tokens: TokenStream) -> Option<String> {
    const WORDS: [&str; 12] =
        ["fn", "impl", "unsafe", "mod", "use", "static", "const", "macro_rules", "extern", "trait", "loop", "while"];
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => item(group.stream()),
        TokenTree::Ident(ident) => WORDS.contains(&ident.to_string().as_str()).then(|| ident.to_string()),
        _ => None,
    })
}
