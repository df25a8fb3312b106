//! What types derive, and the attributes that a user chose.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident};

use super::Emitter;
use crate::MapType;
use crate::model::{Shape, TypeId};

impl Emitter<'_> {
    /// The paths of all that a type's definition derives: what follows from its schema first.
    pub(super) fn derives(&self, id: TypeId) -> Vec<TokenStream> {
        let ty = self.model.get(id);
        let is_enumeration = matches!(ty.shape, Shape::Enumeration(_));
        // What has sensitive values has a `Debug` of its own.
        let (shows_all, defaults) = match &ty.shape {
            Shape::Struct(object) => (!ty.sensitive && !object.has_sensitive(), self.derives_default(object)),
            _ => (!ty.sensitive, false),
        };
        let own = [
            ("Clone", true),
            ("Copy", is_enumeration),
            ("Debug", shows_all),
            ("PartialEq", true),
            ("Eq", is_enumeration || self.facts.is_eq(id)),
            ("PartialOrd", is_enumeration),
            ("Ord", is_enumeration),
            ("Hash", is_enumeration || self.facts.is_eq(id) && self.can_hash(id)),
            ("Default", defaults),
        ];
        let own = own.into_iter().filter(|(_, derived)| *derived).map(|(name, _)| name);
        let mut known: Vec<String> = own.clone().map(str::to_owned).collect();
        // What the type implements by hand counts too.
        known.push("Debug".to_owned());
        known.extend(self.implements_default(id).then(|| "Default".to_owned()));
        let mut derives: Vec<TokenStream> = own.map(|name| format_ident!("{name}").into_token_stream()).collect();
        for chosen in self.model.chosen.derives.get(&id).into_iter().flatten() {
            let name = standard(chosen);
            if !known.contains(&name) {
                known.push(name);
                derives.push(chosen.clone());
            }
        }
        derives
    }

    /// The attributes that were chosen for a type.
    pub(super) fn type_attributes(&self, id: TypeId) -> Option<&TokenStream> {
        self.model.chosen.types.get(&id)
    }

    /// The attributes that were chosen for a field or a variant, by its number.
    pub(super) fn member_attributes(&self, id: TypeId, index: usize) -> Option<&TokenStream> {
        self.model.chosen.members.get(&(id, index))
    }

    /// Returns whether a struct has a `Default`, derived or not.
    fn implements_default(&self, id: TypeId) -> bool {
        matches!(&self.model.get(id).shape, Shape::Struct(object) if self.fills_in_all(object))
    }

    /// Returns whether a type holds no maps of those that have no hash.
    fn can_hash(&self, id: TypeId) -> bool {
        self.options.map_type != MapType::HashMap || !self.facts.has_maps(id)
    }
}

/// The path of a derive macro, without what leads to one of Rust's own.
fn standard(path: &TokenStream) -> String {
    let path = path.to_string().replace(' ', "");
    let bare = path.trim_start_matches("::");
    let of_rust = ["std::", "core::"].iter().any(|root| bare.starts_with(root));
    if of_rust { bare.rsplit("::").next().unwrap_or(bare).to_owned() } else { path }
}
