//! The messages that are to be sent, one after the other.

use std::io::{BufRead, Read};

use thoth_messaging::Topic;
use tokio::sync::mpsc;

use super::destination::Destination;
use super::item::Item;
use super::tally::Tally;
use crate::context::Context;
use crate::failure::Failure;
use crate::validate::{MAX_BYTES, Source};

/// The number of lines that are read ahead.
const AHEAD: usize = 64;

/// The messages that are to be sent.
pub(super) enum Input {
    /// Few, all there.
    Items(Vec<Item>),
    /// The lines of a file or of standard input, or the whole of it.
    Lines { source: Source, whole: bool, destination: Destination },
}

/// A line that was read.
pub(super) enum Line {
    Item(Item),
    /// One that is longer than is read: the file and its number.
    TooLong(String, u64),
}

/// The bytes of a line, or of a whole file.
#[derive(Debug, PartialEq, Eq)]
enum RawLine {
    Text(Vec<u8>),
    TooLong,
}

impl Input {
    /// The topics that it is for, each once.
    pub(super) fn topics(&self) -> Vec<Topic> {
        let all: Vec<_> = match self {
            Self::Items(items) => items.iter().map(|item| &item.destination.topic).collect(),
            Self::Lines { destination, .. } => vec![&destination.topic],
        };
        let mut topics: Vec<Topic> = Vec::new();
        for topic in all {
            if topics.iter().all(|known| known.name != topic.name) {
                topics.push(topic.clone());
            }
        }
        topics
    }

    /// Checks all of it, and sends nothing.
    pub(super) async fn check(&self, tally: &mut Tally, context: &mut Context) -> Result<(), Failure> {
        match self {
            Self::Items(items) => items.iter().try_for_each(|item| tally.check(item, context).map(drop)),
            Self::Lines { source, whole, destination } => {
                let mut lines = lines(source.clone(), *whole, destination.clone());
                while let Some(line) = lines.recv().await {
                    match line? {
                        Line::Item(item) => drop(tally.check(&item, context)?),
                        Line::TooLong(source, line) => tally.too_long(&source, line, context)?,
                    }
                }
                Ok(())
            }
        }
    }

    /// The messages, read on a thread, so that what is sent does not wait for the next line.
    pub(super) fn into_items(self) -> mpsc::Receiver<Result<Line, Failure>> {
        match self {
            Self::Lines { source, whole, destination } => lines(source, whole, destination),
            Self::Items(items) => {
                let (give, take) = mpsc::channel(items.len().max(1));
                for item in items {
                    // There is room for all of them.
                    let _ = give.try_send(Ok(Line::Item(item)));
                }
                take
            }
        }
    }
}

fn lines(source: Source, whole: bool, destination: Destination) -> mpsc::Receiver<Result<Line, Failure>> {
    let (give, take) = mpsc::channel(AHEAD);
    std::thread::spawn(move || {
        let name = source.name();
        let mut number = 0;
        let mut read = || -> std::io::Result<()> {
            let mut reader = source.open(|_| {})?;
            while let Some(line) = next_line(&mut reader, whole)? {
                number += 1;
                let read = match line {
                    RawLine::TooLong => Line::TooLong(name.clone(), number),
                    // An empty line is nothing.
                    RawLine::Text(line) if line.trim_ascii().is_empty() => continue,
                    RawLine::Text(line) => Line::Item(Item {
                        source: name.clone(),
                        number: if whole { 0 } else { number },
                        destination: destination.clone(),
                        payload: Some(line),
                    }),
                };
                if give.blocking_send(Ok(read)).is_err() {
                    return Ok(());
                }
            }
            Ok(())
        };
        if let Err(error) = read() {
            let _ = give.blocking_send(Err(source.unreadable(&error)));
        }
    });
    take
}

/// The next line without its end, or all that there is. One that is too long is read past.
fn next_line(reader: &mut dyn BufRead, whole: bool) -> std::io::Result<Option<RawLine>> {
    let most = MAX_BYTES.get() as u64;
    let mut line = Vec::new();
    if whole {
        reader.take(most + 1).read_to_end(&mut line)?;
    } else {
        reader.take(most + 1).read_until(b'\n', &mut line)?;
    }
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() as u64 <= most {
        let end = line.trim_ascii_end().len();
        line.truncate(if whole { line.len() } else { end });
        return Ok(Some(RawLine::Text(line)));
    }
    while !whole && line.last() != Some(&b'\n') {
        line.clear();
        if reader.take(most).read_until(b'\n', &mut line)? == 0 {
            break;
        }
    }
    Ok(Some(RawLine::TooLong))
}

#[cfg(test)]
mod tests {
    use super::{RawLine, next_line};

    #[test]
    fn lines_come_without_their_ends_and_the_last_one_needs_none() {
        let mut text = &b"{}\r\n\n[1]"[..];
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut text, false).unwrap() {
            lines.push(line);
        }
        assert_eq!(lines, ["{}", "", "[1]"].map(|line| RawLine::Text(line.into())));
        assert_eq!(next_line(&mut &b"{\n}\n"[..], true).unwrap(), Some(RawLine::Text(b"{\n}\n".to_vec())));
    }
}
