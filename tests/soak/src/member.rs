//! A member of the group: an app that notes what it handles.

use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use thoth_messaging::Kafka;
use thoth_messaging::app::{App, Batch, Context, RetryTopics, State};
use tracing_subscriber::filter::LevelFilter;

use crate::messages::{Outcome, Step};
use crate::steps::{fails_first, nanoseconds};

/// The keys of a partition that are handled at once, where keys are handled concurrently.
pub(crate) const KEYS_AT_ONCE: usize = 16;

#[derive(Args)]
pub(crate) struct Arguments {
    notes: PathBuf,
    #[arg(default_value = "single")]
    handlers: Handlers,
    /// It handles keys concurrently.
    #[arg(long)]
    per_key: bool,
}

/// Where steps are noted.
struct Notes(File);

/// The handlers of a member.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Handlers {
    /// Each step alone.
    Single,
    /// Steps in batches.
    Batches,
    /// Each step alone; the first attempt at one in ten fails, and it goes to a retry topic.
    RetryTopics,
    /// Each step alone, with a reply, at least once.
    Replies,
}

impl Handlers {
    /// The word of the command line.
    pub(crate) fn word(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The retry topics of the members.
    pub(crate) fn retry_topics(self) -> RetryTopics {
        match self {
            Self::RetryTopics => RetryTopics::after([Duration::from_secs(1), Duration::from_secs(2)]),
            Self::Single | Self::Batches | Self::Replies => RetryTopics::none(),
        }
    }
}

/// Runs until SIGTERM.
pub(crate) async fn run(kafka: &Kafka, arguments: &Arguments) -> Result<(), Box<dyn Error + Send + Sync>> {
    tracing_subscriber::fmt().with_max_level(LevelFilter::ERROR).with_writer(io::stderr).init();
    let file = File::options().append(true).create(true).open(&arguments.notes)?;
    let handlers = arguments.handlers;
    let mut app = App::new(kafka).group("soak").state(Notes(file)).retry_topics(handlers.retry_topics());
    app = match handlers {
        Handlers::Single => app.handle(on_step),
        Handlers::Batches => app.handle_batch(Batch::default(), on_steps),
        Handlers::RetryTopics => app.handle(on_failing_step),
        Handlers::Replies => app.handle(reply),
    };
    if arguments.per_key {
        app = app.per_key(KEYS_AT_ONCE);
    }
    let summary = app.run().await?;
    println!("member     {summary}");
    Ok(())
}

async fn on_step(step: Step, State(notes): State<Notes>) -> io::Result<()> {
    note(&notes, &[step])
}

async fn on_steps(steps: Vec<Step>, State(notes): State<Notes>) -> io::Result<()> {
    note(&notes, &steps)
}

async fn on_failing_step(step: Step, context: Context<Notes>) -> io::Result<()> {
    if fails_first(&step) && context.attempt() == 1 {
        return Err(io::Error::other("the first attempt fails"));
    }
    note(context.state(), &[step])
}

fn note(notes: &Notes, steps: &[Step]) -> io::Result<()> {
    let line = |step: &Step| format!("{} {} {}\n", nanoseconds(), step.lane, step.number);
    let lines: String = steps.iter().map(line).collect();
    // One write, so that a process that is killed leaves whole lines, or none.
    (&notes.0).write_all(lines.as_bytes())
}

async fn reply(step: Step, State(notes): State<Notes>) -> io::Result<Outcome> {
    let outcome = Outcome { lane: step.lane.clone(), number: step.number };
    note(&notes, &[step]).map(|()| outcome)
}
