//! Witnesses as reports show them: whole, or described where they are large.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use thoth_messaging_compat::Verdict;
use thoth_messaging_documents::pointer::escape;

/// A witness is shown whole in a finding up to so many bytes, and in JSON up to so many.
const WHOLE: usize = 2_000;
const WHOLE_JSON: usize = 100_000;
/// The most of a text, an array or an object that is shown whole, and the beginning of a larger one that is.
const MAX_LETTERS: usize = 60;
const MAX_ITEMS: usize = 12;
const SHOWN_LETTERS: usize = 20;
const SHOWN_ITEMS: usize = 3;

/// A witness as one line.
pub(super) fn witness(witness: &Value) -> String {
    let text = witness.to_string();
    if text.len() <= WHOLE { text } else { described(witness, &BTreeMap::new()) }
}

/// A witness that is too large to be made, as one line.
pub(super) fn sketch(sketch: &Value, sizes: &BTreeMap<String, u64>) -> String {
    described(sketch, sizes)
}

/// A verdict for who reads JSON.
pub(super) fn verdict(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Compatible => json!({"verdict": "compatible"}),
        Verdict::Breaking { witness } if witness.to_string().len() <= WHOLE_JSON => {
            json!({"verdict": "breaking", "witness": witness})
        }
        Verdict::Breaking { witness } => json!({"verdict": "breaking", "described": self::witness(witness)}),
        Verdict::BreakingBySize { sketch, sizes } => {
            json!({"verdict": "breaking", "described": described(sketch, sizes), "sizes": sizes})
        }
        Verdict::Unknown { reason, .. } => json!({"verdict": "unknown", "reason": reason}),
    }
}

/// A value with the beginnings of what is large in it, and the number of characters, items or members there.
fn described(value: &Value, sizes: &BTreeMap<String, u64>) -> String {
    let mut text = String::new();
    Describer { sizes, text: &mut text }.value(value, "");
    match text.char_indices().nth(WHOLE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

struct Describer<'a> {
    sizes: &'a BTreeMap<String, u64>,
    text: &'a mut String,
}

impl Describer<'_> {
    fn value(&mut self, value: &Value, path: &str) {
        let size = self.sizes.get(path).copied();
        match value {
            Value::String(text) if size.is_some() || text.chars().nth(MAX_LETTERS).is_some() => {
                let start: String = text.chars().take(SHOWN_LETTERS).collect();
                let shown = Value::from(start).to_string();
                let size = size.unwrap_or_else(|| text.chars().count() as u64);
                let _ = write!(self.text, "{}…\" ({size} characters)", shown.strip_suffix('"').unwrap_or(&shown));
            }
            Value::Array(items) => {
                let is_cut = size.is_some() || items.len() > MAX_ITEMS;
                let shown = items.iter().take(if is_cut { SHOWN_ITEMS } else { MAX_ITEMS }).enumerate();
                let shown = shown.map(|(index, item)| (None, index.to_string(), item));
                self.all(('[', ']'), shown, path);
                self.cut(is_cut, size, items.len(), ("items", ']'));
            }
            Value::Object(members) => {
                let is_cut = size.is_some() || members.len() > MAX_ITEMS;
                let shown = members.iter().take(if is_cut { SHOWN_ITEMS } else { MAX_ITEMS });
                let shown = shown.map(|(name, value)| (Some(name.as_str()), escape(name), value));
                self.all(('{', '}'), shown, path);
                self.cut(is_cut, size, members.len(), ("members", '}'));
            }
            plain => {
                let _ = write!(self.text, "{plain}");
            }
        }
    }

    fn all<'v>(
        &mut self,
        (open, close): (char, char),
        shown: impl Iterator<Item = (Option<&'v str>, String, &'v Value)>,
        path: &str,
    ) {
        self.text.push(open);
        for (number, (name, segment, value)) in shown.enumerate() {
            if number > 0 {
                self.text.push(',');
            }
            if let Some(name) = name {
                let _ = write!(self.text, "{}:", Value::from(name));
            }
            // What is shown at all is bounded, so the rest of a wide value need not be written.
            if self.text.len() < WHOLE * 4 {
                self.value(value, &format!("{path}/{segment}"));
            }
        }
        self.text.push(close);
    }

    /// Says how many there are, where not all are shown.
    fn cut(&mut self, is_cut: bool, size: Option<u64>, own: usize, (what, close): (&str, char)) {
        if is_cut {
            self.text.pop();
            let size = size.unwrap_or(own as u64);
            let _ = write!(self.text, ",…{close} ({size} {what})");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_large_is_described() {
        assert_eq!(witness(&json!({"a": [null, "b"]})), r#"{"a":[null,"b"]}"#);
        let large = json!({"a~/b": vec![json!({"x": "y".repeat(100)}); 200_001], "c": "é\"".repeat(3_000)});
        let expected = r#"{"a~/b":[{"x":"yyyyyyyyyyyyyyyyyyyy…" (100 characters)},{"x":"yyyyyyyyyyyyyyyyyyyy…" (100 characters)},{"x":"yyyyyyyyyyyyyyyyyyyy…" (100 characters)},…] (200001 items),"c":"é\"é\"é\"é\"é\"é\"é\"é\"é\"é\"…" (6000 characters)}"#;
        assert_eq!(witness(&large), expected);
    }

    #[test]
    fn what_can_not_be_made_is_described_by_its_sizes() {
        let sizes = BTreeMap::from([("/a".to_owned(), 4_000_000_000), ("/a/0".to_owned(), 5_000_000_000)]);
        let told = sketch(&json!({"a": ["xx", "yy"], "b": [1]}), &sizes);
        assert_eq!(told, r#"{"a":["xx…" (5000000000 characters),"yy",…] (4000000000 items),"b":[1]}"#);
    }
}
