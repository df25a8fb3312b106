//! The pairs of schemas that others labelled.

use serde_json::Value;
use thoth_messaging_compat::Verdict;

use crate::versions::{Tally, corpora, read, with_formats};

/// A pair with what its authors say of both directions.
struct Pair {
    name: String,
    old: Value,
    new: Value,
    backward: bool,
    forward: bool,
    instances: Vec<Value>,
}

#[derive(Default)]
struct Labels {
    tally: Tally,
    agreed: usize,
    differences: Vec<String>,
    unknown: Vec<String>,
    refused: Vec<String>,
}

impl Labels {
    fn judge(&mut self, pair: &Pair, formats: bool) {
        let (Some(old), Some(new)) = (with_formats(&pair.old, formats), with_formats(&pair.new, formats)) else {
            self.refused.push(pair.name.clone());
            return;
        };
        for (direction, wide, narrow, label) in
            [("BACKWARD", &new, &old, pair.backward), ("FORWARD", &old, &new, pair.forward)]
        {
            let name = format!("{} {direction}", pair.name);
            let verdict = self.tally.judge(wide, narrow, &pair.instances, &name);
            match (verdict, label) {
                (Verdict::Compatible, true) | (Verdict::Breaking { .. } | Verdict::BreakingBySize { .. }, false) => {
                    self.agreed += 1;
                }
                (Verdict::Compatible, false) => self.differences.push(format!("{name}: proved, labelled breaking")),
                (Verdict::Breaking { witness }, true) => {
                    self.differences.push(format!("{name}: labelled compatible, refuted by {witness}"));
                }
                (Verdict::BreakingBySize { sizes, .. }, true) => {
                    self.differences.push(format!("{name}: labelled compatible, refuted by sizes: {sizes:?}"));
                }
                (Verdict::Unknown { reason, places }, label) => {
                    let places: Vec<String> = places.iter().map(ToString::to_string).collect();
                    self.unknown.push(format!("{name}: labelled {label}; {reason} at {places:?}"));
                }
            }
        }
    }

    fn print(&self, title: &str) {
        self.tally.print(title);
        println!("  agreed with {} of {} labels", self.agreed, self.tally.total());
        println!("  refused as schemas: {:?}", self.refused);
        self.differences.iter().for_each(|line| println!("  differs: {line}"));
        self.unknown.iter().for_each(|line| println!("  unknown: {line}"));
    }
}

#[test]
#[ignore = "schemas of others, which take long without optimization: `just prove`"]
fn no_verdict_on_the_pairs_of_apicurio_is_refuted() {
    let Some(folder) = corpora("compat/apicurio-json-compat") else { return };
    let cases = read(&folder.join("compatibility-test-data.json"));
    for formats in [false, true] {
        let mut labels = Labels::default();
        for (index, case) in cases["tests"].as_array().unwrap().iter().enumerate() {
            let label = case["compatibility"].as_str().unwrap();
            let pair = Pair {
                name: format!("{index} {}", case["id"].as_str().unwrap()),
                old: case["original"].clone(),
                new: case["updated"].clone(),
                backward: matches!(label, "backward" | "both"),
                forward: label == "both",
                instances: Vec::new(),
            };
            labels.judge(&pair, formats);
        }
        labels.print(if formats { "apicurio, formats asserted" } else { "apicurio" });
        assert!(labels.tally.unknown * 100 <= labels.tally.total() * 5);
    }
}

#[test]
fn no_verdict_on_the_pairs_of_jsoncompat_is_refuted() {
    let Some(folder) = corpora("compat/jsoncompat-backcompat") else { return };
    let mut labels = Labels::default();
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for case in names.iter().filter(|path| path.is_dir()) {
        let expected = read(&case.join("expect.json"));
        let examples = case.join("examples.json");
        let examples = if examples.is_file() { read(&examples) } else { Value::Null };
        let instances = ["old_only", "new_only", "both"].into_iter().filter_map(|group| examples[group].as_array());
        let pair = Pair {
            name: case.file_name().unwrap().to_string_lossy().into_owned(),
            old: read(&case.join("old.json")),
            new: read(&case.join("new.json")),
            backward: expected["deserializer"] == true,
            forward: expected["serializer"] == true,
            instances: instances.flatten().cloned().collect(),
        };
        labels.judge(&pair, false);
    }
    labels.print("jsoncompat");
    assert!(labels.tally.unknown * 100 <= labels.tally.total() * 5);
}
