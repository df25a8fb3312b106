//! Reads samples, one by one.

use std::cell::RefCell;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::{Deserializer, Value};

/// Why samples can't be read.
#[derive(Debug)]
pub(crate) enum SampleError {
    /// The file can't be opened or read.
    Read { origin: String, source: io::Error },
    /// It is not JSON, or no array where one was asked for.
    Json { origin: String, source: serde_json::Error },
}

impl fmt::Display for SampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { origin, source } => write!(f, "can't read `{origin}`: {source}"),
            Self::Json { origin, source } => {
                let text = source.to_string();
                let place = format!(" at line {} column {}", source.line(), source.column());
                let reason = text.strip_suffix(&place).unwrap_or(&text);
                write!(f, "{origin}:{}:{}: no JSON sample: {reason}", source.line(), source.column())
            }
        }
    }
}

/// Gives every sample of a file to `take`: a JSON value, or several one after the other (as NDJSON has them), or with
/// `is_array` the items of arrays. `-` is standard input. Gives the number of samples.
pub(crate) fn read(path: &Path, is_array: bool, take: impl FnMut(Value)) -> Result<u64, SampleError> {
    if path == Path::new("-") {
        return read_from(io::stdin().lock(), "<stdin>", is_array, take);
    }
    let origin = path.display().to_string();
    match File::open(path) {
        Ok(file) => read_from(file, &origin, is_array, take),
        Err(source) => Err(SampleError::Read { origin, source }),
    }
}

fn read_from(input: impl Read, origin: &str, is_array: bool, take: impl FnMut(Value)) -> Result<u64, SampleError> {
    let mut deserializer = Deserializer::from_reader(BufReader::new(input));
    let counted = RefCell::new((0, take));
    let count = |value| {
        let (number, take) = &mut *counted.borrow_mut();
        *number += 1;
        take(value);
    };
    let result = if is_array {
        deserializer.deserialize_seq(Items(count)).and_then(|()| deserializer.end())
    } else {
        deserializer.into_iter::<Value>().try_for_each(|value| value.map(count))
    };
    let origin = || origin.to_owned();
    match result {
        Ok(()) => Ok(counted.into_inner().0),
        Err(source) if source.is_io() => Err(SampleError::Read { origin: origin(), source: source.into() }),
        Err(source) => Err(SampleError::Json { origin: origin(), source }),
    }
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
    samples: Vec<(u64, PathBuf, Value)>,
    step: u64,
    seen: u64,
}

impl Kept {
    /// So many at most.
    const MOST: usize = 1000;

    pub(crate) fn new() -> Self {
        Self { samples: Vec::new(), step: 1, seen: 0 }
    }

    /// Keeps a sample, or not.
    pub(crate) fn offer(&mut self, path: &Path, sample: Value) {
        if self.seen.is_multiple_of(self.step) {
            self.samples.push((self.seen, path.to_owned(), sample));
        }
        self.seen += 1;
        if self.samples.len() >= Self::MOST {
            self.step *= 2;
            let step = self.step;
            self.samples.retain(|(number, ..)| number.is_multiple_of(step));
        }
    }

    /// Those that are kept, with their file.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Path, &Value)> {
        self.samples.iter().map(|(_, path, sample)| (path.as_path(), sample))
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, Path, Value};

    #[test]
    fn samples_are_kept_evenly_and_not_all() {
        let mut kept = Kept::new();
        (0..10_000).for_each(|number| kept.offer(Path::new("-"), Value::from(number)));
        let numbers: Vec<_> = kept.iter().filter_map(|(_, sample)| sample.as_u64()).collect();
        assert!((500..1000).contains(&numbers.len()), "{}", numbers.len());
        assert!(numbers.iter().zip((0..).step_by(16)).all(|(number, expected)| *number == expected), "{numbers:?}");
    }
}
