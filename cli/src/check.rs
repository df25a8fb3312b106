//! `check`: what is wrong with schema files.

use std::path::PathBuf;

use clap::Args;
use thoth_messaging_codegen::generate;

use crate::failure::Failure;
use crate::finding::Finding;
use crate::report::{Report, count};
use crate::{Context, Outcome, sets};

/// Check schema files: JSON, meta-schema, x-kafka, references, examples, and whether code can be generated.
///
/// Prints every mistake with file, line, column, JSON Pointer and what to do; `thoth-messaging explain CODE` says more
/// about each. Warnings alone are clean.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// Folders of schema files, each a set of its own, or single files of a set; the folders of the settings by default.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Warnings are findings too.
    #[arg(long)]
    strict: bool,
}

pub(crate) fn run(arguments: &CheckArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let mut report = Report::new("check");
    let mut files = 0;
    for set in sets::read(&arguments.paths, &context.config)? {
        files += set.count();
        let asked = set.schemas.iter().filter(|(name, _)| set.asks_for(name));
        report.subjects.extend(asked.map(|(_, file)| file.origin.clone()));
        let diagnostics = generate(&set.schemas, &context.config.options).diagnostics;
        let is_asked = |finding: &Finding| finding.location.as_ref().is_none_or(|at| set.asks_for_origin(&at.file));
        report.findings.extend(diagnostics.into_iter().map(Finding::from).filter(is_asked));
    }
    let errors = report.findings.iter().filter(|finding| finding.is_error()).count();
    let warnings = report.findings.len() - errors;
    report.summary =
        format!("{} checked: {}, {}", count(files, "schema file"), count(errors, "error"), count(warnings, "warning"));
    report.print(context)?;
    let is_clean = errors == 0 && !(arguments.strict && warnings > 0);
    Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
}
