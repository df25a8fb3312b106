//! Times decoding, encoding and refusing the payloads of the corpora and of Thoth, beside others:
//!
//! ```text
//! cargo run --release -p bench --features peers --bin decode              # prints the table
//! cargo run --release -p bench --features peers --bin decode -- --write   # … into docs/performance.md, with the plot
//! ```
//!
//! - `Value`: `serde_json::from_slice::<serde_json::Value>`, which checks nothing; the others are given as ratios to it.
//! - `decode`: `T::decode` of the generated type, which checks everything on the way.
//! - `usual`: the `Value`, then `jsonschema` (a validator made once), then the type from the `Value`: the struct by hand
//!   where there is one, else the generated type, which checks again.
//! - `sonic-rs`, `jiter`, `simd-json`: their own values, which check nothing.
//! - `dynamic`: a message type of `message_factory`; `jsonschema`: its peer, the `Value` and a validator.
//! - `refuse`: `T::decode` of payloads with a change that is refused, which lists every violation; `list`: its peer, the `Value`
//!   and all errors of `jsonschema` in words.
//! - `encode`: of what was decoded, which checks everything; `to_vec`: of the `Value`s.
//! - `structs`: serde's derive on structs that a person wrote, which check types alone; for some messages of Thoth.
//! - `Python`: the models of the original library, where `PYTHON` names an interpreter that has it
//!   (`tests/interop/requirements.txt`).
//!
//! The corpora are those of `CORPORA_DIR`, and are left out where there are none.

mod plot;
mod python;
mod report;
mod time;
mod ways;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use bench::sets;

use report::{Measured, page, rows, summary};
use time::measure;
use ways::{by_hand, payloads, peers, ways, ways_by_hand};

fn main() -> Result<(), Box<dyn Error>> {
    let mut all = Vec::new();
    for set in sets(usize::MAX)? {
        let peers = peers(&set)?;
        let payloads = payloads(&set, &peers);
        let own = by_hand(&payloads);
        all.push(Measured::new(set.name, &payloads, measure(&ways(&payloads))));
        if !own.is_empty() {
            all.push(Measured::new("by hand", &own, measure(&ways_by_hand(&own))));
            all.extend(python::measured(&payloads)?);
        }
    }
    println!("{}\n{}", rows(&all), summary(&all));
    if env::args().any(|argument| argument == "--write") {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let path = docs.join("performance.md");
        fs::write(&path, page(&fs::read_to_string(&path)?, &all)?)?;
        fs::write(docs.join("speed.svg"), plot::svg(&all))?;
    }
    Ok(())
}
