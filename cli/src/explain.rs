//! `explain`: the page of a code, or of the settings.

use std::io::Write;

use clap::Args;
use thoth_messaging_codegen::{explain, explanations, lints};

use crate::failure::Failure;
use crate::{Context, Outcome};

/// Explain a code of a finding: what it means, an example, and the example corrected.
#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// The code, as `S0201`, or the name of a lint, as `open-object`; `settings` for what can stand in
    /// `thoth-messaging.toml`, and `settings-schema` for its JSON Schema. Without one, all are listed.
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

const SETTINGS: &str = include_str!("settings.md");
const SETTINGS_SCHEMA: &str = include_str!("../thoth-messaging.toml.schema.json");

pub(crate) fn run(arguments: &ExplainArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let Some(code) = &arguments.code else { return list(context) };
    let page = match code.as_str() {
        "settings" | "thoth-messaging.toml" => SETTINGS,
        "settings-schema" => SETTINGS_SCHEMA,
        code => {
            let unknown = || Failure::new(format!("there is no code or lint `{code}`"));
            let list = "`thoth-messaging explain` without a code lists them all";
            explain(code).ok_or_else(|| unknown().help(list))?.page
        }
    };
    writeln!(context.output, "{}", page.trim_end())?;
    Ok(Outcome::Clean)
}

/// All codes, those of lints with the name that turns them off.
fn list(context: &mut Context) -> Result<Outcome, Failure> {
    for explanation in explanations() {
        let lint = lints().iter().find(|lint| lint.code == explanation.code);
        let name = lint.map(|lint| format!("{}: ", lint.id)).unwrap_or_default();
        writeln!(context.output, "{}  {name}{}", explanation.code, explanation.title)?;
    }
    writeln!(context.output, "settings  what can stand in `thoth-messaging.toml`")?;
    writeln!(context.output, "settings-schema  its JSON Schema")?;
    Ok(Outcome::Clean)
}
