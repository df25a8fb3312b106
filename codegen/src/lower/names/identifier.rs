//! Texts as Rust identifiers.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;

/// The name of a type.
pub(super) fn type_name(text: &str) -> String {
    identifier(&text.to_upper_camel_case(), "Type")
}

/// A text as a Rust identifier: what can't stand in one is left out, and what can't start one follows `prefix`.
pub(super) fn identifier(text: &str, prefix: &str) -> String {
    let kept: String = text.chars().filter(|c| *c == '_' || c.is_ascii_alphanumeric() || continues(*c)).collect();
    let starts = kept.starts_with(|first: char| first.is_alphabetic());
    let name = if starts { kept } else { format!("{prefix}{kept}") };
    match syn::parse_str::<syn::Ident>(&name) {
        Ok(_) => name,
        // A keyword, which is written as `r#type`, or one of the five that can't be.
        Err(_) if matches!(name.as_str(), "self" | "Self" | "super" | "crate" | "_") => format!("{name}_"),
        Err(_) if syn::parse_str::<syn::Ident>(&format!("r#{name}")).is_ok() => name,
        Err(_) => prefix.to_owned(),
    }
}

/// Tells whether a character beyond ASCII may stand in a Rust identifier. Combining marks are left out, which the compiler
/// would join with what is before them.
fn continues(character: char) -> bool {
    character.is_alphanumeric()
        && !character.is_ascii()
        && syn::parse_str::<syn::Ident>(&format!("a{character}")).is_ok()
}

/// Names that are taken.
#[derive(Default)]
pub(super) struct Used {
    names: BTreeSet<String>,
    /// The number that was last given to a name.
    numbers: BTreeMap<String, usize>,
}

impl Used {
    /// With some names that are taken.
    pub(super) fn beside(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().collect(), numbers: BTreeMap::new() }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Takes a name; false where it is taken.
    pub(super) fn take(&mut self, name: &str) -> bool {
        self.names.insert(name.to_owned())
    }

    /// The name itself, or with the first number that makes it new.
    pub(super) fn claim(&mut self, base: &str) -> String {
        let separator = if base.ends_with(|last: char| last.is_ascii_digit()) { "_" } else { "" };
        let mut name = base.to_owned();
        while !self.names.insert(name.clone()) {
            let number = self.numbers.entry(base.to_owned()).or_insert(1);
            *number += 1;
            name = format!("{}{separator}{number}", base.trim_end_matches('_'));
        }
        name
    }

    /// As [`claim`](Self::claim), with the number apart, as in `size_2`.
    pub(super) fn claim_field(&mut self, base: &str) -> String {
        if self.names.insert(base.to_owned()) {
            return base.to_owned();
        }
        let base = base.trim_end_matches('_');
        let mut number = 2;
        while !self.names.insert(format!("{base}_{number}")) {
            number += 1;
        }
        format!("{base}_{number}")
    }
}

#[cfg(test)]
mod tests {
    use super::type_name;

    #[test]
    fn names_become_identifiers() {
        assert_eq!(type_name("order-placed"), "OrderPlaced");
        assert_eq!(type_name("3d model"), "Type3dModel");
        assert_eq!(type_name("Ünïcode straße"), "ÜnïcodeStraße");
        assert_eq!(type_name("…"), "Type");
        assert_eq!(type_name("self"), "Self_");
    }
}
