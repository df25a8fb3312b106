//! The ways to do something with the payloads of a set.

use std::error::Error;
use std::hint::black_box;
use std::rc::Rc;

use bench::{Message, Sample, Set};
use oracle::{Oracle, Schemas};
use serde_json::Value;
use thoth_messaging::Encode;
use thoth_messaging::dynamic::Checker;

use crate::time::Way;

/// A message, and what others have of it.
pub(crate) struct Peers {
    message: Message,
    oracle: Oracle,
    checker: Checker,
}

impl Peers {
    /// The name of the topic.
    pub(crate) fn topic(&self) -> &str {
        &self.message.entry.descriptor().topic.name
    }
}

/// The messages of a set that have payloads, each where it stands in the set.
pub(crate) fn peers(set: &Set) -> Result<Vec<Option<Peers>>, Box<dyn Error>> {
    let schemas = Schemas::new(&set.schemas);
    let of = |(index, message): (usize, &Message)| {
        if set.samples.iter().all(|sample| sample.message != index) {
            return Ok(None);
        }
        let descriptor = message.entry.descriptor();
        let checker = Checker::of_schema(descriptor.name.clone(), &descriptor.schema)?;
        Ok(Some(Peers { message: *message, oracle: schemas.oracle(&descriptor.schema.uri), checker }))
    };
    set.messages.iter().enumerate().map(of).collect()
}

/// A payload with its message.
pub(crate) type Payload<'a> = (&'a Peers, &'a Sample);

/// The payloads of a set.
pub(crate) fn payloads<'a>(set: &'a Set, peers: &'a [Option<Peers>]) -> Vec<Payload<'a>> {
    set.samples.iter().filter_map(|sample| Some((peers[sample.message].as_ref()?, sample))).collect()
}

/// Those of messages that a person wrote structs of.
pub(crate) fn by_hand<'a>(payloads: &[Payload<'a>]) -> Vec<Payload<'a>> {
    payloads.iter().filter(|(peers, _)| peers.message.by_hand.is_some()).copied().collect()
}

/// All ways; the first is what the others are compared with.
pub(crate) fn ways<'a>(payloads: &'a [Payload<'a>]) -> Vec<Way<'a>> {
    let mut ways = vec![
        each("Value", payloads, |(_, sample)| value(&sample.text).is_some()),
        each("decode", payloads, |(peers, sample)| (peers.message.road.decode)(&sample.text)),
        each("usual", payloads, |(peers, sample)| {
            let from_value = peers.message.by_hand.map_or(peers.message.road.from_value, |it| it.from_value);
            value(&sample.text).is_some_and(|value| peers.oracle.is_valid(&value) && from_value(value))
        }),
        each("dynamic", payloads, |(peers, sample)| black_box(peers.checker.decode(&sample.text)).is_ok()),
        each("jsonschema", payloads, |(peers, sample)| {
            value(&sample.text).is_some_and(|value| peers.oracle.is_valid(&value))
        }),
    ];
    #[cfg(feature = "peers")]
    ways.extend(parsers(payloads));
    ways.extend(refusals(payloads));
    ways.extend(encoders(payloads));
    ways
}

/// Values of other parsers, which check nothing.
#[cfg(feature = "peers")]
fn parsers<'a>(payloads: &'a [Payload<'a>]) -> [Way<'a>; 3] {
    [
        each("sonic-rs", payloads, |(_, sample)| {
            black_box(sonic_rs::from_slice::<sonic_rs::Value>(&sample.text)).is_ok()
        }),
        each("jiter", payloads, |(_, sample)| black_box(jiter::JsonValue::parse(&sample.text, false)).is_ok()),
        // It writes into what it reads.
        each("simd-json", payloads, |(_, sample)| {
            black_box(simd_json::to_owned_value(&mut sample.text.clone())).is_ok()
        }),
    ]
}

/// The ways to refuse payloads that are a little wrong.
fn refusals<'a>(payloads: &'a [Payload<'a>]) -> [Way<'a>; 2] {
    let refused = payloads.iter().filter_map(|(peers, sample)| Some((*peers, peers.message.refused(sample)?)));
    let refused: Rc<Vec<(&Peers, Vec<u8>)>> = Rc::new(refused.collect());
    let decoded = Rc::clone(&refused);
    let refuse = move || decoded.iter().all(|(peers, text)| !(peers.message.road.decode)(text));
    let list = move || {
        let listed = refused.iter().filter_map(|(peers, text)| Some(peers.oracle.refusals(&value(text)?)));
        listed.for_each(|listed| drop(black_box(listed)));
        true
    };
    [Way { name: "refuse", run: Box::new(refuse) }, Way { name: "list", run: Box::new(list) }]
}

/// The ways to write what was read.
fn encoders<'a>(payloads: &'a [Payload<'a>]) -> [Way<'a>; 2] {
    let decoded: Vec<Box<dyn Encode>> =
        payloads.iter().filter_map(|(peers, sample)| peers.message.entry.decode(&sample.text).ok()).collect();
    let values: Vec<Value> = payloads.iter().filter_map(|(_, sample)| value(&sample.text)).collect();
    let encode = move || decoded.iter().all(|message| black_box(message.encode()).is_ok());
    let to_vec = move || values.iter().all(|value| black_box(serde_json::to_vec(value)).is_ok());
    [Way { name: "encode", run: Box::new(encode) }, Way { name: "to_vec", run: Box::new(to_vec) }]
}

/// The ways of structs that a person wrote, which check types alone.
pub(crate) fn ways_by_hand<'a>(payloads: &'a [Payload<'a>]) -> Vec<Way<'a>> {
    let encoders: Vec<_> =
        payloads.iter().filter_map(|(peers, sample)| (peers.message.by_hand?.encoder)(&sample.text)).collect();
    let [encode, _] = self::encoders(payloads);
    vec![
        each("Value", payloads, |(_, sample)| value(&sample.text).is_some()),
        each("decode", payloads, |(peers, sample)| (peers.message.road.decode)(&sample.text)),
        each("structs", payloads, |(peers, sample)| {
            peers.message.by_hand.is_some_and(|by_hand| (by_hand.from_slice)(&sample.text))
        }),
        encode,
        Way { name: "structs to_vec", run: Box::new(move || encoders.iter().all(|encode| encode() > 0)) },
    ]
}

fn value(text: &[u8]) -> Option<Value> {
    black_box(serde_json::from_slice(text)).ok()
}

fn each<'a>(name: &'static str, payloads: &'a [Payload<'a>], work: impl Fn(&Payload<'a>) -> bool + 'a) -> Way<'a> {
    Way { name, run: Box::new(move || payloads.iter().all(|payload| work(black_box(payload)))) }
}
