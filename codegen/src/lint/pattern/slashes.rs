//! Patterns between slashes, as JavaScript writes a literal.

use serde_json::Value;

use super::Subject;
use crate::diagnostic::Diagnostic;

pub(in crate::lint) fn slashed_pattern(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (place, schema) in subject.schemas.speaking() {
        let own = schema.get("pattern").and_then(Value::as_str).map(|pattern| (place.join("pattern"), pattern));
        let of_names = schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
        let of_names = of_names.map(|(name, _)| (place.join("patternProperties").join(name), name.as_str()));
        for (place, pattern) in own.into_iter().chain(of_names) {
            let Some((inner, flags)) = between_slashes(pattern) else { continue };
            let also = if flags.is_empty() { "" } else { ", and so are the flags behind them" };
            let message = format!("the slashes around this pattern are part of it{also}");
            let location = subject.resolved.document(&place).locate(&place.pointer);
            let help = format!("write `{inner}`, or escape the slashes where they are meant: `\\/`");
            found.push(Diagnostic::warning("L0313", message, location).found(format!("`{pattern}`")).help(help));
        }
    }
}

/// The text between the slashes of a literal of a regular expression, and its flags. One with no other sign of a pattern than the
/// slashes, as `/orders/`, is a path.
fn between_slashes(pattern: &str) -> Option<(&str, &str)> {
    let (inner, flags) = pattern.strip_prefix('/')?.rsplit_once('/')?;
    let is_literal = inner.contains(['^', '$', '[', '(', '*', '+', '?', '\\', '|', '{']);
    (is_literal && flags.chars().all(|flag| "dgimsuvy".contains(flag))).then_some((inner, flags))
}

#[cfg(test)]
mod tests {
    use super::between_slashes;

    #[test]
    fn a_literal_is_told_from_a_path() {
        assert_eq!(between_slashes("/^[a-z]+$/"), Some(("^[a-z]+$", "")));
        assert_eq!(between_slashes(r"/^\d+$/gi"), Some((r"^\d+$", "gi")));
        for pattern in ["/orders/", "^/a/$", "/", "//", "/orders/items", "^[a-z]+$", "/a+/b"] {
            assert_eq!(between_slashes(pattern), None, "{pattern}");
        }
    }
}
