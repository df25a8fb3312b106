//! The types of each corpus, its own payloads, and mutations of them: the types have to say what `jsonschema` says.
//!
//! `cargo test -p corpora -- --nocapture` prints the table and the payloads that are invalid as published; `MUTATIONS`
//! in the environment asks for more mutations of each payload.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

mod ask;
mod tally;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, thread};

use corpora::{ALL, Corpus, Payload, folder};
use oracle::{Mutations, Schemas};
use serde_json::Value;
use thoth_messaging::wire::parse_strict;

use ask::Message;
use tally::Tally;

/// Files of each corpus that the generator refuses, those that refer to refused ones included. It goes down to 0.
const REFUSED: [(&str, usize); 3] = [("cdevents", 0), ("openlineage", 0), ("github-webhooks", 0)];

/// Payloads that `jsonschema` refuses under the schema that they were published for: one has an empty text where the
/// schema wants exactly one of a `format` and the empty text, and `format` is an annotation.
const INVALID: [&str; 1] = ["github-webhooks/payload-examples/api.github.com/deployment_status/gh-pages.payload.json"];

/// Mutations of each payload by default.
const MUTATIONS: [(&str, usize); 3] = [("cdevents", 200), ("openlineage", 200), ("github-webhooks", 20)];

/// Returns what one of the tables says of a corpus.
fn of(corpus: &Corpus, table: &[(&str, usize)]) -> usize {
    table.iter().find(|(name, _)| *name == corpus.name()).unwrap().1
}

fn skipped() -> bool {
    if folder().is_none() {
        println!("skipped: no corpora (see CORPORA_DIR)");
    }
    folder().is_none()
}

/// Asks each message of a corpus that has payloads, on all cores.
fn for_each_message(corpus: &Corpus, ask: impl Fn(&Message, &[(Payload, Value)]) -> Tally + Sync) -> Tally {
    let schemas = Schemas::new(&corpus.schemas().unwrap());
    let payloads = corpus.payloads().unwrap();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut tally = Tally::default();
        while let Some(road) = corpus.roads.get(next.fetch_add(1, Ordering::Relaxed)) {
            let entry = corpus.registry.by_name(road.message).unwrap();
            let descriptor = entry.descriptor();
            let own = payloads.iter().filter(|payload| payload.topic.as_deref() == Some(&*descriptor.topic.name));
            let own: Vec<_> = own.map(|payload| (payload.clone(), parse_strict(&payload.text).unwrap())).collect();
            if !own.is_empty() {
                let oracle = schemas.oracle(&descriptor.schema.uri);
                tally = tally + ask(&Message { corpus, entry, road, oracle }, &own);
            }
        }
        tally
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).fold(Tally::default(), |sum, tally| sum + tally)
    })
}

#[test]
fn as_many_files_are_refused_as_is_known() {
    if skipped() {
        return;
    }
    for corpus in ALL {
        let refused: Vec<_> =
            corpus.refused.iter().map(|(file, codes)| format!("{file}: {}", codes.join(" "))).collect();
        println!("{}: {} files are refused\n  {}", corpus.name(), refused.len(), refused.join("\n  "));
    }
    let refused: Vec<_> = ALL.iter().map(|corpus| (corpus.name(), corpus.refused.len())).collect();
    assert_eq!(refused, REFUSED);
}

#[test]
fn every_payload_has_a_schema() {
    if skipped() {
        return;
    }
    for corpus in ALL {
        let payloads = corpus.payloads().unwrap();
        assert!(payloads.len() >= 40, "{}", corpus.name());
        for payload in payloads {
            assert!(payload.topic.is_some(), "{}/{}", corpus.name(), payload.file);
        }
    }
}

#[test]
fn payloads_that_are_invalid_as_published_are_known() {
    if skipped() {
        return;
    }
    let mut invalid = Vec::new();
    for corpus in ALL {
        let set = corpus.schemas().unwrap();
        let schemas = Schemas::new(&set);
        let mut oracles = BTreeMap::new();
        for payload in corpus.payloads().unwrap() {
            let topic = payload.topic.clone().unwrap();
            let oracle = oracles.entry(topic).or_insert_with_key(|topic| {
                let mut files = set.iter();
                let of_topic = files.find(|(_, file)| corpus.layout.topic(&file.origin).as_ref() == Some(topic));
                schemas.oracle_of_file(of_topic.unwrap().0)
            });
            if let Some(reason) = oracle.refusal(&parse_strict(&payload.text).unwrap()) {
                println!("{}/{}: {}", corpus.name(), payload.file, ask::shortened(&reason));
                invalid.push(format!("{}/{}", corpus.name(), payload.file));
            }
        }
    }
    assert_eq!(invalid, INVALID);
}

#[test]
fn published_payloads_are_read_and_written_again() {
    if skipped() {
        return;
    }
    let mut wrong = Vec::new();
    for corpus in ALL {
        let tally = for_each_message(corpus, |message, payloads| {
            payloads
                .iter()
                .map(|(payload, value)| message.ask_payload(payload, value))
                .fold(Tally::default(), |sum, tally| sum + tally)
        });
        println!("{}: {} payloads, {} invalid as published", corpus.name(), tally.asked(), tally.notes.len());
        tally.notes.iter().for_each(|note| println!("  {note}"));
        wrong.extend(tally.wrong);
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn mutated_payloads_are_accepted_exactly_when_they_are_valid() {
    if skipped() {
        return;
    }
    let asked = env::var("MUTATIONS").ok().and_then(|count| count.parse().ok());
    let mut wrong = Vec::new();
    println!("{}", tally::HEAD);
    for corpus in ALL {
        let count = asked.unwrap_or_else(|| of(corpus, &MUTATIONS));
        let tally = for_each_message(corpus, |message, payloads| {
            let values: Vec<Value> = payloads.iter().map(|(_, value)| value.clone()).collect();
            let mutations = Mutations::new(message.road.message, &values, message.oracle.schemas());
            let mutated = values.iter().flat_map(|value| std::iter::repeat_n(value, count));
            mutated
                .map(|value| message.ask_mutated(&mutations.mutate(value)))
                .fold(Tally::default(), |sum, tally| sum + tally)
        });
        println!("{}", tally.row(corpus));
        wrong.extend(tally.wrong);
    }
    let shown = &wrong[..wrong.len().min(20)];
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), shown.join("\n"));
}
