//! libFuzzer's target for objects of git.

#![no_main]
#![allow(missing_docs, reason = "what the macros make")]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::guarded(fuzz::repository::run, input));
