//! One run of `validate`: inputs, their progress, and the pipeline between them.

use std::num::NonZero;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use thoth_messaging::dynamic::Checker;

use super::input::{InputKind, Source, discover};
use super::pipeline::Pipeline;
use super::summary::Summary;
use super::violation::Violation;
use crate::failure::Failure;

/// The default limit of the bytes of a record: 64 MiB.
pub(crate) const MAX_BYTES: NonZero<usize> = NonZero::new(64 * 1024 * 1024).unwrap();

/// The inputs to check, and how.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Files, folders, globs, or `-` for standard input.
    pub(super) inputs: Vec<String>,
    pub(super) kind: InputKind,
    /// The most bytes that a record may have; a longer one is a violation.
    pub(super) limit: usize,
    /// The number of threads that check; as many as the machine runs at once where it is none.
    pub(super) threads: Option<NonZero<usize>>,
    /// Set if standard error shows the progress.
    pub(super) progress: bool,
}

/// Checks every record of a request. `sink` gets the violations, in the order of the inputs and of the records in them,
/// and says whether it takes more: where it does not, that is the end.
///
/// With the failures of inputs that can't be read, or not to their end.
///
/// # Errors
///
/// [`Failure`] where the inputs can't be found.
pub(super) fn run(
    checker: &Checker,
    request: &Request,
    sink: &mut dyn FnMut(Violation) -> bool,
) -> Result<(Summary, Vec<Failure>), Failure> {
    let start = Instant::now();
    let sources = discover(&request.inputs)?;
    let bar = progress(request.progress, &sources);
    let read = |bytes| bar.inc(bytes);
    let pipeline =
        Pipeline { checker, kind: request.kind, limit: request.limit, threads: request.threads, read: &read };
    let (summary, failures) = pipeline.run(&sources, &mut |violation| bar.suspend(|| sink(violation)));
    bar.finish_and_clear();
    Ok((Summary { duration: start.elapsed(), ..summary }, failures))
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
