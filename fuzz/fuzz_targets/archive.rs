//! libFuzzer's target for archives.

#![no_main]
#![allow(missing_docs, reason = "what the macros make")]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::guarded(fuzz::archive::run, input));
