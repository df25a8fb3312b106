//! Regular expressions of ECMA-262 with the flag `u`, which `pattern` and `patternProperties` are, for engines in Rust.
//!
//! Each is read here once, by the grammar of ECMA-262, and written for the engine: what it means follows from its tree and
//! not from what the engine would take the text for. Without look-around and references it is an expression of `regex-syntax`, and
//! an automaton decides it; with them `fancy-regex` does, in a bounded number of steps.
//!
//! | ECMA-262 | here |
//! |---|---|
//! | `.`, `\d`, `\w`, `\s`, `\b` | sets of characters, of ASCII but for `\s`; `.` reads no U+2028, U+2029 or `\r` either |
//! | `[]`, `[^]`, `\cJ`, `\0`, `\uD83D\uDE00` | no character, any, and the code points |
//! | a reference to a group that read nothing | reads nothing |
//! | a surrogate alone | is in no text of JSON |
//!
//! Not taken: modifiers (`(?i:…)`) and names that several groups have, both of ES2025; the properties `Bidi_Mirrored` and
//! `Changes_When_NFKC_Casefolded`; references to groups that a repetition may leave out, or into what is looked behind at; conditions
//! in what is looked behind at, before a part of it without a fixed length.

mod behind;
mod carried;
mod error;
mod escape;
mod expand;
mod parse;
mod properties;
mod references;
mod tree;
mod write;

use fancy_regex::Regex;

pub use self::error::NotAPattern;
use self::error::fail;
use self::references::References;
use self::tree::Node;
use self::write::Engine;
pub use carried::{carried, original, original_path};

/// A pattern, understood.
///
/// ```
/// use thoth_messaging_documents::pattern::Pattern;
///
/// let pattern = Pattern::new(r"^\d.$").unwrap();
/// assert_eq!(pattern.as_rust(), r"^[0-9][^\n\r\u{2028}-\u{2029}]$");
/// assert!(Pattern::new(r"\A\d\z").unwrap_err().help().contains('^'));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    rust: String,
    automaton: Option<String>,
    counted: Option<Counted>,
    loose: Option<String>,
}

/// A pattern that counts: the texts that `pattern` matches, of so many characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// A pattern that does not count.
    pub pattern: String,
    /// The fewest characters.
    pub min: u32,
    /// The most characters, where there is a most.
    pub max: Option<u32>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// It is none of ECMA-262, or one of the few that are not taken here.
    pub fn new(source: &str) -> Result<Self, NotAPattern> {
        let parsed = parse::parse(source)?;
        let references = References::of(&parsed.tree);
        let rust = write::write(&parsed.tree, &references, Engine::Fancy)?.unwrap_or_default();
        let counted = counted(&parsed.tree)?;
        let automaton = automaton(parsed.tree, &references)?;
        Ok(Self { rust, automaton, counted, loose: parsed.loose })
    }

    /// The expression for `fancy-regex`.
    #[must_use]
    pub fn as_rust(&self) -> &str {
        &self.rust
    }

    /// An expression for `regex-syntax` that matches somewhere in the same texts; none with look-around, or with a reference to a
    /// group that may read more than some texts.
    #[must_use]
    pub fn as_automaton(&self) -> Option<&str> {
        self.automaton.as_deref()
    }

    /// Returns the same as a pattern that does not count and the numbers, where it is one character again and again: `^.{0,500}$`
    /// is `^.*$` of at most 500 characters.
    #[must_use]
    pub fn counted(&self) -> Option<&Counted> {
        self.counted.as_ref()
    }

    /// Returns what to write for what is only a pattern without the flag `u`, if it is that.
    #[must_use]
    pub fn loose(&self) -> Option<&str> {
        self.loose.as_deref()
    }

    /// Compiles it, without a limit on backtracking but that of the engine.
    ///
    /// # Errors
    ///
    /// It is too large for the engine, or looks behind at what has no fixed length and refers to a group.
    pub fn compile(&self) -> Result<Regex, NotAPattern> {
        let help = "write it with fewer repetitions in repetitions, and without references in what is looked behind at";
        Regex::new(&self.rust).or_else(|error| fail(format!("the engine does not take it: {error}"), help))
    }
}

fn automaton(tree: Node, references: &References) -> Result<Option<String>, NotAPattern> {
    let written = write::write(&tree, references, Engine::Automaton)?;
    let plain = match written {
        None if references.any() => expand::without_references(&tree),
        None => None,
        Some(_) => Some(tree),
    };
    let Some(plain) = plain.map(expand::with_open_ends) else { return Ok(None) };
    write::write(&plain, &References::of(&plain), Engine::Automaton)
}

fn counted(tree: &Node) -> Result<Option<Counted>, NotAPattern> {
    let Some((body, min, max)) = expand::counted(tree) else { return Ok(None) };
    let body = Box::new(Node::Group { number: None, body: Box::new(body.clone()) });
    let repeat = Node::Repeat { body, min: 0, max: None, lazy: false };
    let tree = Node::Concat(vec![Node::Start, repeat, Node::End]);
    let written = write::write(&tree, &References::of(&tree), Engine::Automaton)?;
    Ok(written.map(|pattern| Counted { pattern, min, max }))
}

/// Compiles a pattern, without a limit on backtracking but that of the engine.
///
/// # Errors
///
/// As [`Pattern::new`] and [`Pattern::compile`].
pub fn compile(source: &str) -> Result<Regex, NotAPattern> {
    Pattern::new(source)?.compile()
}

#[cfg(test)]
mod tests;
