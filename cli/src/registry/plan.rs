//! `registry plan`.

use clap::Args;
use serde_json::{Value, json};

use super::args::{ConnectionArgs, SubjectArgs};
use super::compare::{Compared, State, compare};
use super::wanted;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::report::{Report, count};

/// Show what is not in the registry, and what differs there.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 nothing to do, 1 something is not as the schemas say, 2 could not run.")]
pub(super) struct PlanArgs {
    #[command(flatten)]
    subjects: SubjectArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) fn run(arguments: &PlanArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let registry = arguments.connection.registry()?;
    let Some((_, wanted)) = wanted::read(&arguments.subjects, context)? else { return Ok(Outcome::Findings) };
    let mut report = Report::new("registry-plan");
    report.subjects = wanted.iter().map(|wanted| wanted.origin.clone()).collect();
    let compared = compare(&registry, wanted)?;
    report.findings = compared.iter().flat_map(Compared::findings).collect();
    let number = |wanted: fn(&Compared) -> bool| compared.iter().filter(|compared| wanted(compared)).count();
    let registered = number(|compared| matches!(compared.state, State::Registered(_)));
    let (new, changed) =
        (number(|it| matches!(it.state, State::Absent)), number(|it| matches!(it.state, State::Differs(_))));
    let behind = number(|it| matches!(it.state, State::Behind { .. }));
    let levels = number(|compared| compared.level_to_set().is_some());
    report.summary = format!(
        "{}: {registered} as it is here, {new} not there, {changed} different, {behind} not the latest; {} to set",
        count(compared.len(), "subject"),
        count(levels, "level"),
    );
    let subjects: Vec<Value> = compared.iter().map(Compared::to_json).collect();
    report.details.insert("subjects".to_owned(), subjects.into());
    report.print(context)?;
    Ok(if report.findings.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

impl Compared {
    pub(super) fn to_json(&self) -> Value {
        let (state, own, latest) = match &self.state {
            State::Absent => ("absent", None, None),
            State::Registered(own) => ("registered", Some(own), Some(own)),
            State::Behind { own, latest } => ("behind", Some(own), Some(latest)),
            State::Differs(latest) => ("differs", None, Some(latest)),
        };
        json!({
            "subject": self.wanted.subject,
            "message": self.wanted.name,
            "file": self.wanted.origin,
            "guid": self.wanted.guid.to_string(),
            "state": state,
            "version": own.map(|own| own.version),
            "id": own.map(|own| own.id),
            "latest": latest.map(|latest| latest.version),
            "level": self.level,
        })
    }
}
