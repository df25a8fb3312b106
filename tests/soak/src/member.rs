//! A member of the group: an app that notes what it handles.

use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use thoth_messaging::Kafka;
use thoth_messaging::app::{App, Context};

use crate::messages::{Outcome, Step};
use crate::steps::nanoseconds;

/// The keys of a partition that are handled at once, where keys are handled concurrently.
pub(crate) const KEYS_AT_ONCE: usize = 16;

#[derive(Args)]
pub(crate) struct Arguments {
    notes: PathBuf,
    /// It handles keys concurrently.
    #[arg(long)]
    per_key: bool,
    /// It replies to each step.
    #[arg(long)]
    replies: bool,
}

/// Where steps are noted.
struct Notes(File);

/// Runs until SIGTERM.
pub(crate) async fn run(kafka: &Kafka, arguments: &Arguments) -> Result<(), Box<dyn Error + Send + Sync>> {
    let file = File::options().append(true).create(true).open(&arguments.notes)?;
    let mut app = App::new(kafka).group("soak").state(Notes(file));
    app = if arguments.replies { app.handle(reply) } else { app.handle(note) };
    if arguments.per_key {
        app = app.per_key(KEYS_AT_ONCE);
    }
    let summary = app.run().await?;
    println!("member     {summary}");
    Ok(())
}

async fn note(step: Step, context: Context<Notes>) -> io::Result<()> {
    // One write, so that a process that is killed leaves whole lines, or none.
    let line = format!("{} {} {}\n", nanoseconds(), step.lane, step.number);
    (&context.state().0).write_all(line.as_bytes())
}

async fn reply(step: Step, context: Context<Notes>) -> io::Result<Outcome> {
    let outcome = Outcome { lane: step.lane.clone(), number: step.number };
    note(step, context).await.map(|()| outcome)
}
