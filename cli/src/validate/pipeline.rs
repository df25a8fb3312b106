//! Batches through the threads that check them, and back in order.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::{panic, thread};

use thoth_messaging::dynamic::Checker;

use super::batch::{Batch, BatchSink, Shape};
use super::frame::frame;
use super::input::{InputKind, Source};
use super::summary::Summary;
use super::violation::{Violation, lines, no_array, of_record, too_long};
use crate::failure::Failure;

/// The settings of a pipeline.
pub(super) struct Pipeline<'p> {
    pub(super) checker: &'p Checker,
    pub(super) kind: InputKind,
    pub(super) limit: usize,
    /// The number of threads that check records; as many as the machine runs at once where it is none.
    pub(super) threads: Option<NonZero<usize>>,
    /// Is told of every byte that is read from disk.
    pub(super) read: &'p (dyn Fn(u64) + Sync),
}

/// A batch on its way: its number, and the source that it is of.
struct Job {
    number: u64,
    source: usize,
    batch: Batch,
}

/// A batch that was checked.
struct Checked {
    source: usize,
    records: u64,
    invalid: u64,
    lines: u64,
    length: u64,
    violations: Vec<Violation>,
    /// The bytes, to be filled again.
    buffer: Vec<u8>,
}

impl Pipeline<'_> {
    /// Checks all records; the violations come in the order of the sources and of the records in them. `sink` says whether
    /// it takes more. The failures are those of sources that can't be read.
    pub(super) fn run(&self, sources: &[Source], sink: &mut dyn FnMut(Violation) -> bool) -> (Summary, Vec<Failure>) {
        let threads = self.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get);
        let (jobs, open) = sync_channel::<Job>(threads);
        let (results, checked) = channel();
        let (buffers, free) = channel();
        // Only so many batches are anywhere at a time: that bounds the memory.
        (0..threads * 2 + 2).for_each(|_| drop(buffers.send(Vec::new())));
        // It is gone with the last thread that takes jobs from it, and the reader learns so.
        let open = Arc::new(Mutex::new(open));
        thread::scope(|scope| {
            let reader = scope.spawn(move || self.read_all(sources, &jobs, &free));
            for _ in 0..threads {
                let (results, open) = (results.clone(), Arc::clone(&open));
                scope.spawn(move || self.check_all(&open, &results));
            }
            drop((results, open));
            let summary = collect(sources, checked, &buffers, sink);
            // The reader waits for a buffer no longer.
            drop(buffers);
            (summary, reader.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)))
        })
    }

    /// Reads all sources. Those that can't be read, or not to their end, hide nothing of the others.
    fn read_all(&self, sources: &[Source], jobs: &SyncSender<Job>, free: &Receiver<Vec<u8>>) -> Vec<Failure> {
        let mut number = 0;
        let mut failures = Vec::new();
        // Buffers that are being filled, and in the place of those that were lost with a source.
        let (filled, spare) = (Cell::new(0_usize), Cell::new(0_usize));
        let mut next = || {
            let buffer = match spare.get().checked_sub(1) {
                Some(left) => {
                    spare.set(left);
                    Some(Vec::new())
                }
                None => free.recv().ok(),
            };
            filled.set(filled.get() + 1);
            buffer
        };
        for (index, source) in sources.iter().enumerate() {
            let mut give = |batch| {
                number += 1;
                filled.set(filled.get().saturating_sub(1));
                jobs.send(Job { number: number - 1, source: index, batch }).is_ok()
            };
            let mut sink = BatchSink { limit: self.limit, next: &mut next, give: &mut give };
            let by_name = self.kind == InputKind::Auto;
            let kind = if by_name { source.kind() } else { self.kind };
            let framed = if let Some(refusal) = source.refusal().filter(|_| by_name) {
                Err(refusal)
            } else {
                let framed = source.open(self.read).and_then(|mut reader| frame(kind, &mut reader, &mut sink));
                framed.map_err(|error| source.unreadable(&error))
            };
            match framed {
                Ok(Ok(())) => {}
                Ok(Err(_)) => break,
                Err(failure) => {
                    failures.push(failure);
                    spare.set(spare.get() + filled.take());
                }
            }
        }
        failures
    }

    fn check_all(&self, open: &Mutex<Receiver<Job>>, results: &Sender<(u64, Checked)>) {
        loop {
            let job = open.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = job else { return };
            if results.send((job.number, self.check(job))).is_err() {
                return;
            }
        }
    }

    fn check(&self, job: Job) -> Checked {
        let Batch { bytes, shape, line, column } = job.batch;
        let mut checked = Checked {
            source: job.source,
            records: 0,
            invalid: 0,
            lines: match shape {
                Shape::Lines => lines(&bytes),
                Shape::TooLong => 1,
                Shape::Whole | Shape::NoArray => 0,
            },
            length: bytes.len() as u64,
            violations: Vec::new(),
            buffer: Vec::new(),
        };
        match shape {
            Shape::Lines => {
                let mut start = 0;
                let ends = memchr::memchr_iter(b'\n', &bytes).chain([bytes.len()]);
                for (number, end) in (1..).zip(ends) {
                    let line = bytes.get(start..end).unwrap_or_default().trim_ascii_end();
                    start = end + 1;
                    if !line.is_empty() {
                        self.record(line, (number, 1), &mut checked);
                    }
                }
            }
            Shape::Whole => self.record(&bytes, (line, column), &mut checked),
            Shape::TooLong => checked.refuse(vec![too_long(self.limit)], (line, column)),
            Shape::NoArray => checked.refuse(vec![no_array()], (line, column)),
        }
        checked.buffer = bytes;
        checked
    }

    fn record(&self, text: &[u8], start: (u64, u64), checked: &mut Checked) {
        if text.len() > self.limit {
            return checked.refuse(vec![too_long(self.limit)], start);
        }
        match self.checker.check(text) {
            Ok(()) => checked.records += 1,
            Err(error) => checked.refuse(of_record(text, &error, self.kind), start),
        }
    }
}

