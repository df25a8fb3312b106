//! From tokens to the text of a file that a person likes to read.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::Item;

/// What generated code may use of the runtime, in the order of the `use` line.
const MODULES: [&str; 6] = ["message", "registry", "schemars", "serde", "serde_json", "wire"];

/// The modules of the runtime that these items name.
pub(super) fn modules(items: &[TokenStream]) -> Vec<Ident> {
    let mut found = BTreeSet::new();
    for tokens in items {
        collect(tokens.clone(), &mut found);
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

/// Whether this is the first colon of `::`.
fn starts_separator(token: &TokenTree) -> bool {
    is_colon(token) && matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint)
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}

/// Prints items, each after an empty line, with an `allow` where the schema forces what the compiler warns of.
pub(super) fn print(tokens: &TokenStream, deprecated: &BTreeSet<String>, text: &mut String) {
    // What is not Rust here is a mistake of this crate; as it stands the compiler names the place.
    let Ok(file) = syn::parse2::<syn::File>(tokens.clone()) else { return text.push_str(&tokens.to_string()) };
    // A field that is deprecated is used by what reads and writes it.
    let has_deprecated = file.items.iter().any(|item| match item {
        Item::Struct(item) => {
            item.fields.iter().any(|field| field.attrs.iter().any(|attr| attr.path().is_ident("deprecated")))
        }
        _ => false,
    });
    let mut maps_nulls = false;
    for item in file.items {
        let mut words = Words::default();
        words.add(item.to_token_stream());
        // The definition comes first; what makes such a map later on may not say of what.
        maps_nulls |= words.maps_nulls;
        words.maps_nulls = maps_nulls && words.idents.contains("BTreeMap");
        let is_impl = matches!(item, Item::Impl(_));
        words.is_deprecated = is_impl && has_deprecated || !words.idents.is_disjoint(deprecated);
        text.push('\n');
        for (lint, reason) in words.lints() {
            text.extend(["#[allow(", lint, ", reason = \"", reason, "\")]\n"]);
        }
        // Item by item: prettyplease puts no empty line between them.
        let alone = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: vec![item] };
        let printed = prettyplease::unparse(&alone);
        text.push_str(&if is_impl { spaced(&printed) } else { printed });
    }
}

/// What an item is made of, as lints see it.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is what one lint looks for")]
struct Words {
    idents: BTreeSet<String>,
    is_deprecated: bool,
    /// A number is close to one that mathematics has a name for.
    approximates: bool,
    /// A map holds nothing but nulls.
    maps_nulls: bool,
    /// A type is nested as deeply as clippy finds hard to read.
    is_complex: bool,
}

impl Words {
    /// The lints that the schema forces, and why they are allowed.
    fn lints(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let lints = [
            (self.is_deprecated, "deprecated", "the schema deprecates it, and still has it"),
            (self.approximates, "clippy::approx_constant", "the number is that of the schema"),
            (self.maps_nulls, "clippy::zero_sized_map_values", "the schema allows no value but null"),
            (self.is_complex, "clippy::type_complexity", "the schema nests as deeply"),
        ];
        lints.into_iter().filter(|(is_forced, ..)| *is_forced).map(|(_, lint, reason)| (lint, reason))
    }

    fn add(&mut self, tokens: TokenStream) {
        // Of the type at hand: how deeply nested, and how complex as clippy counts.
        let (mut depth, mut score) = (0_u32, 0_u32);
        let mut before = ' ';
        for token in tokens {
            let mut sign = ' ';
            match token {
                TokenTree::Group(group) => {
                    let is_unit = group.stream().is_empty() && group.delimiter() == Delimiter::Parenthesis;
                    sign = if is_unit && before == ',' && depth > 0 { '0' } else { ' ' };
                    self.add(group.stream());
                }
                TokenTree::Ident(ident) => {
                    // Of a path, the first counts.
                    score = match (depth, before) {
                        (0, _) => 10,
                        (_, ':') => score,
                        _ => score + 10 * (depth + 1),
                    };
                    self.idents.insert(ident.to_string());
                }
                TokenTree::Literal(literal) => self.approximates |= approximates(&literal.to_string()),
                TokenTree::Punct(punct) => {
                    sign = punct.as_char();
                    match sign {
                        '<' => depth += 1,
                        '>' if !matches!(before, '-' | '=') => {
                            self.maps_nulls |= before == '0';
                            depth = depth.saturating_sub(1);
                        }
                        _ => {}
                    }
                }
            }
            self.is_complex |= score > MOST_COMPLEX;
            before = sign;
        }
    }
}

/// As clippy counts.
const MOST_COMPLEX: u32 = 250;

fn approximates(literal: &str) -> bool {
    use std::f64::consts as named;
    let known = [
        named::E,
        named::FRAC_1_PI,
        named::FRAC_1_SQRT_2,
        named::FRAC_2_PI,
        named::FRAC_2_SQRT_PI,
        named::FRAC_PI_2,
        named::FRAC_PI_3,
        named::FRAC_PI_4,
        named::FRAC_PI_6,
        named::FRAC_PI_8,
        named::LN_2,
        named::LN_10,
        named::LOG10_2,
        named::LOG10_E,
        named::LOG2_10,
        named::LOG2_E,
        named::PI,
        named::SQRT_2,
        named::TAU,
    ];
    let number = literal.replace('_', "").parse::<f64>();
    literal.contains('.') && number.is_ok_and(|number| known.iter().any(|known| (known - number).abs() < 0.01))
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
        if let Some(start) = signature.take().filter(|start| spaced.len() - start > LONGEST_FUNCTION) {
            spaced.insert(start, TOO_MANY_LINES);
        }
        if lines.peek().is_some_and(|next| is_outermost(next)) {
            spaced.push("");
        }
    }
    spaced.into_iter().fold(String::new(), |text, line| text + line + "\n")
}

/// As clippy counts.
const LONGEST_FUNCTION: usize = 100;
const TOO_MANY_LINES: &str = "    #[allow(clippy::too_many_lines, reason = \"the schema has as many members\")]";

/// Whether a line stands directly in the braces of an `impl`.
fn is_outermost(line: &str) -> bool {
    line.starts_with("    ") && !line[4..].starts_with(' ')
}
