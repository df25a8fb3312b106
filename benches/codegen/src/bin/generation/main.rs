//! How long it takes to generate types for the corpora, and to compile what is generated, beside typify:
//!
//! ```text
//! cargo run --release -p bench --features typify --bin generation
//! ```
//!
//! typify reads one document, so each corpus is bundled for it: each file is a definition, each `$ref` leads to one.
//! Where it can't do the whole bundle, it gets the events that it can do alone, with what they refer to; the others are
//! counted, and their errors listed. This project gets the files as they are, without those that it refuses.
//!
//! What is generated becomes a small crate of its own below `thoth-messaging-bench` in the temporary folder, which stays
//! there. Its dependencies are built first; what is timed is the crate alone, in the profile `dev`.

mod bundle;
mod compile;
mod typify;

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cases::WithoutErrors;
use corpora::{LAYOUTS, Layout, folder};
use thoth_messaging_codegen::{Options, SchemaSet, generate};

use compile::{Crate, Needs};

/// How often a generation is timed; the least time counts.
const ROUNDS: usize = 3;

/// The corpora that are measured.
const MEASURED: [&str; 2] = ["cdevents", "github-webhooks"];

/// What a generator makes of a corpus.
struct Generated {
    name: &'static str,
    /// Events that there are types for.
    events: usize,
    time: Duration,
    /// Files by their path below `src`, the Rust file first.
    files: Vec<(String, String)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let named = env::var_os("CORPORA_DIR").map(PathBuf::from);
    let Some(corpora) = named.or_else(|| folder().map(Path::to_owned)) else {
        println!("skipped: no corpora (see CORPORA_DIR)");
        return Ok(());
    };
    let mut rows = Vec::new();
    for layout in LAYOUTS.iter().filter(|layout| MEASURED.contains(&layout.name)) {
        let set = layout.read(&corpora)?;
        let events = events(layout, &set).count();
        for (generated, needs) in
            [(own(layout, &set), compile::OWN), (typify::generate(layout, &set)?, compile::TYPIFY)]
        {
            rows.push(row(layout.name, &generated, needs, events)?);
        }
    }
    println!("{:35}{:>14}{:>12}{:>10}{:>12}{:>12}", "", "events", "generate, s", "lines", "check, s", "build, s");
    println!("{}", rows.join("\n"));
    Ok(())
}

/// Compiles what was generated, and says how long all of it took.
fn row(corpus: &str, generated: &Generated, needs: Needs, events: usize) -> Result<String, Box<dyn Error>> {
    let Generated { name, events: done, time, files } = generated;
    let lines = files.first().map_or(0, |(_, text)| text.lines().count());
    let times = Crate::write(corpus, needs, files)?.times()?;
    let [check, build] = [times.check, times.build].map(|time| time.map_or("fails".to_owned(), seconds));
    let time = seconds(*time);
    Ok(format!("{corpus:17}{name:18}{done:>5} of {events:<5}{time:>12}{lines:>10}{check:>12}{build:>12}"))
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// The files of a set that are events.
fn events<'a>(layout: &Layout, set: &'a SchemaSet) -> impl Iterator<Item = &'a str> {
    set.iter().filter(|(_, file)| layout.topic(&file.origin).is_some()).map(|(name, _)| name)
}

/// Returns what this project makes of a corpus.
fn own(layout: &Layout, set: &SchemaSet) -> Generated {
    let outcome = WithoutErrors::of(set.clone());
    if !outcome.refused.is_empty() {
        println!("{}: this project refuses {} files", layout.name, outcome.refused.len());
    }
    let (time, files) = timed(|| generate(&outcome.schemas, &Options::default()).files);
    let files = files.into_iter().map(|file| (file.path, file.text)).collect();
    Generated { name: "thoth-messaging", events: events(layout, &outcome.schemas).count(), time, files }
}

/// The least time of several, and what came of it.
fn timed<T>(work: impl Fn() -> T) -> (Duration, T) {
    let once = || {
        let start = Instant::now();
        let made = work();
        (start.elapsed(), made)
    };
    (1..ROUNDS).map(|_| once()).fold(once(), |best, other| if other.0 < best.0 { other } else { best })
}
