//! The tests of this crate, in one program: each is linked once.

mod cases;
mod choices;
mod diagnostics;
mod explanations;
mod formats;
mod hostile;
mod lints;
mod options;
mod references;
