//! The findings of the differences between two versions.

use thoth_messaging_codegen::{Location, Severity};
use thoth_messaging_compat::{
    Cause, Difference, Direction, Limits, Place, Rule, SchemaError, TopicChange, Verdict, causes, causes_by_size,
    covers, topic_changes,
};

use super::asked::Asked;
use super::messages::Sides;
use super::settings::Policy;
use super::shown;
use crate::finding::Finding;
use crate::project::documents::Unusable;
use crate::project::message::Message;

/// The rule of a finding where neither proof nor witness was found.
pub(super) const UNKNOWN: &str = Rule::Unknown.name();

/// The level of a direction.
pub(super) fn level(direction: Direction) -> &'static str {
    match direction {
        Direction::Backward => "BACKWARD",
        Direction::Forward => "FORWARD",
    }
}

/// The consequence of a break in a direction.
pub(super) fn consequence(direction: Direction, against: &str) -> String {
    match direction {
        Direction::Backward => {
            format!("BACKWARD: a payload that writers of {against} may write is refused by readers of the new version")
        }
        Direction::Forward => {
            format!("FORWARD: a payload that writers of the new version may write is refused by readers of {against}")
        }
    }
}

/// The promise of a direction.
pub(super) fn promise(direction: Direction, against: &str) -> String {
    match direction {
        Direction::Backward => format!("readers of the new version understand all that writers of {against} may write"),
        Direction::Forward => format!("readers of {against} understand all that writers of the new version may write"),
    }
}

/// A file that can't be used, among those of the new version.
pub(super) fn unusable_file(file: &Unusable) -> Finding {
    let location = Location { file: file.origin.clone(), line: 1, column: 1, pointer: String::new() };
    Finding {
        rule: UNKNOWN.to_owned(),
        severity: Severity::Error,
        message: format!("this file can't be compared: {}", file.reason),
        location: Some(location),
        notes: vec![("help", "`thoth-messaging check` says what is wrong with it".to_owned())],
    }
}

/// An old version with a file that can't be read.
pub(super) fn unreadable(against: &str, file: &Unusable) -> Finding {
    Finding {
        rule: UNKNOWN.to_owned(),
        severity: Severity::Error,
        message: format!("`{}` of {against} can't be compared with: {}", file.origin, file.reason),
        location: None,
        notes: vec![("help", "compare with a version whose schemas pass `thoth-messaging check`".to_owned())],
    }
}

/// A file of an old version that was no schema then, by its name: what it says is compared with nothing.
pub(super) fn passed_over(against: &str, file: &Unusable) -> Finding {
    Finding {
        rule: UNKNOWN.to_owned(),
        severity: Severity::Warning,
        message: format!("`{}` of {against} is not compared: {}", file.origin, file.reason),
        location: None,
        notes: vec![(
            "help",
            "where it was the schema of a message, compare with it as JSON: `--against folder:PATH`".to_owned(),
        )],
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
        rule: Rule::MessageDeleted.name().to_owned(),
        severity: Severity::Error,
        message: format!("`{}` ({}) {what}", message.title, message.origin),
        location: is_file.then(|| sides.new.locate(&Place::root(&message.file))).flatten(),
        notes: vec![("topic", message.topic.clone()), ("help", Rule::MessageDeleted.help().to_owned())],
    }
}

/// A message in another file: what it is known by outside may have changed with it.
pub(super) fn moved(before: &Message, after: &Message, sides: &Sides<'_>) -> Vec<Finding> {
    let at = |pointer: &str| sides.new.locate(&Place::new(&after.file, pointer));
    let mut found = Vec::new();
    let mut warn = |rule: Rule, message: String, location: Option<Location>| {
        found.push(Finding {
            rule: rule.name().to_owned(),
            severity: Severity::Warning,
            message,
            location,
            notes: vec![("before", before.origin.clone())],
        });
    };
    if before.file != after.file || before.folder != after.folder {
        warn(Rule::FileMoved, format!("`{}` was in `{}`", after.title, before.file), at(""));
    }
    if before.title != after.title {
        let message = format!("`{}` is called `{}` now: so is its Rust type", before.title, after.title);
        warn(Rule::MessageRenamed, message, at("/title"));
    }
    found
}

/// The changes of the topic.
pub(super) fn of_topic(before: &Message, after: &Message, sides: &Sides<'_>) -> Vec<Finding> {
    let changes = topic_changes(&before.kafka, &after.kafka);
    let finding = |change: TopicChange| Finding {
        rule: change.rule.name().to_owned(),
        severity: if change.is_breaking { Severity::Error } else { Severity::Warning },
        message: format!("`{}`: {}", after.title, change.message),
        location: sides.new.locate(&Place::new(&after.file, change.pointer)),
        notes: vec![("why", change.rule.why().to_owned()), ("help", change.rule.help().to_owned())],
    };
    changes.into_iter().map(finding).collect()
}

