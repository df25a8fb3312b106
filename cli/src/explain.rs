//! `explain`: the page of a code, of a rule, or of the settings.

use std::collections::BTreeSet;
use std::io::Write;

use clap::Args;
use thoth_messaging_codegen::{explain, explanations, lints};
use thoth_messaging_compat::Rule;

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::near::near;

/// Explain a code or a rule of a finding: what it means, why it matters and what to do.
#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// The code, as `S0201`, the name of a lint, as `open-object`, or the rule, as `REQUIRED_ATTRIBUTE_ADDED`; `settings`
    /// for what can stand in `thoth-messaging.toml`, and `settings-schema` for its JSON Schema. Without one, all are listed.
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// A page about a code or a rule.
pub(crate) struct Page {
    /// The subject, in one line.
    pub(crate) title: &'static str,
    /// The whole page, as Markdown.
    pub(crate) text: String,
}

/// The pages that are of no code, with their titles.
const SETTINGS: [(&str, &str, &str); 2] = [
    ("settings", "what can stand in `thoth-messaging.toml`", include_str!("settings.md")),
    ("settings-schema", "its JSON Schema", include_str!("../thoth-messaging.toml.schema.json")),
];

/// The page of a code of a diagnostic, a lint by its name, or a rule of `breaking`, in capitals or not.
pub(crate) fn page(code: &str) -> Option<Page> {
    if let Some(explanation) = explain(code) {
        return Some(Page { title: explanation.title, text: explanation.page.to_owned() });
    }
    if let Some((_, title, text)) = SETTINGS.into_iter().find(|(name, ..)| *name == code) {
        return Some(Page { title, text: text.to_owned() });
    }
    let rule = Rule::ALL.iter().find(|rule| rule.name().eq_ignore_ascii_case(code))?;
    Some(Page { title: rule.title(), text: rule.page() })
}

/// All that is explained, with titles; lints with the name that turns them off.
fn all() -> impl Iterator<Item = (&'static str, String)> {
    let codes = explanations().iter().map(|explanation| {
        let lint = lints().iter().find(|lint| lint.code == explanation.code);
        let name = lint.map(|lint| format!("{}: ", lint.id)).unwrap_or_default();
        (explanation.code, format!("{name}{}", explanation.title))
    });
    let rules = Rule::ALL.iter().map(|rule| (rule.name(), rule.title().to_owned()));
    codes.chain(rules).chain(SETTINGS.into_iter().map(|(name, title, _)| (name, title.to_owned())))
}

pub(crate) fn run(arguments: &ExplainArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let Some(code) = &arguments.code else {
        for (code, title) in all() {
            writeln!(context.output, "{code}  {title}")?;
        }
        return Ok(Outcome::Clean);
    };
    let Some(page) = page(code) else {
        let names = || all().map(|(code, _)| code).chain(lints().iter().map(|lint| lint.id));
        let near = near(names(), code).into_iter().chain(near(names(), &code.to_uppercase()));
        let near: BTreeSet<_> = near.collect();
        let near: Vec<_> = near.into_iter().collect();
        let there_is = if near.is_empty() { String::new() } else { format!("there is {}; ", near.join(", ")) };
        return Err(Failure::new(format!("there is no code, lint or rule `{code}`"))
            .help(format!("{there_is}`thoth-messaging explain` without a code lists them all")));
    };
    writeln!(context.output, "{}", page.text.trim_end())?;
    Ok(Outcome::Clean)
}
