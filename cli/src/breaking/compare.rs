//! Comparing the messages of two versions.

use rayon::prelude::*;
use serde_json::{Value, json};
use thoth_messaging_build::OtherFormat;
use thoth_messaging_compat::{Direction, Schema, SchemaError, Verdict};

use super::affected;
use super::asked::Asked;
use super::messages::{Messages, Now, Sides};
use super::order::DeployOrder;
use super::pairs::pairs;
use super::policy::Rules;
use super::registry::{Answer, Registered};
use super::{findings, shown};
use crate::finding::Finding;
use crate::project::message::Message;
use crate::report::Report;
use crate::versions::Version;

/// The outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Compatible {
    /// Nothing is asked for.
    Unchecked,
    Yes,
    Unknown,
    No,
}

/// A message and its earlier version.
pub(super) struct Comparison {
    title: String,
    file: String,
    against: String,
    pub(super) outcome: Compatible,
    /// Set if versions before the last one are asked for too.
    pub(super) is_transitive: bool,
    backward: Option<Verdict>,
    forward: Option<Verdict>,
    /// The registry's answers for BACKWARD and FORWARD, where it is asked.
    registry: [Option<bool>; 2],
    findings: Vec<Finding>,
    /// The order in which its services are deployed, where it matters and they are known.
    deploys: Option<String>,
    /// Its services, for programs.
    services: Value,
}

/// A message in both versions.
struct Schemas {
    old: Schema,
    new: Schema,
    /// As the registry reads it, where it decides.
    registered: Option<Registered>,
}

impl Schemas {
    fn read(before: &Message, after: &Message, sides: &Sides<'_>, rules: &Rules<'_>) -> Result<Self, SchemaError> {
        let old = Schema::new(&sides.old.files, &before.file)?;
        let new = Schema::new(&sides.new.files, &after.file)?;
        let leniency = rules.policy().registry();
        let registered = leniency.map(|leniency| Registered::read(before, after, sides, leniency)).transpose()?;
        Ok(Self { old, new, registered })
    }
}

/// Compares each message with its earlier version. Of a version before the last one only that which the level of a message
/// asks for, and nothing of the topic.
pub(super) fn compare_versions(
    version: &Version,
    now: Now<'_>,
    rules: &Rules<'_>,
    is_history: bool,
    report: &mut Report,
    comparisons: &mut Vec<Comparison>,
) {
    let old = Messages::read(now.number, &version.schemas, rules.options);
    // What has another format was never read: it was no message then.
    let (other, unusable): (Vec<_>, Vec<_>) =
        old.unusable.iter().partition(|file| OtherFormat::of(&file.name).is_some());
    report.findings.extend(unusable.into_iter().map(|file| findings::unreadable(&version.label, file)));
    if !is_history {
        report.findings.extend(other.into_iter().map(|file| findings::passed_over(&version.label, file)));
    }
    let sides = |new| Sides { old: &old, new, against: &version.label };
    let new = now.messages();
    let pairs = pairs(&old.list, &new.list, &new.unusable);
    let mut kept: Vec<(&Message, &Messages, &Message)> =
        pairs.kept.into_iter().map(|(before, after)| (before, new, after)).collect();
    for message in pairs.deleted {
        match now.elsewhere(message) {
            Some((other, after)) => kept.push((message, other, after)),
            None if !is_history && rules.includes_all() => {
                let mut found = [findings::deleted(message, &sides(new))];
                affected::note(&mut found, &rules.services.parties(message));
                report.findings.extend(found);
            }
            None => {}
        }
    }
    kept.retain(|(_, _, message)| rules.includes(message) && (!is_history || rules.level(message).is_transitive()));
    let compared: Vec<_> =
        kept.par_iter().map(|&(before, new, after)| compare(before, after, &sides(new), rules, is_history)).collect();
    for mut comparison in compared {
        report.findings.append(&mut comparison.findings);
        comparisons.push(comparison);
    }
}

