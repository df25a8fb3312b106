//! A pattern in the syntax of the Rust engines.
//!
//! Each text is read alike by `fancy-regex`, by `regex-syntax` (where it needs no look-around and no reference) and by
//! `jsonschema`, which translates patterns itself and finds nothing to do: there is no `.`, no `\d`, `\w` or `\s`, and no
//! bracket within brackets.

use std::fmt::Write;

use super::behind;
use super::error::{NotAPattern, fail};
use super::references::{References, Seen};
use super::tree::{Class, Item, Node};

/// The engine for which a text is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    /// `fancy-regex`, which has no boundary of words of ASCII: it is written as what stands before and after it.
    Fancy,
    /// `regex-syntax`, whose boundary is not that of Unicode if that is said.
    Automaton,
}

/// The text for an engine; `None` where it has no way to say it.
pub(super) fn write(tree: &Node, references: &References, engine: Engine) -> Result<Option<String>, NotAPattern> {
    let mut writer =
        Writer { text: String::new(), engine, references, groups: Vec::new(), path: Vec::new(), fits: true };
    if engine == Engine::Fancy && references.any() {
        // `jsonschema` leaves a pattern as it is once it sees one of these.
        writer.text.push_str("(?=)");
    }
    writer.node(tree)?;
    Ok(writer.fits.then_some(writer.text))
}

/// `SyntaxCharacter`.
pub(super) fn is_syntax(letter: char) -> bool {
    "^$\\.*+?()[]{}|".contains(letter)
}

/// Added to the number of a group: the group that tells whether it has read anything.
const TOLD: usize = usize::MAX / 4;

struct Writer<'t> {
    text: String,
    engine: Engine,
    references: &'t References,
    /// Groups in the order in which they are written, by their numbers in the source.
    groups: Vec<usize>,
    /// The place of the writer: the number of each child.
    path: Vec<usize>,
    fits: bool,
}

