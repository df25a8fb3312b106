//! `explain`: the page of a code or a rule.

use std::io::Write;

use clap::Args;
use thoth_messaging_codegen::{explain, explanations};
use thoth_messaging_compat::Rule;

use crate::failure::Failure;
use crate::near::near;
use crate::{Context, Outcome};

/// Explain a code or a rule of a finding: what it means, why it matters and what to do.
#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// The code, as `S0201`, or the rule, as `REQUIRED_ATTRIBUTE_ADDED`; without one, all are listed.
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// A page about a code or a rule.
pub(crate) struct Page {
    /// What it is about, in one line.
    pub(crate) title: &'static str,
    /// The whole page, as Markdown.
    pub(crate) text: String,
}

/// The page of a code of a diagnostic, a lint by its name, or a rule of `breaking`, in capitals or not.
pub(crate) fn page(code: &str) -> Option<Page> {
    if let Some(explanation) = explain(code) {
        return Some(Page { title: explanation.title, text: explanation.page.to_owned() });
    }
    let rule = Rule::ALL.iter().find(|rule| rule.name().eq_ignore_ascii_case(code))?;
    Some(Page { title: rule.title(), text: rule.page() })
}

/// All codes and rules with their titles.
fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let codes = explanations().iter().map(|explanation| (explanation.code, explanation.title));
    codes.chain(Rule::ALL.iter().map(|rule| (rule.name(), rule.title())))
}

pub(crate) fn run(arguments: &ExplainArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let Some(code) = &arguments.code else {
        for (code, title) in all() {
            writeln!(context.output, "{code}  {title}")?;
        }
        return Ok(Outcome::Clean);
    };
    let Some(page) = page(code) else {
        let near = near(all().map(|(code, _)| code), &code.to_uppercase());
        let there_is = if near.is_empty() { String::new() } else { format!("there is {}; ", near.join(", ")) };
        return Err(Failure::new(format!("there is no code and no rule `{code}`"))
            .help(format!("{there_is}`thoth-messaging explain` without a code lists them all")));
    };
    writeln!(context.output, "{}", page.text.trim_end())?;
    Ok(Outcome::Clean)
}
