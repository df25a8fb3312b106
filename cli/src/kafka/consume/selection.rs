//! The choice of messages: places in topics, keys and values.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use thoth_messaging::client::Record;

use crate::failure::Failure;

/// A place in the partitions of a topic, as `--from` and `--to` take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffsetSpec {
    Beginning,
    End,
    Offset(i64),
    /// So many before the end.
    Last(i64),
    Time(SystemTime),
}

impl FromStr for OffsetSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number) = text.parse::<i64>() {
            return Ok(if text.starts_with('-') { Self::Last(number.saturating_neg()) } else { Self::Offset(number) });
        }
        if let Ok(Ok(time)) = text.parse::<jiff::Timestamp>().map(SystemTime::try_from) {
            return Ok(Self::Time(time));
        }
        match text {
            "beginning" => Ok(Self::Beginning),
            "end" => Ok(Self::End),
            text => ago(text).map(Self::Time).ok_or_else(|| {
                "write `beginning`, `end`, an offset, -10 for the last ten, a time as 2026-01-31T08:00:00Z, or 30s, 15m, \
                 2h or 7d for so long ago"
                    .to_owned()
            }),
        }
    }
}

/// The time as long ago as a text says.
fn ago(text: &str) -> Option<SystemTime> {
    let unit = text.chars().next_back()?;
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        _ => return None,
    };
    SystemTime::now().checked_sub(Duration::from_secs(number.checked_mul(seconds)?))
}

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
        self.filters.is_empty() || record.payload().is_some_and(|payload| self.takes_payload(payload))
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
    use std::time::{Duration, SystemTime};

    use super::{OffsetSpec, Selection};

    #[test]
    fn a_place_is_an_offset_a_time_or_how_long_ago() {
        let place = |text: &str| text.parse::<OffsetSpec>();
        assert_eq!(place("beginning"), Ok(OffsetSpec::Beginning));
        assert_eq!(place("12"), Ok(OffsetSpec::Offset(12)));
        assert_eq!(place("-10"), Ok(OffsetSpec::Last(10)));
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_846_400);
        assert_eq!(place("2026-01-31T08:00:00Z"), Ok(OffsetSpec::Time(time)));
        assert!(matches!(place("2h"), Ok(OffsetSpec::Time(time)) if time.elapsed().unwrap().as_secs() / 10 == 720));
        for wrong in ["", "yesterday", "2w", "h", "99999999999999999999d", "1.5h"] {
            assert!(place(wrong).unwrap_err().contains("write `beginning`"), "{wrong}");
        }
    }

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
