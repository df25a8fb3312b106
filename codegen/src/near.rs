//! Which of the names that exist was likely meant.

/// The name that is closest to the one that was written, where not more than a quarter of its letters differ (one, of
/// three letters), or they are the same in another order.
pub(crate) fn nearest<'a>(names: impl Iterator<Item = &'a str>, meant: &str) -> Option<&'a str> {
    let most = (meant.chars().count() + 1) / 4;
    let likely = names.filter(|name| name.len().abs_diff(meant.len()) <= 4 * most.min(16));
    let near = likely.map(|name| (if is_reordered(name, meant) { 1 } else { distance(name, meant) }, name)).min()?;
    (near.0 <= most).then_some(near.1)
}

fn is_reordered(left: &str, right: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    left != right && left.len() == right.len() && sorted(left) == sorted(right)
}

/// In how many letters two names differ, by the algorithm of Levenshtein.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().enumerate() {
        let mut corner = above;
        row[0] = above + 1;
        for (index, other) in right.iter().enumerate() {
            let replaced = corner + usize::from(letter != *other);
            corner = row[index + 1];
            row[index + 1] = replaced.min(corner + 1).min(row[index] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_likely_meant() {
        let names = ["type", "required", "properties", "additionalProperties"];
        let check = |meant, expected| assert_eq!(nearest(names.into_iter(), meant), expected, "{meant}");
        check("tpye", Some("type"));
        check("typ", Some("type"));
        check("requried", Some("required"));
        check("addtionalProperties", Some("additionalProperties"));
        check("nullable", None);
        check("", None);
    }
}