fn compare(before: &Message, after: &Message, sides: &Sides<'_>, rules: &Rules<'_>, is_history: bool) -> Comparison {
    let mut comparison = Comparison {
        title: after.title.clone(),
        file: after.origin.clone(),
        against: sides.against.to_owned(),
        outcome: if rules.level(after).is_none() { Compatible::Unchecked } else { Compatible::Yes },
        is_transitive: rules.level(after).is_transitive(),
        backward: None,
        forward: None,
        registry: [None, None],
        findings: Vec::new(),
        deploys: None,
        services: Value::Null,
    };
    if !is_history {
        comparison.findings.extend(findings::moved(before, after, sides));
        comparison.findings.extend(findings::of_topic(before, after, sides));
    }
    match Schemas::read(before, after, sides, rules) {
        Ok(schemas) => comparison.judge(&schemas, after, sides, rules),
        Err(error) => {
            comparison.outcome = Compatible::Unknown;
            comparison.findings.push(findings::unusable(after, sides, &error));
        }
    }
    if comparison.findings.iter().any(|finding| finding.is_error() && finding.rule != findings::UNKNOWN) {
        comparison.outcome = Compatible::No;
    }
    let parties = rules.services.parties(after);
    affected::note(&mut comparison.findings, &parties);
    comparison.deploys = comparison.order().and_then(|order| affected::order(order, &parties));
    comparison.services = affected::to_json(&parties);
    comparison
}

impl Comparison {
    fn judge(&mut self, schemas: &Schemas, message: &Message, sides: &Sides<'_>, rules: &Rules<'_>) {
        let (old, new) = (&schemas.old, &schemas.new);
        let is_demanded = |direction| rules.level(message).demands(direction);
        for direction in [Direction::Backward, Direction::Forward] {
            let asked = Asked::new(old, new, direction, rules.policy());
            let verdict = match &asked {
                Ok(asked) => asked.verdict(),
                Err(error) => Verdict::Unknown { reason: error.to_string(), places: Vec::new() },
            };
            let answer = schemas.registered.as_ref().map(|registered| registered.ask(direction));
            self.registry[direction as usize] = answer.as_ref().map(Answer::is_accepted);
            if is_demanded(direction) {
                self.add(match (answer, &asked) {
                    (Some(answer), _) => answer.findings(&verdict, (old, new), message, sides),
                    (None, Ok(asked)) => findings::by_logic(&verdict, asked, message, sides),
                    (None, Err(error)) => vec![findings::unusable(message, sides, error)],
                });
            }
            match direction {
                Direction::Backward => self.backward = Some(verdict),
                Direction::Forward => self.forward = Some(verdict),
            }
        }
    }

    fn add(&mut self, found: Vec<Finding>) {
        let is_unknown = found.iter().any(|finding| finding.rule == findings::UNKNOWN);
        self.outcome = self.outcome.max(if is_unknown { Compatible::Unknown } else { Compatible::Yes });
        self.findings.extend(found);
    }

    fn order(&self) -> Option<DeployOrder> {
        Some(DeployOrder::of(self.backward.as_ref()?, self.forward.as_ref()?))
    }

    /// Its title and the order in which its services are deployed, where it matters.
    pub(super) fn deploys(&self) -> Option<(&str, &str)> {
        Some((&self.title, self.deploys.as_deref()?))
    }

    pub(super) fn to_json(&self) -> Value {
        let outcome = match self.outcome {
            Compatible::Unchecked => "unchecked",
            Compatible::Yes => "compatible",
            Compatible::Unknown => "unknown",
            Compatible::No => "breaking",
        };
        let mut comparison = json!({
            "message": self.title,
            "file": self.file,
            "against": self.against,
            "outcome": outcome,
            "backward": self.backward.as_ref().map(shown::verdict),
            "forward": self.forward.as_ref().map(shown::verdict),
            "deploy": self.order().map(DeployOrder::text),
            "services": self.services,
        });
        if let [Some(backward), Some(forward)] = self.registry {
            let said = |is_accepted: bool| if is_accepted { "compatible" } else { "breaking" };
            comparison["registry"] = json!({"backward": said(backward), "forward": said(forward)});
        }
        comparison
    }
}

/// The order that holds for all messages at once; nothing where there are none.
pub(super) fn deploy_order(comparisons: &[Comparison]) -> Option<DeployOrder> {
    comparisons.iter().filter_map(Comparison::order).reduce(DeployOrder::and)
}
