//! Two versions of a schema, and a tally of verdicts on many.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]
#![allow(dead_code, reason = "each test uses a part of it")]

mod aimed;
mod evaluating;
pub(crate) mod random;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use thoth_messaging_compat::{Files, Limits, Schema, Verdict, covers, find_witness};

/// The corpora, where they are; else a line says that the test was skipped.
pub(crate) fn corpora(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CORPORA_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"), PathBuf::from);
    let path = root.join(folder);
    if !path.is_dir() {
        println!("skipped: {} is absent", path.display());
        return None;
    }
    Some(path)
}

/// The seed of a run, which `COMPAT_SEED` makes another one.
pub(crate) fn seed(own: u64) -> u64 {
    let chosen = std::env::var("COMPAT_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    chosen.map_or(own, |seed| own ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).max(1))
}

/// Returns whether as much as possible is to be tried.
pub(crate) fn is_thorough() -> bool {
    std::env::var_os("COMPAT_THOROUGH").is_some()
}

/// The number of pairs of a kind, which `COMPAT_PAIRS` changes.
pub(crate) fn pairs(own: usize) -> usize {
    std::env::var("COMPAT_PAIRS").map_or(own, |pairs| pairs.parse().unwrap())
}

/// The longest that a verdict may take, and the most memory that all of them may, in kB.
const LONGEST: Duration = Duration::from_secs(10);
const MOST_MEMORY: u64 = 1_000_000;

/// The time that this thread has had of a processor, however busy the machine is; nothing where the system does not say.
fn time() -> Option<Duration> {
    let spent = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(spent.split(' ').next()?.parse().ok()?))
}

/// The most memory that this process has had so far, in kB; nothing where the system does not say.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}

pub(crate) fn read(path: &std::path::Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn schema(document: &Value) -> Option<Schema> {
    with_formats(document, false)
}

pub(crate) fn with_formats(document: &Value, formats: bool) -> Option<Schema> {
    let mut files = Files::new().with_formats(formats);
    files.insert("schema.json", document.clone());
    Schema::new(&files, "schema.json").ok()
}

/// The schemas of a corpus; nothing where it is absent.
pub(crate) fn published(folder: &str) -> Option<Files> {
    let folder = corpora(folder)?;
    let mut files = Files::new();
    for path in json_files(&folder) {
        let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        let mut document = read(&path);
        // The authors of some mean each relative `$id` from the folder of the schemas.
        if let Some(id) = document["$id"].as_str().filter(|id| !id.contains("://")) {
            document["$id"] = format!("https://example.org/{id}").into();
        }
        if !name.starts_with("tests/") {
            files.insert(name, document);
        }
    }
    Some(files)
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Verdicts, counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) compatible: usize,
    pub(crate) breaking: usize,
    pub(crate) unknown: usize,
    /// The time of the slowest verdict.
    slowest: Duration,
}

impl Tally {
    pub(crate) fn total(&self) -> usize {
        self.compatible + self.breaking + self.unknown
    }

    pub(crate) fn print(&self, title: &str) {
        let total = self.total().max(1);
        println!(
            "{title:<40} {:>5} directions: {:>5} compatible, {:>5} breaking, {:>4} unknown ({}.{} %); {:?} for the slowest, {} MB",
            self.total(),
            self.compatible,
            self.breaking,
            self.unknown,
            self.unknown * 100 / total,
            self.unknown * 1000 / total % 10,
            self.slowest,
            memory().unwrap_or_default() / 1000,
        );
    }

    /// The bounds of the gate: each verdict within 10 s, and all of them within 1 GB.
    pub(crate) fn assert_bounds(&self) {
        assert!(self.slowest <= LONGEST, "a verdict took {:?}", self.slowest);
        assert!(memory().is_none_or(|memory| memory <= MOST_MEMORY), "{memory:?} kB of memory", memory = memory());
    }

    /// Both verdicts on a pair of schemas.
    pub(crate) fn judge_pair(&mut self, old: &Value, new: &Value, candidates: &[Value]) {
        let (before, after) = (schema(old).unwrap(), schema(new).unwrap());
        for (wide, narrow, told) in [(&after, &before, "BACKWARD"), (&before, &after, "FORWARD")] {
            let verdict = self.judge(wide, narrow, candidates, &format!("{told}: {old} to {new}"));
            if let Verdict::Unknown { reason, .. } = verdict {
                println!("  unknown {told}: {old} to {new}: {reason}");
            }
        }
    }

    /// A verdict, which has to be sound: no other search finds a witness against it, and its own witness is one.
    pub(crate) fn judge(&mut self, wide: &Schema, narrow: &Schema, candidates: &[Value], told: &str) -> Verdict {
        let start = time();
        let verdict = covers(wide, narrow, &Limits::default());
        self.slowest =
            self.slowest.max(time().zip(start).map_or(Duration::ZERO, |(end, start)| end.saturating_sub(start)));
        match &verdict {
            Verdict::Compatible => {
                self.compatible += 1;
                let refuting = candidates.iter().find(|value| narrow.is_valid(value) && !wide.is_valid(value));
                assert_eq!(refuting, None, "a witness against `compatible`: {told}");
                let most = if is_thorough() { 20_000 } else { 300 };
                assert_eq!(find_witness(wide, narrow, most), None, "a witness against `compatible`: {told}");
            }
            Verdict::Breaking { witness } => {
                self.breaking += 1;
                assert!(narrow.is_valid(witness) && !wide.is_valid(witness), "no witness: {witness}: {told}");
            }
            Verdict::BreakingBySize { .. } => self.breaking += 1,
            Verdict::Unknown { .. } => self.unknown += 1,
        }
        verdict
    }
}
