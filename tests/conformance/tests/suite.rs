//! Each test of the suite, asked of the generated type in both ways: what is generated has to be right. A schema that
//! is refused gives no answer, which the table shows.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::collections::BTreeMap;

use cases::Outcome;
use conformance::{GROUPS, Group, SUITE};
use serde_json::Value;
use thoth_messaging::DecodeError;

/// How many tests and groups there are, and how many are right.
#[derive(Default)]
struct Tally {
    groups: usize,
    generated: usize,
    tests: usize,
    right: usize,
}

#[test]
fn generated_types_agree_with_the_official_suite() {
    if SUITE.is_none() {
        println!("skipped: no corpora (see CORPORA_DIR)");
        return;
    }
    let mut drafts: BTreeMap<(&str, bool), Tally> = BTreeMap::new();
    let mut files: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    for group in GROUPS {
        let required = !group.file.starts_with("optional/");
        let before = wrong.len();
        let (tests, right) = ask(group, &mut wrong);
        // Formats are optional in the suite alone: here they are asserted, and once more mapped to types.
        if !required && !group.file.contains("format/") {
            wrong.truncate(before);
        }
        let tallies = [
            Some(drafts.entry((group.draft, required)).or_default()),
            required.then(|| files.entry(group.file).or_default()),
        ];
        for tally in tallies.into_iter().flatten() {
            tally.groups += 1;
            tally.generated += usize::from(matches!(group.outcome, Outcome::Generated(..)));
            tally.tests += tests;
            tally.right += right;
        }
    }
    println!("{:32} {:>8} {:>10} {:>8} {:>8}", "", "groups", "generated", "tests", "right");
    let drafts = drafts.iter().map(|((draft, required), tally)| {
        (if *required { (*draft).to_owned() } else { format!("{draft}, optional") }, tally)
    });
    for (name, tally) in drafts.chain(files.iter().map(|(file, tally)| (format!("  {file}"), tally))) {
        println!("{name:32} {:>8} {:>10} {:>8} {:>8}", tally.groups, tally.generated, tally.tests, tally.right);
    }
    let refused = |group: &&Group| matches!(group.outcome, Outcome::Refused(_)) && !group.file.starts_with("optional/");
    let refused: Vec<_> =
        GROUPS.iter().filter(refused).map(|group| (group.draft, group.file, group.description)).collect();
    assert!(refused.is_empty(), "nothing is generated of {refused:?}");
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
}

/// Returns whether a payload is refused for what its Rust type can't hold alone.
fn is_limit(error: &DecodeError) -> bool {
    error.violations().iter().all(|violation| violation.keyword == "limit")
}

/// Returns how many tests the group has and how many are right; a schema that is refused gives no answer.
fn ask(group: &Group, wrong: &mut Vec<String>) -> (usize, usize) {
    let tests: Vec<Value> = serde_json::from_str(group.tests).unwrap();
    let Outcome::Generated(from_str, comes_back, registry) = &group.outcome else { return (tests.len(), 0) };
    let message = registry.by_name("Root").unwrap();
    let mut right = 0;
    for test in &tests {
        let (text, valid) = (test["data"].to_string(), test["valid"].as_bool().unwrap());
        let answers = [from_str(&text), message.check(text.as_bytes()).is_ok()];
        let is_limit = || message.check(text.as_bytes()).is_err_and(|error| is_limit(&error));
        let answers_right = answers == [valid, valid] && comes_back(text.as_bytes());
        if answers_right || group.file.contains("mapped-format/") && valid && is_limit() {
            right += 1;
        } else {
            let Group { draft, file, description, .. } = group;
            wrong.push(format!(
                "{draft} {file}: {description}: {}: {text} is valid: {valid}; answers {answers:?}",
                test["description"]
            ));
        }
    }
    (tests.len(), right)
}
