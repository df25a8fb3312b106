//! The pages of documentation, one for each code: their schemas are generated from, and what comes of it is what they
//! say. `src/explain/README.md` has the form of a page.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use thoth_messaging_codegen::{
    Diagnostic, Explanation, LintLevel, Lints, Options, SchemaSet, explain, explanations, generate, lint, lints,
};

use crate::choices;

/// Codes that no example shows, and why.
const WITHOUT_EXAMPLE: &[(&str, &str)] = &[
    ("S0106", "a file that can't be read can't be shown"),
    ("S0414", "a type of hundreds of members is too long for a page"),
    ("S0409", "the validator refuses what all stages before it let pass: no schema is known that gets there"),
];

const SECTIONS: [&str; 3] = ["What it means", "Example", "What to do"];

const JSON: &str = "```json\n";
/// The options of an example, as they stand in a build script.
const BUILD: &str = "```rust\n";
const REPORT: &str = "```text\n";
const END: &str = "```\n";

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn pages_folder() -> PathBuf {
    source_folder().join("explain")
}

fn with_example() -> impl Iterator<Item = &'static Explanation> {
    let has_none = |code| WITHOUT_EXAMPLE.iter().any(|(without, _)| *without == code);
    explanations().iter().filter(move |explanation| !has_none(explanation.code))
}

/// The codes that the sources of the generator report; the pages and their table do not count.
fn reported_codes() -> BTreeSet<String> {
    let own = [pages_folder(), source_folder().join("explain.rs")];
    let mut codes = BTreeSet::new();
    let mut open = vec![source_folder()];
    while let Some(path) = open.pop() {
        if own.contains(&path) {
            continue;
        }
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        codes.extend(text.split('"').filter(|part| is_code(part)).map(str::to_owned));
    }
    codes
}

fn is_code(text: &str) -> bool {
    text.len() == 5
        && (text.starts_with("S0") || text.starts_with("L0"))
        && text[1..].bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns what stands under a heading of a page.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, after) = page.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{heading}: {page}"));
    after.split("\n## ").next().unwrap()
}

/// The files of a section: each block of JSON is the file that is named on the line before it.
fn files(section: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut rest = section;
    while let Some((before, after)) = rest.split_once(JSON) {
        let named = before.trim_end().lines().last().unwrap_or_default();
        let name = named.strip_prefix("`schemas/").and_then(|name| name.strip_suffix("`:"));
        let name =
            name.unwrap_or_else(|| panic!("a block has to follow a line as `schemas/a.schema.json`:\n{section}"));
        let (text, after) = after.split_once(END).unwrap();
        assert!(files.insert(name.to_owned(), text.to_owned()).is_none(), "`{name}` twice in\n{section}");
        rest = after;
    }
    files
}

/// The options of a section; those that it does not show are the defaults.
fn options(section: &str) -> Options {
    let block = section.split_once(BUILD).map(|(_, after)| after.split(END).next().unwrap());
    block.map(choices::options).unwrap_or_default()
}

/// Returns what is reported of files: what the generator says, or on the page of a lint, the lints, this one among them.
fn diagnostics(code: &str, files: &BTreeMap<String, String>, options: &Options) -> Vec<Diagnostic> {
    let mut schemas = SchemaSet::new();
    for (name, text) in files {
        if name == "registry.lock" {
            schemas.set_lock(format!("schemas/{name}"), text.clone());
            continue;
        }
        schemas.add(name.clone(), format!("schemas/{name}"), text.clone());
    }
    if !code.starts_with('L') {
        return generate(&schemas, options).diagnostics;
    }
    let mut lints = Lints::default();
    lints.set(code, LintLevel::Warning).unwrap();
    lint(&schemas, options, &lints)
}

fn report(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| format!("{diagnostic}\n")).collect::<Vec<_>>().join("\n")
}

/// A page with another report: what stands in its block of text. One without the block stays as it is.
fn with_report(page: &str, report: &str) -> String {
    let Some((before, after)) = page.split_once(REPORT) else { return page.to_owned() };
    let (_, after) = after.split_once(END).unwrap();
    format!("{before}{REPORT}{report}{END}{after}")
}

/// The index of the pages: what is above the first family stays, the rest follows from the pages.
fn with_index(index: &str) -> String {
    const FAMILIES: [(&str, &str); 9] = [
        ("S01", "Files"),
        ("S02", "References"),
        ("S03", "Messages and topics"),
        ("S04", "What a schema says"),
        ("S05", "Names"),
        ("S06", "Options"),
        ("L01", "Lints of documentation"),
        ("L02", "Lints of topics and contracts"),
        ("L03", "Lints of what a schema says"),
    ];
    let mut text = index.split("\n## S0").next().unwrap().to_owned();
    for (family, heading) in FAMILIES {
        let columns =
            if family.starts_with('L') { "| code | name | |\n|---|---|---|" } else { "| code | |\n|---|---|" };
        writeln!(text, "\n## {family}xx: {heading}\n\n{columns}").unwrap();
        for explanation in explanations().iter().filter(|explanation| explanation.code.starts_with(family)) {
            writeln!(text, "{}", row(explanation)).unwrap();
        }
    }
    text
}

