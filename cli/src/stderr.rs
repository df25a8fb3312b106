//! Standard error: summaries, notes and failures. Where nobody reads it, nothing is lost: findings and what was asked for are
//! on standard output, and the exit code says the rest.

use std::fmt::Display;
use std::io::{self, Write as _};

use clap::error::ContextValue;
use thoth_messaging_documents::foreign;

/// Says something in one line, whatever it holds.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(io::stderr(), "{}", foreign::line(&line.to_string()));
}

/// Says something in the lines that it has: each part of it that may have lines of its own is a line already.
pub(crate) fn say_lines(lines: impl Display) {
    let _ = writeln!(io::stderr(), "{}", foreign::block(&lines.to_string()));
}

/// Standard error, for questions in words of our own.
pub(crate) fn questions() -> impl io::Write {
    io::stderr()
}

/// An error of the command line that shows arguments safely: they may be the names of files that a shell found.
pub(crate) fn usage(mut error: clap::Error) -> clap::Error {
    let shown = |text: &String| foreign::line(text).into_owned();
    let is_safe = |text: &str| foreign::line(text) == text;
    let context: Vec<_> = error.context().map(|(kind, value)| (kind, value.clone())).collect();
    for (kind, value) in context {
        let value = match value {
            ContextValue::String(text) => ContextValue::String(shown(&text)),
            ContextValue::Strings(texts) => ContextValue::Strings(texts.iter().map(shown).collect()),
            // Tips repeat an argument in a text of colours, which has no way in.
            ContextValue::StyledStrs(tips) if tips.iter().any(|tip| !is_safe(&tip.to_string())) => {
                ContextValue::StyledStrs(Vec::new())
            }
            other => other,
        };
        error.insert(kind, value);
    }
    error
}
