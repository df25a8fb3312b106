//! A JSON value as YAML, in block style. Strings are quoted as in JSON wherever a reader might take them for something else.

use std::fmt::Write as _;

use serde_json::Value;

/// Returns the text of a value.
pub(super) fn text(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

/// Writes a value that begins on a line of its own.
fn write(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                indent(depth, text);
                let _ = write!(text, "{}:", scalar_text(name));
                write_behind(value, depth + 1, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                indent(depth, text);
                text.push('-');
                write_behind(item, depth + 1, text);
            }
        }
        other => {
            indent(depth, text);
            let _ = writeln!(text, "{}", scalar(other));
        }
    }
}

/// Writes a value behind a name or a dash: on the same line if it is a scalar.
fn write_behind(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('\n');
            write(value, depth, text);
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('\n');
            write(value, depth, text);
        }
        other => {
            let _ = writeln!(text, " {}", scalar(other));
        }
    }
}

fn indent(depth: usize, text: &mut String) {
    text.extend(std::iter::repeat_n("  ", depth));
}

/// A scalar, or an empty object or list.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(string) => scalar_text(string),
        other => other.to_string(),
    }
}

/// A string: as it is where it can be nothing else, else in quotation marks.
fn scalar_text(string: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./ ".contains(&byte);
    // Numbers, times and words such as `yes` and `null` are no strings without marks.
    let is_word = string.starts_with(|first: char| first.is_ascii_alphabetic())
        && string.len() > 5
        && string.bytes().all(is_plain);
    if is_word && !string.ends_with(' ') { string.to_owned() } else { Value::from(string).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::text;

    #[test]
    fn what_may_be_taken_for_something_else_is_quoted() {
        let value = json!({
            "channels": {"shop.order-placed": {"partitions": 3, "list": ["delete", "no"], "empty": {}, "none": []}},
            "2026-01-31": "null", "text": "a: b # c\nd", "nested": [{"a": 1, "b": [true, null]}, "on the way"],
        });
        let expected = "channels:\n  shop.order-placed:\n    partitions: 3\n    \"list\":\n      - delete\n      - \"no\"\n    \
                        \"empty\": {}\n    \"none\": []\n\"2026-01-31\": \"null\"\n\"text\": \"a: b # c\\nd\"\nnested:\n  -\n    \"a\": 1\n    \
                        \"b\":\n      - true\n      - null\n  - on the way\n";
        assert_eq!(text(&value), expected);
    }
}
