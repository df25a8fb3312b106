//! The places in a topic that commands take.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// A place in the partitions of a topic, as `--from` and `--to` take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffsetSpec {
    Beginning,
    End,
    Offset(i64),
    /// A number of records before the end.
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
            "beginning" | "earliest" => Ok(Self::Beginning),
            "end" | "latest" => Ok(Self::End),
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::OffsetSpec;

    #[test]
    fn a_place_is_an_offset_a_time_or_how_long_ago() {
        let place = |text: &str| text.parse::<OffsetSpec>();
        assert_eq!(place("beginning"), Ok(OffsetSpec::Beginning));
        assert_eq!((place("earliest"), place("latest")), (place("beginning"), place("end")));
        assert_eq!(place("12"), Ok(OffsetSpec::Offset(12)));
        assert_eq!(place("-10"), Ok(OffsetSpec::Last(10)));
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_846_400);
        assert_eq!(place("2026-01-31T08:00:00Z"), Ok(OffsetSpec::Time(time)));
        assert!(matches!(place("2h"), Ok(OffsetSpec::Time(time)) if time.elapsed().unwrap().as_secs() / 10 == 720));
        for wrong in ["", "yesterday", "2w", "h", "99999999999999999999d", "1.5h"] {
            assert!(place(wrong).unwrap_err().contains("write `beginning`"), "{wrong}");
        }
    }
}
