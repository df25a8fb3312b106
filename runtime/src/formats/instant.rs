//! `date`, `date-time`, `time` and `duration`.

use jiff::civil;
use jiff::tz::Offset;
use jiff::{Span, SpanFieldwise, Timestamp};

use super::{FormatError, Formatted, Mapped, sealed};
use crate::wire::Format;

/// `format: date`.
pub type Date = Formatted<civil::Date>;

/// `format: date-time`. The value is the instant; the offset that it was written in is in the text.
pub type DateTime = Formatted<Timestamp>;

/// `format: time`.
pub type Time = Formatted<OffsetTime>;

/// `format: duration`. Two are equal where each of their units is: `P1D` is not `PT24H`, which only some days are.
pub type Duration = Formatted<SpanFieldwise>;

/// A time of day, and how far it is from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a time of RFC 3339 has nothing else")]
pub struct OffsetTime {
    /// The time on the clock.
    pub time: civil::Time,
    /// What that clock is ahead of UTC.
    pub offset: Offset,
}

/// Returns what a text that met its format holds; `None` where the type can't.
fn held<T: Mapped>(text: &str, format: Format, value: impl FnOnce(&str) -> Option<T>) -> Result<T, FormatError> {
    if !format.is_met(text) {
        return Err(FormatError::Refused { format: T::FORMAT });
    }
    value(text).ok_or(FormatError::Unheld { format: T::FORMAT, ty: T::TYPE })
}

/// `2026-01-31`
fn date(text: &str) -> Option<civil::Date> {
    civil::Date::new(text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..10)?.parse().ok()?).ok()
}

/// `08:00:00.123+01:00`. A leap second is the second before it, and what is smaller than a nanosecond is cut off.
fn clock(text: &str) -> Option<OffsetTime> {
    let (clock, zone) = text.split_at(text.find(['Z', 'z', '+', '-'])?);
    let (seconds, fraction) = clock.get(6..)?.split_once('.').unwrap_or((clock.get(6..)?, ""));
    let nanoseconds = format!("{fraction:0<9.9}").parse().ok()?;
    let (hour, minute) = (clock.get(..2)?.parse().ok()?, clock.get(3..5)?.parse().ok()?);
    let time = civil::Time::new(hour, minute, seconds.parse::<i8>().ok()?.min(59), nanoseconds).ok()?;
    let minutes = match zone.get(1..3) {
        Some(hours) => hours.parse::<i32>().ok()? * 60 + zone.get(4..6)?.parse::<i32>().ok()?,
        None => 0,
    };
    let sign = if zone.starts_with('-') { -60 } else { 60 };
    Some(OffsetTime { time, offset: Offset::from_seconds(sign * minutes).ok()? })
}

impl sealed::Sealed for civil::Date {}

impl Mapped for civil::Date {
    const FORMAT: &'static str = "date";
    const TYPE: &'static str = "jiff::civil::Date";

    fn parse(text: &str) -> Result<Self, FormatError> {
        held(text, Format::Date, date)
    }

    fn written(&self) -> String {
        self.to_string()
    }

    fn fallback() -> Self {
        Self::ZERO
    }
}

impl sealed::Sealed for Timestamp {}

impl Mapped for Timestamp {
    const FORMAT: &'static str = "date-time";
    const TYPE: &'static str = "jiff::Timestamp";

    fn parse(text: &str) -> Result<Self, FormatError> {
        held(text, Format::DateTime, |text| {
            let OffsetTime { time, offset } = clock(text.get(11..)?)?;
            offset.to_timestamp(date(text)?.to_datetime(time)).ok()
        })
    }

    fn written(&self) -> String {
        self.to_string()
    }

    fn fallback() -> Self {
        Self::UNIX_EPOCH
    }
}

impl sealed::Sealed for OffsetTime {}

impl Mapped for OffsetTime {
    const FORMAT: &'static str = "time";
    const TYPE: &'static str = "OffsetTime";

    fn parse(text: &str) -> Result<Self, FormatError> {
        held(text, Format::Time, clock)
    }

    fn written(&self) -> String {
        let (time, seconds) = (self.time, self.offset.seconds());
        if seconds == 0 {
            return format!("{time}Z");
        }
        let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
        format!("{time}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    fn fallback() -> Self {
        Self { time: civil::Time::MIN, offset: Offset::UTC }
    }
}

impl sealed::Sealed for SpanFieldwise {}

impl Mapped for SpanFieldwise {
    const FORMAT: &'static str = "duration";
    const TYPE: &'static str = "jiff::SpanFieldwise";

    fn parse(text: &str) -> Result<Self, FormatError> {
        held(text, Format::Duration, |text| Some(text.parse::<Span>().ok()?.fieldwise()))
    }

    /// RFC 3339 leaves no unit out between two others.
    fn written(&self) -> String {
        let date =
            [(self.0.get_years().into(), 'Y'), (self.0.get_months().into(), 'M'), (self.0.get_days().into(), 'D')];
        let time = [(self.0.get_hours().into(), 'H'), (self.0.get_minutes(), 'M'), (self.0.get_seconds(), 'S')];
        let weeks = self.0.get_weeks();
        let (date, time) = (units(&date), units(&time));
        match (weeks, time.as_str()) {
            (0, "") if date.is_empty() => "PT0S".to_owned(),
            (0, "") => format!("P{date}"),
            (0, time) => format!("P{date}T{time}"),
            (weeks, _) => format!("P{weeks}W"),
        }
    }

    fn fallback() -> Self {
        Span::new().fieldwise()
    }
}

/// From the first unit that is not zero to the last one.
fn units(all: &[(i64, char)]) -> String {
    let is_some = |(count, _): &(i64, char)| *count != 0;
    let (Some(first), Some(last)) = (all.iter().position(is_some), all.iter().rposition(is_some)) else {
        return String::new();
    };
    all[first..=last].iter().fold(String::new(), |text, (count, unit)| text + &format!("{count}{unit}"))
}

macro_rules! from_values {
    ($($ty:ty),*) => {$(
        impl TryFrom<$ty> for Formatted<$ty> {
            type Error = FormatError;

            fn try_from(value: $ty) -> Result<Self, FormatError> {
                Self::new(value)
            }
        }
    )*};
}

from_values!(civil::Date, Timestamp, OffsetTime, SpanFieldwise);
