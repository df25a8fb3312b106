//! Numbers of a schema that lose digits when it is read.

use thoth_messaging_documents::decimal::Held;
use thoth_messaging_documents::{Pointer, keywords};

use crate::diagnostic::Diagnostic;
use crate::json::short_text;
use crate::source::Source;

/// The purpose of a number.
enum Number {
    Decides,
    Default,
}

impl Number {
    fn of(pointer: &Pointer) -> Option<Self> {
        let segments: Vec<String> = pointer.segments().collect();
        let is_limit = segments.last().is_some_and(|last| keywords::LIMITS.contains(&last.as_str()));
        if is_limit || segments.iter().any(|segment| segment == "const" || segment == "enum") {
            return Some(Self::Decides);
        }
        segments.iter().any(|segment| segment == "default").then_some(Self::Default)
    }
}

/// Finds the numbers that decide what is valid, and have digits that would be lost.
pub(super) fn not_held(source: &Source) -> impl Iterator<Item = Diagnostic> {
    let numbers = source.numbers().filter(|(pointer, number)| match Number::of(pointer) {
        Some(Number::Decides) => Held::of(number) != Held::Exactly,
        Some(Number::Default) => Held::of(number) == Held::Not,
        None => false,
    });
    numbers.map(|(pointer, number)| {
        Diagnostic::error("S0109", "a number has digits that no 64-bit number has", source.locate(pointer))
            .found(short_text(number))
            .help("write an integer of 64 bits, or a number of up to 15 digits; a `pattern` can describe others as strings")
    })
}
