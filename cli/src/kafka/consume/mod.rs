//! `consume`: what is on topics.

mod args;
mod group;
mod print;
mod select;
mod source;

use thoth_messaging::client::Record;

pub(crate) use args::ConsumeArgs;

use self::group::Member;
use self::print::Printer;
use self::select::Selection;
use self::source::{Records, Subject};
use super::declared::Declared;
use super::termination::Termination;
use crate::failure::Failure;
use crate::{Context, Outcome};

pub(super) async fn run(arguments: &ConsumeArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let cluster = arguments.cluster.cluster()?;
    let selection = arguments.selection()?;
    let declared = if arguments.unchecked { Declared::default() } else { arguments.schemas.read(context)? };
    let subjects = arguments.subjects(&declared, &cluster)?;
    let mut printer = Printer::new(arguments.form(context.format), arguments.show_sensitive);
    let mut records = match &arguments.group {
        Some(group) => Records::Member(Box::new(Member::new(group, &subjects, arguments.follow, &cluster)?)),
        None => Records::browse(&subjects, arguments, &cluster).await?,
    };
    let ended = print(&mut records, &subjects, &selection, arguments.max, &mut printer, context).await;
    // What was printed is committed, whatever ended it.
    let closed = records.close().await;
    ended?;
    closed?;
    let has_invalid = printer.finish(!arguments.unchecked);
    Ok(if has_invalid && arguments.strict { Outcome::Findings } else { Outcome::Clean })
}

/// Prints records to the end, until it is asked to end, or to as many as are wanted.
async fn print(
    records: &mut Records,
    subjects: &[Subject],
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
        show(&record, subjects, selection, printer, context)?;
        record.ack();
    }
    Ok(())
}

/// Shows a record, where it is asked for.
fn show(
    record: &Record,
    subjects: &[Subject],
    selection: &Selection,
    printer: &mut Printer,
    context: &mut Context,
) -> Result<(), Failure> {
    let Some(subject) = subjects.iter().find(|subject| subject.topic == record.topic()) else { return Ok(()) };
    let checked = match (&subject.ty, record.payload()) {
        (Some(ty), Some(payload)) => match ty.check(payload) {
            Ok(kind) if !ty.wants(kind) => return Ok(()),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        },
        _ => Ok(()),
    };
    if !selection.takes(record) {
        return Ok(());
    }
    printer.print(record, checked.err().as_ref(), subject, context)
}
