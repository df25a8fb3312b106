//! Rules for the workspace as a whole, each with a test over the real tree and one over a tree that breaks it.
//!
//! - [`arrows`]: which crates may depend on which; `ARCHITECTURE.md` prints the table.
//! - [`sizes`]: no source file has more than 450 lines.
//! - [`packages`]: what each published crate tells crates.io and docs.rs.
//! - [`pages`]: links of Markdown files lead somewhere, and files that they show are the files.
//! - [`rust_version`]: no dependency of a published crate needs a newer Rust than the crate promises.
//!
//! They read `cargo metadata` and the files, and compile nothing of the workspace. `cargo test -p architecture` takes
//! seconds.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "that is how a test fails"))]

pub mod arrows;
pub mod packages;
pub mod pages;
pub mod rust_version;
pub mod sizes;
pub mod workspace;
