//! All naming: what a person named wins, an invented name follows the path.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::Context;
use crate::diagnostic::{Diagnostic, Location};

/// What a type's name is to be made from.
#[derive(Clone, Debug)]
pub(crate) enum NameRequest {
    /// A person's name for it.
    Given(Given),
    /// None: the type that it stands in, and the name of its place there.
    Invented(Context),
}

/// A name that a person gave.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(super) name: String,
    /// The file that it is given in: what tells two definitions of one name apart.
    pub(super) owner: String,
    pub(super) is_message: bool,
    pub(super) location: Location,
}

/// The name of a file without folder and extension.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.split('.').next().unwrap_or(name)
}

/// Final names, in the order of the requests.
pub(super) fn assign(requests: &[&NameRequest], diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut names: Vec<String> = vec![String::new(); requests.len()];
    let mut taken: BTreeMap<String, &Location> = BTreeMap::new();
    let given = |request: &&NameRequest| match request {
        NameRequest::Given(given) => Some(given.clone()),
        NameRequest::Invented(_) => None,
    };
    let wanted: Vec<Option<String>> = requests.iter().map(|r| given(r).map(|given| type_name(&given.name))).collect();
    for message in [true, false] {
        for (index, request) in requests.iter().enumerate() {
            let (NameRequest::Given(given), Some(plain)) = (request, &wanted[index]) else { continue };
            if given.is_message != message {
                continue;
            }
            let shared = !message && wanted.iter().filter(|other| other.as_ref() == Some(plain)).count() > 1;
            let name = if shared { type_name(&format!("{} {}", given.owner, given.name)) } else { plain.clone() };
            if let Some(other) = taken.insert(name.clone(), &given.location) {
                diagnostics.push(
                    Diagnostic::error("S0501", format!("two schemas claim the name `{name}`"), given.location.clone())
                        .found(format!("the other one is at {other}"))
                        .help("give one of them another `title`"),
                );
            }
            names[index] = name;
        }
    }
    let mut used: BTreeSet<String> = taken.into_keys().collect();
    // A type is declared after the one that it stands in, whose name is known by then.
    for (index, request) in requests.iter().enumerate() {
        let NameRequest::Invented(Context { parent, segment }) = request else { continue };
        let base = format!("{}{}", names[parent.0], type_name(segment));
        names[index] = unused(&base, &used);
        used.insert(names[index].clone());
    }
    names
}

/// The name itself, or with the first number that makes it new.
fn unused(base: &str, used: &BTreeSet<String>) -> String {
    if !used.contains(base) {
        return base.to_owned();
    }
    let separator = if base.ends_with(|last: char| last.is_ascii_digit()) { "_" } else { "" };
    (2_usize..).map(|number| format!("{base}{separator}{number}")).find(|name| !used.contains(name)).unwrap_or_default()
}

/// The name of a type.
fn type_name(text: &str) -> String {
    identifier(&text.to_upper_camel_case(), "Type")
}

/// The names of fields, in the order of the names on the wire.
pub(super) fn fields(wires: &[String]) -> Vec<String> {
    wires.iter().map(|wire| identifier(&wire.to_snake_case(), "field").to_lowercase()).collect()
}

/// The names of an enumeration's variants: no two alike.
pub(super) fn variants<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut used = BTreeSet::new();
    texts
        .map(|text| {
            let signed = match text.as_bytes() {
                [b'+', b'0'..=b'9', ..] => format!("plus {}", &text[1..]),
                [b'-', b'0'..=b'9', ..] => format!("minus {}", &text[1..]),
                [] => "empty".to_owned(),
                _ => text.to_owned(),
            };
            let name = unused(&identifier(&signed.to_upper_camel_case(), "Value"), &used);
            used.insert(name.clone());
            name
        })
        .collect()
}

/// A text as a Rust identifier: what can't stand in one is left out, and what can't start one follows `prefix`.
fn identifier(text: &str, prefix: &str) -> String {
    let kept: String = text.chars().filter(|c| *c == '_' || c.is_alphanumeric()).collect();
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

/// `lines` of an order hold a `line`.
pub(super) fn singular(segment: &str) -> String {
    match segment {
        _ if segment.ends_with("ies") && segment.len() > 4 => format!("{}y", &segment[..segment.len() - 3]),
        _ if segment.ends_with("ss") || !segment.ends_with('s') || segment.len() < 3 => format!("{segment}_item"),
        _ if segment.ends_with("sses") || segment.ends_with("xes") => segment[..segment.len() - 2].to_owned(),
        _ => segment[..segment.len() - 1].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        assert_eq!(type_name("order-placed"), "OrderPlaced");
        assert_eq!(type_name("3d model"), "Type3dModel");
        assert_eq!(type_name("Ünïcode straße"), "ÜnïcodeStraße");
        assert_eq!(type_name("…"), "Type");
        assert_eq!(type_name("self"), "Self_");
        assert_eq!(
            fields(&["type".into(), "self".into(), "@id".into(), "1st".into()]),
            ["type", "self_", "id", "field1st"]
        );
    }

    #[test]
    fn variants_differ() {
        assert_eq!(
            variants(["asc", "ASC", "+1", "-1", "", "*"].into_iter()),
            ["Asc", "Asc2", "Plus1", "Minus1", "Empty", "Value"]
        );
    }

    #[test]
    fn items_are_named_by_the_singular() {
        assert_eq!(singular("lines"), "line");
        assert_eq!(singular("entries"), "entry");
        assert_eq!(singular("addresses"), "address");
        assert_eq!(singular("stock"), "stock_item");
    }
}
