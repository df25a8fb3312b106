//! The services that a change concerns: those that it breaks, and the order to deploy them in.

use serde_json::{Value, json};

use super::order::DeployOrder;
use crate::finding::Finding;
use crate::services::{Named, Parties, names};

/// Names in each error about a message the services that it breaks: those that receive it.
pub(super) fn note(findings: &mut [Finding], parties: &Parties<'_>) {
    if parties.receivers.is_empty() {
        return;
    }
    let receivers = list(&parties.receivers);
    for finding in findings.iter_mut().filter(|finding| finding.is_error()) {
        finding.notes.push(("breaks", receivers.clone()));
        if !parties.senders.is_empty() {
            finding.notes.push(("sent by", list(&parties.senders)));
        }
    }
}

/// The order in which the services of a message are deployed; nothing where any will do, or nobody is known.
pub(super) fn order(order: DeployOrder, parties: &Parties<'_>) -> Option<String> {
    let (senders, receivers) = (names(&parties.senders), names(&parties.receivers));
    if senders.is_empty() || receivers.is_empty() {
        return None;
    }
    match order {
        DeployOrder::Any => None,
        DeployOrder::ReadersFirst => Some(format!("{receivers} first, then {senders}")),
        DeployOrder::WritersFirst => Some(format!("{senders} first, then {receivers} when no old payload is left")),
        DeployOrder::Neither => Some(format!("no order is safe for {receivers} and {senders}")),
    }
}

/// The services of a message, for programs.
pub(super) fn to_json(parties: &Parties<'_>) -> Value {
    let service = |named: &Named<'_>| json!({ "service": named.name, "owner": named.service.owner, "contact": named.service.contact });
    json!({
        "senders": parties.senders.iter().map(service).collect::<Vec<_>>(),
        "receivers": parties.receivers.iter().map(service).collect::<Vec<_>>(),
    })
}

fn list(services: &[Named<'_>]) -> String {
    services.iter().map(|named| named.with_owner()).collect::<Vec<_>>().join(", ")
}
