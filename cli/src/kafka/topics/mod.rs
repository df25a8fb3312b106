//! `topics`: the topics of the cluster, and those that the schemas declare.

mod show;

use std::io::{self, Write};
use thoth_messaging_documents::foreign::line;
use thoth_messaging_documents::foreign::markdown::cell;

use anstyle::{AnsiColor, Style};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use thoth_messaging::Topic;
use thoth_messaging::app::{DeadLetters, RetryTopics};
use thoth_messaging::client::{Difference, Plan, Unreadable};

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::kafka::cluster::{Cluster, ClusterArgs};
use crate::kafka::schemas::SchemaArgs;
use crate::report::{Format, count};
use crate::stderr::say;

/// Show topics of a cluster, compare them with those that the schemas declare, and apply the difference.
#[derive(Args)]
pub(crate) struct TopicsArgs {
    #[command(subcommand)]
    command: TopicsCommand,
}

#[derive(Subcommand)]
enum TopicsCommand {
    /// Show the differences between the `x-kafka` of the schemas and the cluster.
    ///
    /// The retry topics that `x-kafka` declares are compared with the others. Missing topics, other numbers of partitions or replicas, and other values of properties are drift. Topics and
    /// properties that no schema declares are listed, and are not drift.
    #[command(
        after_help = "Exit codes: 0 shown, 1 drift with --check, 2 could not run, or not read all that is declared."
    )]
    Plan(PlanArgs),
    /// Create and change the topics of the cluster as the schemas declare them.
    ///
    /// Creates topics, adds partitions and sets properties, and reports each change. It never deletes a topic, removes
    /// partitions, moves replicas, or touches properties that no schema names.
    #[command(
        after_help = "Exit codes: 0 done, 1 Kafka refused some of it, 2 could not run, or not read all that is declared."
    )]
    Apply(ApplyArgs),
    Show(show::ShowArgs),
}

impl TopicsArgs {
    /// The formats that it prints.
    pub(crate) fn formats(&self) -> &'static [Format] {
        match &self.command {
            TopicsCommand::Show(_) => &[Format::Text, Format::Json],
            _ => &[Format::Text, Format::Json, Format::Markdown],
        }
    }
}

#[derive(Args)]
struct PlanArgs {
    #[command(flatten)]
    which: TopicSelection,
    /// Exit with 1 if the cluster differs, for CI.
    #[arg(long)]
    check: bool,
}

#[derive(Args)]
struct ApplyArgs {
    #[command(flatten)]
    which: TopicSelection,
}

#[derive(Args)]
struct TopicSelection {
    /// Messages, by their types, titles or files, or topics; all that the schemas declare by default.
    #[arg(value_name = "MESSAGE")]
    names: Vec<String>,
    /// Include the dead-letter topic of each topic, `<topic>.dlq`, with as many partitions and replicas.
    #[arg(long)]
    dead_letters: bool,
    #[command(flatten)]
    schemas: SchemaArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// The status of a difference.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Planned,
    Applied,
    /// It is not for `apply` to change.
    Unchanged,
    Refused,
}

/// The outcome where something that is declared could not be read.
const INCOMPLETE: Outcome = Outcome::Exit(2);

/// A difference as it is printed.
struct Row {
    difference: Difference,
    status: Status,
    /// Why Kafka refused it.
    error: Option<String>,
}

pub(super) async fn run(arguments: &TopicsArgs, context: &mut Context) -> Result<Outcome, Failure> {
    match &arguments.command {
        TopicsCommand::Plan(arguments) => plan(arguments, context).await,
        TopicsCommand::Apply(arguments) => apply(&arguments.which, context).await,
        TopicsCommand::Show(arguments) => show::run(arguments, context).await,
    }
}

async fn plan(arguments: &PlanArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let (count, plan, _) = arguments.which.plan(context).await?;
    let has_drift = plan.has_drift();
    let unreadable = plan.unreadable;
    let rows = plan.differences.into_iter().map(|difference| Row { difference, status: Status::Planned, error: None });
    print("topics plan", &rows.collect::<Vec<_>>(), &unreadable, count, context)?;
    if !unreadable.is_empty() {
        return Ok(INCOMPLETE);
    }
    Ok(if arguments.check && has_drift { Outcome::Findings } else { Outcome::Clean })
}

