//! The settings, the format and the output of a running command, and its result.

use std::fmt::Display;
use std::io::{self, Write};

use anstream::AutoStream;
use serde::Serialize;
use thoth_messaging_documents::foreign;

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
    /// Prints a line, whatever it holds.
    pub(crate) fn line(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.output, "{}", foreign::line(&line.to_string()))
    }

    /// Prints a table under its headings, a line for each row.
    pub(crate) fn table<const N: usize>(
        &mut self,
        head: [&str; N],
        rows: impl Iterator<Item = [String; N]>,
    ) -> io::Result<()> {
        let rows: Vec<[String; N]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
        let rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(|cell| foreign::line(cell))).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths: [usize; N] = std::array::from_fn(width);
        for row in &rows {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            self.line(cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }

    /// Prints a document for programs.
    pub(crate) fn json(&mut self, document: &impl Serialize) -> io::Result<()> {
        write_json(document, &mut self.output)
    }

    /// Prints all of some bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<Outcome, Failure> {
        self.output.write_all(bytes)?;
        Ok(Outcome::Clean)
    }
}

/// Writes a document for programs that may end on a terminal or in a log.
pub(crate) fn write_json(document: &impl Serialize, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "{}", foreign::json(&serde_json::to_string_pretty(document)?))
}
