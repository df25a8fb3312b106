//! The final names of types.

use std::collections::{BTreeMap, BTreeSet};

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
    let (mut given, mut by_path) = (Vec::new(), Vec::new());
    for (index, request) in requests.iter().enumerate().filter(|(index, _)| !chosen.contains_key(index)) {
        match request {
            NameRequest::Given(message) if message.is_message => {
                names[index] = type_name(&message.name);
                let file = &resolved.document(&message.place).name;
                let help =
                    format!("give one of them another `title`, or choose its name with `type_name({file:?}, …)`");
                claims.claim(&names[index], &message.place, &help);
            }
            NameRequest::Given(given_name) => given.push((index, given_name)),
            NameRequest::Invented(context) => by_path.push((index, context)),
        }
    }
    let mut used = Used::beside(claims.taken.into_keys());
    by_path.extend(name_given(given, &mut used, &mut names));
    name_by_path(by_path, &mut used, &mut names);
    names
}

/// A type by its number, and the name that a person gave it.
type Wanted<'a> = (usize, &'a Given);

/// Names what a person named. Where several want one name, those of several files have their files in front. What is
/// contested then is named by its path: a schema that stands in another one as what is given back, a definition, which has
/// none but its name, by a number.
fn name_given<'a>(all: Vec<Wanted<'a>>, used: &mut Used, names: &mut [String]) -> Vec<(usize, &'a Context)> {
    let mut contested = Vec::new();
    let mut wanted: BTreeMap<String, Vec<Wanted<'a>>> = BTreeMap::new();
    for (index, given) in all {
        wanted.entry(type_name(&given.name)).or_default().push((index, given));
    }
    for (name, wanted) in wanted {
        match wanted.as_slice() {
            [(only, _)] if used.take(&name) => names[*only] = name,
            _ => contested.push(wanted),
        }
    }
    let mut groups: BTreeMap<String, Vec<Wanted<'a>>> = BTreeMap::new();
    for wanted in contested {
        let owners: BTreeSet<&str> = wanted.iter().map(|(_, given)| given.owner.as_str()).collect();
        // Of one file, its name tells nothing apart; a name that a message has, it does.
        let has_owner = owners.len() > 1 || used.has(&type_name(&wanted[0].1.name));
        for (index, given) in wanted {
            let owner = if has_owner { given.owner.as_str() } else { "" };
            groups.entry(type_name(&format!("{owner} {}", given.name))).or_default().push((index, given));
        }
    }
    let mut by_path = Vec::new();
    for (name, mut wanted) in groups {
        if let [(only, _)] = wanted.as_slice()
            && used.take(&name)
        {
            names[*only] = name;
            continue;
        }
        // The one that is spelt as in Rust comes first.
        wanted.sort_by_key(|(_, given)| (given.name != type_name(&given.name), given.place.clone()));
        for (index, given) in wanted {
            match &given.context {
                Some(context) => by_path.push((index, context)),
                None => names[index] = used.claim(&name),
            }
        }
    }
    by_path
}

/// Names types by those that they stand in, whose names come first. Of several that come to one name, the order of what they
/// are called in the schema decides, not that of the schema.
fn name_by_path(mut open: Vec<(usize, &Context)>, used: &mut Used, names: &mut [String]) {
    while !open.is_empty() {
        let (mut ready, rest): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(_, context)| !names[context.parent.0].is_empty());
        if ready.is_empty() {
            // No schema stands in itself.
            for (index, context) in rest {
                names[index] = used.claim(&type_name(&context.segment));
            }
            return;
        }
        ready.sort_by_key(|(index, context)| (names[context.parent.0].clone(), &context.segment, *index));
        for (index, Context { parent, segment }) in ready {
            names[index] = used.claim(&format!("{}{}", names[parent.0], type_name(segment)));
        }
        open = rest;
    }
}

/// The names that a person chose, or gave to a message, by the places that claim them.
struct Claims<'a> {
    resolved: &'a Resolved,
    diagnostics: &'a mut Vec<Diagnostic>,
    taken: BTreeMap<String, &'a Place>,
}

impl<'a> Claims<'a> {
    /// Notes a name, which no other place may have.
    fn claim(&mut self, name: &str, place: &'a Place, help: &str) {
        let Some(other) = self.taken.insert(name.to_owned(), place) else { return };
        let locate = |place: &Place| self.resolved.document(place).locate(&place.pointer);
        let found = format!("the other one is at {}", locate(other));
        let message = format!("two schemas claim the name `{name}`");
        self.diagnostics.push(Diagnostic::error("S0501", message, locate(place)).found(found).help(help));
    }
}
