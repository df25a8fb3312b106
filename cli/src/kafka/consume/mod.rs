//! `consume` and `tail`: the messages on topics.

mod args;
mod group;
mod print;
mod selection;
mod source;
mod topic;

use thoth_messaging::DecodeError;
use thoth_messaging::client::Record;

use args::Request;
pub(crate) use args::{ConsumeArgs, TailArgs};

use self::group::Member;
use self::print::{Printer, Read};
use self::selection::Selection;
use self::source::Records;
use self::topic::ConsumedTopic;
use super::schemas::Schemas;
use super::termination::Termination;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::stderr::say;

pub(super) async fn run(arguments: &ConsumeArgs, context: &mut Context) -> Result<Outcome, Failure> {
    consume(&arguments.request(), context).await
}

pub(super) async fn tail(arguments: &TailArgs, context: &mut Context) -> Result<Outcome, Failure> {
    consume(&arguments.request(), context).await
}

async fn consume(request: &Request<'_>, context: &mut Context) -> Result<Outcome, Failure> {
    let read = request.read;
    let cluster = read.cluster.cluster()?;
    let selection = read.selection()?;
    let schemas = if read.unchecked { Schemas::default() } else { read.schemas.read(context)? };
    let topics = read.topics(&schemas, &cluster)?;
    note_undeclared(&selection, &topics);
    let mut printer = Printer::new(request.form(context.format), read.show_sensitive);
    let mut records = match request.group {
        Some(group) => Records::Member(Box::new(Member::new(group, &topics, request.follow, &cluster)?)),
        None => Records::read(&topics, request, &cluster).await?,
    };
    let ended = print(&mut records, &topics, &selection, read.max, &mut printer, context).await;
    // What was printed is committed, whatever ended it.
    let closed = records.close().await;
    ended?;
    closed?;
    let has_invalid = printer.finish(!read.unchecked);
    Ok(if has_invalid && request.strict { Outcome::Findings } else { Outcome::Clean })
}

/// Says of a filter that no schema is about its place: a slip, or a member that nobody declared.
fn note_undeclared(selection: &Selection, topics: &[ConsumedTopic]) {
    let is_known = |topic: &ConsumedTopic, pointer| topic.schema.as_ref().is_none_or(|schema| schema.declares(pointer));
    for pointer in selection.pointers().filter(|pointer| !topics.iter().any(|topic| is_known(topic, pointer))) {
        say(format!("no schema of these topics says anything of `{pointer}`: look for a slip in `--filter`"));
    }
}

/// Prints records to the end, until it is asked to end, or to as many as are wanted.
async fn print(
    records: &mut Records,
    topics: &[ConsumedTopic],
    selection: &Selection,
    max: Option<u64>,
    printer: &mut Printer,
    context: &mut Context,
) -> Result<(), Failure> {
    let mut stop = Termination::new()?;
    while max.is_none_or(|max| printer.printed < max) {
        let record = tokio::select! {
            biased;
            _ = stop.wait() => {
                printer.is_quiet = true;
                return Ok(());
            }
            record = records.next() => record?,
        };
        let Some(record) = record else { return Ok(()) };
        show(&record, topics, selection, printer, context)?;
        record.ack();
    }
    Ok(())
}

/// Shows a record, where it is asked for.
fn show(
    record: &Record,
    topics: &[ConsumedTopic],
    selection: &Selection,
    printer: &mut Printer,
    context: &mut Context,
) -> Result<(), Failure> {
    let Some(topic) = topics.iter().find(|topic| topic.name == record.topic()) else { return Ok(()) };
    let checked = match (&topic.schema, record.unframed()) {
        (Some(schema), Ok(Some(payload))) => match schema.check(payload) {
            Ok(message) if !schema.wants(message) => return Ok(()),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        },
        (Some(schema), Err(reason)) => Err(DecodeError::Frame { message: schema.name.clone(), reason }),
        _ => Ok(()),
    };
    if !selection.takes(record) {
        return Ok(());
    }
    printer.print(&Read { record, error: checked.err().as_ref(), schema: topic.schema.as_ref() }, context)
}
