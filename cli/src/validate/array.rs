//! The items of an array as records, read one after the other.

use std::io::{self, BufRead};

use super::batch::{Batch, BatchSink, Ended, Shape};
use super::violation::starts_character;

/// Gives each item away as a batch of its own.
pub(super) fn items(sink: &mut BatchSink<'_>, reader: &mut dyn BufRead) -> io::Result<Result<(), Ended>> {
    let mut items = Items::default();
    loop {
        let buffer = reader.fill_buf()?;
        let ended = buffer.is_empty();
        let length = buffer.len();
        for byte in buffer {
            match items.push(*byte, sink.limit) {
                Step::More => {}
                Step::Item => {
                    if !items.give(sink, Shape::Whole) {
                        return Ok(Err(Ended));
                    }
                }
                Step::TooLong => {
                    // Nothing tells how it would go on.
                    return Ok(if items.give(sink, Shape::TooLong) { Ok(()) } else { Err(Ended) });
                }
                Step::NoArray => return Ok(if items.give(sink, Shape::NoArray) { Ok(()) } else { Err(Ended) }),
            }
        }
        reader.consume(length);
        if ended {
            let complete = items.state == State::After;
            return Ok(if complete || items.give_end(sink) { Ok(()) } else { Err(Ended) });
        }
    }
}

/// The position in the array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Before,
    /// Before an item; whether one has to come, after a comma.
    Between {
        due: bool,
    },
    Item,
    After,
}

enum Step {
    More,
    Item,
    TooLong,
    NoArray,
}

#[derive(Default)]
struct Items {
    state: State,
    item: Vec<u8>,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Lines that ended before, and characters since the last one ended.
    line: u64,
    column: u64,
    /// The line and the column where the item starts.
    start: (u64, u64),
}

impl Items {
    fn push(&mut self, byte: u8, limit: usize) -> Step {
        let here = (self.line + 1, self.column + 1);
        if byte == b'\n' {
            (self.line, self.column) = (self.line + 1, 0);
        } else if starts_character(byte) {
            self.column += 1;
        }
        if self.state != State::Item {
            self.start = here;
        }
        match (self.state, byte) {
            (State::Before | State::Between { .. } | State::After, b' ' | b'\t' | b'\r' | b'\n') => {}
            (State::Before, b'[') => self.state = State::Between { due: false },
            (State::Between { due: false }, b']') => self.state = State::After,
            (State::Between { .. }, b',' | b']') | (State::Before | State::After, _) => return Step::NoArray,
            (State::Between { .. }, _) => {
                self.state = State::Item;
                return self.inside(byte, limit);
            }
            (State::Item, _) => return self.inside(byte, limit),
        }
        Step::More
    }

    fn inside(&mut self, byte: u8, limit: usize) -> Step {
        if self.in_string {
            self.in_string = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
        } else {
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b',' | b']' if self.depth == 0 => {
                    self.state = if byte == b',' { State::Between { due: true } } else { State::After };
                    return Step::Item;
                }
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        if self.item.len() == limit {
            return Step::TooLong;
        }
        self.item.push(byte);
        Step::More
    }

    /// Says that the array does not end, where the input does.
    fn give_end(&mut self, sink: &mut BatchSink<'_>) -> bool {
        self.start = (self.line + 1, self.column + 1);
        self.give(sink, Shape::NoArray)
    }

    fn give(&mut self, sink: &mut BatchSink<'_>, shape: Shape) -> bool {
        let Some(mut bytes) = (sink.next)() else { return false };
        bytes.append(&mut self.item);
        (sink.give)(Batch { bytes, shape, line: self.start.0.max(1), column: self.start.1.max(1) })
    }
}
