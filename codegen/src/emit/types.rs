//! Rust types and codecs of the uses of types.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::Emitter;
use crate::model::{Check, Shape, Subschema, Type, TypeId, Use};
use crate::{MapType, StringType};

impl Emitter<'_> {
    /// The Rust type of a use in a type, with `Option` where it may be null.
    pub(super) fn rust_type(&self, holder: TypeId, value: &Use) -> TokenStream {
        let inner = self.plain_type(holder, value, false);
        if value.nullable {
            let option = self.prelude.option();
            return quote! { #option<#inner> };
        }
        inner
    }

    /// The codec of a use; `None` where the Rust type is its own.
    pub(super) fn codec(&self, holder: TypeId, value: &Use) -> Option<TokenStream> {
        let inner = self.plain_codec(holder, value);
        let rust = self.rust_type(holder, value);
        let option = self.prelude.option();
        let codec = if value.nullable {
            quote! { #option<#inner> }
        } else {
            inner
        };
        (codec.to_string() != rust.to_string()).then_some(codec)
    }

    fn plain_codec(&self, holder: TypeId, value: &Use) -> TokenStream {
        self.plain_type(holder, value, true)
    }

    /// The codec of a use, whether or not the type is its own, without what makes it nullable.
    pub(super) fn named_codec(&self, holder: TypeId, value: &Use) -> TokenStream {
        self.plain_type(holder, value, true)
    }

    fn plain_type(&self, holder: TypeId, value: &Use, codec: bool) -> TokenStream {
        let inner = self.bare_type(holder, value, codec);
        let validated: Vec<Subschema> = value.checks.iter().flat_map(validated).cloned().collect();
        if !codec || validated.is_empty() {
            return inner;
        }
        let subschema = self.subschema(&validated);
        quote! { wire::Validated<#inner, #subschema> }
    }

    fn bare_type(&self, holder: TypeId, value: &Use, codec: bool) -> TokenStream {
        match &value.ty {
            Type::Any => quote! { serde_json::Value },
            Type::Null => quote! { () },
            Type::Boolean => quote! { bool },
            Type::Integer(integer) => {
                let name = format_ident!("{}", integer.kind.facts().0);
                if codec && integer.strict {
                    quote! { wire::StrictInteger<#name> }
                } else {
                    quote! { #name }
                }
            }
            // What is checked has to be what was written, not what it was rounded to.
            Type::Number if codec && !value.checks.is_empty() => quote! { wire::ExactNumber },
            Type::Number => quote! { f64 },
            Type::String => self.string_type(),
            Type::Mapped(format) => {
                let name = format_ident!("{}", format.type_name());
                quote! { formats::#name }
            }
            Type::Array(item) => {
                let vec = self.prelude.vec();
                let by_codec = codec && self.is_unique_by_codec(value);
                let item = self.nested(item, codec);
                if by_codec {
                    quote! { wire::Unique<#item> }
                } else {
                    quote! { #vec<#item> }
                }
            }
            Type::Tuple(items) => {
                let items = items.iter().map(|item| {
                    let inner = self.plain_type(holder, item, codec);
                    let option = self.prelude.option();
                    if item.nullable {
                        quote! { #option<#inner> }
                    } else {
                        inner
                    }
                });
                quote! { (#(#items,)*) }
            }
            Type::Map(item) if is_any(item) => {
                let string = self.prelude.string();
                quote! { serde_json::Map<#string, serde_json::Value> }
            }
            Type::Map(item) => {
                let string = self.prelude.string();
                let (map, item) = (self.map_type(), self.nested(item, codec));
                quote! { #map<#string, #item> }
            }
            Type::Named(id) => {
                let name = self.name(*id);
                if codec && matches!(self.model.get(*id).shape, Shape::Own(_)) {
                    return quote! { wire::Own<#name> };
                }
                match (self.facts.is_boxed(holder, *id), codec) {
                    (false, _) => quote! { #name },
                    (true, true) => quote! { wire::Boxed<#name> },
                    (true, false) => {
                        let boxed = self.prelude.boxed();
                        quote! { #boxed<#name> }
                    }
                }
            }
        }
    }

    /// Returns the type of strings.
    pub(super) fn string_type(&self) -> TokenStream {
        match self.options.string_type {
            StringType::String => self.prelude.string(),
            StringType::BoxStr => {
                let boxed = self.prelude.boxed();
                quote! { #boxed<str> }
            }
            StringType::ArcStr => quote! { ::std::sync::Arc<str> },
            StringType::CompactString => {
                self.has_compact_strings.set(true);
                quote! { compact_str::CompactString }
            }
        }
    }

    /// Returns the type of objects whose member names are data, and whose values have a type.
    pub(super) fn map_type(&self) -> TokenStream {
        match self.options.map_type {
            MapType::BTreeMap => quote! { ::std::collections::BTreeMap },
            MapType::HashMap => quote! { ::std::collections::HashMap },
        }
    }

    /// Returns whether items have to be compared as they stand in JSON, as their Rust values may be the same.
    pub(super) fn is_unique_by_codec(&self, value: &Use) -> bool {
        let Type::Array(item) = &value.ty else { return false };
        value.checks.contains(&Check::UniqueItems) && !self.facts.is_lossless(item)
    }

    /// A type in an array or a map, where nothing needs a box.
    fn nested(&self, value: &Use, codec: bool) -> TokenStream {
        let inner = self.plain_type(TypeId(usize::MAX), value, codec);
        let option = self.prelude.option();
        if value.nullable {
            quote! { #option<#inner> }
        } else {
            inner
        }
    }

    /// The name of a type, or the path of a type of the user's own.
    pub(super) fn name(&self, id: TypeId) -> TokenStream {
        let ty = self.model.get(id);
        match &ty.shape {
            Shape::Own(path) => path.clone(),
            _ => format_ident!("{}", ty.name).into_token_stream(),
        }
    }
}

fn validated(check: &Check) -> &[Subschema] {
    match check {
        Check::Validated(places) => places,
        _ => &[],
    }
}

/// Returns whether a value has no constraints at all.
pub(super) fn is_any(value: &Use) -> bool {
    value.ty == Type::Any && value.checks.is_empty()
}

/// A field's name as an identifier, raw where it is a keyword in some edition.
pub(super) fn ident(name: &str) -> Ident {
    let is_plain = name != "gen" && syn::parse_str::<Ident>(name).is_ok();
    if is_plain { format_ident!("{name}") } else { format_ident!("r#{name}") }
}
