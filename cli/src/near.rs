//! Which of the names that exist was likely meant.

/// Names that are less alike than this were not meant, by the measure of Jaro and Winkler.
const MIN_SIMILARITY: f64 = 0.8;

/// Up to three of the names that are most like another, in backticks; the most alike first.
pub(crate) fn near<'a>(names: impl IntoIterator<Item = &'a str>, meant: &str) -> Vec<String> {
    nearest(names, |name| strsim::jaro_winkler(name, meant))
}

/// The same by another measure, from 0 to 1.
pub(crate) fn nearest<'a>(names: impl IntoIterator<Item = &'a str>, likeness: impl Fn(&str) -> f64) -> Vec<String> {
    let likely = names.into_iter().map(|name| (likeness(name), name));
    let mut near: Vec<_> = likely.filter(|(likeness, _)| *likeness > MIN_SIMILARITY).collect();
    near.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| a.cmp(b)));
    near.into_iter().take(3).map(|(_, name)| format!("`{name}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn the_most_alike_comes_first_and_nothing_alike_is_nothing() {
        let names = ["PATTERN_CHANGED", "PATTERN_ADDED", "MESSAGE_DELETED"];
        assert_eq!(near(names, "PATERN_ADDED")[0], "`PATTERN_ADDED`");
        assert!(near(names, "open-object").is_empty());
    }
}
