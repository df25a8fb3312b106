//! The code of the golden cases beside a user's own types, macros and lints: nothing but that it compiles is to be seen.

#[path = "../../src/own.rs"]
pub mod own;

/// A user's own types, with names that generated code means otherwise.
pub struct Option;
pub struct String;
pub struct Result;
pub struct Vec;
pub struct Box;
pub struct Some;
pub struct None;
pub struct Ok;
pub struct Default;
pub struct From;
pub struct Clone;
pub struct Debug;

/// And a macro of theirs.
#[macro_export]
macro_rules! vec {
    () => {};
}

/// What is known of a case.
pub struct Case {
    pub name: &'static str,
    pub registry: &'static thoth_messaging::Registry,
    pub roads: &'static [Road],
}

/// What a message can be read by.
pub struct Road {
    pub message: &'static str,
    pub from_slice: fn(&[u8]) -> bool,
    pub from_value: fn(serde_json::Value) -> bool,
    pub comes_back: fn(&[u8]) -> bool,
    pub debug: fn(&[u8]) -> std::string::String,
}

/// The modules of the cases.
pub mod cases {
    include!(concat!(env!("OUT_DIR"), "/cases.rs"));
}
