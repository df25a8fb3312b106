//! One page of documentation for each code of a diagnostic.
//!
//! The pages are the Markdown files under `explain/`, which read as well there as on a terminal. The schemas in them
//! are generated from by `tests/explanations.rs`, so that no page says what is no longer so.

use std::fmt;
use std::sync::LazyLock;

use crate::lints;

/// The meaning of a diagnostic's code, and what to do about it. `Display` prints the page, as Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The code, as `S0201`.
    pub code: &'static str,
    /// Its subject, in one line.
    pub title: &'static str,
    /// The whole page: what it means, an example with its diagnostics, the example corrected.
    pub page: &'static str,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.page)
    }
}

/// The page of a code, or of a [`Lint`](crate::Lint) by its name, in capitals or not; `None` where there is none.
///
/// ```
/// let explanation = thoth_messaging_codegen::explain("S0201").unwrap();
/// assert!(explanation.to_string().starts_with("# S0201: a `$ref` to a definition that does not exist\n"));
/// assert_eq!(thoth_messaging_codegen::explain("open-object"), thoth_messaging_codegen::explain("L0201"));
/// assert!(thoth_messaging_codegen::explain("S9999").is_none());
/// ```
#[must_use]
pub fn explain(code: &str) -> Option<&'static Explanation> {
    let code = lints::find(code).map_or(code, |lint| lint.code);
    explanations().iter().find(|explanation| explanation.code.eq_ignore_ascii_case(code))
}

/// The pages of all codes, ordered by code.
#[must_use]
pub fn explanations() -> &'static [Explanation] {
    static EXPLANATIONS: LazyLock<Vec<Explanation>> = LazyLock::new(|| PAGES.iter().map(explanation).collect());
    &EXPLANATIONS
}

fn explanation(&(code, page): &(&'static str, &'static str)) -> Explanation {
    let heading = page.lines().next().unwrap_or_default();
    let title = heading.split_once(": ").map_or(heading, |(_, title)| title);
    Explanation { code, title, page }
}

const PAGES: &[(&str, &str)] = &[
    ("L0101", include_str!("explain/L0101.md")),
    ("L0102", include_str!("explain/L0102.md")),
    ("L0103", include_str!("explain/L0103.md")),
    ("L0201", include_str!("explain/L0201.md")),
    ("L0202", include_str!("explain/L0202.md")),
    ("L0203", include_str!("explain/L0203.md")),
    ("L0204", include_str!("explain/L0204.md")),
    ("L0205", include_str!("explain/L0205.md")),
    ("L0206", include_str!("explain/L0206.md")),
    ("L0301", include_str!("explain/L0301.md")),
    ("L0302", include_str!("explain/L0302.md")),
    ("L0303", include_str!("explain/L0303.md")),
    ("L0304", include_str!("explain/L0304.md")),
    ("L0305", include_str!("explain/L0305.md")),
    ("L0306", include_str!("explain/L0306.md")),
    ("L0307", include_str!("explain/L0307.md")),
    ("L0308", include_str!("explain/L0308.md")),
    ("L0309", include_str!("explain/L0309.md")),
    ("L0310", include_str!("explain/L0310.md")),
    ("L0311", include_str!("explain/L0311.md")),
    ("L0312", include_str!("explain/L0312.md")),
    ("L0313", include_str!("explain/L0313.md")),
    ("L0314", include_str!("explain/L0314.md")),
    ("L0315", include_str!("explain/L0315.md")),
    ("S0100", include_str!("explain/S0100.md")),
    ("S0101", include_str!("explain/S0101.md")),
    ("S0102", include_str!("explain/S0102.md")),
    ("S0103", include_str!("explain/S0103.md")),
    ("S0104", include_str!("explain/S0104.md")),
    ("S0105", include_str!("explain/S0105.md")),
    ("S0106", include_str!("explain/S0106.md")),
    ("S0107", include_str!("explain/S0107.md")),
    ("S0108", include_str!("explain/S0108.md")),
    ("S0109", include_str!("explain/S0109.md")),
    ("S0201", include_str!("explain/S0201.md")),
    ("S0202", include_str!("explain/S0202.md")),
    ("S0203", include_str!("explain/S0203.md")),
    ("S0204", include_str!("explain/S0204.md")),
    ("S0205", include_str!("explain/S0205.md")),
    ("S0206", include_str!("explain/S0206.md")),
    ("S0207", include_str!("explain/S0207.md")),
    ("S0301", include_str!("explain/S0301.md")),
    ("S0302", include_str!("explain/S0302.md")),
    ("S0303", include_str!("explain/S0303.md")),
    ("S0304", include_str!("explain/S0304.md")),
    ("S0305", include_str!("explain/S0305.md")),
    ("S0306", include_str!("explain/S0306.md")),
    ("S0307", include_str!("explain/S0307.md")),
    ("S0308", include_str!("explain/S0308.md")),
    ("S0309", include_str!("explain/S0309.md")),
    ("S0402", include_str!("explain/S0402.md")),
    ("S0403", include_str!("explain/S0403.md")),
    ("S0404", include_str!("explain/S0404.md")),
    ("S0405", include_str!("explain/S0405.md")),
    ("S0406", include_str!("explain/S0406.md")),
    ("S0407", include_str!("explain/S0407.md")),
    ("S0408", include_str!("explain/S0408.md")),
    ("S0409", include_str!("explain/S0409.md")),
    ("S0410", include_str!("explain/S0410.md")),
    ("S0411", include_str!("explain/S0411.md")),
    ("S0412", include_str!("explain/S0412.md")),
    ("S0413", include_str!("explain/S0413.md")),
    ("S0414", include_str!("explain/S0414.md")),
    ("S0501", include_str!("explain/S0501.md")),
    ("S0601", include_str!("explain/S0601.md")),
    ("S0602", include_str!("explain/S0602.md")),
    ("S0603", include_str!("explain/S0603.md")),
    ("S0604", include_str!("explain/S0604.md")),
    ("S0605", include_str!("explain/S0605.md")),
    ("S0606", include_str!("explain/S0606.md")),
];
