//! `check`: what the generator has to say about sets of schema files.

use std::io::{self, Write};
use std::path::PathBuf;

use thoth_messaging_build::read_folder;
use thoth_messaging_codegen::{Options, Severity, generate};

use crate::{Failure, Outcome};

pub(crate) fn run(folders: &[PathBuf], mut output: impl Write) -> Result<Outcome, Failure> {
    let (mut files, mut errors, mut warnings) = (0, 0, 0);
    for folder in folders {
        let schemas = read_folder(folder)?;
        files += schemas.iter().count();
        for diagnostic in generate(&schemas, &Options::default()).diagnostics {
            match diagnostic.severity {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
            }
            writeln!(output, "{diagnostic}\n")?;
        }
    }
    output.flush()?;
    let count = |count: usize, noun: &str| if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") };
    // Where nobody reads standard error, the exit code says the same.
    let _ = writeln!(
        io::stderr(),
        "{} checked: {}, {}",
        count(files, "schema file"),
        count(errors, "error"),
        count(warnings, "warning")
    );
    Ok(if errors == 0 { Outcome::Clean } else { Outcome::Findings })
}
