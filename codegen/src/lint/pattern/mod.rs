//! Patterns on which a backtracking engine may take time that is exponential in the length of the text.
//!
//! The engine here does not backtrack on a pattern without look-around and backreferences, but those of Java, JavaScript
//! and Python do, and they read the same topics.

mod automaton;
mod slashes;

use std::collections::BTreeMap;

use fancy_regex::Expr;
use serde_json::Value;
use thoth_messaging_documents::pattern::Pattern;

use super::Subject;
use crate::diagnostic::{Diagnostic, Location};
pub(super) use slashes::slashed_pattern;

pub(super) fn catastrophic_pattern(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    for (place, schema) in subject.schemas.speaking() {
        let pattern = schema.get("pattern").and_then(Value::as_str);
        let pattern = pattern.map(|pattern| (pattern, subject.at(place, "pattern")));
        let names = schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
        let names = names.map(|(name, _)| (name.as_str(), subject.at(&place.join("patternProperties"), name)));
        for (pattern, location) in pattern.into_iter().chain(names) {
            if *known.entry(pattern).or_insert_with(|| is_catastrophic(pattern)) {
                found.push(warning(pattern, location));
            }
        }
    }
}

fn warning(pattern: &str, location: Location) -> Diagnostic {
    Diagnostic::warning("L0303", "some texts keep a backtracking engine busy for ever with this pattern", location)
        .found(format!("in `{pattern}` a repetition can read one text in several ways"))
        .help("let each repetition begin or end with what can't stand in it, as `^[a-z]+(-[a-z]+)*$`")
}

/// Returns whether a repetition of the pattern can read a text in several ways, and so in exponentially many.
fn is_catastrophic(pattern: &str) -> bool {
    let Ok(tree) = Pattern::new(pattern).map(|pattern| Expr::parse_tree(pattern.as_rust())) else { return false };
    let Ok(tree) = tree else { return false };
    let mut open = vec![&tree.expr];
    while let Some(expression) = open.pop() {
        let ambiguous = match expression {
            Expr::Repeat { child, hi, .. } if *hi >= automaton::MANY => automaton::is_ambiguous(child),
            _ => None,
        };
        match ambiguous {
            Some(true) => return true,
            // What is inside of it was looked at as a part of it.
            Some(false) => {}
            None => open.extend(expression.children_iter()),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_catastrophic;

    #[test]
    fn finds_repetitions_that_read_a_text_in_several_ways() {
        for pattern in [
            "(a+)+$",
            "^(a*)*$",
            "^(a|a)*$",
            "^(a|aa)+$",
            "^(.*,)*x",
            r"^(\w+\s?)*$",
            r"^(\d+|[0-9a-f]+)*z$",
            r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
            r"^(([a-z])+.)+[A-Z]([a-z])+$",
            "^(a{2,3})+$",
            "^([a-z]{0,30})+$",
            "(?=(a+)+$)b",
            "^((?!x)(a+)+)*$",
            "^((a+)+b)*$",
            "^(a?b?)*$",
            "^(?:é+|[à-ü])*$",
        ] {
            assert!(is_catastrophic(pattern), "{pattern}");
        }
    }

    #[test]
    fn gives_up_on_what_is_too_large() {
        let nothing = (0..12).fold(String::new(), |inner, _| format!("({inner}){{19}}"));
        assert!(!is_catastrophic(&format!("({nothing})*")));
        let long = "a".repeat(100);
        assert!(!is_catastrophic(&format!("({long}|{long})*")));
        assert!(is_catastrophic(&format!("({long}(b+)+)*")));
    }

    #[test]
    fn says_nothing_of_repetitions_that_read_a_text_in_one_way() {
        for pattern in [
            "",
            "^a+$",
            "^[a-z]+(-[a-z]+)*$",
            r"^\d+(\.\d+)*$",
            r"^([a-z0-9]+\.)*[a-z]{2,}$",
            r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$",
            r"^(\d{3}-|\d{4}-)*$",
            r"^(a|b)*$",
            r"^.*foo.*$",
            r"^(?!.*\.\.)[a-z.]+$",
            r"^(\s*\w+\s*,)*$",
            r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
            r"^P(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$",
            r"^(?:(?!x)[a-z])*$",
            r"^(\S+ )*\S+$",
            r"^(\ba|\Ba)*$",
            "^x-",
        ] {
            assert!(!is_catastrophic(pattern), "{pattern}");
        }
    }
}
