//! The JSON text that a value is written to.

use serde_json::{Map, Value};

use super::Error;
use super::reader::scan::plain;

/// The text that values are written to, and whether they are checked on the way.
#[derive(Debug)]
pub struct Writer {
    text: String,
    is_checked: bool,
}

impl Writer {
    /// A writer that refuses what the schema refuses.
    pub(crate) fn checked() -> Self {
        Self { text: String::with_capacity(256), is_checked: true }
    }

    /// A writer of what is there, to see the whole of a value that checks refuse.
    pub(super) fn unchecked() -> Self {
        Self { text: String::new(), is_checked: false }
    }

    pub(super) fn is_checked(&self) -> bool {
        self.is_checked
    }

    /// Returns what was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The place that is written to next.
    pub(super) fn offset(&self) -> usize {
        self.text.len()
    }

    /// Returns what was written since a place.
    pub(super) fn since(&self, start: usize) -> &str {
        self.text.get(start..).unwrap_or_default()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    pub(super) fn null(&mut self) {
        self.text.push_str("null");
    }

    pub(super) fn boolean(&mut self, value: bool) {
        self.text.push_str(if value { "true" } else { "false" });
    }

    #[inline]
    pub(crate) fn string(&mut self, value: &str) {
        push_string(&mut self.text, value);
    }

    pub(super) fn integer(&mut self, value: i128) {
        if value < 0 {
            self.text.push('-');
        }
        // From the last digit on; those of 128 bits are no more than these.
        let (mut digits, mut first, mut left) = ([b'0'; 39], 39, value.unsigned_abs());
        if let Ok(mut short) = u64::try_from(left) {
            while short > 9 {
                first -= 1;
                digits[first] = digit(short % 10);
                short /= 10;
            }
            left = short.into();
        }
        while left > 9 {
            first -= 1;
            digits[first] = digit(u64::try_from(left % 10).unwrap_or_default());
            left /= 10;
        }
        first -= 1;
        digits[first] = digit(u64::try_from(left).unwrap_or_default());
        self.text.push_str(str::from_utf8(&digits[first..]).unwrap_or_default());
    }

    /// Writes a float that is finite, as `serde_json` does.
    pub(super) fn float(&mut self, value: f64) {
        if let Some(number) = serde_json::Number::from_f64(value) {
            self.text.push_str(&number.to_string());
        }
    }

    /// Writes a value that is JSON already.
    pub(super) fn json(&mut self, json: &str) {
        self.text.push_str(json);
    }

    /// Writes a value of any content.
    pub(super) fn any(&mut self, value: &Value) {
        match value {
            Value::Null => self.null(),
            Value::Bool(value) => self.boolean(*value),
            Value::Number(number) => self.text.push_str(&number.to_string()),
            Value::String(text) => self.string(text),
            Value::Array(items) => {
                let all = self.items(items, |writer, item| {
                    writer.any(item);
                    Ok(())
                });
                // Nothing of it can be refused.
                all.unwrap_or_default();
            }
            Value::Object(members) => self.members(members),
        }
    }

    /// Writes an object of any content.
    pub(super) fn members(&mut self, members: &Map<String, Value>) {
        self.open();
        for (index, (name, value)) in members.iter().enumerate() {
            self.name(index == 0, name);
            self.any(value);
        }
        self.close();
    }

    /// Writes an array.
    pub(super) fn items<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.text.push('[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            write(self, item)?;
        }
        self.text.push(']');
        Ok(())
    }

    pub(super) fn open(&mut self) {
        self.text.push('{');
    }

    pub(super) fn close(&mut self) {
        self.text.push('}');
    }

    /// As [`name`](Self::name), for a name that has nothing to escape.
    #[inline]
    pub(super) fn plain_name(&mut self, is_first: bool, name: &str) {
        self.text.reserve(name.len() + 4);
        self.text.push_str(if is_first { "\"" } else { ",\"" });
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    /// Writes the name of a member, and what stands around it.
    #[inline]
    pub(super) fn name(&mut self, is_first: bool, name: &str) {
        if !is_first {
            self.text.push(',');
        }
        push_string(&mut self.text, name);
        self.text.push(':');
    }
}

fn digit(value: u64) -> u8 {
    b'0' + u8::try_from(value).unwrap_or_default()
}

/// Writes a string, with the escapes that `serde_json` writes.
pub(super) fn push_string(text: &mut String, value: &str) {
    text.reserve(value.len() + 2);
    text.push('"');
    let end = plain(value.as_bytes(), 0);
    if end == value.len() {
        text.push_str(value);
    } else {
        push_escaped(text, value, end);
    }
    text.push('"');
}

/// Writes what stands between the quotes of a string whose first part ends at what has to be escaped.
fn push_escaped(text: &mut String, value: &str, mut end: usize) {
    let bytes = value.as_bytes();
    let mut start = 0;
    loop {
        text.push_str(value.get(start..end).unwrap_or_default());
        let Some(byte) = bytes.get(end) else { return };
        push_escape(text, *byte);
        start = end + 1;
        end = plain(bytes, start);
    }
}

#[inline]
fn push_escape(text: &mut String, byte: u8) {
    match byte {
        b'"' => text.push_str("\\\""),
        b'\\' => text.push_str("\\\\"),
        8 => text.push_str("\\b"),
        9 => text.push_str("\\t"),
        10 => text.push_str("\\n"),
        12 => text.push_str("\\f"),
        13 => text.push_str("\\r"),
        control => {
            let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or_default();
            text.push_str("\\u00");
            text.extend([digit(control >> 4), digit(control & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Writer)) -> String {
        let mut writer = Writer::checked();
        write(&mut writer);
        writer.text
    }

    #[test]
    fn strings_are_written_as_serde_json_writes_them() {
        let all: String = (0..0x500).filter_map(char::from_u32).collect();
        for text in ["", "a", "\"", "a\"b\\", "\u{1}\u{1f} ü€😀\u{7f}", "seven b\n", &all] {
            assert_eq!(written(|writer| writer.string(text)), serde_json::to_string(text).unwrap());
        }
    }

    #[test]
    fn numbers_are_written_as_serde_json_writes_them() {
        for integer in [0, 7, 10, -1, 100, i128::from(i64::MIN), i128::from(u64::MAX), i128::MIN, i128::MAX] {
            assert_eq!(written(|writer| writer.integer(integer)), integer.to_string());
        }
        for float in [0.1, -0.5, 1e22, 1e16, 1e-7, 123_456.789, f64::MAX, 5e-324] {
            assert_eq!(written(|writer| writer.float(float)), serde_json::to_string(&float).unwrap());
        }
    }

    #[test]
    fn values_of_any_content_are_written_as_serde_json_writes_them() {
        let value = serde_json::json!({"a\n": [null, true, 1, -1.5, "b", {}, []], "c": {"d": {}}});
        assert_eq!(written(|writer| writer.any(&value)), value.to_string());
    }
}
