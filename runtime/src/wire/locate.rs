//! The place of an error in a payload: from an offset to a JSON Pointer.

/// The JSON Pointer of the value that stands at an offset, or of the innermost one around it, in a text that is JSON up to
/// there.
pub(super) fn instance_path(payload: &[u8], offset: usize) -> String {
    let mut scanner = Scanner { bytes: &payload[..offset.min(payload.len())], at: 0 };
    let mut open: Vec<Level> = Vec::new();
    while let Some(byte) = scanner.next() {
        match byte {
            b'{' => open.push(Level::Object(None)),
            b'[' => open.push(Level::Array(0)),
            b'}' | b']' => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(Level::Array(index)) => *index += 1,
                Some(Level::Object(name)) => *name = None,
                None => {}
            },
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

#[cfg(test)]
mod tests {
    use super::instance_path;

    #[track_caller]
    fn check(payload: &str, offset: usize, expected: &str) {
        assert_eq!(instance_path(payload.as_bytes(), offset), expected);
    }

    #[test]
    fn finds_the_value_at_an_offset() {
        let payload = r#"{"a": [1, {"b/c": tru}], "d": 1}"#;
        check(payload, 0, "");
        check(payload, 6, "/a");
        check(payload, 7, "/a/0");
        check(payload, 10, "/a/1");
        check(payload, 18, "/a/1/b~1c");
        check(payload, 30, "/d");
    }

    #[test]
    fn reads_names_with_escapes_and_values_that_look_like_names() {
        check(r#"{"\"}": "{", "x": 1}"#, 18, "/x");
        check(r#"{"\"}": "{", "x": 1}"#, 8, "/\"}");
    }
}
