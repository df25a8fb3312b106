//! Numbers beyond what a float holds: every road says of them what their digits say.

use std::sync::LazyLock;

use fastrand::Rng;
use golden::cases;
use serde_json::Value;
use thoth_messaging::dynamic::{Checker, MessageType, message_factory};
use thoth_messaging::message::{Decoder as _, Encode as _};
use thoth_messaging::registry::Entry;

use super::accepts;

/// The verdict of a schema, and whether the Rust type holds the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Valid,
    /// Valid, but beyond a documented limit.
    Limit,
    Invalid,
}

use Verdict::{Invalid, Limit, Valid};

/// Members, each with a number as it is written.
const NUMBERS: [(&str, &str, Verdict); 43] = [
    ("any_integer", "9007199254740993.5", Invalid),
    ("any_integer", "1.00000000000000000001", Invalid),
    ("any_integer", "1.00000000000000000000", Valid),
    ("any_integer", "9007199254740993.0", Valid),
    ("any_integer", "9.223372036854775807e18", Valid),
    ("any_integer", "18446744073709551616", Limit),
    ("any_integer", "1e400", Limit),
    ("any_integer", "1e-400", Invalid),
    ("percent", "100.00000000000000000001", Invalid),
    ("from_2_54", "18014398509481983.0", Invalid),
    ("from_2_54", "18014398509481984.0", Valid),
    ("from_2_54", "18014398509481984.5", Limit),
    ("whole", "4503599627370497.5", Invalid),
    ("whole", "4503599627370497", Valid),
    ("whole", "1e1000000000", Limit),
    ("third", "0.30000000000000000001", Invalid),
    ("third", "0.29999999999999999", Limit),
    ("third", "0.10000000000000001", Valid),
    ("third", "0.1000000000000000055", Valid),
    ("third", "0.12345678901234567890", Limit),
    ("to_2_64", "1.8446744073709551615e19", Valid),
    ("to_2_64", "18446744073709551615.0", Valid),
    ("to_2_64", "18446744073709551616.0", Invalid),
    ("to_2_63", "9223372036854775807", Limit),
    ("to_2_63", "9223372036854775807.5", Invalid),
    ("to_2_63", "9223372036854775000.5", Limit),
    ("any_number", "9223372036854775808", Valid),
    ("any_number", "9223372036854775807", Limit),
    ("any_number", "0.30000000000000000001", Limit),
    ("any_number", "0.10000000000000001", Valid),
    ("any_number", "1e400", Limit),
    ("any_number", "1e-400", Limit),
    ("cents", "0.10000000000000001", Invalid),
    ("cents", "0.105", Invalid),
    ("odd_constant", "9007199254740993.0", Valid),
    ("odd_constant", "9007199254740992.0", Invalid),
    ("odd_constant", "9007199254740993.5", Invalid),
    ("constants", "0.10000000000000000001", Invalid),
    ("constants", "18446744073709551615.0", Valid),
    ("constants", "18446744073709551616", Invalid),
    ("distinct", "[1e400, 10e399]", Invalid),
    ("distinct", "[0.1, 0.10000000000000001]", Limit),
    ("unknown", "[1e400, 0.30000000000000000001]", Valid),
];

fn entry() -> (&'static golden::Case, &'static Entry) {
    let case = cases::ALL.iter().find(|case| case.name == "numbers").unwrap();
    (case, case.registry.iter().next().unwrap())
}

/// Returns what all roads say of a payload.
#[track_caller]
fn verdict(payload: &str) -> Verdict {
    static DYNAMIC: LazyLock<(Checker, MessageType)> = LazyLock::new(|| {
        let schema = &entry().1.descriptor().schema;
        let message_type = message_factory("golden.numbers", &*schema.text).unwrap();
        (Checker::of_schema("Numbers", schema).unwrap(), message_type)
    });
    let ((case, entry), (checker, message_type)) = (entry(), &*DYNAMIC);
    let is_valid = checker.check(payload.as_bytes()).is_ok();
    let verdict = match entry.check(payload.as_bytes()) {
        Ok(()) => Valid,
        Err(error) if oracle::is_limit(&error) && is_valid => Limit,
        Err(_) => Invalid,
    };
    assert_eq!(is_valid, verdict != Invalid, "{payload}: {:?}", checker.check(payload.as_bytes()));
    assert_eq!(verdict == Valid, accepts(case, entry, payload), "{payload}");
    // Behind a `Value` of `message_factory` only numbers count.
    match message_type.decode(payload.as_bytes()) {
        Ok(message) => {
            assert!(is_valid, "{payload}");
            message.encode().unwrap();
        }
        Err(error) => assert!(!is_valid || oracle::is_limit(&error), "{payload}: {error}"),
    }
    verdict
}

#[test]
fn numbers_are_compared_as_they_are_written() {
    for (member, number, expected) in NUMBERS {
        for space in ["", " "] {
            let payload = format!("{{\"{member}\":{space}{number}}}");
            assert_eq!(verdict(&payload), expected, "{payload}");
        }
    }
}

#[test]
fn a_number_that_is_refused_has_its_path_and_keyword() {
    let (_, entry) = entry();
    for (payload, path, keyword) in [
        (r#"{"third": 0.30000000000000000001}"#, "/third", "maximum"),
        (r#"{"any_integer": 9007199254740993.5}"#, "/any_integer", "type"),
        (r#"{"any_number": 0.30000000000000000001}"#, "/any_number", "limit"),
    ] {
        let error = entry.check(payload.as_bytes()).unwrap_err();
        let violation = &error.violations()[0];
        assert_eq!((&*violation.instance_path, &*violation.keyword), (path, keyword), "{error}");
    }
}

#[test]
fn what_is_written_of_a_number_is_the_same_float() {
    let (_, entry) = entry();
    for number in ["0.10000000000000001", "0.1000000000000000055", "9223372036854775808", "1.7976931348623157e308"] {
        let text = entry.reencode(format!("{{\"any_number\": {number}}}").as_bytes()).unwrap();
        let again: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(again["any_number"].as_f64(), number.parse().ok(), "{number}");
    }
}

/// Members with limits, and what their numbers are made of.
const MEMBERS: [(&str, &str); 9] = [
    ("any_integer", "9007199254740992"),
    ("from_2_54", "18014398509481984"),
    ("whole", "4503599627370497"),
    ("third", "0.3"),
    ("to_2_64", "18446744073709551615"),
    ("to_2_63", "9223372036854775807"),
    ("cents", "0.29"),
    ("both", "3.14"),
    ("odd_constant", "9007199254740993"),
];

#[test]
fn numbers_at_random_have_one_verdict() {
    let mut rng = Rng::with_seed(14);
    let mut counts = [0; 3];
    for _ in 0..3_000 {
        let (member, edge) = rng.choice(MEMBERS).unwrap();
        let point = if edge.contains('.') { "" } else { "." };
        let tail: String = (0..rng.usize(..24)).map(|_| if rng.u8(..3) == 0 { rng.digit(10) } else { '0' }).collect();
        let number = match rng.u8(..3) {
            0 => edge.to_owned(),
            1 => format!("{edge}{point}0{tail}"),
            _ => format!("{}e{}", edge.replace('.', "").trim_start_matches('0'), rng.i8(-25..5)),
        };
        counts[verdict(&format!("{{\"{member}\": {number}}}")) as usize] += 1;
    }
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}
