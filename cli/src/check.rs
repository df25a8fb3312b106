//! `check`: the mistakes of schema files.

use std::path::PathBuf;

use clap::Args;
use thoth_messaging_codegen::{Lints, lint};

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::finding::Finding;
use crate::project::folder;
use crate::report::{Report, count};
use crate::services;

/// Check schema files: JSON, meta-schema, x-kafka, references, examples, code generation and lints.
///
/// Prints every mistake with file, line, column, JSON Pointer and what to do; `thoth-messaging explain CODE` describes
/// each, and the mistakes of `[services]` in the settings. Warnings alone do not fail. `"x-lint-allow": ["open-object"]` turns a lint off in a schema and below it, `[lints]`
/// in the settings everywhere.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// Folders of schema files, each a set of its own, or single files of a set; the folders of the settings by default.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Treat warnings as errors.
    #[arg(long)]
    strict: bool,
    /// Set the level of a lint, as `open-object=error`; the levels are off, warning and error. May be repeated.
    #[arg(long, value_name = "LINT=LEVEL")]
    lint: Vec<String>,
}

/// The levels of the lints: those of the settings, then those of the command.
fn lints(arguments: &CheckArgs, context: &Context) -> Result<Lints, Failure> {
    let mut lints = context.config.lint_levels()?;
    for choice in &arguments.lint {
        let (name, level) = choice.split_once('=').ok_or_else(|| {
            Failure::new(format!("`--lint {choice}` has no level"))
                .help(format!("write `--lint {choice}=error`, or `=warning` or `=off`"))
        })?;
        let level = level.parse().map_err(|error| Failure::new(format!("`--lint {choice}`: {error}")))?;
        lints.set(name, level).map_err(|error| Failure::unknown_lint("--lint", &error))?;
    }
    Ok(lints)
}

pub(crate) fn run(arguments: &CheckArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let mut report = Report::new("check");
    let lints = lints(arguments, context)?;
    let mut files = 0;
    for folder in folder::read(&arguments.paths, &context.config)? {
        let folder = folder.with_lock()?;
        let asked = report.subjects.len();
        report.subjects.extend(folder.asked().map(str::to_owned));
        files += report.subjects.len() - asked;
        let diagnostics = lint(&folder.schemas, &context.config.options, &lints);
        let is_asked = |finding: &Finding| finding.location.as_ref().is_none_or(|at| folder.asks_for_origin(&at.file));
        report.findings.extend(diagnostics.into_iter().map(Finding::from).filter(is_asked));
    }
    // They are about all schemas.
    if arguments.paths.is_empty() {
        report.findings.extend(services::check(&context.config)?);
    }
    let errors = report.findings.iter().filter(|finding| finding.is_error()).count();
    let warnings = report.findings.len() - errors;
    report.summary =
        format!("{} checked: {}, {}", count(files, "schema file"), count(errors, "error"), count(warnings, "warning"));
    report.print(context)?;
    let is_clean = errors == 0 && !(arguments.strict && warnings > 0);
    Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
}
