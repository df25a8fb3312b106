//! Counts instructions of decoding, encoding and refusing, beside a `serde_json::Value` parse of the same payloads:
//!
//! ```text
//! cargo run -p bench --bin counts                              # compares with what is recorded, as CI does
//! UPDATE_EXPECTED=1 cargo run -p bench --bin counts            # records it
//! UPDATE_EXPECTED=1 cargo run --release -p bench --bin counts  # the same of a release build, for a person to read
//! ```
//!
//! Seconds on a machine that others use say little; callgrind counts the same each time. The ratios are recorded in
//! `counts-debug.txt` and `counts-release.txt`, and one that is more than [`TOLERANCE`] above fails. CI asks for those of the
//! debug build, which it has. Valgrind has to be installed.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use bench::{Sample, Set, sets};
use serde_json::Value;

/// A ratio may be above the one that is recorded by this part of it.
const TOLERANCE: f64 = 0.05;

/// So many payloads of a set are read at most.
const PAYLOADS: usize = 40;

/// So many payloads of a set are refused at most: the validator of each message is compiled for that.
const REFUSED: usize = 3;

/// Tells this program to do what is counted.
const COUNTED: &str = "counted";

/// The work that is counted for each set; the first is what the others are compared with.
const WAYS: [&str; 4] = ["Value", "decode", "encode", "refuse"];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let sets = sets(PAYLOADS)?;
    if env::args().any(|argument| argument == COUNTED) {
        sets.iter().for_each(work);
        return Ok(ExitCode::SUCCESS);
    }
    let folder = env::temp_dir().join(format!("thoth-messaging-counts-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let counts = count(&folder);
    fs::remove_dir_all(&folder)?;
    let counts = counts?;
    if counts.len() != sets.len() * WAYS.len() {
        return Err(format!("{} counts where there are {} sets", counts.len(), sets.len()).into());
    }
    let mut table = format!("{:18}{:12}{:>12}{:>10}\n", "", "", "Minstr", "of Value");
    for (set, counts) in sets.iter().zip(counts.chunks(WAYS.len())) {
        for (way, count) in WAYS.iter().zip(counts) {
            let (millions, ratio) = (count / 1e6, count / counts[0]);
            writeln!(table, "{:18}{way:12}{millions:>12.2}{ratio:>10.3}", set.name)?;
        }
    }
    print!("{table}");
    compare(&table)
}

/// Does all that is counted with the payloads of a set, each once before it is counted.
fn work(set: &Set) {
    let samples: Vec<&Sample> = set.samples.iter().collect();
    let road = |sample: &Sample| set.messages[sample.message].road;
    let decoded: Vec<_> =
        samples.iter().filter_map(|sample| set.messages[sample.message].entry.decode(&sample.text).ok()).collect();
    let refused = samples.iter().filter_map(|sample| {
        let message = &set.messages[sample.message];
        Some((message.road, message.refused(sample)?))
    });
    let refused: Vec<_> = refused.take(REFUSED).collect();
    twice(|| samples.iter().for_each(|sample| drop(black_box(serde_json::from_slice::<Value>(&sample.text)))));
    twice(|| samples.iter().for_each(|sample| assert!((road(sample).decode)(&sample.text))));
    twice(|| decoded.iter().for_each(|message| drop(black_box(message.encode()))));
    twice(|| refused.iter().for_each(|(road, text)| assert!(!(road.decode)(text))));
}

fn twice(work: impl Fn()) {
    work();
    begin();
    counted(&work);
}

/// The function at which callgrind begins to count.
#[inline(never)]
fn begin() {
    black_box(());
}

/// The function behind which callgrind writes what it counted.
#[inline(never)]
fn counted(work: &dyn Fn()) {
    work();
}

/// Runs this program below callgrind, which writes a file for each call of [`counted`].
fn count(folder: &Path) -> Result<Vec<f64>, Box<dyn Error>> {
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--zero-before=counts::begin*", "--dump-after=counts::counted*"])
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .arg(env::current_exe()?)
        .arg(COUNTED)
        .status()?;
    if !status.success() {
        return Err(format!("valgrind: {status}").into());
    }
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    // `out.1`, `out.2`, …; what came after the last is in `out` alone.
    let number = |path: &PathBuf| path.extension().and_then(|number| number.to_str()?.parse::<usize>().ok());
    files.retain(|path| number(path).is_some());
    files.sort_by_key(number);
    files.iter().map(|file| instructions(&fs::read_to_string(file)?)).collect()
}

fn instructions(dump: &str) -> Result<f64, Box<dyn Error>> {
    let total = dump.lines().find_map(|line| line.strip_prefix("summary: ").or(line.strip_prefix("totals: ")));
    Ok(total.ok_or("a dump of callgrind without a sum")?.trim().parse()?)
}

/// Compares with what is recorded, or records it.
fn compare(table: &str) -> Result<ExitCode, Box<dyn Error>> {
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("counts-{profile}.txt"));
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(path, table)?;
        return Ok(ExitCode::SUCCESS);
    }
    let recorded = fs::read_to_string(path)?;
    let mut code = ExitCode::SUCCESS;
    for (line, known) in table.lines().zip(recorded.lines()).skip(1) {
        let ratio = |line: &str| line.split_whitespace().last().and_then(|ratio| ratio.parse::<f64>().ok());
        let (ratio, known) = (ratio(line).unwrap_or(f64::MAX), ratio(known).unwrap_or_default());
        if ratio > known * (1.0 + TOLERANCE) {
            eprintln!("more than before ({known}): {line}");
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}
