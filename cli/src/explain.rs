//! `explain`: the page of a code.

use std::io::Write;

use clap::Args;
use thoth_messaging_codegen::{explain, explanations};

use crate::failure::Failure;
use crate::{Context, Outcome};

/// Explain a code of a finding: what it means, an example, and the example corrected.
#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// The code, as `S0201`; without one, all codes are listed.
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub(crate) fn run(arguments: &ExplainArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let Some(code) = &arguments.code else {
        for explanation in explanations() {
            writeln!(context.output, "{}  {}", explanation.code, explanation.title)?;
        }
        return Ok(Outcome::Clean);
    };
    let Some(explanation) = explain(code) else {
        return Err(Failure::new(format!("there is no code `{code}`"))
            .help("`thoth-messaging explain` without a code lists them all"));
    };
    writeln!(context.output, "{}", explanation.page.trim_end())?;
    Ok(Outcome::Clean)
}
