//! Patterns on which a backtracking engine may take time that is exponential in the length of the text.
//!
//! The engine here does not backtrack on a pattern without look-around and backreferences, but those of Java, JavaScript
//! and Python do, and they read the same topics.

mod automaton;

use std::collections::BTreeMap;

use fancy_regex::Expr;
use serde_json::Value;

use super::Subject;
use crate::diagnostic::{Diagnostic, Location};
use crate::resolve::rust_pattern;

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

/// Whether a repetition of the pattern can read a text in several ways, and so in exponentially many.
fn is_catastrophic(pattern: &str) -> bool {
    let Ok(tree) = rust_pattern(pattern).map(|rust| Expr::parse_tree(&rust)) else { return false };
    let Ok(tree) = tree else { return false };
    let mut open = vec![&tree.expr];
    while let Some(expression) = open.pop() {
        match expression {
            // What is inside of it is looked at as a part of it.
            Expr::Repeat { child, hi, .. } if *hi >= automaton::MANY && !has_look_around(child) => {
                if automaton::is_ambiguous(child) {
                    return true;
                }
            }
            other => open.extend(other.children_iter()),
        }
    }
    false
}

fn has_look_around(expression: &Expr) -> bool {
    let is_look_around = |expression: &Expr| matches!(expression, Expr::LookAround(..));
    is_look_around(expression) || expression.has_descendant(is_look_around)
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
            "^((a+)+b)*$",
            "^(a?b?)*$",
            "^(?:é+|[à-ü])*$",
        ] {
            assert!(is_catastrophic(pattern), "{pattern}");
        }
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
