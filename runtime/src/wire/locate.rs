//! Where in a payload an error stands: from line and column to a JSON Pointer.

/// The JSON Pointer of the innermost value that is open at a position, in a text that is JSON up to there.
pub(super) fn instance_path(payload: &[u8], line: usize, column: usize) -> String {
    let end = offset(payload, line, column);
    let mut scanner = Scanner { bytes: &payload[..end], at: 0 };
    let mut open: Vec<Level> = Vec::new();
    while let Some(byte) = scanner.next() {
        match byte {
            b'{' => open.push(Level::Object(None)),
            b'[' => open.push(Level::Array(0)),
            // At the closing bracket itself the value is still the innermost: that is where a missing member shows.
            b'}' | b']' if scanner.at < end => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(Level::Array(index)) => *index += 1,
                Some(Level::Object(name)) => *name = None,
                None => {}
            },
            b'}' | b']' => {
                if let Some(Level::Object(name)) = open.last_mut() {
                    *name = None;
                }
            }
            b'"' => {
                let text = scanner.string();
                if let Some(Level::Object(name @ None)) = open.last_mut() {
                    *name = Some(text);
                }
            }
            _ => {}
        }
    }
    open.iter().map(Level::segment).collect()
}

enum Level {
    Object(Option<String>),
    Array(usize),
}

impl Level {
    fn segment(&self) -> String {
        match self {
            Self::Object(Some(name)) => segment(name),
            Self::Object(None) => String::new(),
            Self::Array(index) => format!("/{index}"),
        }
    }
}

/// The text of an error without the path of what was read from a tree: a name in it may be a part of a sensitive value.
pub(super) fn without_path(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(": expected ") {
        Some((left, expected)) if error.line() == 0 && left.starts_with('/') => {
            format!("{}: expected {expected}", left.rsplit(' ').next().unwrap_or_default())
        }
        _ => text,
    }
}

/// The text of an error under a path.
pub(super) fn under(place: &str, text: &str) -> String {
    if text.starts_with('/') { format!("{place}{text}") } else { format!("{place} {text}") }
}

/// The text of an error without the position that `serde_json` adds.
pub(super) fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&position).map_or(text.clone(), str::to_owned)
}

/// A member's name as a segment of a JSON Pointer.
pub(super) fn segment(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte
    }

    /// The string whose opening quote was read, without its escapes where it is cut off.
    fn string(&mut self) -> String {
        let start = self.at - 1;
        while let Some(byte) = self.next() {
            match byte {
                b'"' => break,
                b'\\' => self.at += 1,
                _ => {}
            }
        }
        let raw = &self.bytes[start..self.at.min(self.bytes.len())];
        serde_json::from_slice(raw).unwrap_or_else(|_| String::from_utf8_lossy(&raw[1..]).into_owned())
    }
}

/// The offset of the byte after a position that `serde_json` gives: lines and columns from 1, columns in bytes.
fn offset(payload: &[u8], line: usize, column: usize) -> usize {
    let start: usize =
        payload.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (start + column).min(payload.len())
}

#[cfg(test)]
mod tests {
    use super::instance_path;

    #[track_caller]
    fn check(payload: &str, column: usize, expected: &str) {
        assert_eq!(instance_path(payload.as_bytes(), 1, column), expected);
    }

    #[test]
    fn finds_the_innermost_value() {
        let payload = r#"{"a": [1, {"b/c": tru}], "d": 1}"#;
        check(payload, 8, "/a/0");
        check(payload, 20, "/a/1/b~1c");
        check(payload, 31, "/d");
        check(payload, 32, "");
    }

    #[test]
    fn reads_names_with_escapes_and_values_that_look_like_names() {
        check(r#"{"\"}": "{", "x": 1}"#, 19, "/x");
        check(r#"{"\"}": "{", "x": 1}"#, 11, "/\"}");
    }
}
