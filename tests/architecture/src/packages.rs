//! What a published crate has to tell its users, on crates.io and on docs.rs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::workspace::{Crate, Purpose};

const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// crates.io takes no more keywords and no more categories than that.
const MAX_WORDS: usize = 5;

/// The attribute for docs.rs, which says at each item the feature that it needs.
const DOC_CFG: &str = "#![cfg_attr(docsrs, feature(doc_cfg))]";

/// Returns a sentence for each thing that the published crates lack, and for each crate that is published by mistake.
#[must_use]
pub fn violations(root: &Path, crates: &[Crate]) -> Vec<String> {
    let of_one = |one: &Crate| {
        let found = match (one.purpose(), one.is_published()) {
            (Purpose::Ships, true) => lacks(root, one),
            (Purpose::Ships, false) => vec!["ships, but says `publish = false`".to_owned()],
            (Purpose::Shows | Purpose::Proves, true) => vec!["has to say `publish = false`".to_owned()],
            (Purpose::Shows | Purpose::Proves, false) => Vec::new(),
        };
        found.into_iter().map(|what| format!("`{}` {what}", one.folder)).collect::<Vec<_>>()
    };
    crates.iter().flat_map(of_one).collect()
}

fn lacks(root: &Path, one: &Crate) -> Vec<String> {
    let folder = root.join(&one.folder);
    let mut lacks: Vec<String> = ["description", "license", "repository", "rust_version"]
        .into_iter()
        .filter(|field| one.package[field].as_str().is_none_or(str::is_empty))
        .map(|field| format!("has no `{field}`"))
        .collect();
    for field in ["keywords", "categories"] {
        let count = one.package[field].as_array().map_or(0, Vec::len);
        if !(1..=MAX_WORDS).contains(&count) {
            lacks.push(format!("has {count} `{field}`, not 1 to {MAX_WORDS}"));
        }
    }
    if !one.package["readme"].as_str().is_some_and(|readme| folder.join(readme).is_file()) {
        lacks.push("has no README".to_owned());
    }
    for licence in LICENCES {
        let text = fs::read_to_string(root.join(licence)).ok();
        if text.is_none() || text != fs::read_to_string(folder.join(licence)).ok() {
            lacks.push(format!("has no {licence} that is the one of the root"));
        }
    }
    lacks.extend(lacks_for_docs(&folder, &one.package));
    lacks
}

/// docs.rs builds with all features, and a library says what needs which.
fn lacks_for_docs(folder: &Path, package: &Value) -> Vec<String> {
    let mut lacks = Vec::new();
    let expected = json!({"all-features": true, "rustdoc-args": ["--cfg", "docsrs"]});
    if package["metadata"]["docs"]["rs"] != expected {
        lacks.push(format!("has no `package.metadata.docs.rs` with {expected}"));
    }
    let library = fs::read_to_string(folder.join("src/lib.rs"));
    if library.is_ok_and(|text| !text.lines().any(|line| line == DOC_CFG)) {
        lacks.push(format!("has no `{DOC_CFG}` in src/lib.rs"));
    }
    lacks
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::{env, process};

    use super::*;
    use crate::workspace::{crates, root};

    fn one(folder: &str, package: Value) -> Crate {
        Crate { folder: folder.to_owned(), arrows: Vec::new(), package }
    }

    fn complete() -> Value {
        json!({
            "publish": null,
            "description": "Reads",
            "license": "MIT",
            "repository": "https://example.org",
            "rust_version": "1.88",
            "readme": "README.md",
            "keywords": ["kafka"],
            "categories": ["encoding"],
            "metadata": {"docs": {"rs": {"all-features": true, "rustdoc-args": ["--cfg", "docsrs"]}}},
        })
    }

    /// A root with the licences, and a crate `codegen` in it with all that it has to have.
    fn scratch(test: &str) -> PathBuf {
        let root = env::temp_dir().join(format!("thoth-messaging-packages-{}-{test}", process::id()));
        fs::create_dir_all(root.join("codegen/src")).unwrap();
        for (path, text) in [("README.md", "A crate"), ("src/lib.rs", DOC_CFG)] {
            fs::write(root.join("codegen").join(path), text).unwrap();
        }
        for licence in LICENCES {
            fs::write(root.join(licence), licence).unwrap();
            fs::write(root.join("codegen").join(licence), licence).unwrap();
        }
        root
    }

    #[test]
    fn published_crates_have_all_that_their_users_need() {
        let violations = violations(&root(), &crates().unwrap());
        assert!(violations.is_empty(), "{}", violations.join("\n"));
    }

    #[test]
    fn accepts_a_crate_with_all_of_it_and_refuses_each_field_that_is_missing() {
        let root = scratch("fields");
        let mut found = vec![violations(&root, &[one("codegen", complete())])];
        for field in complete().as_object().unwrap().keys().filter(|field| *field != "publish") {
            let mut package = complete();
            package.as_object_mut().unwrap().remove(field);
            found.push(violations(&root, &[one("codegen", package)]));
        }
        fs::remove_dir_all(root).unwrap();
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1, 1, 1, 1, 1, 1, 1, 1], "{found:#?}");
    }

    #[test]
    fn refuses_missing_files() {
        let root = scratch("files");
        for path in ["README.md", "src/lib.rs", "LICENSE-MIT", "LICENSE-APACHE"] {
            fs::write(root.join("codegen").join(path), "something else").unwrap();
        }
        fs::remove_file(root.join("codegen/README.md")).unwrap();
        let found = violations(&root, &[one("codegen", complete())]);
        fs::remove_dir_all(root).unwrap();
        assert_eq!(found.len(), 4, "{found:#?}");
    }

    #[test]
    fn refuses_a_test_that_would_be_published_and_a_crate_that_would_not() {
        let found = violations(
            &root(),
            &[one("tests/golden", json!({"publish": null})), one("runtime", json!({"publish": []}))],
        );
        assert_eq!(
            found,
            ["`tests/golden` has to say `publish = false`", "`runtime` ships, but says `publish = false`"]
        );
    }
}
