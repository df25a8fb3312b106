//! The guesses in a schema.

use std::fmt;
use thoth_messaging_documents::foreign::line;

use serde_json::{Value, json};

use crate::report::count;

/// Something that samples made likely, and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guess {
    /// JSON Pointer into the schema.
    pub(crate) pointer: String,
    pub(crate) kind: Kind,
    /// The guess, in words.
    pub(crate) what: String,
    pub(crate) evidence: Evidence,
}

/// The kinds of guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Members that every object has.
    Required,
    /// A member that not every object has.
    Optional,
    /// `null` among other values.
    Nullable,
    /// Numbers that are all whole, or that are not.
    Number,
    /// Values of several types.
    Types,
    /// A few texts that come again.
    Enum,
    /// A format of texts.
    Format,
    /// A text that is kept out of the schema and of logs.
    Secret,
    /// A place of which too little was seen.
    Open,
    /// Member names that are data.
    Map,
    /// Objects told apart by a member.
    Union,
    /// Objects in objects like themselves.
    Recursion,
    /// Equal objects at several places.
    Shared,
}

/// The evidence of a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// The values of the place that were looked at.
    pub(crate) of: u64,
    /// Those of them that speak for the guess.
    pub(crate) hits: u64,
    /// The number of samples that have values at the place; where places were put together, how many have them at one of these.
    pub(crate) samples: u64,
    /// The number of different ones, where that was asked.
    pub(crate) distinct: Option<Distinct>,
}

/// A number of different values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Distinct {
    pub(crate) number: usize,
    /// Set if there may be more.
    pub(crate) is_more: bool,
}

/// The confidence of a guess.
///
/// With `n` samples and no exception in them, fewer than 3 in `n` samples have one (with 95 % confidence, where they are a
/// fair choice). Values count by the samples that they are from: a thousand items of one array are no more than one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Confidence {
    /// Fewer than 10 samples.
    Low,
    /// 10 samples or more: fewer than 3 in 10 have an exception.
    Medium,
    /// 100 samples or more: fewer than 3 in 100 have an exception.
    High,
    /// No guess: the samples show it.
    Seen,
}

impl Guess {
    /// Its confidence.
    pub(crate) fn confidence(&self) -> Confidence {
        match (self.kind, self.evidence.samples) {
            (Kind::Optional | Kind::Nullable | Kind::Types, _) => Confidence::Seen,
            (Kind::Open, _) | (_, ..10) => Confidence::Low,
            (_, ..100) => Confidence::Medium,
            _ => Confidence::High,
        }
    }

    /// As JSON, for `--guesses json`.
    pub(crate) fn to_json(&self) -> Value {
        let Evidence { of, hits, samples, distinct } = self.evidence;
        let mut json = json!({
            "pointer": self.pointer,
            "kind": self.kind.name(),
            "guess": self.what,
            "values": of,
            "supporting": hits,
            "samples": samples,
        });
        if let Some(Distinct { number, is_more }) = distinct {
            json["distinct"] = number.into();
            json["moreDistinct"] = is_more.into();
        }
        json["confidence"] = self.confidence().name().into();
        json
    }
}

impl Kind {
    /// Its name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Nullable => "nullable",
            Self::Number => "number",
            Self::Types => "types",
            Self::Enum => "enum",
            Self::Format => "format",
            Self::Secret => "secret",
            Self::Open => "open",
            Self::Map => "map",
            Self::Union => "union",
            Self::Recursion => "recursion",
            Self::Shared => "shared",
        }
    }
}

impl Confidence {
    /// Its word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Seen => "seen",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.hits, self.of)?;
        match self.distinct {
            Some(Distinct { number, is_more: true }) => write!(f, ", more than {number} distinct"),
            Some(Distinct { number, is_more: false }) => write!(f, ", {number} distinct"),
            None => Ok(()),
        }?;
        match self.samples {
            samples if samples == self.of => Ok(()),
            samples => write!(f, " in {}", count(samples, "sample")),
        }
    }
}

/// In characters; a longer cell moves the rest of its row.
const WIDEST: usize = 64;

/// The guesses as a table, with a line of headings.
pub(crate) fn table(guesses: &[Guess]) -> String {
    let row = |guess: &Guess| {
        let pointer = format!("#{}", guess.pointer);
        [
            line(&pointer).into_owned(),
            line(&guess.what).into_owned(),
            guess.evidence.to_string(),
            guess.confidence().name().to_owned(),
        ]
    };
    let mut rows = vec![["pointer", "guess", "evidence", "confidence"].map(str::to_owned)];
    rows.extend(guesses.iter().map(row));
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or_default()
    };
    let (first, second, third) = (width(0), width(1), width(2));
    let line = |[a, b, c, d]: &[String; 4]| format!("{a:first$}  {b:second$}  {c:third$}  {d}\n");
    rows.iter().map(line).collect()
}