impl Checked {
    /// Counts a record that starts at a line and a column, and is not valid.
    fn refuse(&mut self, violations: Vec<Violation>, (line, column): (u64, u64)) {
        self.records += 1;
        self.invalid += 1;
        for mut violation in violations {
            if violation.line == 1 {
                violation.column += column - 1;
            }
            violation.line += line - 1;
            violation.record = self.records;
            self.violations.push(violation);
        }
    }
}

/// Brings the batches back in order, and gives away what was found.
fn collect(
    sources: &[Source],
    checked: Receiver<(u64, Checked)>,
    buffers: &Sender<Vec<u8>>,
    sink: &mut dyn FnMut(Violation) -> bool,
) -> Summary {
    let mut waiting = BTreeMap::new();
    let (mut next, mut source, mut lines_before, mut records_before) = (0, 0, 0, 0);
    let mut summary = Summary { sources: sources.len() as u64, ..Summary::default() };
    for (number, result) in checked {
        waiting.insert(number, result);
        while let Some(result) = waiting.remove(&next) {
            next += 1;
            if result.source != source {
                (source, lines_before, records_before) = (result.source, 0, 0);
            }
            let name = sources.get(source).map(Source::name).unwrap_or_default();
            let (mut record, mut invalid) = (0, 0);
            for mut violation in result.violations {
                invalid += u64::from(violation.record != record);
                record = violation.record;
                violation.source.clone_from(&name);
                violation.line += lines_before;
                violation.record += records_before;
                if !sink(violation) {
                    // The threads end where nobody takes what they give.
                    summary.records += record;
                    summary.invalid += invalid;
                    return summary;
                }
            }
            lines_before += result.lines;
            records_before += result.records;
            summary.records += result.records;
            summary.invalid += result.invalid;
            summary.bytes += result.length;
            let mut buffer = result.buffer;
            buffer.clear();
            // The reader is gone where it read all.
            let _ = buffers.send(buffer);
        }
    }
    summary
}
