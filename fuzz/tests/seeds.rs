//! The seeds, on the stack of a test and without optimization.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use std::fs;
use std::path::Path;

use fuzz::items::Held;
#[cfg(feature = "versions")]
use fuzz::random::Random;
#[cfg(feature = "versions")]
use fuzz::{archive, repository};
use fuzz::{guarded, payload, schema};

/// The seeds of a target by their names.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| (format!("{target}/{}", path.file_name().unwrap().to_str().unwrap()), fs::read(path).unwrap()))
        .collect();
    seeds.sort();
    assert!(seeds.len() > 25, "{target}");
    seeds
}

#[test]
fn schemas_are_generated_from_or_refused() {
    for (name, seed) in seeds("schema") {
        println!("{name}");
        guarded(schema::run, &seed);
    }
}

#[test]
fn payloads_are_read_or_refused() {
    for (name, seed) in seeds("payload") {
        println!("{name}");
        guarded(payload::run, &seed);
    }
}

#[cfg(feature = "versions")]
#[test]
fn archives_are_read_or_refused() {
    for (name, seed) in seeds("archive") {
        println!("{name}");
        guarded(archive::run, &seed);
    }
}

#[cfg(feature = "versions")]
#[test]
fn objects_of_git_are_read_or_refused() {
    for (name, seed) in seeds("repository") {
        println!("{name}");
        guarded(repository::run, &seed);
    }
}

/// Bytes changed, cut off, doubled: what a target would find without any help, and the same each time.
#[cfg(feature = "versions")]
fn changed(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(4) {
            0 => bytes.truncate(at),
            1 => bytes.extend_from_within(at..),
            _ if bytes.is_empty() => {}
            2 => bytes[at] = *random.of(&[0, 1, b'/', b'.', b'0', 0x7f, 0xff]),
            _ => bytes[at] ^= 1 << random.below(8),
        }
    }
    bytes
}

/// Runs a target on changes of its seeds.
#[cfg(feature = "versions")]
fn run_changed(target: &str, run: fn(&[u8])) {
    let mut random = Random::new(1);
    // Some take a second to unpack.
    let is_quick = |name: &str| !name.contains("zeros") && !name.contains("-links");
    for (name, seed) in seeds(target).into_iter().filter(|(name, _)| is_quick(name)) {
        println!("{name}");
        (0..30).for_each(|_| guarded(run, &changed(&seed, &mut random)));
    }
}

#[cfg(feature = "versions")]
#[test]
fn changed_archives_and_objects_are_read_or_refused() {
    run_changed("archive", archive::run);
    run_changed("repository", repository::run);
}

/// The changes of each seed, one after the other. With `just fuzz`, libFuzzer keeps those that lead somewhere new.
const CHANGES: u32 = 12;

/// Runs a target on changes of its seeds that know the format: each of the one before.
fn run_mutated(target: &str, run: fn(&[u8]), mutate: fn(&[u8], u32) -> Option<Vec<u8>>) {
    for (name, seed) in seeds(target) {
        println!("{name}");
        let mut input = seed;
        for change in 0..CHANGES {
            let Some(changed) = mutate(&input, change) else { break };
            guarded(run, &changed);
            input = changed;
        }
    }
}

#[test]
fn changed_schemas_are_generated_from_or_refused() {
    run_mutated("schema", schema::run, schema::mutate);
}

#[test]
fn changed_payloads_are_read_or_refused() {
    run_mutated("payload", payload::run, payload::mutate);
}

#[test]
fn changes_follow_from_the_seed() {
    for (name, input) in seeds("schema") {
        let Some(changed) = schema::mutate(&input, 7) else { continue };
        assert_eq!(schema::mutate(&input, 7), Some(changed), "{name}");
    }
    for (name, input) in seeds("payload") {
        let Some(changed) = payload::mutate(&input, 7) else { continue };
        assert_eq!(payload::mutate(&input, 7), Some(changed), "{name}");
    }
}

#[test]
fn an_input_is_one_file_or_several() {
    let files = schema::files;
    assert_eq!(files("{}"), [("a.schema.json", "{}")]);
    assert_eq!(files(""), [("a.schema.json", "")]);
    assert_eq!(files("{}\n--- b\n[]\n--- c"), [("a.schema.json", "{}\n"), ("b", "[]\n"), ("c", "")]);
    assert_eq!(files("--- b\n{}"), [("b", "{}")]);
}

#[test]
fn a_call_may_hold_types_with_words_that_start_items() {
    let call =
        "Order, others ignored; 0 id: required as (own::Id<'static, *const u8, fn(u8) -> u8>), 1 r#static: optional;
        0 Id(own::Id<'static>) from as_string, 1 Number(f64) by (wire::Exact)";
    let held = Held::of(call.parse().unwrap()).unwrap();
    assert_eq!((held.items, held.types.len()), (Vec::new(), 4));
}

#[test]
fn an_item_in_a_call_is_found_at_any_depth() {
    let items = |call: &str| Held::of(call.parse().unwrap()).unwrap().items;
    assert_eq!(items("Order; 0 a (static X), 1 b; fn main() { mod x {} }"), ["static", "fn", "mod"]);
    assert_eq!(items("Order; 0 a = b, if |value| panic!(unsafe {})"), ["unsafe"]);
}
