//! The names of Rust's prelude.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

use crate::model::Model;

/// The names of Rust's prelude, in full where a generated type has the same name.
pub(super) struct Prelude {
    taken: BTreeSet<String>,
}

macro_rules! prelude {
    ($($method:ident $name:literal $path:path;)*) => {$(
        pub(super) fn $method(&self) -> TokenStream {
            if self.taken.contains($name) { quote! { ::$path } } else { format_ident!($name).into_token_stream() }
        }
    )*};
}

impl Prelude {
    pub(super) fn beside(model: &Model) -> Self {
        Self { taken: model.types.iter().map(|ty| ty.name.clone()).collect() }
    }

    prelude! {
        option "Option" std::option::Option;
        some "Some" std::option::Option::Some;
        none "None" std::option::Option::None;
        result "Result" std::result::Result;
        ok "Ok" std::result::Result::Ok;
        string "String" std::string::String;
        vec "Vec" std::vec::Vec;
        boxed "Box" std::boxed::Box;
    }
}
