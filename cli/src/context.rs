//! The settings, the format and the output of a running command, and its result.

use std::io::{self, Write};

use anstream::AutoStream;

use crate::config::Config;
use crate::failure::Failure;
use crate::report::format::Format;

/// The result of a command that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Clean,
    Findings,
    /// The exit code of a command that was run on the user's behalf.
    #[cfg(feature = "kafka")]
    Exit(u8),
}

/// The settings of a command, and the output that it prints to.
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) format: Format,
    pub(crate) output: AutoStream<io::StdoutLock<'static>>,
}

impl Context {
    /// Prints all of some bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<Outcome, Failure> {
        self.output.write_all(bytes)?;
        Ok(Outcome::Clean)
    }
}
