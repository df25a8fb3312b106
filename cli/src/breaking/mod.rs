//! `breaking`: two versions of a schema folder, and whether their messages understand each other.

mod affected;
mod args;
mod asked;
mod compare;
mod findings;
mod messages;
mod order;
mod pairs;
mod policy;
#[cfg(feature = "registry")]
mod predict;
mod registry;
pub(crate) mod settings;
mod shown;
mod waivers;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;
use thoth_messaging_codegen::inspect;

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::finding::Finding;
use crate::project::{folder, message};
use crate::report::{Report, count};
use crate::services::Services;
use crate::stderr::say;
use crate::versions::{self, Against, FolderLocation, Version};

pub(crate) use args::BreakingArgs;
#[cfg(feature = "registry")]
pub(crate) use predict::Predictor;

use compare::{Comparison, Compatible};
use messages::{Messages, Now};
use policy::Rules;
use waivers::Waivers;

pub(crate) fn run(arguments: &BreakingArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let settings = &context.config.breaking;
    let Some(against) = arguments.against.clone().or_else(|| settings.against.clone()) else {
        return Err(Failure::new("there is nothing to compare with").help(
            "say `--against main` (a git branch, tag or commit), a folder or an archive, or `against` under \
             `[breaking]` in thoth-messaging.toml",
        ));
    };
    let folders = folders(arguments, context);
    let new = folders.iter().enumerate().map(|(number, folder)| messages(number, folder, context));
    let new = new.collect::<Result<Vec<_>, _>>()?;
    let all: Vec<_> = new.iter().flat_map(|messages| messages.list.iter().cloned()).collect();
    let services = Services::resolve(&context.config.services, &all)?;
    let rules = Rules::new(arguments, &context.config, arguments.which.find(&all)?, &services);
    let mut waivers = Waivers::new(&settings.waivers, today());
    let mut report = Report::new("breaking");
    let mut comparisons = Vec::new();
    report.findings.extend(new.iter().flat_map(|messages| &messages.unusable).map(findings::unusable_file));
    for (folder, number) in folders.iter().zip(0..) {
        let location = FolderLocation::new(folder, arguments.old_folder.as_deref())?;
        let now = Now { folders: &new, number };
        compare_folder(&location, &against, now, &rules, &mut report, &mut comparisons)?;
    }
    if arguments.since.is_some() && !comparisons.iter().any(|comparison| comparison.is_transitive) {
        return Err(Failure::new("`--since` is given, and no message has a TRANSITIVE level")
            .help("choose one, as `--level BACKWARD_TRANSITIVE`, or leave `--since` out"));
    }
    report.findings = waivers.apply(std::mem::take(&mut report.findings));
    summarize(&comparisons, &against, &mut report);
    report.print(context)?;
    let is_clean = !report.findings.iter().any(Finding::is_error);
    Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
}

/// The folders that were named, each once.
fn folders(arguments: &BreakingArgs, context: &Context) -> Vec<PathBuf> {
    let folders = if arguments.folders.is_empty() { context.config.schemas() } else { arguments.folders.clone() };
    let mut known = BTreeSet::new();
    let is_new = |folder: &PathBuf| known.insert(folder.canonicalize().unwrap_or_else(|_| folder.clone()));
    folders.into_iter().filter(is_new).collect()
}

