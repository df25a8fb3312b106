//! Patterns that look ahead from the start, as `^(?!admin$)(?=.*\d)[a-z\d]+$` does: each look is a pattern of its own, and no
//! automaton is needed that looks ahead.

/// Returns the patterns that a text has to match (true) and must not match (false) in the place of one that looks ahead from
/// the start; none of another pattern.
pub(super) fn split(pattern: &str) -> Option<Vec<(String, bool)>> {
    let mut rest = pattern.strip_prefix('^')?;
    let mut parts = Vec::new();
    while let Some(inner) = rest.strip_prefix("(?=").or_else(|| rest.strip_prefix("(?!")) {
        let wanted = rest.starts_with("(?=");
        let end = end(inner)?;
        parts.push((format!("^(?:{})", &inner[..end]), wanted));
        rest = &inner[end + 1..];
    }
    if parts.is_empty() || refers_back(pattern) || end(&format!("{rest})"))? != rest.len() || has_choice(rest) {
        return None;
    }
    if !rest.is_empty() {
        parts.push((format!("^{rest}"), true));
    }
    Some(parts)
}

/// The tokens of a pattern that are no escapes and in no class, with their places and the number of groups around them.
fn tokens(pattern: &str) -> impl Iterator<Item = (usize, char, usize)> + '_ {
    let (mut is_escaped, mut in_class, mut depth) = (false, false, 0_usize);
    pattern.char_indices().filter_map(move |(at, letter)| {
        if std::mem::take(&mut is_escaped) {
            return None;
        }
        match letter {
            '\\' => is_escaped = true,
            ']' => in_class = false,
            _ if in_class => return None,
            '[' => in_class = true,
            '(' => depth += 1,
            ')' => {
                let around = depth;
                depth = depth.saturating_sub(1);
                return Some((at, letter, around));
            }
            _ => {}
        }
        Some((at, letter, depth))
    })
}

/// The place of the parenthesis that closes a group, of whose content a text is the beginning.
fn end(content: &str) -> Option<usize> {
    tokens(content).find(|(_, letter, depth)| *letter == ')' && *depth == 0).map(|(at, _, _)| at)
}

fn has_choice(pattern: &str) -> bool {
    tokens(pattern).any(|(_, letter, depth)| letter == '|' && depth == 0)
}

fn refers_back(pattern: &str) -> bool {
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' && letters.next().is_some_and(|next| matches!(next, '1'..='9' | 'k')) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_ahead_from_the_start_is_a_pattern_of_its_own() {
        let parts = |parts: &[(&str, bool)]| Some(parts.iter().map(|(text, met)| ((*text).to_owned(), *met)).collect());
        assert_eq!(split("^(?!admin$)[a-z]+$"), parts(&[("^(?:admin$)", false), ("^[a-z]+$", true)]));
        assert_eq!(split(r"^(?=.*[)\]])(?!a|\))"), parts(&[(r"^(?:.*[)\]])", true), (r"^(?:a|\))", false)]));
        assert_eq!(split("^(?=(a|b)c)(?:d|e)"), parts(&[("^(?:(a|b)c)", true), ("^(?:d|e)", true)]));
    }

    #[test]
    fn no_other_pattern_is_split() {
        for pattern in
            ["a", "^a", "^a(?!b)", "(?!a)b", "^(?!a)b|c", r"^(?=(a))\1", r"^(?=(?<n>a))\k<n>", "^(?!a)(?<=b)|c"]
        {
            assert_eq!(split(pattern), None, "{pattern}");
        }
    }
}
