//! From bytes to batches of records, in bounded memory.

use std::io::{self, BufRead, Read};

use super::array;
use super::batch::{BatchSink, Ended, Shape};
use super::input::InputKind;

/// The bytes of a batch, unless its last record is longer.
const BATCH: usize = 1024 * 1024;

type Framed = io::Result<Result<(), Ended>>;

/// Divides a source into batches of records, and gives each away.
pub(super) fn frame(kind: InputKind, reader: &mut dyn BufRead, sink: &mut BatchSink<'_>) -> Framed {
    match kind {
        InputKind::Json => whole(Vec::new(), reader, sink),
        InputKind::Ndjson => lines(Vec::new(), reader, sink),
        InputKind::Array => array::items(sink, reader),
        InputKind::Auto => by_content(reader, sink),
    }
}

/// The first line decides: records in lines, where it alone is JSON and something comes after it.
fn by_content(reader: &mut dyn BufRead, sink: &mut BatchSink<'_>) -> Framed {
    let mut start = Vec::new();
    loop {
        let before = start.len();
        let limit = (sink.limit - before.min(sink.limit)) as u64;
        (&mut *reader).take(limit).read_until(b'\n', &mut start)?;
        if start.len() == before || start.get(before..).is_some_and(|line| !line.trim_ascii().is_empty()) {
            break;
        }
    }
    let alone = serde_json::from_slice::<serde::de::IgnoredAny>(&start).is_ok();
    if alone && !reader.fill_buf()?.is_empty() { lines(start, reader, sink) } else { whole(start, reader, sink) }
}

fn whole(start: Vec<u8>, reader: &mut dyn BufRead, sink: &mut BatchSink<'_>) -> Framed {
    let Some(mut bytes) = (sink.next)() else { return Ok(Err(Ended)) };
    bytes.extend(start);
    reader.take((sink.limit - bytes.len().min(sink.limit)) as u64 + 1).read_to_end(&mut bytes)?;
    let shape = if bytes.len() > sink.limit { Shape::TooLong } else { Shape::Whole };
    Ok(sink.give(bytes, shape))
}

fn lines(start: Vec<u8>, reader: &mut dyn BufRead, sink: &mut BatchSink<'_>) -> Framed {
    let mut rest = start;
    loop {
        let Some(mut bytes) = (sink.next)() else { return Ok(Err(Ended)) };
        bytes.append(&mut rest);
        let ended = fill(reader, &mut bytes, BATCH)?;
        if !ended && memchr::memrchr(b'\n', &bytes).is_none() {
            // A long line: the batch is that line, as far as it is read.
            let missing = (sink.limit - bytes.len().min(sink.limit)) as u64 + 1;
            reader.take(missing).read_until(b'\n', &mut bytes)?;
            if bytes.len() > sink.limit && bytes.last() != Some(&b'\n') {
                skip_line(reader)?;
                if sink.give(bytes, Shape::TooLong).is_err() {
                    return Ok(Err(Ended));
                }
                continue;
            }
        }
        if let Some(newline) = memchr::memrchr(b'\n', &bytes).filter(|_| !ended) {
            rest.extend_from_slice(&bytes[newline + 1..]);
            bytes.truncate(newline + 1);
        }
        if sink.give(bytes, Shape::Lines).is_err() {
            return Ok(Err(Ended));
        }
        if ended {
            return Ok(Ok(()));
        }
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
