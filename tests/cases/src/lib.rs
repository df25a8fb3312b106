//! Schemas by the hundred, of others or made at random: a build script generates a module of each (feature `generate`), and
//! the tests of the crate that holds the modules ask them (feature `outcome`).

#[cfg(feature = "generate")]
mod generate;
#[cfg(feature = "outcome")]
mod outcome;
#[cfg(feature = "generate")]
mod without_errors;

#[cfg(feature = "generate")]
pub use generate::{Modules, generated};
#[cfg(feature = "outcome")]
pub use outcome::{Outcome, comes_back, from_slice, from_str};
#[cfg(feature = "generate")]
pub use without_errors::WithoutErrors;

/// A module of generated code, of which lints say nothing: there is too much of it, and `golden` looks at what they say.
#[macro_export]
macro_rules! generated {
    (mod $name:ident { $($item:item)* }) => {
        #[allow(
            dead_code,
            deprecated,
            missing_docs,
            unreachable_pub,
            unused_imports,
            clippy::all,
            clippy::pedantic,
            reason = "schemas by the hundred: golden looks at what lints say"
        )]
        mod $name { $($item)* }
    };
}
