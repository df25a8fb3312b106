//! Pairs of the messages of two versions.

use std::collections::BTreeSet;

use crate::project::documents::Unusable;
use crate::project::message::Message;

/// The messages of the old version, in the order of their files.
pub(super) struct Pairs<'a> {
    /// The old and the new version of each that is still there.
    pub(super) kept: Vec<(&'a Message, &'a Message)>,
    /// Those that are no longer there.
    pub(super) deleted: Vec<&'a Message>,
}

/// Finds each old message in the new version: by its file, then, for a file that was moved or renamed, by what it calls
/// itself: `$id`, then topic and title, then one of both where it is the only one of it. Of the files that are `unusable` in the new version,
/// nobody knows whether they still hold their messages.
pub(super) fn pairs<'a>(old: &'a [Message], new: &'a [Message], unusable: &[Unusable]) -> Pairs<'a> {
    let mut pairs = Pairs { kept: Vec::new(), deleted: Vec::new() };
    let mut unpaired: Vec<&Message> = Vec::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for message in old {
        match new.iter().find(|other| other.file == message.file) {
            Some(other) => {
                taken.insert(&other.file);
                pairs.kept.push((message, other));
            }
            // Nobody knows what is in a file that can't be read now.
            None if unusable.iter().any(|file| file.name == message.file) => {}
            None => unpaired.push(message),
        }
    }
    for same in [same_id, same_topic_and_title, same_topic, same_title] {
        unpaired.retain(|message| {
            let mut others = new.iter().filter(|other| !taken.contains(other.file.as_str()) && same(message, other));
            let (Some(other), None) = (others.next(), others.next()) else { return true };
            taken.insert(&other.file);
            pairs.kept.push((message, other));
            false
        });
    }
    pairs.deleted = unpaired;
    pairs.kept.sort_by(|(a, _), (b, _)| a.file.cmp(&b.file));
    pairs
}

pub(super) fn same_id(a: &Message, b: &Message) -> bool {
    a.id.is_some() && a.id == b.id
}

pub(super) fn same_topic_and_title(a: &Message, b: &Message) -> bool {
    same_topic(a, b) && same_title(a, b)
}

fn same_topic(a: &Message, b: &Message) -> bool {
    a.topic == b.topic
}

fn same_title(a: &Message, b: &Message) -> bool {
    a.title == b.title
}
