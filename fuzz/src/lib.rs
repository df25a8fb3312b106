//! Hostile schemas, payloads, archives and repositories: what must hold of them, whatever they say.
//!
//! `schema::run`, `payload::run`, and with the feature `versions` `archive::run` and `repository::run`, take any bytes and panic
//! where something does not hold: they are the targets of libFuzzer (`fuzz_targets/`, started by `run`), and the tests give them the seeds of `seeds/`. What they would do to
//! a thread — a stack that is too small, no end — is for whoever calls them to see.

#![expect(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

#[cfg(feature = "versions")]
pub mod archive;
#[cfg(feature = "versions")]
mod command_line;
pub mod items;
pub mod json;
pub mod known;
pub mod payload;
pub mod random;
#[cfg(feature = "versions")]
pub mod repository;
pub mod schema;
pub mod vet;

#[cfg(feature = "versions")]
use command_line::{failure, frames, near, versions};

/// What a thread of a service or of a test has.
const STACK: usize = 2 << 20;

/// Runs a target on a stack of the usual size, after noting the input in the file that `FUZZ_CURRENT` names: a stack that
/// overflows leaves no time to write it.
///
/// # Panics
///
/// Where the target does, or the file can't be written.
pub fn guarded(target: fn(&[u8]), input: &[u8]) {
    if let Some(file) = std::env::var_os("FUZZ_CURRENT") {
        std::fs::write(file, input).unwrap();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || target(input)).unwrap();
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Changes an input of a size in its buffer, mostly so that it stays JSON, and gives the new size. `None` where the bytes are
/// to be changed.
pub fn mutated(
    mutate: fn(&[u8], u32) -> Option<Vec<u8>>,
    input: &mut [u8],
    size: usize,
    limit: usize,
    seed: u32,
) -> Option<usize> {
    let changed = if seed.is_multiple_of(8) { None } else { mutate(input.get(..size)?, seed) };
    let changed = changed.filter(|changed| changed.len() <= limit)?;
    input.get_mut(..changed.len())?.copy_from_slice(&changed);
    Some(changed.len())
}
