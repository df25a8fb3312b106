//! Reads samples, one by one.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::{Deserializer, Value};

use crate::failure::Failure;
use crate::validate::{Source, encoding};

/// Gives every sample of a source to `take`: a JSON value, or several one after the other (as NDJSON has them), or with
/// `is_array` the items of arrays.
pub(crate) fn read(source: &Source, is_array: bool, take: impl FnMut(Value)) -> Result<(), Failure> {
    let failed = |error: io::Error| source.unreadable(&error);
    let mut reader = BufReader::new(source.open(|_| {}).map_err(failed)?);
    refuse_encoding(source, reader.fill_buf().map_err(failed)?)?;
    read_from(reader, is_array, take)
        .map_err(|error| if error.is_io() { failed(error.into()) } else { no_sample(source, &error) })
}

fn read_from(input: impl Read, is_array: bool, mut take: impl FnMut(Value)) -> serde_json::Result<()> {
    let mut deserializer = Deserializer::from_reader(input);
    if is_array {
        return deserializer.deserialize_seq(Items(take)).and_then(|()| deserializer.end());
    }
    deserializer.into_iter::<Value>().try_for_each(|value| value.map(&mut take))
}

fn refuse_encoding(source: &Source, start: &[u8]) -> Result<(), Failure> {
    let Some(reason) = encoding(start) else { return Ok(()) };
    Err(Failure::new(format!("{}:1:1: no JSON sample: {reason}", source.name())).help(
        "`iconv --from-code=UTF-16 --to-code=UTF-8` writes UTF-8, and `tail --bytes=+4` leaves a mark of UTF-8 out",
    ))
}

fn no_sample(source: &Source, error: &serde_json::Error) -> Failure {
    let text = error.to_string();
    let (line, column) = (error.line(), error.column());
    let reason = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
    Failure::new(format!("{}:{line}:{column}: no JSON sample: {reason}", source.name()))
        .help("samples are JSON values, one or several one after the other; with `--array`, the items of one array")
}

/// The items of an array, without the array.
struct Items<F>(F);

impl<'de, F: FnMut(Value)> Visitor<'de> for Items<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of samples")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            (self.0)(item);
        }
        Ok(())
    }
}

/// Some of the samples, evenly spaced, with where they came from: what the schema is tried on.
#[derive(Debug)]
pub(crate) struct Kept {
    samples: Vec<(u64, String, Value)>,
    step: u64,
    seen: u64,
}

impl Kept {
    /// So many at most.
    const MAX_SAMPLES: usize = 1000;

    pub(crate) fn new() -> Self {
        Self { samples: Vec::new(), step: 1, seen: 0 }
    }

    /// Keeps a sample, or not.
    pub(crate) fn offer(&mut self, origin: &str, sample: Value) {
        if self.seen.is_multiple_of(self.step) {
            self.samples.push((self.seen, origin.to_owned(), sample));
        }
        self.seen += 1;
        if self.samples.len() >= Self::MAX_SAMPLES {
            self.step *= 2;
            let step = self.step;
            self.samples.retain(|(number, ..)| number.is_multiple_of(step));
        }
    }

    /// Those that are kept, with the source that they are of.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.samples.iter().map(|(_, origin, sample)| (origin.as_str(), sample))
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, Value};

    #[test]
    fn samples_are_kept_evenly_and_not_all() {
        let mut kept = Kept::new();
        (0..10_000).for_each(|number| kept.offer("-", Value::from(number)));
        let numbers: Vec<_> = kept.iter().filter_map(|(_, sample)| sample.as_u64()).collect();
        assert!((500..1000).contains(&numbers.len()), "{}", numbers.len());
        assert!(numbers.iter().zip((0..).step_by(16)).all(|(number, expected)| *number == expected), "{numbers:?}");
    }
}
