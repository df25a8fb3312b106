//! Reads samples, one by one.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use thoth_messaging::wire::{NearestOfKind, deserialize};

use crate::failure::Failure;
use crate::validate::{Source, encoding};

/// The most bytes of a sample: what it becomes in memory is many times that.
const MAX_BYTES: u64 = 16 << 20;

/// Gives every sample of a source to `take`, with its size in bytes: a JSON value, or several one after the other (as
/// NDJSON has them), or with `is_array` the items of arrays.
pub(crate) fn read(source: &Source, is_array: bool, take: impl FnMut(Value, u64)) -> Result<(), Failure> {
    if let Some(refusal) = source.refusal() {
        return Err(refusal);
    }
    let failed = |error: io::Error| source.unreadable(&error);
    let mut reader = BufReader::new(source.open(|_| {}).map_err(failed)?);
    refuse_encoding(source, reader.fill_buf().map_err(failed)?)?;
    read_from(reader, is_array, take).map_err(|error| match error.io_error_kind() {
        Some(ErrorKind::FileTooLarge) => too_large(source),
        Some(_) => failed(error.into()),
        None => no_sample(source, &error),
    })
}

fn read_from(input: impl Read, is_array: bool, mut take: impl FnMut(Value, u64)) -> serde_json::Result<()> {
    let left = Cell::new(MAX_BYTES);
    let mut deserializer = serde_json::Deserializer::from_reader(Bounded { inner: input, left: &left });
    let take = |value| take(value, MAX_BYTES - left.replace(MAX_BYTES));
    if is_array {
        return deserializer.deserialize_seq(Items(take)).and_then(|()| deserializer.end());
    }
    let mut take = take;
    deserializer.into_iter::<Strict>().try_for_each(|value| value.map(|Strict(value)| take(value)))
}

/// A value in which no object has a member twice: as everywhere, that is no JSON.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize::<NearestOfKind, D>(deserializer).map(Self)
    }
}

/// A reader of samples, which fails in one that is too large.
struct Bounded<'a, R> {
    inner: R,
    /// The bytes that may still be read of this sample.
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.ok_or(ErrorKind::FileTooLarge)?);
        Ok(read)
    }
}

fn too_large(source: &Source) -> Failure {
    Failure::new(format!("a sample in `{}` has more than {} MiB", source.name(), MAX_BYTES >> 20))
        .help("leave it out; where it is an array of samples, `--array` takes its items one by one")
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
    // Of what is JSON, and no sample all the same, the place is not known.
    let place = if line == 0 { source.name() } else { format!("{}:{line}:{column}", source.name()) };
    Failure::new(format!("{place}: no JSON sample: {reason}"))
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
        while let Some(Strict(item)) = items.next_element()? {
            (self.0)(item);
        }
        Ok(())
    }
}

/// Some of the samples, evenly spaced, with where they came from: what the schema is tried on.
#[derive(Debug)]
pub(crate) struct Kept {
    samples: Vec<Sample>,
    step: u64,
    seen: u64,
}

#[derive(Debug)]
struct Sample {
    number: u64,
    origin: String,
    value: Value,
    bytes: u64,
}

impl Kept {
    /// So many at most.
    const MAX_SAMPLES: usize = 1000;
    /// So many bytes of text at most, unless one alone has more.
    const MAX_BYTES: u64 = 8 << 20;

    pub(crate) fn new() -> Self {
        Self { samples: Vec::new(), step: 1, seen: 0 }
    }

    /// Keeps a sample of a size, or not.
    pub(crate) fn offer(&mut self, origin: &str, value: Value, bytes: u64) {
        if self.seen.is_multiple_of(self.step) {
            self.samples.push(Sample { number: self.seen, origin: origin.to_owned(), value, bytes });
        }
        self.seen += 1;
        while self.samples.len() >= Self::MAX_SAMPLES || self.samples.len() > 1 && self.bytes() > Self::MAX_BYTES {
            self.step *= 2;
            let step = self.step;
            self.samples.retain(|sample| sample.number.is_multiple_of(step));
        }
    }

    fn bytes(&self) -> u64 {
        self.samples.iter().map(|sample| sample.bytes).sum()
    }

    /// Those that are kept, with the source that they are of.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.samples.iter().map(|sample| (sample.origin.as_str(), &sample.value))
    }
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, Kept, MAX_BYTES, Value, read_from};

    #[test]
    fn samples_are_kept_evenly_and_not_all() {
        let mut kept = Kept::new();
        (0..10_000).for_each(|number| kept.offer("-", Value::from(number), 1));
        let numbers: Vec<_> = kept.iter().filter_map(|(_, sample)| sample.as_u64()).collect();
        assert!((500..1000).contains(&numbers.len()), "{}", numbers.len());
        assert!(numbers.iter().zip((0..).step_by(16)).all(|(number, expected)| *number == expected), "{numbers:?}");
    }
    #[test]
    fn large_samples_are_kept_up_to_a_size_together() {
        let mut kept = Kept::new();
        (0..100).for_each(|number| kept.offer("-", Value::from(number), Kept::MAX_BYTES / 4));
        assert!((1..=4).contains(&kept.iter().count()), "{kept:?}");
        kept.offer("-", Value::Null, u64::from(u32::MAX));
        assert!(kept.iter().count() >= 1);
    }

    #[test]
    fn a_sample_with_a_member_twice_is_refused() {
        for (input, is_array) in [(r#"{"a": {"b": 1, "b": 2}}"#, false), (r#"[{}, {"a": 1, "a": 1}]"#, true)] {
            let error = read_from(input.as_bytes(), is_array, |_, _| {}).unwrap_err();
            assert!(error.to_string().starts_with("duplicate: "), "{error}");
        }
    }

    #[test]
    fn what_is_written_as_no_integer_is_none() {
        let written = "1.00000000000000000001 0.99999999999999999999 1E-400 -1e-400 4503599627370495.50000000001 1e400";
        let mut fractions = Vec::new();
        let end = read_from(written.as_bytes(), false, |value, _| fractions.push(value.as_f64().unwrap().fract()));
        assert!(end.is_err() && fractions.len() == 5 && !fractions.contains(&0.0), "{fractions:?}");
        let mut integers = Vec::new();
        read_from("1.0 1e2 0E-400 10e-1 2".as_bytes(), false, |value, _| integers.push(value.as_f64())).unwrap();
        assert_eq!(integers, [1.0, 100.0, 0.0, 1.0, 2.0].map(Some));
    }

    #[test]
    fn a_sample_is_read_up_to_a_size_and_the_next_one_too() {
        let text = |length: usize| format!("\"{}\"", "x".repeat(length));
        let near = usize::try_from(MAX_BYTES).unwrap() - 10;
        let two = format!("{}\n{}", text(near), text(near));
        for (input, is_array) in [(two.clone(), false), (format!("[{}]", two.replace('\n', ",")), true)] {
            let mut sizes = Vec::new();
            read_from(input.as_bytes(), is_array, |_, size| sizes.push(size)).unwrap();
            assert!(sizes.len() == 2 && sizes.iter().all(|size| size.abs_diff(MAX_BYTES) < 10), "{sizes:?}");
        }
        let error = read_from(text(near + 20).as_bytes(), false, |_, _| {}).unwrap_err();
        assert_eq!(error.io_error_kind(), Some(ErrorKind::FileTooLarge));
    }
}