async fn apply(which: &TopicSelection, context: &mut Context) -> Result<Outcome, Failure> {
    let (count, plan, cluster) = which.plan(context).await?;
    let applied = cluster.kafka.admin().apply(&plan).await?;
    let row = |status| move |difference| Row { difference, status, error: None };
    let mut rows: Vec<_> = applied.done.into_iter().map(row(Status::Applied)).collect();
    rows.extend(applied.left.into_iter().map(row(Status::Unchanged)));
    let has_refused = !applied.failed.is_empty();
    for (difference, error) in applied.failed {
        let cause = std::error::Error::source(&error).map(|cause| format!(" ({cause})")).unwrap_or_default();
        rows.push(Row { difference, status: Status::Refused, error: Some(format!("{error}{cause}")) });
    }
    print("topics apply", &rows, &plan.unreadable, count, context)?;
    if !plan.unreadable.is_empty() {
        return Ok(INCOMPLETE);
    }
    Ok(if has_refused { Outcome::Findings } else { Outcome::Clean })
}

impl TopicSelection {
    /// The number of topics that are declared, and the differences.
    async fn plan(&self, context: &Context) -> Result<(usize, Plan, Cluster), Failure> {
        let schemas = self.schemas.read(context)?;
        let cluster = self.cluster.cluster()?;
        let mut topics: Vec<Topic> = Vec::new();
        for name in &self.names {
            let topic = schemas.require_declared(name, &cluster)?;
            if topics.iter().all(|known| known.name != topic.name) {
                topics.push(topic);
            }
        }
        if self.names.is_empty() {
            topics = schemas.topics();
        }
        let retries = |topic: &Topic| RetryTopics::after(topic.retry_delays.iter().copied()).of(topic);
        let retries: Vec<_> = topics.iter().flat_map(retries).collect();
        if self.dead_letters {
            let letters: Vec<_> = topics.iter().filter_map(|topic| DeadLetters::default().of(topic)).collect();
            topics.extend(letters);
        }
        topics.extend(retries);
        let mut plan = cluster.kafka.admin().plan(&topics).await?;
        if !self.names.is_empty() {
            // Who asks for some topics wants to hear of these.
            plan.differences.retain(|difference| !matches!(difference, Difference::Unknown { .. }));
        }
        Ok((topics.len(), plan, cluster))
    }
}

fn print(
    command: &str,
    rows: &[Row],
    unreadable: &[Unreadable],
    declared: usize,
    context: &mut Context,
) -> Result<(), Failure> {
    let summary = summary(rows, unreadable.len(), declared);
    match context.format {
        Format::Json => {
            let differences: Vec<Value> = rows.iter().map(to_json).collect();
            let drift = rows.iter().any(|row| row.difference.is_drift() && row.status != Status::Applied);
            let unread = |it: &Unreadable| json!({"topic": it.topic, "right": it.right, "message": it.to_string()});
            let unreadable: Vec<Value> = unreadable.iter().map(unread).collect();
            let document = json!({
                "command": command,
                "drift": drift,
                "differences": differences,
                "unreadable": unreadable,
                "summary": summary,
            });
            context.json(&document)?;
        }
        Format::Markdown => write_markdown(rows, unreadable, context)?,
        _ => {
            rows.iter().try_for_each(|row| write_row(row, &mut context.output))?;
            for unread in unreadable {
                write_line(UNREAD, AnsiColor::Red, &unread.to_string(), &mut context.output)?;
            }
        }
    }
    context.output.flush()?;
    say(summary);
    Ok(())
}

/// The word for what could not be read.
const UNREAD: &str = "unread";

fn summary(rows: &[Row], unreadable: usize, declared: usize) -> String {
    let number = |status: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| status(row)).count();
    let topics = count(declared, "declared topic");
    let unknown = number(&|row| !row.difference.is_drift());
    let unknown =
        if unknown == 0 { String::new() } else { format!(", and {unknown} of which no schema says anything") };
    let unread =
        if unreadable == 0 { String::new() } else { format!("; {unreadable} can't be read, or not all of it") };
    let unknown = unknown + &unread;
    if rows.iter().any(|row| row.status != Status::Planned) {
        let applied = number(&|row| row.status == Status::Applied);
        let unchanged = number(&|row| row.status == Status::Unchanged && row.difference.is_drift());
        let refused = number(&|row| row.status == Status::Refused);
        return format!("{topics}: {applied} done, {unchanged} left as they are, {refused} refused by Kafka{unknown}");
    }
    let applied = number(&|row| row.difference.is_applied());
    let left = number(&|row| row.difference.is_drift() && !row.difference.is_applied());
    if applied + left == 0 && unreadable > 0 {
        return format!("{topics}: no difference in what can be read{unknown}");
    }
    if applied + left == 0 {
        return format!("{topics}: the cluster is as declared{unknown}");
    }
    let left = if left == 0 { String::new() } else { format!(", {left} that somebody has to see to") };
    format!("{topics}: {} that `topics apply` makes good{left}{unknown}", count(applied, "difference"))
}

