//! Places of values in the text of a record.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging_documents::pointer::segments;

use super::violation::{characters, lines};

/// A line, and a column in characters, both from 1.
pub(super) type Place = (u64, u64);

/// Returns the places of the values at some JSON Pointers, in a text that is JSON: of the innermost value that is there, where
/// one leads further. The text is read once, however many they are.
pub(super) fn places(text: &[u8], pointers: &[&str]) -> Vec<Place> {
    let mut wanted = Wanted::default();
    for (number, pointer) in pointers.iter().enumerate() {
        wanted.add(pointer, number);
    }
    let mut cursor = Cursor { text, at: 0, starts: vec![0; pointers.len()] };
    cursor.space();
    cursor.value(&wanted);
    in_lines(text, &cursor.starts)
}

/// Offsets in a text as lines and columns.
fn in_lines(text: &[u8], starts: &[usize]) -> Vec<Place> {
    let mut order: Vec<usize> = (0..starts.len()).collect();
    order.sort_by_key(|number| starts[*number]);
    let mut places = vec![(1, 1); starts.len()];
    let (mut line, mut column, mut last) = (1, 1, 0);
    for number in order {
        let start = starts[number].min(text.len());
        let passed = &text[last..start];
        let newline = memchr::memrchr(b'\n', passed);
        line += lines(passed);
        column = if newline.is_some() { 1 } else { column } + characters(&passed[newline.map_or(0, |at| at + 1)..]);
        places[number] = (line, column);
        last = start;
    }
    places
}

/// The pointers that lead on from a value, by their next segment.
#[derive(Default)]
struct Wanted {
    /// Those that lead to this value, or through it.
    numbers: Vec<usize>,
    below: BTreeMap<String, Self>,
}

impl Wanted {
    fn add(&mut self, pointer: &str, number: usize) {
        let mut wanted = self;
        wanted.numbers.push(number);
        for segment in segments(pointer) {
            wanted = wanted.below.entry(segment).or_default();
            wanted.numbers.push(number);
        }
    }
}

struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
    /// Of each pointer, the start of the innermost value that was found.
    starts: Vec<usize>,
}

impl Cursor<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while self.peek().is_ascii_whitespace() {
            self.at += 1;
        }
    }

    /// Reads past a value, and notes where those are that are wanted in it.
    fn value(&mut self, wanted: &Wanted) {
        for number in &wanted.numbers {
            self.starts[*number] = self.at;
        }
        let open = self.peek();
        if wanted.below.is_empty() || !matches!(open, b'{' | b'[') {
            return self.skip();
        }
        self.at += 1;
        for index in 0_usize.. {
            self.space();
            if matches!(self.peek(), b'}' | b']' | 0) {
                break;
            }
            let segment = if open == b'{' { self.name() } else { index.to_string() };
            self.space();
            match wanted.below.get(&segment) {
                Some(below) => self.value(below),
                None => self.skip(),
            }
            self.space();
            self.at += usize::from(self.peek() == b',');
        }
        self.at += 1;
    }

    /// Reads a member name and the colon behind it.
    fn name(&mut self) -> String {
        let start = self.at;
        self.skip();
        let name: Option<Value> = self.text.get(start..self.at).and_then(|name| serde_json::from_slice(name).ok());
        self.space();
        self.at += 1;
        name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Reads past a value.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.text.len() {
            match self.peek() {
                b'"' => self.skip_string(),
                b'{' | b'[' => depth += 1,
                b'}' | b']' | b',' | b':' if depth == 0 => return,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Goes from the opening quote to the closing one.
    fn skip_string(&mut self) {
        self.at += 1;
        while !matches!(self.peek(), b'"') && self.at < self.text.len() {
            self.at += if self.peek() == b'\\' { 2 } else { 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn finds_the_values_at_pointers() {
        let text = b"{\n  \"a\": [1, {\"b/c\": \"]\\\"\"}],\n  \"d\": 2\n}";
        let pointers = ["/d", "", "/a/0", "/a/1/b~1c", "/a/7", "/a/1/b~1c/x/y", "/a/1", "/d"];
        let expected = [(3, 8), (1, 1), (2, 9), (2, 20), (2, 8), (2, 20), (2, 12), (3, 8)];
        assert_eq!(places(text, &pointers), expected);
        assert_eq!(places("{\"ü\": \"é\", \"b\": 1}".as_bytes(), &["/b", "/ü"]), [(1, 17), (1, 7)]);
        assert_eq!(places(b"", &["/a"]), [(1, 1)]);
        assert_eq!(places(b"[[1, 2], [3]]", &["/1/0", "/0/1", "/2"]), [(1, 11), (1, 6), (1, 1)]);
    }
}
