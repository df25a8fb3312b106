//! The choice of messages by keys and values.

use serde_json::Value;
use thoth_messaging::client::Record;

use crate::failure::Failure;
use crate::kafka::show;

/// The conditions on messages.
#[derive(Debug)]
pub(super) struct Selection {
    filters: Vec<(String, String)>,
    key: Option<String>,
}

impl Selection {
    pub(super) fn new(filters: &[String], key: Option<String>) -> Result<Self, Failure> {
        let divided = |filter: &String| {
            let parts = filter.split_once('=').filter(|(pointer, _)| pointer.is_empty() || pointer.starts_with('/'));
            parts.map(|(pointer, value)| (pointer.to_owned(), value.to_owned())).ok_or_else(|| {
                Failure::new(format!("`--filter {filter}` is no JSON Pointer with a value"))
                    .help("write `--filter /country=DE`; `/lines/0/article=A-1` goes further down")
            })
        };
        Ok(Self { filters: filters.iter().map(divided).collect::<Result<_, _>>()?, key })
    }

    /// The pointers of its filters.
    pub(super) fn pointers(&self) -> impl Iterator<Item = &str> {
        self.filters.iter().map(|(pointer, _)| pointer.as_str())
    }

    /// Returns whether a record is asked for.
    pub(super) fn takes(&self, record: &Record) -> bool {
        if self.key.as_ref().is_some_and(|key| record.key() != Some(key.as_bytes())) {
            return false;
        }
        self.filters.is_empty() || show::payload_of(record).is_some_and(|payload| self.takes_payload(payload))
    }

    fn takes_payload(&self, payload: &[u8]) -> bool {
        let Ok(payload) = serde_json::from_slice::<Value>(payload) else { return false };
        self.filters.iter().all(|(pointer, wanted)| payload.pointer(pointer).is_some_and(|found| is(found, wanted)))
    }
}

/// Returns whether a value is what somebody wrote, as text or as JSON.
fn is(found: &Value, wanted: &str) -> bool {
    found.as_str() == Some(wanted) || serde_json::from_str::<Value>(wanted).is_ok_and(|wanted| *found == wanted)
}

#[cfg(test)]
mod tests {
    use super::Selection;

    #[test]
    fn a_filter_compares_text_and_json() {
        let takes = |filters: &[&str], payload: &str| {
            let filters: Vec<_> = filters.iter().map(|filter| (*filter).to_owned()).collect();
            Selection::new(&filters, None).unwrap().takes_payload(payload.as_bytes())
        };
        let payload = r#"{"a": {"b": "12"}, "n": 12, "t": true, "x": null, "e/f": ["g"]}"#;
        for filter in ["/a/b=12", "/n=12", "/t=true", "/x=null", "/e~1f/0=g", "/a/b=\"12\"", "/e~1f=[\"g\"]"] {
            assert!(takes(&[filter], payload), "{filter}");
        }
        assert!(!takes(&["/n=12", "/t=false"], payload) && !takes(&["/y=null"], payload) && !takes(&["/n=12"], "{"));
        assert!(Selection::new(&["country=DE".to_owned()], None).is_err());
        assert!(Selection::new(&["/country".to_owned()], None).is_err());
    }
}
