//! `validate`: payloads against a schema, in parallel and in bounded memory.

mod array;
mod command;
mod frame;
mod input;
mod pipeline;
mod schema;
mod violation;

use std::num::NonZero;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

#[cfg(feature = "kafka")]
pub(crate) use command::line as line_of;
pub(crate) use command::{ValidateArgs, note_terminal, run as run_command};
pub(crate) use input::{InputKind, Source, discover};
pub(crate) use schema::Target;
pub(crate) use violation::{Violation, encoding};
#[cfg(feature = "kafka")]
pub(crate) use violation::{of_record, too_long};

use crate::failure::Failure;
use crate::report::count;
use pipeline::Pipeline;

/// A record may have this many bytes where nothing else is asked for: 64 MiB.
pub(crate) const MAX_BYTES: NonZero<usize> = NonZero::new(64 * 1024 * 1024).unwrap();

/// What to check, and against what.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) target: Target,
    /// Files, folders, globs, or `-` for standard input.
    pub(crate) inputs: Vec<String>,
    pub(crate) kind: InputKind,
    /// Whether `format` refuses values.
    pub(crate) formats: bool,
    /// How many bytes a record may have; a longer one is a violation.
    pub(crate) limit: usize,
    /// How many threads check; as many as the machine runs at once where it is none.
    pub(crate) threads: Option<NonZero<usize>>,
    /// Whether a person is told on standard error how far it is.
    pub(crate) progress: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) sources: u64,
    pub(crate) records: u64,
    /// Records with violations.
    pub(crate) invalid: u64,
    /// Decompressed.
    pub(crate) bytes: u64,
    pub(crate) duration: Duration,
}

impl Summary {
    /// What it came to, in a line. The same input gives the same line.
    pub(crate) fn text(&self) -> String {
        let records = count(self.records, "record");
        let Self { records: all, invalid, .. } = self;
        let nothing = if *all == 0 { ": there was nothing to check" } else { "" };
        format!("{records}: {} valid, {invalid} invalid{nothing}", all - invalid)
    }

    /// How fast it was, where there was enough to tell.
    #[expect(clippy::cast_precision_loss, reason = "it is shown in MB, with one decimal")]
    pub(crate) fn rate(&self) -> Option<String> {
        let (megabytes, seconds) = (self.bytes as f64 / 1e6, self.duration.as_secs_f64());
        let rate = megabytes / seconds.max(1e-9);
        (self.bytes >= 1_000_000).then(|| format!("{megabytes:.1} MB in {seconds:.2} s, {rate:.0} MB/s"))
    }
}

/// Checks every record of a request. `sink` gets the violations, in the order of the inputs and of the records in them,
/// and says whether it takes more: where it does not, that is the end.
///
/// # Errors
///
/// [`Failure`] where the schema can't be used or an input can't be read; what was found before went to `sink`.
pub(crate) fn run(request: &Request, sink: &mut dyn FnMut(Violation) -> bool) -> Result<Summary, Failure> {
    let start = Instant::now();
    let checker = schema::checker(&request.target, request.formats)?;
    let sources = discover(&request.inputs)?;
    let bar = progress(request.progress, &sources);
    let read = |bytes| bar.inc(bytes);
    let pipeline =
        Pipeline { checker: &checker, kind: request.kind, limit: request.limit, threads: request.threads, read: &read };
    let summary = pipeline.run(&sources, &mut |violation| bar.suspend(|| sink(violation)));
    bar.finish_and_clear();
    summary.map(|summary| Summary { duration: start.elapsed(), ..summary })
}

/// A bar over the bytes on disk, for a person; hidden where standard error is no terminal.
fn progress(shown: bool, sources: &[Source]) -> ProgressBar {
    if !shown {
        return ProgressBar::hidden();
    }
    let Some(total) = sources.iter().map(Source::size).sum::<Option<u64>>() else {
        let style = ProgressStyle::with_template("{spinner} {decimal_bytes} {decimal_bytes_per_sec}");
        return ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    };
    let style =
        ProgressStyle::with_template("{bar:40} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
