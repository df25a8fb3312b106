//! `registry apply`.

use clap::Args;
use serde_json::json;
use thoth_messaging::schema_registry::{SchemaRegistry, SchemaRegistryError};

use super::args::{ConnectionArgs, SubjectArgs};
use super::compare::{Compared, compare};
use super::wanted;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::report::{Format, Report, count};

/// Register the schemas that are not in the registry, and set the levels that they say.
///
/// Nothing is deleted, and no subject that no schema is for is touched. What the registry refuses is reported, and the others go on. If
/// the registry goes away, what was done stays, and `registry plan` shows the rest.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 all is as the schemas say, 1 something was refused, 2 could not run.")]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    subjects: SubjectArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) fn run(arguments: &ApplyArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let registry = arguments.connection.registry()?;
    let Some((_, wanted)) = wanted::read(&arguments.subjects, context)? else { return Ok(Outcome::Findings) };
    let mut report = Report::new("registry-apply");
    report.subjects = wanted.iter().map(|wanted| wanted.origin.clone()).collect();
    let compared = compare(&registry, wanted)?;
    let (mut registered, mut levels, mut done) = (0, 0, Vec::new());
    for compared in &compared {
        let subject = &compared.wanted.subject;
        let refused = match apply(&registry, compared) {
            Ok(Applied { id, level }) => {
                let lines = [
                    id.map(|id| format!("`{}` is registered in `{subject}`, id {id}", compared.wanted.name)),
                    level.as_ref().map(|level| format!("`{subject}` has the level {level}")),
                ];
                if context.format == Format::Text {
                    lines.into_iter().flatten().try_for_each(|line| context.line(line))?;
                }
                registered += u64::from(id.is_some());
                levels += u64::from(level.is_some());
                done.push(json!({"subject": subject, "id": id, "level": level}));
                continue;
            }
            Err(SchemaRegistryError::Refused { status, message, .. }) if !matches!(status, 401 | 403) => {
                (status, message)
            }
            Err(error) => {
                let before = format!(
                    "{} registered, {} set before; `registry plan` shows the rest",
                    registered,
                    count(levels, "level")
                );
                return Err(Failure::from(error).help(before));
            }
        };
        let rule = if refused.0 == 409 { "INCOMPATIBLE" } else { "REFUSED" };
        let message = format!("the registry refuses `{}` in `{subject}`: {}", compared.wanted.name, refused.1);
        report.findings.push(compared.wanted.finding(rule, message));
    }
    report.summary = format!(
        "{}: {registered} registered, {} set, {} refused",
        count(compared.len(), "subject"),
        count(levels, "level"),
        report.findings.len()
    );
    report.details.insert("applied".to_owned(), done.into());
    report.print(context)?;
    Ok(if report.findings.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// The changes that were made to a subject.
struct Applied {
    id: Option<u32>,
    level: Option<String>,
}

fn apply(registry: &SchemaRegistry, compared: &Compared) -> Result<Applied, SchemaRegistryError> {
    let subject = &compared.wanted.subject;
    let register = || registry.register(subject, &compared.wanted.text);
    let id = compared.is_to_register().then(register).transpose()?;
    let level = compared.level_to_set();
    if let Some(level) = &level {
        registry.set_level(subject, level)?;
    }
    Ok(Applied { id, level })
}
