//! The schema files that generated code holds: those of messages, and all that they refer to.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use thoth_messaging_documents::identity::{Identity, Part};
use thoth_messaging_documents::uri::{own_uri, shown};

use crate::model::SchemaDef;
use crate::parse::Document;
use crate::resolve::Resolved;

/// The files that some documents need, and the index of each document among them.
pub(super) fn collect(
    resolved: &Resolved,
    roots: impl Iterator<Item = usize>,
) -> (Vec<SchemaDef>, BTreeMap<usize, usize>) {
    let mut needed = BTreeSet::new();
    let roots: BTreeSet<usize> = roots.collect();
    roots.iter().copied().for_each(|root| reach(resolved, root, &mut needed));
    let numbers: BTreeMap<usize, usize> = needed.iter().copied().zip(0..).collect();
    let schemas = needed.iter().map(|document| {
        let references = resolved.references_of(*document);
        let references = references.iter().filter_map(|reference| numbers.get(reference).copied());
        let source = &resolved.documents[*document];
        let own = own_uri(&source.name);
        SchemaDef {
            name: source.name.clone(),
            uri: source.shown_uri().to_owned(),
            own_uri: (own != source.uri).then(|| shown(&own).to_owned()),
            text: source.text().into_owned(),
            hash: hash(resolved, *document),
            identity: roots.contains(document).then(|| identity(resolved, *document)).flatten(),
            registered: None,
            references: references.collect(),
        }
    });
    (schemas.collect(), numbers)
}

fn reach(resolved: &Resolved, document: usize, reached: &mut BTreeSet<usize>) {
    if reached.insert(document) {
        resolved.references_of(document).into_iter().for_each(|next| reach(resolved, next, reached));
    }
}

/// SHA-256 over a document and all that it refers to.
fn hash(resolved: &Resolved, document: usize) -> String {
    let mut reached = BTreeSet::new();
    reach(resolved, document, &mut reached);
    let own_first = std::iter::once(document).chain(reached.into_iter().filter(|other| *other != document));
    let mut sha = Sha256::new();
    for number in own_first {
        let source = &resolved.documents[number];
        // Lengths in front keep two sets of texts from running into the same bytes.
        for part in [source.uri.as_str(), &source.text()] {
            sha.update((part.len() as u64).to_le_bytes());
            sha.update(part);
        }
    }
    sha.finalize().iter().fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"))
}

/// The identity of a document with all that it refers to; none where it is nested deeper than a registry would read it.
fn identity(resolved: &Resolved, document: usize) -> Option<Identity> {
    let mut reached = BTreeSet::new();
    reach(resolved, document, &mut reached);
    let known = |number: &usize| {
        let document = &resolved.documents[*number];
        (document, own_uri(&document.name), document.text())
    };
    let root = known(&document);
    reached.remove(&document);
    let others: Vec<_> = reached.iter().map(known).collect();
    let references: Vec<_> = others.iter().map(|(document, own, text)| part(document, own, text)).collect();
    Identity::of(&part(root.0, &root.1, &root.2), &references)
}

fn part<'t>(document: &'t Document, own: &'t str, text: &'t str) -> Part<'t> {
    let alias = (own != document.uri).then_some(own);
    Part { uri: &document.uri, alias, text, draft: document.dialect.draft }
}
