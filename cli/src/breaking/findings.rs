//! What is said of a difference between two versions.

use serde_json::Value;
use thoth_messaging_codegen::{Location, Severity};
use thoth_messaging_compat::{Difference, Effect, Place, Schema, SchemaError, Verdict};
use thoth_messaging_compat::{confluent, differences, explain, topic_changes};

use super::compare::Sides;
use super::message::Message;
use super::policy::Direction;
use crate::finding::Finding;

/// The rule of a finding where neither proof nor witness was found.
pub(super) const UNKNOWN: &str = "UNKNOWN";

/// A witness is shown so far, in characters.
const SHOWN: usize = 2_000;

impl Direction {
    /// What does not work in this direction.
    fn consequence(self, against: &str) -> String {
        match self {
            Self::Backward => format!("BACKWARD: a payload that writers of {against} may write is refused by readers of the new version"),
            Self::Forward => format!("FORWARD: a payload that writers of the new version may write is refused by readers of {against}"),
        }
    }
}

/// An old version with a file that can't be read.
pub(super) fn unreadable(against: &str, file: &str) -> Finding {
    Finding {
        rule: UNKNOWN.to_owned(),
        severity: Severity::Error,
        message: format!("{against} can't be compared with: `{file}` is no JSON there"),
        location: None,
        notes: vec![("help", "compare with a version whose schemas pass `thoth-messaging check`".to_owned())],
    }
}

/// A message whose schema can't be compiled, in one of the versions.
pub(super) fn unusable(message: &Message, sides: &Sides<'_>, error: &SchemaError) -> Finding {
    Finding {
        rule: UNKNOWN.to_owned(),
        severity: Severity::Error,
        message: format!("`{}` can't be compared with {}: {error}", message.title, sides.against),
        location: sides.new.locate(&Place::root(&message.file)),
        notes: vec![("help", "`thoth-messaging check` says what is wrong with a schema".to_owned())],
    }
}

/// A message that is no longer there.
pub(super) fn deleted(message: &Message, sides: &Sides<'_>) -> Finding {
    let is_file = sides.new.files.get(&message.file).is_some();
    let what = if is_file { "is no message any more" } else { "is no longer there" };
    Finding {
        rule: "MESSAGE_DELETED".to_owned(),
        severity: Severity::Error,
        message: format!("`{}` ({}) {what}", message.title, message.origin),
        location: is_file.then(|| sides.new.locate(&Place::root(&message.file))).flatten(),
        notes: vec![
            ("topic", message.topic.clone()),
            ("help", "keep the schema for as long as its topic holds payloads, or waive this".to_owned()),
        ],
    }
}

/// A message in another file: what it is known by outside may have changed with it.
pub(super) fn moved(before: &Message, after: &Message, sides: &Sides<'_>) -> Vec<Finding> {
    let at = |pointer: &str| {
        sides.new.locate(&Place { file: after.file.clone(), pointer: pointer.to_owned() })
    };
    let mut found = Vec::new();
    let mut warn = |rule: &str, message: String, location: Option<Location>| {
        found.push(Finding {
            rule: rule.to_owned(),
            severity: Severity::Warning,
            message,
            location,
            notes: vec![("before", before.origin.clone())],
        });
    };
    if before.file != after.file {
        warn("FILE_MOVED", format!("`{}` was in `{}`", after.title, before.file), at(""));
    }
    if before.title != after.title {
        let message = format!("`{}` is called `{}` now: so is its Rust type", before.title, after.title);
        warn("MESSAGE_RENAMED", message, at("/title"));
    }
    found
}

/// What changed of the topic.
pub(super) fn of_topic(before: &Message, after: &Message, sides: &Sides<'_>) -> Vec<Finding> {
    let changes = topic_changes(&before.kafka, &after.kafka);
    let finding = |change: thoth_messaging_compat::TopicChange| Finding {
        rule: change.rule.name().to_owned(),
        severity: if change.is_breaking { Severity::Error } else { Severity::Warning },
        message: format!("`{}`: {}", after.title, change.message),
        location: sides.new.locate(&Place { file: after.file.clone(), pointer: change.pointer }),
        notes: vec![("help", change.rule.help().to_owned())],
    };
    changes.into_iter().map(finding).collect()
}

