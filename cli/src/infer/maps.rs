//! Objects whose member names are data.

use super::shape::{Members, Shape};

/// Names that look like data make a map from so many on.
const DATA_NAMES: usize = 3;
/// Names that look like nothing make a map from so many on.
const NAMES: usize = 20;
/// … in so many objects.
const OBJECTS: u64 = 5;

/// Returns whether the names of members are data.
///
/// They are where all values are of one type, and objects among them share a member, and either all names look like
/// data (numbers, dates, uuids, hashes, paths, addresses) and there are at least three, or there are at least 20 that
/// differ by a number alone, or that many in at least five objects and none of them is in more than half of the objects.
pub(super) fn is_map(members: &Members) -> bool {
    let names = members.named.len();
    let by_names = names >= DATA_NAMES && members.named.keys().all(|name| looks_like_data(name));
    let by_number =
        names >= NAMES && members.seen >= OBJECTS && members.named.values().all(|shape| shape.seen <= members.seen / 2);
    (by_names || by_number || are_numbered(members)) && are_of_one_shape(members)
}

/// Returns whether many names are one with a number in it, as `id-17`.
fn are_numbered(members: &Members) -> bool {
    let numbered = |name: &String| name.contains(|c: char| c.is_ascii_digit()).then(|| without_numbers(name));
    let mut names = members.named.keys().map(numbered);
    let Some(Some(first)) = names.next() else { return false };
    members.named.len() >= NAMES && names.all(|name| name.as_ref() == Some(&first))
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