/// Compares the messages of a folder with those of an earlier version, and with each earlier one where a message says so.
fn compare_folder(
    location: &FolderLocation,
    against: &str,
    now: Now<'_>,
    rules: &Rules<'_>,
    report: &mut Report,
    comparisons: &mut Vec<Comparison>,
) -> Result<(), Failure> {
    let against = Against::parse(against, location)?;
    let version = versions::read(&against, location)?;
    if let Some(text) = version.note() {
        note(&text);
    }
    let asked: Vec<_> = now.messages().list.iter().filter(|message| rules.includes(message)).collect();
    report.subjects.extend(asked.iter().map(|message| message.origin.clone()));
    compare::compare_versions(&version, now, rules, false, report, comparisons);
    if asked.iter().any(|message| rules.level(message).is_transitive()) {
        // Some version of the history may have had the old folder.
        let renamed = version.other_folder().filter(|_| location.old_folder().is_none());
        let location = renamed.map_or_else(|| location.clone(), |folder| location.with_old_folder(folder));
        compare_history(&against, &location, &version, now, rules, report, comparisons)?;
    } else if matches!(against, Against::Git { .. })
        && location.old_folder().is_some_and(|old| version.folder.as_deref() != Some(old))
    {
        return Err(Failure::new(format!("{} has no folder as `--old-folder` names it", version.label))
            .help("name its path there, from the root of the repository, or leave `--old-folder` out"));
    }
    Ok(())
}

/// The messages of a folder as it is now, with the names of their types.
fn messages(number: usize, folder: &Path, context: &Context) -> Result<Messages, Failure> {
    let schemas = folder::read_whole(folder.to_owned())?.schemas;
    let options = &context.config.options;
    let mut messages = Messages::read(number, &schemas, options);
    message::add_generated(&mut messages.list, &inspect(&schemas, options));
    Ok(messages)
}

/// Compares with the versions before the one that was compared already.
fn compare_history(
    against: &Against,
    location: &FolderLocation,
    compared: &Version,
    now: Now<'_>,
    rules: &Rules<'_>,
    report: &mut Report,
    comparisons: &mut Vec<Comparison>,
) -> Result<(), Failure> {
    let Against::Git { reference } = against else {
        return Err(Failure::new(format!("{} has no history, and a TRANSITIVE level asks for it", compared.label))
            .help("compare with a git branch, tag or commit, or choose a level that is not TRANSITIVE"));
    };
    for version in versions::history(reference, rules.since(), location)? {
        let version = version?;
        if !same_texts(&version, compared) {
            compare::compare_versions(&version, now, rules, true, report, comparisons);
        }
    }
    Ok(())
}

/// Returns whether two versions say the same, whatever they are called.
fn same_texts(a: &Version, b: &Version) -> bool {
    let texts = |version: &Version| -> Vec<(String, String)> {
        version.schemas.iter().map(|(name, file)| (name.to_owned(), file.text.clone())).collect()
    };
    texts(a) == texts(b)
}

/// The day in UTC, so that a waiver ends everywhere at once.
fn today() -> jiff::civil::Date {
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date()
}

fn note(text: &str) {
    say(format!("note: {text}"));
}

fn summarize(comparisons: &[Comparison], against: &str, report: &mut Report) {
    let number = |wanted: Compatible| comparisons.iter().filter(|comparison| comparison.outcome == wanted).count();
    let (yes, no, unknown) = (number(Compatible::Yes), number(Compatible::No), number(Compatible::Unknown));
    let unchecked = number(Compatible::Unchecked);
    let waived = report.findings.iter().filter(|finding| finding.is_waived()).count();
    report.summary = format!(
        "{} compared with {against}: {yes} compatible, {no} breaking, {unknown} unknown",
        count(comparisons.len(), "message")
    );
    if unchecked > 0 {
        report.summary += &[", ", &unchecked.to_string(), " not checked (level NONE)"].concat();
    }
    if waived > 0 {
        report.summary += &["; ", &count(waived, "finding"), " waived"].concat();
    }
    if let Some(order) = compare::deploy_order(comparisons) {
        report.summary += &["\nto deploy: ", order.text()].concat();
    }
    for (title, order) in comparisons.iter().filter_map(Comparison::deploys) {
        report.summary += &["\nto deploy `", title, "`: ", order].concat();
    }
    let messages: Vec<_> = comparisons.iter().map(Comparison::to_json).collect();
    report.details.insert("messages".to_owned(), json!(messages));
}
