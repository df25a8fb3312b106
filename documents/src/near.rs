//! Names that are nearly another: the one measure behind "write `OrderLine`".

/// The name that is closest to one that was written, where not more than a quarter of its letters differ (one, of three
/// letters), or they are the same in another order, or only capitals and what divides words differ.
///
/// ```
/// use thoth_messaging_documents::near::nearest;
///
/// assert_eq!(nearest(["type", "title"], "tpye"), Some("type"));
/// assert_eq!(nearest(["type", "title"], "format"), None);
/// ```
pub fn nearest<'a>(names: impl IntoIterator<Item = &'a str>, meant: &str) -> Option<&'a str> {
    names.into_iter().filter_map(|name| Some((distance(name, meant)?, name))).min().map(|(_, name)| name)
}

/// The names that are near to one that was written, as [`nearest`] says, the nearest first: three at most.
pub fn near<'a>(names: impl IntoIterator<Item = &'a str>, meant: &str) -> Vec<&'a str> {
    near_by(names, |name| distance(name, meant))
}

/// As [`near`], by another [`distance`]: that of a part of a name, for one.
///
/// ```
/// use thoth_messaging_documents::near::{distance, near_by};
///
/// let last = |name: &str| distance(name.rsplit('/').next().unwrap_or(name), "mian");
/// assert_eq!(near_by(["origin/main", "origin/next"], last), ["origin/main"]);
/// ```
pub fn near_by<'a>(names: impl IntoIterator<Item = &'a str>, distance: impl Fn(&str) -> Option<usize>) -> Vec<&'a str> {
    const MAX_NAMED: usize = 3;
    let mut near: Vec<_> = names.into_iter().filter_map(|name| Some((distance(name)?, name))).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MAX_NAMED).map(|(_, name)| name).collect()
}

/// The number of letters in which a name differs from one that was written (Levenshtein); `None` where it was not
/// meant.
#[must_use]
pub fn distance(name: &str, meant: &str) -> Option<usize> {
    let most = (meant.chars().count() + 1) / 4;
    if is_respelled(name, meant) {
        return Some(usize::from(name != meant));
    }
    // The lengths alone tell most of the names apart.
    if name.len().abs_diff(meant.len()) > 4 * most.min(16) {
        return None;
    }
    let distance = if is_reordered(name, meant) { 1 } else { strsim::levenshtein(name, meant) };
    (distance <= most).then_some(distance)
}

/// Returns whether two names are the same words, as `orderId`, `order_id` and `Order-ID` are.
fn is_respelled(left: &str, right: &str) -> bool {
    let letters = |text: &'_ str| {
        let letters = text.chars().filter(|letter| !matches!(letter, '_' | '-' | '.' | ' '));
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    !left.is_empty() && !right.is_empty() && letters(left) == letters(right)
}

fn is_reordered(left: &str, right: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    left != right && left.len() == right.len() && sorted(left) == sorted(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_likely_meant() {
        let names = ["type", "required", "properties", "additionalProperties"];
        let check = |meant, expected| assert_eq!(nearest(names, meant), expected, "{meant}");
        check("tpye", Some("type"));
        check("typ", Some("type"));
        check("requried", Some("required"));
        check("addtionalProperties", Some("additionalProperties"));
        check("AdditionalProperties", Some("additionalProperties"));
        check("additional-properties", Some("additionalProperties"));
        check("nullable", None);
        check("", None);
    }

    #[test]
    fn the_most_alike_comes_first_and_nothing_alike_is_nothing() {
        let names = ["PATTERN_CHANGED", "PATTERN_ADDED", "MESSAGE_DELETED"];
        assert_eq!(near(names, "PATERN_ADDED"), ["PATTERN_ADDED"]);
        assert_eq!(
            near(["orders-c", "orders-bb", "orders-b", "orders-a"], "orders-x"),
            ["orders-a", "orders-b", "orders-c"]
        );
        assert!(near(names, "open-object").is_empty());
    }
}
