//! Members that may tell the messages of a union apart.

use serde_json::{Map, Value};

use super::shape::{Group, Members, Objects};
use super::texts::looks_secret;

/// A place with more values of the tag is no union.
pub(super) const MAX_VALUES: usize = 16;
/// Each branch of a union rests on so many objects at least.
const MIN_SAMPLES: u64 = 3;
/// In bytes; a longer text tells nothing apart.
const MAX_LENGTH: usize = 64;

/// The ends of the names of tags, without case and punctuation, the better ones first.
const NAMES: [&str; 9] =
    ["type", "kind", "typename", "event", "tag", "discriminator", "operation", "action", "version"];

/// The member of an object whose name says most that it is a tag.
pub(super) fn candidate(object: &Map<String, Value>) -> Option<String> {
    let tags = object.keys().filter(|name| value(object, name).is_some());
    let ranked = tags.filter_map(|name| Some((rank(name)?, name)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name.clone())
}

/// A member whose value can be a tag: an integer or a short string.
pub(super) fn value<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| value.is_i64() || value.as_str().is_some_and(|text| text.len() <= MAX_LENGTH))
}

fn rank(name: &str) -> Option<usize> {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    NAMES.iter().position(|ending| plain.ends_with(ending) && !looks_secret(name))
}

/// Decides whether objects are a union by their tag.
///
/// Groups that could be of one schema are put together. What is left is a union where there are two or more, each with
/// at least three objects; else there is one group.
pub(super) fn classify(objects: &mut Objects) {
    let Some(tag) = objects.tag.clone() else { return };
    while let Some((one, other)) = alike(&objects.groups, &tag) {
        let taken = objects.groups.remove(other);
        objects.groups[one].tags.extend(taken.tags);
        objects.groups[one].members.merge(taken.members);
    }
    let is_union = objects.groups.len() > 1 && objects.groups.iter().all(|group| group.members.seen >= MIN_SAMPLES);
    if !is_union {
        objects.ungroup();
    }
}

fn alike(groups: &[Group], tag: &str) -> Option<(usize, usize)> {
    let mut pairs = (0..groups.len()).flat_map(|one| (one + 1..groups.len()).map(move |other| (one, other)));
    pairs.find(|&(one, other)| !differ(&groups[one].members, &groups[other].members, tag))
}

/// Returns whether a member is in all objects of one group and in none of the other, or in all of both with different types.
fn differ(one: &Members, other: &Members, tag: &str) -> bool {
    let stands_out = |one: &Members, other: &Members| {
        one.named.iter().any(|(name, shape)| {
            let in_other = other.named.get(name);
            one.requires(shape)
                && name != tag
                && in_other.is_none_or(|found| other.requires(found) && !shape.is_of_kind(found))
        })
    };
    stands_out(one, other) || stands_out(other, one)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::candidate;

    #[test]
    fn the_member_that_says_most_by_its_name_is_the_tag() {
        let tag = |object: serde_json::Value| candidate(object.as_object().unwrap());
        assert_eq!(tag(json!({"version": 1, "event_type": "placed", "name": "n"})).as_deref(), Some("event_type"));
        assert_eq!(tag(json!({"@type": "placed"})).as_deref(), Some("@type"));
        assert_eq!(tag(json!({"type": {"name": "placed"}, "token_type": "t", "name": "n"})), None);
    }
}