impl Writer<'_> {
    fn child(&mut self, index: usize, node: &Node) -> Result<(), NotAPattern> {
        self.path.push(index);
        let written = self.node(node);
        self.path.pop();
        written
    }

    fn node(&mut self, node: &Node) -> Result<(), NotAPattern> {
        match node {
            Node::Empty => {}
            Node::Char(code) => match char::from_u32(*code) {
                Some(letter) => self.letter(letter),
                // No text of JSON has a surrogate alone.
                None => self.class(&Class::default()),
            },
            Node::Any => self.class(&Class::any()),
            Node::Class(class) => self.class(class),
            Node::Start => self.text.push('^'),
            Node::End => self.text.push('$'),
            Node::Boundary { negated } => self.boundary(*negated),
            Node::Look { ahead, negated, body } => {
                self.fits &= self.engine == Engine::Fancy;
                if !ahead && behind::is_missed(body) {
                    return fail(
                        "what is looked behind at has a condition before a part without a fixed length",
                        "put the condition behind that part, or give the part a fixed length",
                    );
                }
                let sign = if *negated { '!' } else { '=' };
                let _ = write!(self.text, "(?{}{sign}", if *ahead { "" } else { "<" });
                self.child(0, body)?;
                self.text.push(')');
            }
            Node::Group { number, body } => {
                let is_asked_for = number.is_some_and(|number| self.references.asks_for(number));
                self.text.push_str(if is_asked_for { "(?:" } else { "" });
                self.text.push_str(if number.is_some() { "(" } else { "(?:" });
                self.groups.extend(number);
                self.child(0, body)?;
                self.text.push(')');
                if is_asked_for {
                    // Here a reference to a group that read nothing fails: one behind it that reads nothing tells.
                    self.groups.push(number.map_or(usize::MAX, |number| number + TOLD));
                    self.text.push_str("())");
                }
            }
            Node::Reference(number) => self.reference(*number)?,
            Node::Repeat { body, min, max, lazy } => self.repeat(body, *min, *max, *lazy)?,
            Node::Concat(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    self.child(index, part)?;
                }
            }
            Node::Alternation(branches) => {
                for (index, branch) in branches.iter().enumerate() {
                    self.text.push_str(if index == 0 { "" } else { "|" });
                    self.child(index, branch)?;
                }
            }
        }
        Ok(())
    }

    fn repeat(&mut self, body: &Node, min: u32, max: Option<u32>, lazy: bool) -> Result<(), NotAPattern> {
        if max == Some(0) || min == 0 && !body.can_read() {
            return Ok(());
        }
        // A round that reads nothing is none: the rest of the text may not be what it was.
        let is_guarded = min == 0 && self.references.any() && self.engine == Engine::Fancy && body.is_nullable();
        if is_guarded && body.can_read() {
            self.groups.push(usize::MAX);
            let rest = self.groups.len();
            self.text.push_str(r"(?:(?=([\u{0}-\u{10ffff}]*))");
            self.child(0, body)?;
            let _ = write!(self.text, "(?!\\{rest}))");
        } else {
            self.child(0, body)?;
        }
        // A second time it would read as little.
        if !body.can_read() {
            return Ok(());
        }
        let _ = match (min, max) {
            (0, None) => write!(self.text, "*"),
            (1, None) => write!(self.text, "+"),
            (0, Some(1)) => write!(self.text, "?"),
            (min, None) => write!(self.text, "{{{min},}}"),
            (min, Some(max)) if min == max => write!(self.text, "{{{min}}}"),
            (min, Some(max)) => write!(self.text, "{{{min},{max}}}"),
        };
        self.text.push_str(if lazy && max != Some(min) { "?" } else { "" });
        Ok(())
    }

    fn reference(&mut self, number: usize) -> Result<(), NotAPattern> {
        let written = |number| self.groups.iter().position(|group| *group == number).map(|index| index + 1);
        match (self.references.seen(&self.path, number), written(number)) {
            (Seen::Behind, _) => {
                return fail(
                    format!("group {number}, which is referred to, is looked behind at"),
                    "refer to a group that stands outside of what is looked behind at",
                );
            }
            // `fancy-regex` repeats no group that is empty.
            (Seen::Never, _) | (_, None) => {
                self.text.push_str("(?:|)");
                return Ok(());
            }
            (Seen::Always, Some(number)) => drop(write!(self.text, "(?:\\{number})")),
            (Seen::Perhaps, Some(own)) => {
                let told = written(number + TOLD).unwrap_or(own);
                let _ = write!(self.text, "(?:\\{own}|(?!\\{told}))");
            }
            (Seen::Unclear, _) => {
                return fail(
                    format!("a repetition may leave out group {number}, which is referred to"),
                    "refer to a group that every round reads, or to one outside of the repetition",
                );
            }
        }
        self.fits &= self.engine == Engine::Fancy;
        Ok(())
    }

    fn boundary(&mut self, negated: bool) {
        if self.engine == Engine::Automaton {
            self.text.push_str(if negated { r"(?-u:\B)" } else { r"(?-u:\b)" });
            return;
        }
        let mut word = Self { text: String::new(), path: Vec::new(), groups: Vec::new(), ..*self };
        word.class(&Class::word());
        let (word, [one, other]) = (word.text, if negated { ["=", "!"] } else { ["!", "="] });
        let _ = write!(self.text, "(?:(?<={word})(?{one}{word})|(?<!{word})(?{other}{word}))");
    }

    /// A character that stands for itself.
    fn letter(&mut self, letter: char) {
        if is_syntax(letter) {
            self.text.push('\\');
            self.text.push(letter);
        } else {
            self.visible(letter);
        }
    }

    fn visible(&mut self, letter: char) {
        match letter {
            '\n' => self.text.push_str("\\n"),
            '\r' => self.text.push_str("\\r"),
            '\t' => self.text.push_str("\\t"),
            ' '..='~' => self.text.push(letter),
            _ if letter.is_alphanumeric() => self.text.push(letter),
            _ => drop(write!(self.text, "\\u{{{:x}}}", u32::from(letter))),
        }
    }

    fn class(&mut self, class: &Class) {
        let start = self.text.len();
        self.text.push('[');
        self.text.push_str(if class.negated { "^" } else { "" });
        let empty = self.text.len();
        for (index, item) in class.items.iter().enumerate() {
            let is_edge = index == 0 || index + 1 == class.items.len();
            match item {
                Item::Range(0x2D, 0x2D) if is_edge && !self.text.ends_with('-') => self.text.push('-'),
                Item::Range(low, high) => self.ranges(*low, *high, empty),
                Item::Property { negated, name } => {
                    let _ = write!(self.text, "\\{}{{{name}}}", if *negated { 'P' } else { 'p' });
                }
            }
        }
        if self.text.len() == empty {
            // `[]` and `[^]`.
            self.text.truncate(start);
            self.text.push_str(if class.negated { r"[\u{0}-\u{10ffff}]" } else { r"[^\u{0}-\u{10ffff}]" });
            return;
        }
        self.text.push(']');
        // `\p{L}` and `\d` alone need no brackets.
        if let ([Item::Property { .. }], false) = (class.items.as_slice(), class.negated) {
            self.text.pop();
            self.text.remove(start);
        }
    }

    /// The characters among code points: there may be surrogates at an end.
    fn ranges(&mut self, low: u32, high: u32, start: usize) {
        let (low, high) = (char::from_u32(low).unwrap_or('\u{E000}'), char::from_u32(high).unwrap_or('\u{D7FF}'));
        if low <= high {
            self.class_letter(low, start);
        }
        if low < high {
            self.text.push('-');
            self.class_letter(high, start);
        }
    }

    fn class_letter(&mut self, letter: char, start: usize) {
        match letter {
            '\\' | ']' | '[' | '-' => {
                self.text.push('\\');
                self.text.push(letter);
            }
            '^' if self.text.len() == start => self.text.push_str("\\^"),
            // Two of them are an operator of the Rust engine.
            '&' | '~' if self.text.ends_with(letter) => drop(write!(self.text, "\\x{:x}", u32::from(letter))),
            _ => self.visible(letter),
        }
    }
}
