//! Messages read and written by serde, whatever the format is: the verdict is that of `decode`.

#![allow(clippy::unwrap_used, reason = "that is how a test fails, its helpers included")]

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thoth_messaging::Message;
use thoth_messaging::messages::{HashMismatch, PackageReleased};
use thoth_messaging::wire::parse_strict;

/// Payloads, and whether they are valid.
fn payloads() -> Vec<(Value, bool)> {
    let valid = json!({"component_name": "a", "service_version": "1", "package_name": "flask", "package_version": "1\n\u{fc}",
                       "index_url": "u", "unknown": [1, -2, 0.5, {"x": true}]});
    let mut missing = valid.clone();
    missing.as_object_mut().unwrap().remove("index_url");
    let mut number = valid.clone();
    number["package_version"] = json!(1.5);
    vec![(valid, true), (missing, false), (number, false), (json!("a"), false), (json!([1]), false)]
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Envelope {
    id: u8,
    message: PackageReleased,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
enum Either {
    Released(PackageReleased),
    Other(Value),
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Flat {
    id: u8,
    #[serde(flatten)]
    message: PackageReleased,
}

#[test]
fn every_road_has_the_verdict_of_decode() {
    for (value, is_valid) in payloads() {
        let text = value.to_string();
        let decoded = PackageReleased::decode(text.as_bytes());
        assert_eq!(decoded.is_ok(), is_valid, "{text}");
        let roads = [
            serde_json::from_slice::<PackageReleased>(text.as_bytes()).ok(),
            serde_json::from_reader::<_, PackageReleased>(text.as_bytes()).ok(),
            serde_json::from_value::<PackageReleased>(value.clone()).ok(),
            serde_json::from_str::<Envelope>(&format!("{{\"id\": 1, \"message\": {text}}}")).ok().map(|it| it.message),
        ];
        for (index, road) in roads.into_iter().enumerate() {
            assert_eq!(road, decoded.as_ref().ok().cloned(), "{index}: {text}");
        }
        let either = serde_json::from_str::<Either>(&text).unwrap();
        assert_eq!(matches!(either, Either::Released(_)), is_valid, "{text}");
    }
}

#[test]
fn a_message_among_the_members_of_another_struct_is_read_and_written() {
    for (mut value, is_valid) in payloads().into_iter().filter(|(value, _)| value.is_object()) {
        value["id"] = json!(7);
        let flat = serde_json::from_value::<Flat>(value.clone());
        assert_eq!(flat.is_ok(), is_valid, "{value}");
        if let Ok(flat) = flat {
            let again = serde_json::to_value(&flat).unwrap();
            assert_eq!((&again["id"], &again["package_name"]), (&json!(7), &json!("flask")));
        }
    }
}

#[test]
fn another_format_has_the_verdict_of_decode() {
    for (value, is_valid) in payloads().into_iter().filter(|(value, _)| value.is_object()) {
        let text = toml::to_string(&value).unwrap();
        let read = toml::from_str::<PackageReleased>(&text);
        assert_eq!(read.is_ok(), is_valid, "{text}");
        if let Ok(message) = read {
            let again: PackageReleased = toml::from_str(&toml::to_string(&message).unwrap()).unwrap();
            assert_eq!(again, message);
        }
    }
}

#[test]
fn what_serde_writes_is_what_encode_writes() {
    let mismatch = HashMismatch::decode(
        br#"{"component_name": "a", "service_version": "1", "package_name": "flask", "package_version": "1.7", "index_url": "u",
             "missing_from_source": ["a\n"], "missing_from_database": []}"#,
    )
    .unwrap();
    let encoded: Value = serde_json::from_slice(&mismatch.encode().unwrap()).unwrap();
    assert_eq!(serde_json::to_vec(&mismatch).unwrap(), mismatch.encode().unwrap());
    assert_eq!(serde_json::to_value(&mismatch).unwrap(), encoded);
    assert_eq!(
        serde_json::to_string_pretty(&mismatch).unwrap(),
        serde_json::to_string_pretty(&{
            let ordered: HashMismatch = serde_json::from_value(encoded).unwrap();
            ordered
        })
        .unwrap()
    );
}

#[test]
fn an_error_of_serde_says_where_and_holds_no_value() {
    let error = serde_json::from_str::<PackageReleased>("{\n \"component_name\": 71077345}").unwrap_err();
    assert_eq!((error.line(), error.column()), (2, 20), "{error}");
    assert!(
        error.to_string().starts_with("type: expected a string") && !error.to_string().contains("71077345"),
        "{error}"
    );
}

/// A text with some characters left out, replaced or put in.
fn mutated(rng: &mut fastrand::Rng, text: &str) -> String {
    const OTHERS: [char; 20] =
        ['"', '\\', '{', '}', '[', ']', ',', ':', ' ', '\n', '0', '1', '.', 'e', '-', 't', 'n', 'u', '\u{fc}', '\u{1}'];
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..rng.usize(1..4) {
        let (at, other) = (rng.usize(..characters.len()), OTHERS[rng.usize(..OTHERS.len())]);
        match rng.u8(..3) {
            0 => characters.insert(at, other),
            1 => characters[at] = other,
            _ => drop(characters.remove(at)),
        }
    }
    characters.into_iter().collect()
}

#[test]
fn a_text_is_accepted_exactly_when_it_is_json_of_a_value_that_is() {
    let mut rng = fastrand::Rng::with_seed(15);
    let (valid, _) = payloads().remove(0);
    let mut counts = [0; 2];
    for text in [valid.to_string(), format!("{valid:#}")] {
        for _ in 0..20_000 {
            let text = mutated(&mut rng, &text);
            let expected = parse_strict(text.as_bytes()).is_ok_and(|value| PackageReleased::deserialize(value).is_ok());
            assert_eq!(PackageReleased::decode(text.as_bytes()).is_ok(), expected, "{text}");
            counts[usize::from(expected)] += 1;
        }
    }
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
}
