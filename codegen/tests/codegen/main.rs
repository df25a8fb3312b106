//! The tests of this crate, in one program: each is linked once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

mod cases;
mod choices;
mod diagnostics;
mod explanations;
mod formats;
mod hostile;
mod identity;
mod lints;
mod names;
mod options;
mod references;
mod size;
mod unions;
