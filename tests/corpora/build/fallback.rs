//! Which messages a fallback validator decides in part.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, Type};

/// Identifiers of the runtime that check a value by its schema rather than by its Rust type.
const MARKERS: [&str; 1] = ["Subschema"];

/// What each item of a generated file names, by the type or constant that it is or belongs to.
pub(crate) struct Items {
    names: BTreeMap<String, BTreeSet<String>>,
}

impl Items {
    pub(crate) fn of(text: &str) -> syn::Result<Self> {
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for item in syn::parse_file(text)?.items {
            if let Some(owner) = owner(&item) {
                identifiers(names_in(item), names.entry(owner).or_default());
            }
        }
        Ok(Self { names })
    }

    /// Returns how often a text names a marker.
    pub(crate) fn occurrences(text: &str) -> usize {
        MARKERS.iter().map(|marker| text.matches(marker).count()).sum()
    }

    /// Returns whether a marker is reached from the item of a name.
    pub(crate) fn falls_back(&self, name: &str) -> bool {
        let mut reached = BTreeSet::from([name]);
        let mut left = vec![name];
        while let Some(name) = left.pop() {
            if MARKERS.contains(&name) {
                return true;
            }
            let named = self.names.get(name).into_iter().flatten();
            left.extend(named.map(String::as_str).filter(|name| reached.insert(name)));
        }
        false
    }
}

/// The name of the type or constant that an item is or belongs to. The registry belongs to none: it names all.
fn owner(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        Item::Const(item) => Some(item.ident.to_string()),
        Item::Static(item) => Some(item.ident.to_string()).filter(|name| name != "REGISTRY"),
        Item::Fn(item) => Some(item.sig.ident.to_string()),
        Item::Mod(item) => Some(item.ident.to_string()),
        Item::Macro(item) => beside(item.mac.tokens.clone()),
        Item::Impl(item) => match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// Returns what an item says, without the names of its variants: those are often names of types as well.
fn names_in(item: Item) -> TokenStream {
    match item {
        Item::Enum(item) => item.variants.into_iter().map(|variant| variant.fields.into_token_stream()).collect(),
        // What follows is the names of constants.
        Item::Macro(item) if item.mac.path.segments.last().is_some_and(|name| name.ident == "constants") => {
            TokenStream::new()
        }
        item => item.into_token_stream(),
    }
}

/// The identifiers that may be items of the file, and the markers. What follows `::` is neither, but for a marker, nor is what
/// follows a number: fields and variants.
fn identifiers(tokens: TokenStream, names: &mut BTreeSet<String>) {
    let (mut colons, mut is_numbered) = (0, false);
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons += 1;
                continue;
            }
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                if colons < 2 && !is_numbered || MARKERS.contains(&name.as_str()) {
                    names.insert(name);
                }
            }
            TokenTree::Group(group) => identifiers(group.stream(), names),
            TokenTree::Literal(_) => {
                (colons, is_numbered) = (0, true);
                continue;
            }
            TokenTree::Punct(_) => {}
        }
        (colons, is_numbered) = (0, false);
    }
}

/// The type that a macro of the runtime stands beside.
fn beside(tokens: TokenStream) -> Option<String> {
    tokens.into_iter().next().map(|name| name.to_string())
}
