//! Objects whose member names are data.

use super::shape::{Members, Shape};

/// Names that look like data make a map from so many on.
const DATA_NAMES: usize = 3;
/// Names that look like nothing make a map from so many on.
const NAMES: usize = 20;
/// … in so many objects.
const OBJECTS: u64 = 5;
/// Letters and digits of an identifier in a name, at least.
const IDENTIFIER: usize = 4;

/// Returns whether the names of members are data.
///
/// They are where all values are of one type, and objects among them share a member, and either all names look like
/// data (numbers, dates, uuids, hashes, paths, addresses) and there are at least three, or there are at least 20 that
/// differ by a number or an identifier alone, or that many in at least five objects and none of them is in more than half of the objects.
pub(super) fn is_map(members: &Members) -> bool {
    let names = members.named.len();
    let by_names = names >= DATA_NAMES && members.named.keys().all(|name| looks_like_data(name));
    let by_number =
        names >= NAMES && members.seen >= OBJECTS && members.named.values().all(|shape| shape.seen <= members.seen / 2);
    let are_alike = names >= NAMES && (are_numbered(members) || are_identified(members));
    (by_names || by_number || are_alike) && are_of_one_shape(members)
}

/// Returns whether many names are one with a number in it, as `id-17`.
fn are_numbered(members: &Members) -> bool {
    let numbered = |name: &String| name.contains(|c: char| c.is_ascii_digit()).then(|| without_numbers(name));
    let mut names = members.named.keys().map(numbered);
    let Some(Some(first)) = names.next() else { return false };
    names.all(|name| name.as_ref() == Some(&first))
}

/// Returns whether the names are one with an identifier in it, as `session-9f3a`: letters and digits, of one length.
fn are_identified(members: &Members) -> bool {
    let names = || members.named.keys().map(String::as_bytes);
    let Some(first) = names().next() else { return false };
    let shared = |same: fn(&[u8], &[u8]) -> usize| names().map(|name| same(first, name)).min().unwrap_or(0);
    let start = shared(|one, other| one.iter().zip(other).take_while(|(a, b)| a == b).count());
    let end = shared(|one, other| one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count());
    // What the first letters of identifiers share by chance belongs to them.
    let start = first[..start].iter().rposition(|byte| !byte.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    let end = first.len()
        - first[first.len() - end..].iter().position(|byte| !byte.is_ascii_alphanumeric()).map_or(0, |at| end - at);
    let Some(length) = end.checked_sub(start).filter(|length| *length >= IDENTIFIER) else { return false };
    let rest = first.len() - length;
    let is_identifier =
        |name: &[u8]| name.len() == rest + length && name[start..start + length].iter().all(u8::is_ascii_alphanumeric);
    let with_digits = names().filter(|name| name.iter().any(u8::is_ascii_digit)).count();
    start > 0 && names().all(is_identifier) && with_digits * 2 > members.named.len()
}

/// A name with one `0` for each number in it.
fn without_numbers(name: &str) -> String {
    let mut kept = String::new();
    for character in name.chars() {
        let shown = if character.is_ascii_digit() { '0' } else { character };
        if shown != '0' || !kept.ends_with('0') {
            kept.push(shown);
        }
    }
    kept
}

fn are_of_one_shape(members: &Members) -> bool {
    let mut shapes = members.named.values().filter(|shape| !shape.kinds().is_empty());
    let Some(first) = shapes.next() else { return false };
    let mut shared = member_names(first);
    let had_names = !shared.is_empty();
    for shape in shapes {
        if shape.kinds() != first.kinds() {
            return false;
        }
        let names = member_names(shape);
        shared.retain(|name| names.contains(name));
    }
    first.kinds().len() == 1 && (!had_names || !shared.is_empty())
}

fn member_names(shape: &Shape) -> Vec<&String> {
    shape.objects.iter().flat_map(|objects| &objects.groups).flat_map(|group| group.members.named.keys()).collect()
}

fn looks_like_data(name: &str) -> bool {
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let is_of = |allowed: fn(char) -> bool| name.chars().all(allowed);
    let is_number = digits > 0 && is_of(|c| c.is_ascii_digit() || c == '.' || c == '-');
    let is_date_time = digits >= 8 && is_of(|c| c.is_ascii_digit() || "-:.TZ+".contains(c));
    let is_hash = name.len() >= 16 && digits > 0 && is_of(|c| c.is_ascii_hexdigit() || c == '-');
    let is_address = name.char_indices().any(|(index, c)| c == '/' || c == '@' && index > 0);
    is_number || is_date_time || is_hash || is_address
}

#[cfg(test)]
mod tests {
    use super::looks_like_data;

    #[test]
    fn names_of_members_are_told_from_data() {
        let data = ["17", "2024-05-01", "2024-05-01T08:00:00Z", "1.5", "9f86d081884c7d65", "a/b", "me@example.org"];
        assert!(data.into_iter().all(looks_like_data));
        assert!(
            !["name", "+1", "@type", "sha256", "decade", "order_id", "x-kafka", ""].into_iter().any(looks_like_data)
        );
    }
}
