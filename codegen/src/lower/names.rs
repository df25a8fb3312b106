//! All naming: what a person named wins, an invented name follows the path.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::resolve::{Place, Resolved};

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
    pub(super) place: Place,
}

/// The name of a file without folder and extension.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.split('.').next().unwrap_or(name)
}

/// Final names, in the order of the requests. What the user chose for a type, by its number, is its name.
pub(super) fn assign(
    requests: &[&NameRequest],
    chosen: &BTreeMap<usize, (String, Place)>,
    resolved: &Resolved,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut names: Vec<String> = vec![String::new(); requests.len()];
    let mut taken: BTreeMap<String, &Place> = BTreeMap::new();
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    let given = |request: &NameRequest| match request {
        NameRequest::Given(given) => Some(type_name(&given.name)),
        NameRequest::Invented(_) => None,
    };
    let free = || requests.iter().enumerate().filter(|(index, _)| !chosen.contains_key(index));
    free().filter_map(|(_, request)| given(request)).for_each(|name| *wanted.entry(name).or_default() += 1);
    let claims = |name: &str, place: &Place, other: &Place| {
        let locate = |place: &Place| resolved.document(place).locate(&place.pointer);
        let other = format!("the other one is at {}", locate(other));
        Diagnostic::error("S0501", format!("two schemas claim the name `{name}`"), locate(place)).found(other)
    };
    for (index, (name, place)) in chosen {
        if let Some(other) = taken.insert(name.clone(), place) {
            diagnostics.push(claims(name, place, other).help("choose another name with `type_name`"));
        }
        names[*index].clone_from(name);
    }
    for message in [true, false] {
        for (index, request) in free() {
            let NameRequest::Given(given) = request else { continue };
            if given.is_message != message {
                continue;
            }
            let mut name = type_name(&given.name);
            if !message && wanted.get(&name).is_some_and(|count| *count > 1) {
                name = type_name(&format!("{} {}", given.owner, given.name));
            }
            if let Some(other) = taken.insert(name.clone(), &given.place) {
                diagnostics.push(claims(&name, &given.place, other).help("give one of them another `title`"));
            }
            names[index] = name;
        }
    }
    let mut used = Used { names: taken.into_keys().collect(), ..Used::default() };
    // A type is declared after the one that it stands in, whose name is known by then.
    for (index, request) in free() {
        let NameRequest::Invented(Context { parent, segment }) = request else { continue };
        names[index] = used.claim(&format!("{}{}", names[parent.0], type_name(segment)));
    }
    names
}

/// Names that are taken.
#[derive(Default)]
struct Used {
    names: BTreeSet<String>,
    /// The number that was last given to a name.
    numbers: BTreeMap<String, usize>,
}

impl Used {
    /// The name itself, or with the first number that makes it new.
    fn claim(&mut self, base: &str) -> String {
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
    fn claim_field(&mut self, base: &str) -> String {
        if self.names.insert(base.to_owned()) {
            return base.to_owned();
        }
        let mut number = 2;
        while !self.names.insert(format!("{base}_{number}")) {
            number += 1;
        }
        format!("{base}_{number}")
    }
}

/// The name of a type.
fn type_name(text: &str) -> String {
    identifier(&text.to_upper_camel_case(), "Type")
}

/// The names of fields, in the order of the names on the wire, no two alike. What stands in Rust as it does on the wire
/// keeps its name, as does what was chosen; of others that come to the same name, the later ones have a number.
pub(super) fn fields(wires: &[String], chosen: &[Option<String>]) -> Vec<String> {
    let spelt = |wire: &String| {
        let snake = signed(wire).to_snake_case();
        let spelt = snake.contains(char::is_alphanumeric).then(|| identifier(&snake, "field").to_lowercase());
        spelt.unwrap_or_else(|| "field".to_owned())
    };
    let all = || wires.iter().zip(chosen);
    let names: Vec<String> = all().map(|(wire, chosen)| chosen.clone().unwrap_or_else(|| spelt(wire))).collect();
    let mut used = Used { names: chosen.iter().flatten().cloned().collect(), ..Used::default() };
    let keeps = |((wire, chosen), name): ((&String, &Option<String>), &String)| {
        chosen.is_some() || wire == name && used.names.insert(name.clone())
    };
    let kept: Vec<bool> = all().zip(&names).map(keeps).collect();
    let all = names.into_iter().zip(kept);
    all.map(|(name, kept)| if kept { name } else { used.claim_field(&name) }).collect()
}

/// A number's sign in words.
fn signed(text: &str) -> String {
    match text.as_bytes() {
        [b'+', b'0'..=b'9', ..] => format!("plus {}", &text[1..]),
        [b'-', b'0'..=b'9', ..] => format!("minus {}", &text[1..]),
        _ => text.to_owned(),
    }
}

/// The names of an enumeration's variants: no two alike.
pub(super) fn variants<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut used = Used::default();
    texts
        .map(|text| {
            let text = if text.is_empty() { "empty".to_owned() } else { signed(text) };
            used.claim(&identifier(&text.to_upper_camel_case(), "Value"))
        })
        .collect()
}

/// A text as a Rust identifier: what can't stand in one is left out, and what can't start one follows `prefix`.
fn identifier(text: &str, prefix: &str) -> String {
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

/// Whether a character beyond ASCII may stand in a Rust identifier. Combining marks are left out, which the compiler
/// would join with what is before them.
fn continues(character: char) -> bool {
    character.is_alphanumeric()
        && !character.is_ascii()
        && syn::parse_str::<syn::Ident>(&format!("a{character}")).is_ok()
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
            fields(&["type".into(), "self".into(), "@id".into(), "1st".into()], &[const { None }; 4]),
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
