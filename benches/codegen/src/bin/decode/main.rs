//! How long it takes to decode the payloads of the corpora and of Thoth:
//!
//! ```text
//! cargo run --release -p bench --bin decode
//! ```
//!
//! - `Value`: `serde_json::from_slice::<serde_json::Value>`, which checks nothing; the others are given as ratios to it.
//! - `decode`: `T::decode` of the generated type, which checks everything on the way.
//! - `usual`: the `Value`, then `jsonschema` (a validator made once), then the type from the `Value`: the struct by hand
//!   where there is one, else the generated type, which checks again.
//! - `encode`: `encode` of what was decoded, which checks everything on the way.
//! - `structs`, `structs encode`: serde's derive on structs written by hand, which check types alone; for some messages of Thoth.
//!
//! Each is the median of several rounds over all payloads that are valid and of which a type is generated.

mod by_hand;
mod thoth;
mod time;

use std::error::Error;
use std::hint::black_box;

use corpora::{ALL, Corpus, Road, folder};
use oracle::{Oracle, Schemas};
use serde_json::Value;
use thoth_messaging::registry::Entry;

use by_hand::{STRUCTS, Struct};
use time::{nanoseconds, row};

/// A payload, the message that it is of, and what is to be compared.
#[derive(Clone, Copy)]
struct Sample<'a> {
    road: &'a Road,
    entry: &'static Entry,
    oracle: &'a Oracle,
    text: &'a [u8],
    by_hand: Option<&'a Struct>,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("{:36}{:>10}{:>12}{:>10}{:>10}", "", "payloads", "ns/payload", "MB/s", "of Value");
    if folder().is_none() {
        println!("the corpora are skipped: none are at hand (see CORPORA_DIR)");
    }
    for corpus in ALL {
        time_corpus(corpus)?;
    }
    let messages = thoth::messages()?;
    let samples = messages.iter().flat_map(|message| {
        let by_hand = STRUCTS.iter().find(|by_hand| by_hand.message == message.road.message);
        let texts = message.payloads.iter();
        texts.map(move |text| Sample {
            road: message.road,
            entry: message.entry,
            oracle: &message.oracle,
            text,
            by_hand,
        })
    });
    let samples: Vec<_> = samples.collect();
    time_samples("thoth", samples.iter().map(|sample| Sample { by_hand: None, ..*sample }).collect());
    for by_hand in &STRUCTS {
        let own = samples.iter().filter(|sample| sample.road.message == by_hand.message);
        time_samples(by_hand.message, own.copied().collect());
    }
    Ok(())
}

fn time_corpus(corpus: &Corpus) -> Result<(), Box<dyn Error>> {
    let schemas = Schemas::new(&corpus.schemas()?);
    let oracles: Vec<_> = corpus.registry.iter().map(|entry| schemas.oracle(&entry.descriptor().schema.uri)).collect();
    let payloads = corpus.payloads()?;
    let samples = payloads.iter().filter_map(|payload| {
        let (entry, road) = corpus.message(payload.topic.as_deref()?)?;
        let index = corpus.registry.iter().position(|other| other.descriptor().name == entry.descriptor().name)?;
        Some(Sample { road, entry, oracle: &oracles[index], text: &payload.text, by_hand: None })
    });
    time_samples(corpus.name(), samples.collect());
    Ok(())
}

/// Prints the times of all ways to decode what can be decoded of these.
fn time_samples(name: &str, mut samples: Vec<Sample<'_>>) {
    samples.retain(|sample| (sample.road.decode)(sample.text));
    if samples.is_empty() {
        println!("{name:36}{:>10}", 0);
        return;
    }
    let value = nanoseconds(&samples, |sample| black_box(serde_json::from_slice::<Value>(sample.text)).is_ok());
    let decode = nanoseconds(&samples, |sample| (sample.road.decode)(sample.text));
    let usual = nanoseconds(&samples, |sample| {
        let from_value = sample.by_hand.map_or(sample.road.from_value, |by_hand| by_hand.from_value);
        let value = serde_json::from_slice::<Value>(sample.text);
        value.is_ok_and(|value| sample.oracle.is_valid(&value) && from_value(value))
    });
    let mut times = vec![("Value", value), ("decode", decode), ("usual", usual)];
    let decoded: Vec<_> = samples.iter().filter_map(|sample| sample.entry.decode(sample.text).ok()).collect();
    times.push(("encode", nanoseconds(&decoded, |message| black_box(message.encode()).is_ok())));
    if samples.iter().all(|sample| sample.by_hand.is_some()) {
        let structs =
            nanoseconds(&samples, |sample| sample.by_hand.is_some_and(|by_hand| (by_hand.from_slice)(sample.text)));
        times.push(("structs", structs));
        let encoders = samples.iter().filter_map(|sample| (sample.by_hand?.encoder)(sample.text));
        times.push(("structs encode", nanoseconds(&encoders.collect::<Vec<_>>(), |encode| encode() > 0)));
    }
    let bytes = samples.iter().map(|sample| sample.text.len()).sum();
    for (way, time) in times {
        println!("{}", row(&format!("{name}: {way}"), samples.len(), bytes, time, value));
    }
}
