//! `registry check`.

use clap::Args;
use serde_json::{Value, json};
use thoth_messaging::schema_registry::{CompatibilityAnswer, RegisteredSchema, SchemaRegistry, SchemaRegistryError};
use thoth_messaging_codegen::{Compatibility, SchemaSet, Severity};

use super::args::{ConnectionArgs, SubjectArgs};
use super::compare::each;
use super::wanted::{self, Wanted};
use crate::breaking::Predictor;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::finding::Finding;
use crate::project::Project;
use crate::report::{Report, count};
use crate::versions::Version;

/// Ask the registry whether the schemas may follow the versions that it has, beside what is predicted here.
///
/// The prediction is that of `breaking --policy confluent` under the level of the subject. Where the registry accepts what breaks, there is
/// a warning with a witness; where it says something else than what is predicted, another one. Nothing is registered.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 the registry accepts all, 1 it refuses something, 2 could not run.")]
pub(super) struct CheckArgs {
    #[command(flatten)]
    subjects: SubjectArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The answers of a registry about a schema.
struct Asked {
    wanted: Wanted,
    level: String,
    /// None where there is no such subject.
    answer: Option<Answered>,
    /// The versions that the level is about.
    versions: Vec<RegisteredSchema>,
}

enum Answered {
    Compatible(CompatibilityAnswer),
    /// It does not take the schema at all.
    Unreadable(String),
}

pub(super) fn run(arguments: &CheckArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let registry = arguments.connection.registry()?;
    let Some((project, wanted)) = wanted::read(&arguments.subjects, context)? else { return Ok(Outcome::Findings) };
    let mut report = Report::new("registry-check");
    report.subjects = wanted.iter().map(|wanted| wanted.origin.clone()).collect();
    let asked = each(wanted, |wanted| ask(&registry, wanted))?;
    let predictor = Predictor::read(&project.paths(), context)?;
    let (mut accepted, mut new, mut subjects) = (0, 0, Vec::new());
    for asked in &asked {
        let predicted = predict(asked, &project, &predictor, context);
        let (is_accepted, findings) = judge(asked, &predicted);
        accepted += u64::from(is_accepted && asked.answer.is_some());
        new += u64::from(asked.answer.is_none());
        subjects.push(json!({
            "subject": asked.wanted.subject,
            "message": asked.wanted.name,
            "level": asked.level,
            "registry": asked.answer.as_ref().map(|_| is_accepted),
            "predicted": asked.answer.as_ref().map(|_| predicted.0),
        }));
        report.findings.extend(findings);
    }
    let refused = asked.len() as u64 - accepted - new;
    report.summary = format!("{}: {accepted} accepted, {refused} refused, {new} new", count(asked.len(), "subject"));
    report.details.insert("subjects".to_owned(), Value::Array(subjects));
    report.print(context)?;
    Ok(if refused > 0 { Outcome::Findings } else { Outcome::Clean })
}

fn ask(registry: &SchemaRegistry, wanted: Wanted) -> Result<Asked, SchemaRegistryError> {
    let level = registry.level(&wanted.subject)?;
    let answer = match registry.ask(&wanted.subject, &wanted.text) {
        Ok(answer) => answer.map(Answered::Compatible),
        Err(SchemaRegistryError::Refused { status: 422, message, .. }) => Some(Answered::Unreadable(message)),
        Err(error) => return Err(error),
    };
    let versions = if answer.is_none() {
        Vec::new()
    } else if level.ends_with("_TRANSITIVE") {
        let numbers = registry.versions(&wanted.subject)?;
        let versions = numbers.into_iter().map(|number| registry.version(&wanted.subject, number));
        versions.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()
    } else {
        registry.latest(&wanted.subject)?.into_iter().collect()
    };
    Ok(Asked { wanted, level, answer, versions })
}

/// Predicts the answer: whether it accepts the schema, and why not.
fn predict(asked: &Asked, project: &Project, predictor: &Predictor, context: &Context) -> (bool, Vec<Finding>) {
    let level: Option<Compatibility> = serde_json::from_value(asked.level.clone().into()).ok();
    let (mut is_accepted, mut findings) = (true, Vec::new());
    for version in &asked.versions {
        let mut schemas = SchemaSet::new();
        let origin = format!("{} version {}", asked.wanted.subject, version.version);
        schemas.add(asked.wanted.file.as_str(), origin.as_str(), version.text.as_str());
        let wanted = project.paths()[asked.wanted.folder].display().to_string();
        let version = Version { label: origin, folder: Some(wanted.clone()), wanted, schemas };
        let Some(level) = level else { continue };
        let prediction = predictor.predict(asked.wanted.folder, &version, level, context);
        is_accepted &= prediction.is_accepted;
        findings.extend(prediction.findings);
    }
    (is_accepted, findings)
}

/// Compares the answer with what was predicted. The findings are errors where the registry refuses the schema.
fn judge(asked: &Asked, (predicted, findings): &(bool, Vec<Finding>)) -> (bool, Vec<Finding>) {
    let Wanted { name, subject, .. } = &asked.wanted;
    let (is_accepted, words) = match &asked.answer {
        None => return (true, Vec::new()),
        Some(Answered::Compatible(answer)) => (answer.is_compatible, answer.messages.join("; ")),
        Some(Answered::Unreadable(message)) => (false, message.clone()),
    };
    let mut judged = findings.clone();
    if is_accepted {
        // What was predicted is not so; that it breaks may be so all the same.
        for finding in &mut judged {
            finding.severity = Severity::Warning;
        }
    } else {
        let words = if words.is_empty() { "without a reason".to_owned() } else { words };
        let message = format!("the registry refuses `{name}` in `{subject}` under {}: {words}", asked.level);
        judged.insert(0, asked.wanted.finding("REFUSED", message));
    }
    if is_accepted != *predicted {
        let said = |accepts: bool| if accepts { "accepts" } else { "refuses" };
        let message = format!(
            "the registry {} `{name}` in `{subject}`, and Confluent's {} it as predicted here",
            said(is_accepted),
            said(*predicted)
        );
        judged.push(Finding { severity: Severity::Warning, ..asked.wanted.finding("NOT_AS_PREDICTED", message) });
    }
    (is_accepted, judged)
}