/// A line for a person: what it is, and what is done about it.
fn write_row(row: &Row, output: &mut dyn Write) -> io::Result<()> {
    let (word, color) = match row.status {
        Status::Applied => ("done", AnsiColor::Green),
        Status::Refused => ("refused", AnsiColor::Red),
        _ if row.difference.is_applied() => ("apply", AnsiColor::Yellow),
        _ if row.difference.is_drift() => ("see to", AnsiColor::Red),
        _ => ("unknown", AnsiColor::Blue),
    };
    let said = match row.status {
        // The wish is fulfilled: it is not said as one.
        Status::Applied => applied(&row.difference),
        _ => row.difference.to_string(),
    };
    write_line(word, color, &said, output)?;
    if let Some(error) = &row.error {
        writeln!(output, "{:WIDTH$} {}", "", line(error))?;
    }
    Ok(())
}

/// The width of the first word of a line.
const WIDTH: usize = 8;

fn write_line(word: &str, color: AnsiColor, said: &str, output: &mut dyn Write) -> io::Result<()> {
    let style: Style = color.on_default().bold();
    writeln!(output, "{style}{word:WIDTH$}{style:#} {}", line(said))
}

/// A difference after it was applied.
fn applied(difference: &Difference) -> String {
    match difference {
        Difference::Missing { topic, .. } => format!("topic `{topic}` is created"),
        Difference::Partitions { topic, declared, found } => {
            let warning = difference.warning().map(|warning| format!(": {warning}")).unwrap_or_default();
            format!("topic `{topic}` has {declared} partitions now, and had {found}{warning}")
        }
        Difference::Configuration { topic, property, declared, found } => {
            let had = found.as_ref().map(|found| format!(", and was {found}")).unwrap_or_default();
            format!("topic `{topic}`: `{property}` is {declared} now{had}")
        }
        other => other.to_string(),
    }
}

/// The kind of a difference, and what is declared and found.
fn columns(difference: &Difference) -> (&'static str, Option<String>, Option<String>) {
    match difference {
        Difference::Missing { .. } => ("missing", None, None),
        Difference::Partitions { declared, found, .. } => {
            ("partitions", Some(declared.to_string()), Some(found.to_string()))
        }
        Difference::Replicas { declared, found, .. } => {
            ("replicas", Some(declared.to_string()), Some(found.to_string()))
        }
        Difference::Configuration { declared, found, .. } => ("configuration", Some(declared.clone()), found.clone()),
        Difference::Undeclared { found, .. } => ("undeclared", None, Some(found.clone())),
        _ => ("unknown", None, None),
    }
}

fn property(difference: &Difference) -> Option<&str> {
    match difference {
        Difference::Configuration { property, .. } | Difference::Undeclared { property, .. } => Some(property),
        _ => None,
    }
}

fn status(row: &Row) -> &'static str {
    match row.status {
        Status::Planned if row.difference.is_applied() => "apply",
        Status::Planned | Status::Unchanged => "left",
        Status::Applied => "done",
        Status::Refused => "refused",
    }
}

fn to_json(row: &Row) -> Value {
    let (kind, declared, found) = columns(&row.difference);
    json!({
        "kind": kind,
        "topic": row.difference.topic(),
        "property": property(&row.difference),
        "declared": declared,
        "found": found,
        "drift": row.difference.is_drift(),
        "action": status(row),
        "warning": row.difference.warning(),
        "error": row.error,
        "message": row.difference.to_string(),
    })
}

fn write_markdown(rows: &[Row], unreadable: &[Unreadable], context: &mut Context) -> Result<(), Failure> {
    writeln!(context.output, "| topic | what | declared | found | action |\n|---|---|---|---|---|")?;
    for row in rows {
        let (kind, declared, found) = columns(&row.difference);
        let kind = property(&row.difference).map_or_else(|| kind.to_owned(), |property| format!("`{property}`"));
        let notes = [row.difference.warning(), row.error.as_deref()].into_iter().flatten();
        let action = std::iter::once(status(row)).chain(notes).collect::<Vec<_>>().join(": ");
        let cells = [row.difference.topic(), &kind, &declared.unwrap_or_default(), &found.unwrap_or_default(), &action]
            .map(cell);
        writeln!(context.output, "| {} |", cells.join(" | "))?;
    }
    for Unreadable { topic, right, .. } in unreadable {
        let needs = format!("needs the right `{right}`");
        writeln!(context.output, "| {} | {UNREAD} | | | {} |", cell(topic), cell(&needs))?;
    }
    Ok(())
}
