//! The tables, as Markdown.

use std::fmt::Write as _;

use crate::time::Time;
use crate::ways::Payload;

/// Stand around the tables in the page that has them.
const MARKS: [&str; 2] = ["<!-- decode -->\n", "<!-- /decode -->"];

/// The times of some payloads.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    payloads: usize,
    bytes: usize,
    times: Vec<Time>,
}

impl Measured {
    pub(crate) fn new(name: &'static str, payloads: &[Payload<'_>], times: Vec<Time>) -> Self {
        let bytes = payloads.iter().map(|(_, sample)| sample.text.len()).sum();
        Self { name, payloads: payloads.len(), bytes, times }
    }

    /// The ratio of a way to the `Value` parse.
    pub(crate) fn ratio(&self, way: &str) -> Option<f64> {
        self.times.iter().find(|time| time.name == way).map(|time| time.ratio)
    }
}

/// A row for each way.
#[expect(clippy::cast_precision_loss, reason = "for a person to look at")]
pub(crate) fn rows(all: &[Measured]) -> String {
    let mut table = String::from("| | payloads | ns each | MB/s | of `Value` |\n|---|--:|--:|--:|--:|\n");
    for Measured { name, payloads, bytes, times } in all {
        for Time { name: way, nanoseconds, ratio } in times {
            let (each, rate) = (nanoseconds / *payloads as f64, *bytes as f64 / nanoseconds * 1e3);
            // Writing to a string can't fail.
            let _ = writeln!(table, "| {name}: {way} | {payloads} | {each:.0} | {rate:.0} | {ratio:.2} |");
        }
    }
    table
}

/// The ratios that are wanted, and those that were measured, of each set.
pub(crate) fn summary(all: &[Measured]) -> String {
    let sets: Vec<&Measured> = all.iter().filter(|set| set.ratio("usual").is_some()).collect();
    let names: Vec<&str> = sets.iter().map(|set| set.name).collect();
    let mut table =
        format!("| ratio | {} | mean | wanted |\n|---|{}--:|--:|\n", names.join(" | "), "--:|".repeat(sets.len()));
    for (title, way, peer, wanted) in [
        ("decode, of a `Value` parse", "decode", "Value", "≤ 0.38"),
        ("the usual way, of decode", "usual", "decode", "≥ 5"),
        ("dynamic, of `Value` and `jsonschema`", "dynamic", "jsonschema", "≤ 0.5"),
        ("a failing decode, of `jsonschema`'s list", "refuse", "list", "≤ 1.2"),
        ("encode, of `to_vec` of a `Value`", "encode", "to_vec", ""),
        ("sonic-rs to its value, of a `Value` parse", "sonic-rs", "Value", ""),
        ("jiter to its value, of a `Value` parse", "jiter", "Value", ""),
        ("simd-json to its value, of a `Value` parse", "simd-json", "Value", ""),
    ] {
        let ratios: Vec<f64> = sets.iter().filter_map(|set| Some(set.ratio(way)? / set.ratio(peer)?)).collect();
        if ratios.is_empty() {
            continue;
        }
        let cells: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
        let _ = writeln!(table, "| {title} | {} | {:.2} | {wanted} |", cells.join(" | "), mean(&ratios));
    }
    if let Some(own) = all.iter().find(|set| set.ratio("structs").is_some()) {
        let beside = |way, peer| own.ratio(way).zip(own.ratio(peer)).map_or(f64::NAN, |(way, peer)| way / peer);
        let _ = writeln!(
            table,
            "\nBeside structs that a person wrote, which check types alone (three messages of Thoth): decode {:.2} (wanted: ≤ 0.80), \
             encode {:.2} (≤ 1.1).",
            beside("decode", "structs"),
            beside("encode", "structs to_vec"),
        );
    }
    table
}

/// The geometric mean.
#[expect(clippy::cast_precision_loss, reason = "there are a few sets")]
fn mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

/// A page with the tables in their place.
pub(crate) fn page(page: &str, all: &[Measured]) -> Result<String, &'static str> {
    let (before, rest) = page.split_once(MARKS[0]).ok_or("the page has no place for the table")?;
    let (_, behind) = rest.split_once(MARKS[1]).ok_or("the place for the table has no end")?;
    let (tables, [open, close]) = (format!("{}\n{}", summary(all), rows(all)), MARKS);
    Ok(format!("{before}{open}\n{tables}\n{close}{behind}"))
}
