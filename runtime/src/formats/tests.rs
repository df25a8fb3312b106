#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]
use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use serde_json::{Value, json};

use super::*;
use crate::wire::Format;

/// A text is read, and written again to the letter.
#[track_caller]
fn keeps<T: Mapped>(text: &str) -> Formatted<T> {
    let read: Formatted<T> = serde_json::from_value(json!(text)).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), json!(text));
    assert_eq!((read.text(), read.to_string(), format!("{read:?}")), (text, text.to_owned(), format!("{text:?}")));
    assert_eq!(wire::key(&read).as_deref(), Some(text));
    read
}

/// A value that is made is written so, and read as the same.
#[track_caller]
fn writes<T: Mapped + fmt::Debug>(value: T, text: &str) {
    let made = Formatted::new(value).unwrap();
    assert_eq!(made.text(), text);
    assert_eq!(keeps::<T>(text), made);
}

fn refuses<T: Mapped>(text: &str) -> String {
    serde_json::from_value::<Formatted<T>>(json!(text)).map(drop).unwrap_err().to_string()
}

#[test]
fn a_uuid_comes_back_as_it_was_read() {
    let small: Uuid = keeps("2eb8aa08-aa98-11ea-b4aa-73b441d16380");
    let capital: Uuid = keeps("2EB8AA08-AA98-11EA-B4AA-73B441D16380");
    assert_eq!(small, capital);
    assert_eq!(BTreeSet::from([small, capital]).len(), 1);
    writes(uuid::Uuid::nil(), "00000000-0000-0000-0000-000000000000");
    let refused = refuses::<uuid::Uuid>("2eb8aa08aa9811eab4aa73b441d16380");
    assert_eq!(refused, "format: expected a text of the format uuid");
}

