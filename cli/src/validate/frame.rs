//! From bytes to batches of records, in bounded memory.

use std::io::{self, BufRead, Read};

use super::input::InputKind;

/// How many bytes a batch has, where its last record is not longer.
const BATCH: usize = 1024 * 1024;

/// Some records of one source.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) bytes: Vec<u8>,
    pub(super) shape: Shape,
    /// Where the batch starts, where lines don't say so.
    pub(super) line: u64,
    pub(super) column: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    /// A record in each line.
    #[default]
    Lines,
    /// One record.
    Whole,
    /// One record, of which there is more than is read.
    TooLong,
    /// No record: what stands around the items of an array is not JSON.
    NoArray,
}

/// Divides what a source holds into batches, and gives each away; `next` gives room for one, or ends it all.
pub(super) struct Framer<'f> {
    pub(super) limit: usize,
    pub(super) next: &'f mut dyn FnMut() -> Option<Vec<u8>>,
    pub(super) give: &'f mut dyn FnMut(Batch) -> bool,
}

/// Whoever takes the batches takes no more.
pub(super) struct Ended;

type Framed = io::Result<Result<(), Ended>>;

impl Framer<'_> {
    pub(super) fn run(&mut self, kind: InputKind, reader: &mut dyn BufRead) -> Framed {
        match kind {
            InputKind::Json => self.whole(Vec::new(), reader),
            InputKind::Ndjson => self.lines(Vec::new(), reader),
            InputKind::Array => super::array::items(self, reader),
            InputKind::Auto => self.by_content(reader),
        }
    }

    /// The first line decides: records in lines, where it alone is JSON and something comes after it.
    fn by_content(&mut self, reader: &mut dyn BufRead) -> Framed {
        let mut start = Vec::new();
        loop {
            let before = start.len();
            let limit = (self.limit - before.min(self.limit)) as u64;
            (&mut *reader).take(limit).read_until(b'\n', &mut start)?;
            if start.len() == before || start.get(before..).is_some_and(|line| !line.trim_ascii().is_empty()) {
                break;
            }
        }
        let alone = serde_json::from_slice::<serde::de::IgnoredAny>(&start).is_ok();
        if alone && !reader.fill_buf()?.is_empty() { self.lines(start, reader) } else { self.whole(start, reader) }
    }

    fn whole(&mut self, start: Vec<u8>, reader: &mut dyn BufRead) -> Framed {
        let Some(mut bytes) = (self.next)() else { return Ok(Err(Ended)) };
        bytes.extend(start);
        reader.take((self.limit - bytes.len().min(self.limit)) as u64 + 1).read_to_end(&mut bytes)?;
        let shape = if bytes.len() > self.limit { Shape::TooLong } else { Shape::Whole };
        Ok(self.give(bytes, shape))
    }

    fn lines(&mut self, start: Vec<u8>, reader: &mut dyn BufRead) -> Framed {
        let mut rest = start;
        loop {
            let Some(mut bytes) = (self.next)() else { return Ok(Err(Ended)) };
            bytes.append(&mut rest);
            let ended = fill(reader, &mut bytes, BATCH)?;
            if !ended && memchr::memrchr(b'\n', &bytes).is_none() {
                // A long line: the batch is that line, as far as it is read.
                let missing = (self.limit - bytes.len().min(self.limit)) as u64 + 1;
                reader.take(missing).read_until(b'\n', &mut bytes)?;
                if bytes.len() > self.limit && bytes.last() != Some(&b'\n') {
                    skip_line(reader)?;
                    if self.give(bytes, Shape::TooLong).is_err() {
                        return Ok(Err(Ended));
                    }
                    continue;
                }
            }
            if let Some(newline) = memchr::memrchr(b'\n', &bytes).filter(|_| !ended) {
                rest.extend_from_slice(&bytes[newline + 1..]);
                bytes.truncate(newline + 1);
            }
            if self.give(bytes, Shape::Lines).is_err() {
                return Ok(Err(Ended));
            }
            if ended {
                return Ok(Ok(()));
            }
        }
    }

    fn give(&mut self, bytes: Vec<u8>, shape: Shape) -> Result<(), Ended> {
        let batch = Batch { bytes, shape, line: 1, column: 1 };
        if (self.give)(batch) { Ok(()) } else { Err(Ended) }
    }
}

/// Reads until there is as much as is wanted: whether the input ended before.
fn fill(reader: &mut dyn BufRead, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<bool> {
    let missing = wanted.saturating_sub(bytes.len()).max(1) as u64;
    let read = reader.take(missing).read_to_end(bytes)?;
    Ok((read as u64) < missing)
}

fn skip_line(reader: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let (read, done) = match memchr::memchr(b'\n', buffer) {
            Some(newline) => (newline + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        reader.consume(read);
        if done {
            return Ok(());
        }
    }
}
