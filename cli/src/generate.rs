//! `generate`: the Rust code of schema files, for those who commit it.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use thoth_messaging_build::{file_path, read_regular, write_changed};
use thoth_messaging_codegen::{GeneratedFile, Location, Severity, generate};

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::finding::Finding;
use crate::places::require_direct;
use crate::project::folder;
use crate::report::{Report, count};

/// The most that is read of a file to compare, in bytes.
const MAX_CODE: u64 = 256 << 20;

/// Generate the Rust code of schema files into a folder.
///
/// For code that is committed; a `build.rs` with `thoth-messaging-build` does not need it. `[options]` in the settings
/// selects what is generated.
#[derive(Args)]
pub(crate) struct GenerateArgs {
    /// The folder of the schema files; the one of the settings by default.
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// The folder to write to; `out` of `[generate]` in the settings by default.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Write nothing, and report files that differ from what would be written.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &GenerateArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let configured = context.config.generate.out.as_deref().map(|out| context.config.path(out));
    let Some(out) = arguments.out.clone().or(configured) else {
        return Err(Failure::new("there is no folder to write to")
            .help("say `--out FOLDER`, or `out = \"FOLDER\"` under `[generate]` in thoth-messaging.toml"));
    };
    require_direct(&out)?;
    let folder = folder::read_one(arguments.folder.as_deref(), &context.config)?.with_lock()?;
    let generation = generate(&folder.schemas, &context.config.options);
    let has_errors = generation.has_errors();
    let mut report = Report::new("generate");
    report.findings.extend(generation.diagnostics.into_iter().map(Finding::from));
    if has_errors {
        report.summary = format!("nothing was generated from {}", folder.path.display());
    } else if arguments.check {
        report.subjects.extend(generation.files.iter().map(|file| out.join(&file.path).display().to_string()));
        report.findings.extend(generation.files.iter().filter_map(|file| difference(&out, file)));
        report.summary = format!("{} compared", count(generation.files.len(), "file"));
    } else {
        let written = write_changed(&out, &generation.files)?;
        let all = count(generation.files.len(), "file");
        report.summary = format!("{all} in {}, {written} written", out.display());
    }
    report.print(context)?;
    let is_clean = !report.findings.iter().any(Finding::is_error);
    Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
}

/// The difference between a file that is there and what would be written.
fn difference(out: &Path, file: &GeneratedFile) -> Option<Finding> {
    let path = out.join(&file.path);
    // What is written through a link is no code that `generate` wrote.
    let present = file_path(out, &file.path).map_err(io::Error::other);
    let present = present.and_then(|path| read_regular(path, MAX_CODE));
    let (message, line) = match &present {
        Ok(text) if *text == file.text.as_bytes() => return None,
        Ok(text) => ("the code is not what the schemas say", first_difference(text, file.text.as_bytes())),
        Err(_) => ("there is no such file, or it can't be read", 1),
    };
    let location = Location { file: path.display().to_string(), line, column: 1, pointer: String::new() };
    Some(Finding {
        rule: "stale-code".to_owned(),
        severity: Severity::Error,
        message: message.to_owned(),
        location: Some(location),
        notes: vec![("help", "run `thoth-messaging generate` and commit what it writes".to_owned())],
    })
}

/// The line, from 1, of the first byte that differs.
fn first_difference(a: &[u8], b: &[u8]) -> usize {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b);
    same.filter(|(byte, _)| **byte == b'\n').count() + 1
}