/// What logic says against one direction.
pub(super) fn by_logic(
    verdict: &Verdict,
    old: &Schema,
    new: &Schema,
    direction: Direction,
    message: &Message,
    sides: &Sides<'_>,
) -> Vec<Finding> {
    match verdict {
        Verdict::Compatible => Vec::new(),
        Verdict::Breaking { witness } => {
            let explained = explain(old, new, witness, direction.into());
            let shown: Vec<_> = explained.iter().map(|difference| (difference.rule, difference.new.clone())).collect();
            let others = differences(old, new).into_iter().filter(|difference| {
                breaks(difference.effect, direction) && !shown.contains(&(difference.rule, difference.new.clone()))
            });
            let first = explained.iter().map(|difference| with_witness(difference, witness, direction, message, sides));
            first.chain(others.map(|other| of_difference(&other, direction, message, sides))).collect()
        }
        Verdict::Unknown { reason, places } => vec![unknown(reason, places, direction, message, sides)],
    }
}

/// What the Schema Registry would say against one direction, and where logic says otherwise.
pub(super) fn by_confluent(
    verdict: &Verdict,
    old: &Schema,
    new: &Schema,
    direction: Direction,
    is_lenient: bool,
    message: &Message,
    sides: &Sides<'_>,
) -> Vec<Finding> {
    let (reader, writer) = match direction {
        Direction::Backward => (new, old),
        Direction::Forward => (old, new),
    };
    let refused = confluent::check(reader, writer, is_lenient);
    if let (true, Verdict::Breaking { witness }) = (refused.is_empty(), verdict) {
        return vec![Finding {
            rule: "CONFLUENT_ACCEPTS".to_owned(),
            severity: Severity::Warning,
            message: format!("`{}`: the registry accepts this change, and yet it breaks", message.title),
            location: sides.new.locate(&Place::root(&message.file)),
            notes: vec![("witness", shown(witness)), ("help", direction.consequence(sides.against))],
        }];
    }
    let mut found: Vec<_> = refused.iter().map(|other| of_difference(other, direction, message, sides)).collect();
    if *verdict == Verdict::Compatible {
        for finding in &mut found {
            finding.notes.push(("logic", "no payload breaks: it is proved that this change is compatible".to_owned()));
        }
    }
    found
}

fn breaks(effect: Effect, direction: Direction) -> bool {
    match direction {
        Direction::Backward => effect.breaks_backward(),
        Direction::Forward => effect.breaks_forward(),
    }
}

fn with_witness(
    difference: &Difference,
    witness: &Value,
    direction: Direction,
    message: &Message,
    sides: &Sides<'_>,
) -> Finding {
    let mut finding = of_difference(difference, direction, message, sides);
    finding.notes.insert(0, ("witness", shown(witness)));
    finding
}

fn of_difference(difference: &Difference, direction: Direction, message: &Message, sides: &Sides<'_>) -> Finding {
    let mut notes = vec![("breaks", direction.consequence(sides.against))];
    if let Some(before) = difference.old.as_ref().and_then(|place| sides.old.locate(place)) {
        notes.push(("before", before.to_string()));
    }
    notes.push(("help", difference.rule.help().to_owned()));
    let place = difference.new.clone().unwrap_or_else(|| Place::root(&message.file));
    Finding {
        rule: difference.rule.name().to_owned(),
        severity: Severity::Error,
        message: format!("`{}`: {}", message.title, difference.message),
        location: sides.new.locate(&place),
        notes,
    }
}

fn unknown(
    reason: &str,
    places: &[Place],
    direction: Direction,
    message: &Message,
    sides: &Sides<'_>,
) -> Finding {
    let place = places.iter().find_map(|place| sides.new.locate(place));
    let level = match direction {
        Direction::Backward => "BACKWARD",
        Direction::Forward => "FORWARD",
    };
    Finding {
        rule: UNKNOWN.to_owned(),
        severity: Severity::Error,
        message: format!("`{}`: neither a proof nor a witness was found for {level}: {reason}", message.title),
        location: place.or_else(|| sides.new.locate(&Place::root(&message.file))),
        notes: vec![(
            "help",
            "compare by hand; where the change is fine, waive `UNKNOWN` at this place in thoth-messaging.toml".to_owned(),
        )],
    }
}

/// A witness as one line, not without end.
fn shown(witness: &Value) -> String {
    let text = witness.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}
