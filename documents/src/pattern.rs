//! Regular expressions of ECMA-262, which `pattern` and `patternProperties` are, in the syntax of the Rust engine.

use std::borrow::Cow;

use fancy_regex::Regex;

/// An expression in the syntax of the Rust engine, which is not asked whether it takes it; `None` where it can't be
/// translated.
///
/// ```
/// use thoth_messaging_documents::pattern;
///
/// assert_eq!(pattern::translate(r"^\d+$").as_deref(), Some("^[0-9]+$"));
/// ```
#[must_use]
pub fn translate(pattern: &str) -> Option<Cow<'_, str>> {
    jsonschema_regex::to_rust_regex(pattern).ok()
}

/// An expression in the syntax of the Rust engine.
///
/// # Errors
///
/// The reason for which the engine does not take it.
pub fn to_rust(pattern: &str) -> Result<String, String> {
    compile(pattern).map(|regex| regex.as_str().to_owned())
}

/// Compiles an expression, without a limit on backtracking but that of the engine.
///
/// # Errors
///
/// The reason for which the engine does not take it.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    let compiled = |rust: &str| Regex::new(rust).map_err(|error| error.to_string());
    match translate(pattern) {
        Some(rust) => compiled(&rust),
        // The engine has words for most of what is wrong.
        None => Err(compiled(pattern).err().unwrap_or_else(|| "it can't be read".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_ascii() {
        let digits = compile(r"^\d+$").unwrap();
        assert!(digits.is_match("09").unwrap() && !digits.is_match("٣").unwrap());
        assert_eq!(to_rust(r"^\d+$").as_deref(), Ok(digits.as_str()));
    }

    #[test]
    fn says_why_an_expression_is_none() {
        assert!(to_rust("(").is_err() && to_rust("[b-a]").is_err());
        assert_ne!(to_rust("(").unwrap_err(), "");
    }
}
