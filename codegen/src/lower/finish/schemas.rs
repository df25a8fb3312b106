//! The schema files that generated code holds: those of messages, and all that they refer to.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use thoth_messaging_documents::uri::{own_uri, shown};

use crate::model::SchemaDef;
use crate::resolve::Resolved;

/// The files that some documents need, and the index of each document among them.
pub(super) fn collect(
    resolved: &Resolved,
    roots: impl Iterator<Item = usize>,
) -> (Vec<SchemaDef>, BTreeMap<usize, usize>) {
    let mut needed = BTreeSet::new();
    roots.for_each(|root| reach(resolved, root, &mut needed));
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