/// A page in the index; a lint with its name.
fn row(explanation: &Explanation) -> String {
    let Explanation { code, title, .. } = explanation;
    let lint = lints().iter().find(|lint| lint.code == *code && code.starts_with('L'));
    let name = lint.map(|lint| match lint.level {
        LintLevel::Off => format!(" `{}` (off) |", lint.id),
        _ => format!(" `{}` |", lint.id),
    });
    format!("| [{code}]({code}.md) |{} {title} |", name.unwrap_or_default())
}

/// Returns whether a file says what is expected of it, or does so now.
fn holds(path: &Path, expected: &str) -> bool {
    let holds = fs::read_to_string(path).unwrap() == expected;
    if !holds && env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(path, expected).unwrap();
        return true;
    }
    holds
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let in_table: BTreeSet<_> = explanations().iter().map(|explanation| explanation.code.to_owned()).collect();
    assert_eq!(in_table, reported_codes());
    let files = fs::read_dir(pages_folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let on_disk: BTreeSet<_> = files.filter(|name| name != "README.md").collect();
    assert_eq!(on_disk, in_table.iter().map(|code| format!("{code}.md")).collect());
}

#[test]
fn the_table_is_ordered_and_each_code_finds_its_page() {
    assert!(explanations().is_sorted_by(|left, right| left.code < right.code));
    for explanation in explanations() {
        assert_eq!(explain(explanation.code), Some(explanation));
        assert_eq!(explain(&explanation.code.to_lowercase()), Some(explanation));
        assert_eq!(explanation.to_string(), explanation.page);
    }
    assert_eq!(explain("S0999"), None);
    assert_eq!(explain(""), None);
}

#[test]
fn each_page_has_the_form_of_a_page() {
    for explanation in explanations() {
        let (code, page) = (explanation.code, explanation.page);
        assert!(page.starts_with(&format!("# {code}: {}\n\n## ", explanation.title)), "{code}");
        assert!(!explanation.title.is_empty() && !explanation.title.ends_with('.'), "{code}");
        let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, SECTIONS, "{code}");
        for heading in SECTIONS {
            assert!(!section(page, heading).trim().is_empty(), "{code}: {heading}");
        }
        assert!(with_report(page, "").lines().all(|line| line.chars().count() <= 120), "{code}");
        assert!(page.ends_with('\n') && !page.ends_with("\n\n") && !page.contains('\r'), "{code}");
    }
}

#[test]
fn each_example_is_reported_as_its_page_says() {
    let mut wrong = Vec::new();
    for Explanation { code, page, .. } in with_example() {
        let example = section(page, "Example");
        let diagnostics = diagnostics(code, &files(example), &options(example));
        let codes: BTreeSet<_> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, BTreeSet::from([*code]), "{}", report(&diagnostics));
        assert!(section(page, "Example").contains(REPORT), "{code}");
        let expected = with_report(page, &report(&diagnostics));
        if !holds(&pages_folder().join(format!("{code}.md")), &expected) {
            wrong.push(format!("{code}:\n{}", report(&diagnostics)));
        }
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECTED=1 rewrites what is expected\n{}", wrong.join("\n"));
}

#[test]
fn each_corrected_example_has_nothing_reported() {
    for Explanation { code, page, .. } in with_example() {
        let section_of_correction = section(page, "What to do");
        let corrected = files(section_of_correction);
        assert!(!corrected.is_empty() || section_of_correction.contains(BUILD), "{code}");
        // Files that need no correction are not shown again.
        let mut all = files(section(page, "Example"));
        all.extend(corrected);
        let diagnostics = diagnostics(code, &all, &options(section_of_correction));
        assert!(diagnostics.is_empty(), "{code}, corrected:\n{}", report(&diagnostics));
    }
}

#[test]
fn codes_without_example_say_so() {
    for (code, reason) in WITHOUT_EXAMPLE {
        let page = explain(code).unwrap().page;
        assert!(!page.contains(JSON) && !page.contains(REPORT), "{code} has an example, although {reason}");
    }
}

#[test]
fn the_index_lists_all_pages() {
    let path = pages_folder().join("README.md");
    let expected = with_index(&fs::read_to_string(&path).unwrap());
    let missing = explanations().iter().find(|explanation| !expected.contains(&format!("({}.md)", explanation.code)));
    assert_eq!(missing, None, "its family has no heading");
    assert!(holds(&path, &expected), "UPDATE_EXPECTED=1 rewrites what is expected\n{expected}");
}
