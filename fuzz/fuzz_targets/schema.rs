//! libFuzzer's target for schemas.

#![no_main]
#![allow(missing_docs, reason = "what the macros make")]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::guarded(fuzz::schema::run, input));

libfuzzer_sys::fuzz_mutator!(|input: &mut [u8], size: usize, limit: usize, seed: u32| {
    fuzz::mutated(fuzz::schema::mutate, input, size, limit, seed)
        .unwrap_or_else(|| libfuzzer_sys::fuzzer_mutate(input, size, limit))
});
