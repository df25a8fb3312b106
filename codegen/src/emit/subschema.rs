//! What a compiled validator decides: a type that marks it, and the places of the schemas.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{Emitter, doc};
use crate::model::Subschema;

impl Emitter<'_> {
    /// The type that marks some schemas.
    pub(super) fn subschema(&self, places: &[Subschema]) -> Ident {
        let mut places = places.to_vec();
        places.sort();
        places.dedup();
        let mut known = self.subschemas.borrow_mut();
        let next = known.len() + 1;
        let number = *known.entry(places).or_insert(next);
        let mut name = format!("Subschema{number}");
        while self.model.types.iter().any(|ty| ty.name == name) {
            name.push('_');
        }
        format_ident!("{name}")
    }

    /// The definitions of the types that mark schemas, in the order in which they were asked for.
    pub(super) fn subschema_types(&self) -> Vec<TokenStream> {
        let known = self.subschemas.borrow().clone();
        let mut ordered: Vec<_> = known.into_iter().collect();
        ordered.sort_by_key(|(_, number)| *number);
        ordered.iter().map(|(places, _)| self.subschema_type(places)).collect()
    }

    fn subschema_type(&self, places: &[Subschema]) -> TokenStream {
        let name = self.subschema(places);
        let held = |place: &Subschema| self.model.numbers.get(&place.document).copied();
        let words = places.iter().map(|place| {
            let file = held(place).map(|index| doc::code(&self.model.schemas[index].name));
            let file = file.map(|file| format!(" of {file}")).unwrap_or_default();
            format!("{}{file}", doc::code(&place.reference))
        });
        let doc = format!(" The places that the validator checks: {}.", words.collect::<Vec<_>>().join(", "));
        let pairs = places.iter().map(|place| {
            let (schema, reference) = (&self.schemas[held(place).unwrap_or_default()], &place.reference);
            quote! { (&#schema, #reference) }
        });
        quote! {
            #[doc = #doc]
            #[doc(hidden)]
            pub enum #name {}

            impl wire::Subschema for #name {
                fn validator() -> &'static wire::Validator {
                    static VALIDATOR: wire::Validator = wire::Validator::new(&[#(#pairs),*]);
                    &VALIDATOR
                }
            }
        }
    }
}