/// The findings of logic for one direction: the changes that refuse what the writers write.
pub(super) fn by_logic(verdict: &Verdict, asked: &Asked<'_>, message: &Message, sides: &Sides<'_>) -> Vec<Finding> {
    match verdict {
        Verdict::Compatible => Vec::new(),
        Verdict::Breaking { witness } => {
            let found = causes(asked.old, asked.new, &asked.writer, witness, asked.direction);
            let beside = Beside::of(asked, &found);
            let finding = |cause: &Cause| {
                let mut finding = of_difference(&cause.difference, asked.direction, message, sides);
                finding.notes.extend(beside.note(&cause.difference));
                if let Some(witness) = &cause.witness {
                    finding.notes.insert(0, ("witness", shown::witness(witness)));
                }
                finding
            };
            found.iter().map(finding).collect()
        }
        Verdict::BreakingBySize { sketch, sizes } => {
            let found = causes_by_size(asked.old, asked.new, &asked.writer, asked.direction);
            let told = shown::sketch(sketch, sizes);
            found
                .iter()
                .map(|difference| with_witness(difference, told.clone(), asked.direction, message, sides))
                .collect()
        }
        Verdict::Unknown { reason, places } => vec![unknown(reason, places, asked.direction, message, sides)],
    }
}

/// The verdict of the policy `producer-closed` on changes that `strict` refuses.
enum Beside {
    /// It is not asked, or does not know.
    Silent,
    /// It refuses these.
    Refuses(Vec<Difference>),
}

impl Beside {
    fn of(asked: &Asked<'_>, found: &[Cause]) -> Self {
        if asked.policy != Policy::Strict || !found.iter().any(|cause| is_of_open(cause.difference.rule)) {
            return Self::Silent;
        }
        let Ok(closed) = asked.writer.closed() else { return Self::Silent };
        match covers(asked.reader, &closed, &Limits::default()) {
            Verdict::Compatible => Self::Refuses(Vec::new()),
            Verdict::Breaking { witness } => {
                let refused = causes(asked.old, asked.new, &closed, &witness, asked.direction);
                Self::Refuses(refused.into_iter().map(|cause| cause.difference).collect())
            }
            Verdict::BreakingBySize { .. } | Verdict::Unknown { .. } => Self::Silent,
        }
    }

    fn note(&self, difference: &Difference) -> Option<(&'static str, String)> {
        let Self::Refuses(refused) = self else { return None };
        if !is_of_open(difference.rule) {
            return None;
        }
        let said = if refused.contains(difference) {
            "breaking, too, where writers write declared members only"
        } else {
            "compatible: it breaks only what writers write that is not declared (`--policy producer-closed`)"
        };
        Some(("producer-closed", said.to_owned()))
    }
}

/// Tells whether a change is of a member of an object that takes any others.
fn is_of_open(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::OptionalPropertyAddedToOpen | Rule::RequiredPropertyAddedToOpen | Rule::PropertyRemovedFromOpen
    )
}

pub(super) fn with_witness(
    difference: &Difference,
    witness: String,
    direction: Direction,
    message: &Message,
    sides: &Sides<'_>,
) -> Finding {
    let mut finding = of_difference(difference, direction, message, sides);
    finding.notes.insert(0, ("witness", witness));
    finding
}

fn of_difference(difference: &Difference, direction: Direction, message: &Message, sides: &Sides<'_>) -> Finding {
    let mut notes = vec![("breaks", consequence(direction, sides.against))];
    if let Some(before) = sides.old.locate(&difference.old) {
        notes.push(("before", before.to_string()));
    }
    notes.push(("help", difference.rule.help().to_owned()));
    Finding {
        rule: difference.rule.name().to_owned(),
        severity: Severity::Error,
        message: format!("`{}`: {}", message.title, difference.message),
        location: sides.new.locate(&difference.new).or_else(|| sides.new.locate(&Place::root(&message.file))),
        notes,
    }
}

fn unknown(reason: &str, places: &[Place], direction: Direction, message: &Message, sides: &Sides<'_>) -> Finding {
    let place = places.iter().find_map(|place| sides.new.locate(place));
    let level = level(direction);
    Finding {
        rule: UNKNOWN.to_owned(),
        severity: Severity::Error,
        message: format!("`{}`: neither a proof nor a witness was found for {level}: {reason}", message.title),
        location: place.or_else(|| sides.new.locate(&Place::root(&message.file))),
        notes: vec![("help", Rule::Unknown.help().to_owned())],
    }
}
