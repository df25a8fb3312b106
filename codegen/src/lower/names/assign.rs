//! The final names of types.

use std::collections::BTreeMap;

use super::identifier::{Used, type_name};
use super::request::{Context, Given, NameRequest};
use crate::diagnostic::Diagnostic;
use crate::resolve::{Place, Resolved};

/// Final names, in the order of the requests. What the user chose for a type, by its number, is its name.
pub(crate) fn assign(
    requests: &[&NameRequest],
    chosen: &BTreeMap<usize, (String, Place)>,
    resolved: &Resolved,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut names: Vec<String> = vec![String::new(); requests.len()];
    let mut claims = Claims { resolved, diagnostics, taken: BTreeMap::new() };
    for (index, (name, place)) in chosen {
        claims.claim(name, place, "choose another name with `type_name`");
        names[*index].clone_from(name);
    }
    let free = || requests.iter().enumerate().filter(|(index, _)| !chosen.contains_key(index));
    let given: Vec<(usize, &Given)> = free().filter_map(|(index, request)| Some((index, given(request)?))).collect();
    for (index, name) in claims.given(&given) {
        names[index] = name;
    }
    let mut used = Used::beside(claims.taken.into_keys());
    // A type is declared after the one that it stands in, whose name is known by then.
    for (index, request) in free() {
        let NameRequest::Invented(Context { parent, segment }) = request else { continue };
        names[index] = used.claim(&format!("{}{}", names[parent.0], type_name(segment)));
    }
    names
}

fn given(request: &NameRequest) -> Option<&Given> {
    match request {
        NameRequest::Given(given) => Some(given),
        NameRequest::Invented(_) => None,
    }
}

/// The names that a person gave, by the places that claim them.
struct Claims<'a> {
    resolved: &'a Resolved,
    diagnostics: &'a mut Vec<Diagnostic>,
    taken: BTreeMap<String, &'a Place>,
}

impl<'a> Claims<'a> {
    /// The names of types by their numbers: messages first, then those that several want with their files in front.
    fn given(&mut self, all: &[(usize, &'a Given)]) -> Vec<(usize, String)> {
        let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
        all.iter().for_each(|(_, given)| *wanted.entry(type_name(&given.name)).or_default() += 1);
        let (messages, others): (Vec<_>, Vec<_>) = all.iter().copied().partition(|(_, given)| given.is_message);
        let mut names = Vec::new();
        for (index, given) in messages.into_iter().chain(others) {
            let mut name = type_name(&given.name);
            if !given.is_message && wanted.get(&name).is_some_and(|count| *count > 1) {
                name = type_name(&format!("{} {}", given.owner, given.name));
            }
            self.claim(&name, &given.place, "give one of them another `title`");
            names.push((index, name));
        }
        names
    }

    /// Notes a name, which no other place may have.
    fn claim(&mut self, name: &str, place: &'a Place, help: &str) {
        let Some(other) = self.taken.insert(name.to_owned(), place) else { return };
        let locate = |place: &Place| self.resolved.document(place).locate(&place.pointer);
        let found = format!("the other one is at {}", locate(other));
        let message = format!("two schemas claim the name `{name}`");
        self.diagnostics.push(Diagnostic::error("S0501", message, locate(place)).found(found).help(help));
    }
}
