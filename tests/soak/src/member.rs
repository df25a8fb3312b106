//! A member of the group: an app that notes what it handles.

use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use thoth_messaging::Kafka;
use thoth_messaging::app::{App, Context};

use crate::messages::Step;
use crate::steps::nanoseconds;

/// Where steps are noted.
struct Notes(File);

/// Runs until SIGTERM.
pub(crate) async fn run(kafka: &Kafka, notes: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    let file = File::options().append(true).create(true).open(notes)?;
    let app = App::new(kafka).group("soak").state(Notes(file)).handle(on_step);
    let summary = app.run().await?;
    println!("member     {summary}");
    Ok(())
}

async fn on_step(step: Step, context: Context<Notes>) -> io::Result<()> {
    // One write, so that a process that is killed leaves whole lines, or none.
    let line = format!("{} {} {}\n", nanoseconds(), step.lane, step.number);
    (&context.state().0).write_all(line.as_bytes())
}
