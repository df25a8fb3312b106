//! The expected code of every golden case, compiled.
//!
//! A case is a folder under `cases/`: `schemas/`, the code that is generated from them (`messages.rs`), payloads that
//! each message accepts and refuses (`accept/` and `reject/`, a file for each message, a payload on each line), and what
//! is written again of those that it accepts (`reencoded/`). The build script finds the cases; nothing lists them. Where
//! there is a `build.txt`, it has the options, as they stand in a build script; a file `options` has options too, a word
//! each: `formats=asserted` or `formats=mapped`.

pub mod own;

use thoth_messaging::Registry;

/// A case whose expected code is there.
#[derive(Debug)]
pub struct Case {
    /// The name of its folder.
    pub name: &'static str,
    /// Its messages.
    pub registry: &'static Registry,
    /// Its messages by their Rust types.
    pub roads: &'static [Road],
}

/// The ways to read a message other than by its registry: whether each accepts a payload.
#[derive(Debug)]
pub struct Road {
    /// The name of the message.
    pub message: &'static str,
    /// `serde_json::from_slice`
    pub from_slice: fn(&[u8]) -> bool,
    /// `serde_json::from_value`
    pub from_value: fn(serde_json::Value) -> bool,
    /// Tells whether a payload that is read is the same value when it is written and read again.
    pub comes_back: fn(&[u8]) -> bool,
    /// What `Debug` shows of a payload.
    pub debug: fn(&[u8]) -> String,
}

/// The modules of the cases.
pub mod cases {
    include!(concat!(env!("OUT_DIR"), "/cases.rs"));
}
