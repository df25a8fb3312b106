//! Random pairs of schemas: no verdict is refuted, and what changes nothing changes no verdict.

use serde_json::{Map, Value, json};
use thoth_messaging_compat::{Limits, Schema, Verdict, covers};

use crate::versions::random::Random;
use crate::versions::{Tally, is_thorough, pairs, schema, seed};

/// Judges pairs of one kind; `COMPAT_SEED` makes others, and `COMPAT_PAIRS` more.
fn judge(title: &str, own: u64, mut pair: impl FnMut(&mut Random) -> (Value, Value, Vec<Value>)) -> Tally {
    let mut random = Random(seed(own));
    let mut tally = Tally::default();
    for _ in 0..pairs(400) {
        let (old, new, values) = pair(&mut random);
        tally.judge_pair(&old, &new, &values);
    }
    tally.print(title);
    tally.assert_bounds();
    tally
}

/// Another way to write a schema.
type Rewrite = fn(&Value) -> Value;

/// Values that may tell two schemas apart.
fn values(random: &mut Random, value: fn(&mut Random) -> Value) -> Vec<Value> {
    (0..100).map(|_| value(random)).collect()
}

#[test]
fn no_verdict_on_random_pairs_is_refuted() {
    let tally = judge("random pairs", 0x9E37_79B9_7F4A_7C15, |random| {
        (random.schema(2), random.schema(2), values(random, |random| random.value(2)))
    });
    assert!(tally.unknown * 100 <= tally.total() * 5);
}

#[test]
fn no_verdict_on_random_edits_is_refuted() {
    let tally = judge("random edits", 0x2545_F491_4F6C_DD1D, |random| {
        let one = random.schema(2);
        let two = random.edited(&one, 2);
        (one, two, values(random, |random| random.value(2)))
    });
    assert!(tally.unknown * 100 <= tally.total() * 5);
}

/// What has to be counted, split or guessed: sizes, multiples, maps, names, patterns that overlap or look around.
#[test]
fn no_verdict_on_aimed_pairs_is_refuted() {
    let tally = judge("aimed pairs", 0x1234_5678_9ABC_DEF1, Random::aimed);
    assert!(tally.unknown * 100 <= tally.total() * 5);
}

/// A proof may take for granted what it is proving only after a step into the value.
#[test]
fn no_verdict_on_recursive_pairs_is_refuted() {
    let tally = judge("recursive pairs", 0x0F1E_2D3C_4B5A_6978, |random| {
        (random.recursive(), random.recursive(), values(random, |random| random.value(3)))
    });
    assert!(tally.compatible > 0 && tally.breaking > 0 && tally.unknown > 0);
}

/// If values decide what is evaluated, a term is more than what it accepts.
#[test]
fn no_verdict_on_what_is_evaluated_is_refuted() {
    let tally = judge("what is evaluated", 0x5851_F42D_4C95_7F2D, |random| {
        let one = random.evaluating();
        let two = if random.below(3) == 0 { random.evaluating() } else { random.reworded(&one) };
        let (old, same) = (schema(&one).unwrap(), schema(&annotated(&one)).unwrap());
        assert_eq!(covers(&same, &old, &Limits::default()), Verdict::Compatible, "{one}");
        (one, two, values(random, Random::evaluated_value))
    });
    assert!(tally.compatible > 0 && tally.breaking > 0);
}

/// The kind of a verdict: which witness is found may differ.
fn kind(wide: &Schema, narrow: &Schema) -> &'static str {
    match covers(wide, narrow, &Limits::default()) {
        Verdict::Compatible => "compatible",
        Verdict::Breaking { .. } | Verdict::BreakingBySize { .. } => "breaking",
        Verdict::Unknown { .. } => "unknown",
    }
}

fn annotated(value: &Value) -> Value {
    let Value::Object(members) = value else { return value.clone() };
    let mut members: Map<String, Value> = members.clone();
    members.insert("title".to_owned(), json!("a title"));
    members.insert("default".to_owned(), json!(1));
    members.insert("x-other".to_owned(), json!({"type": "string"}));
    Value::Object(members)
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.iter().rev().map(|(name, value)| (name.clone(), reversed(value))).collect())
        }
        other => other.clone(),
    }
}

#[test]
fn what_says_the_same_changes_no_verdict() {
    let same: [(&str, Rewrite); 5] = [
        ("annotations", annotated),
        ("order of members", reversed),
        ("a reference", |value| json!({"$ref": "#/$defs/d", "$defs": {"d": value}})),
        ("allOf", |value| json!({"allOf": [value]})),
        ("allOf of a reference", |value| json!({"allOf": [{"$ref": "#/$defs/d"}, true], "$defs": {"d": value}})),
    ];
    let mut random = Random(0xDEAD_BEEF_CAFE_F00D);
    for _ in 0..if is_thorough() { 2_000 } else { 60 } {
        let one = random.schema(2);
        let two = random.edited(&one, 2);
        let (old, new) = (schema(&one).unwrap(), schema(&two).unwrap());
        let expected = (kind(&new, &old), kind(&old, &new));
        for (told, change) in same {
            let (changed_old, changed_new) = (schema(&change(&one)).unwrap(), schema(&change(&two)).unwrap());
            assert_eq!((kind(&new, &changed_old), kind(&changed_old, &new)), expected, "{told} of {one}, to {two}");
            assert_eq!((kind(&changed_new, &old), kind(&old, &changed_new)), expected, "{one} to {told} of {two}");
        }
    }
}

#[test]
fn every_schema_covers_itself() {
    let mut random = Random(0x0123_4567_89AB_CDEF);
    for _ in 0..if is_thorough() { 20_000 } else { 500 } {
        let document = random.schema(3);
        let (one, other) = (schema(&document).unwrap(), schema(&annotated(&document)).unwrap());
        assert_eq!(covers(&one, &other, &Limits::default()), Verdict::Compatible, "{document}");
    }
}