#[test]
fn a_date_time_comes_back_as_it_was_read() {
    let far: DateTime = keeps("2024-06-01T12:00:00.5000+05:30");
    let utc: DateTime = keeps("2024-06-01t06:30:00.5z");
    assert_eq!(far, utc);
    assert_eq!(utc.as_millisecond(), 1_717_223_400_500);
    assert_eq!(*keeps::<jiff::Timestamp>("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59Z".parse().unwrap());
    assert_eq!(keeps::<jiff::Timestamp>("1970-01-01T00:00:00.1234567899Z").as_nanosecond(), 123_456_789);
    assert_eq!(keeps::<jiff::Timestamp>("0000-01-01T00:00:00-23:59"), keeps("0000-01-01T23:59:00Z"));
    writes(jiff::Timestamp::UNIX_EPOCH, "1970-01-01T00:00:00Z");
    assert!(refuses::<jiff::Timestamp>("9999-12-31T23:59:59Z").starts_with("limit: expected "));
    assert!(keeps::<jiff::Timestamp>("9999-12-30T22:00:00Z").as_second() > 0);
    assert!(Formatted::new(jiff::Timestamp::MIN).is_err());
}

#[test]
fn dates_and_times_come_back_as_they_were_read() {
    assert_eq!(keeps::<jiff::civil::Date>("2024-02-29").day(), 29);
    keeps::<jiff::civil::Date>("0000-01-01");
    writes(jiff::civil::date(2024, 1, 2), "2024-01-02");
    assert!(Formatted::new(jiff::civil::date(-1, 1, 2)).is_err());
    let time: Time = keeps("08:00:00.250-01:30");
    assert_eq!((time.time, time.offset.seconds()), (jiff::civil::time(8, 0, 0, 250_000_000), -5400));
    assert_ne!(time, keeps("08:00:00.250Z"));
    assert_eq!(keeps::<OffsetTime>("08:00:00z"), keeps("08:00:00+00:00"));
    writes(*time, "08:00:00.25-01:30");
    let odd = OffsetTime { offset: jiff::tz::Offset::from_seconds(61).unwrap(), ..*time };
    assert!(Formatted::new(odd).is_err());
}

#[test]
fn durations_come_back_as_they_were_read() {
    assert_eq!(keeps::<jiff::SpanFieldwise>("P1Y0M2D").0.get_days(), 2);
    assert_eq!(keeps::<jiff::SpanFieldwise>("P03W").0.get_weeks(), 3);
    assert_ne!(keeps::<jiff::SpanFieldwise>("P1D"), keeps("PT24H"));
    let span = jiff::Span::new();
    writes(span.fieldwise(), "PT0S");
    writes(span.years(1).days(2).hours(3).seconds(4).fieldwise(), "P1Y0M2DT3H0M4S");
    writes(span.weeks(2).fieldwise(), "P2W");
    for none in [span.milliseconds(1), span.weeks(1).days(1), span.days(-1)] {
        assert!(Formatted::new(none.fieldwise()).is_err(), "{none}");
    }
    assert!(refuses::<jiff::SpanFieldwise>("P20000Y").starts_with("limit: expected "));
}

#[test]
fn addresses_and_uris_come_back_as_they_were_read() {
    assert_eq!(keeps::<std::net::Ipv6Addr>("0:0:0:0:0:0:0:1"), Ipv6::from(std::net::Ipv6Addr::LOCALHOST));
    assert!(keeps::<std::net::Ipv4Addr>("127.0.0.1").is_loopback());
    let uri: Uri = keeps("HTTP://EXAMPLE.com/%7Ea/../b");
    assert_eq!((uri.as_str(), uri.host_str()), ("http://example.com/b", Some("example.com")));
    writes(url::Url::parse("http://example.com").unwrap(), "http://example.com/");
    assert!(Formatted::new(url::Url::parse("http://a/?|").unwrap()).is_err());
    assert!(refuses::<url::Url>("http://h:99999").starts_with("limit: expected "));
    assert!(refuses::<url::Url>("/a").starts_with("format: expected "));
}

#[test]
fn a_default_that_is_none_is_no_panic() {
    let text = "none";
    assert_eq!(Ipv4::of_default(text).text(), "0.0.0.0");
    assert_eq!(Ipv6::of_default(text).text(), "::");
    assert_eq!(Uuid::of_default(text).text(), "00000000-0000-0000-0000-000000000000");
    assert_eq!(Date::of_default(text).text(), "0000-01-01");
    assert_eq!(DateTime::of_default(text).text(), "1970-01-01T00:00:00Z");
    assert_eq!(Time::of_default(text).text(), "00:00:00Z");
    assert_eq!(Duration::of_default(text).text(), "PT0S");
    assert_eq!(Uri::of_default(text).text(), "about:blank");
}

#[test]
fn an_error_holds_no_value() {
    let refused = refuses::<std::net::Ipv4Addr>("s3cret");
    assert_eq!(refused, "format: expected a text of the format ipv4");
    let number = serde_json::from_value::<Ipv4>(json!(3)).unwrap_err();
    assert_eq!(number.to_string(), "type: expected a string");
}

/// Every text in the files about formats of the official suite, where it is at hand, and texts made of parts.
fn texts() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (date, clock, zone) in [
        ("2024-02-29", "23:59:60", "Z"),
        ("2023-02-29", "24:00:00", "z"),
        ("9999-12-31", "00:00:00.", "+24:00"),
        ("0000-00-00", "23:00:60.5", "-00:59"),
        ("2024-13-01", "1:00:00", "+5:30"),
        ("２024-1-1", "00:00:00.0000000000001", ""),
        ("20240101", "000000", "-2359"),
        ("-001-01-01", "00:00", "\u{2212}01:00"),
    ]
    .into_iter()
    .flat_map(|(date, ..)| [(date, "23:59:60.9", "-00:00"), (date, "00:00:00", "+23:59"), (date, "12:60:00", "Z")])
    .chain([
        ("2024-01-01", "22:59:60", "-01:00"),
        ("2024-01-01", "ü2:00:00", "Z"),
        ("2024-01-01", "00:00:00.ü", "Z"),
    ]) {
        found.insert(date.to_owned());
        found.insert(format!("{clock}{zone}"));
        found.extend(["T", "t", " ", ""].map(|between| format!("{date}{between}{clock}{zone}")));
    }
    let folder = env::var("CORPORA_DIR").unwrap_or_else(|_| "../../shared/corpora".to_owned());
    let suite = Path::new(&folder).join("json-schema-test-suite");
    let mut open = vec![suite];
    while let Some(path) = open.pop() {
        if let Ok(entries) = fs::read_dir(&path) {
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "json")
            && path.components().any(|part| part.as_os_str() == "format")
        {
            let groups: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let tests = groups.as_array().unwrap().iter().flat_map(|group| group["tests"].as_array().unwrap());
            found.extend(tests.filter_map(|test| Some(test["data"].as_str()?.to_owned())));
        }
    }
    found
}

/// A mapped format accepts what is accepted where it is asserted, or says that its type can't hold it.
#[test]
fn a_mapped_format_is_the_asserted_one() {
    fn check<T: Mapped>(format: Format, texts: &BTreeSet<String>) -> usize {
        let mut unheld = 0;
        for text in texts {
            let mapped = match text.parse::<Formatted<T>>() {
                Ok(_) => true,
                Err(FormatError::Unheld { .. }) => {
                    unheld += 1;
                    true
                }
                Err(_) => false,
            };
            assert_eq!(mapped, format.is_met(text), "{format}: {text}");
        }
        unheld
    }
    let texts = texts();
    println!("{} texts", texts.len());
    assert_eq!(check::<uuid::Uuid>(Format::Uuid, &texts), 0);
    assert_eq!(check::<std::net::Ipv4Addr>(Format::Ipv4, &texts), 0);
    assert_eq!(check::<std::net::Ipv6Addr>(Format::Ipv6, &texts), 0);
    assert_eq!(check::<jiff::civil::Date>(Format::Date, &texts), 0);
    assert_eq!(check::<OffsetTime>(Format::Time, &texts), 0);
    // The last day that there is.
    assert!(check::<jiff::Timestamp>(Format::DateTime, &texts) <= 20);
    println!("durations: {}", check::<jiff::SpanFieldwise>(Format::Duration, &texts));
    println!("URIs: {}", check::<url::Url>(Format::Uri, &texts));
}
