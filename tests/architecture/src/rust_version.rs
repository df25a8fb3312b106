//! The Rust that a user needs at least.
//!
//! The job `msrv` of the workflow compiles the published crates with that Rust. Where it is not at hand, this finds what
//! is broken most often: a dependency that was updated and asks for a newer one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Returns a sentence for each dependency of a published crate that needs a newer Rust than the crate.
///
/// It takes the whole output of `cargo metadata`, with dependencies. Those of tests are no user's.
#[must_use]
pub fn violations(metadata: &Value) -> Vec<String> {
    let packages = list(&metadata["packages"]).map(|package| (text(&package["id"]), package)).collect();
    let nodes = list(&metadata["resolve"]["nodes"]).map(|node| (text(&node["id"]), node)).collect();
    let published = list(&metadata["workspace_members"])
        .filter_map(|id| packages_get(&packages, text(id)))
        .filter(|package| package["publish"].is_null());
    published.flat_map(|package| too_new(package, &packages, &nodes)).collect()
}

type ById<'a> = BTreeMap<&'a str, &'a Value>;

fn packages_get<'a>(packages: &ById<'a>, id: &str) -> Option<&'a Value> {
    packages.get(id).copied()
}

fn too_new(from: &Value, packages: &ById<'_>, nodes: &ById<'_>) -> Vec<String> {
    let promised = version(from);
    let mut seen = BTreeSet::new();
    let mut open = vec![text(&from["id"])];
    let mut found = Vec::new();
    while let Some(id) = open.pop() {
        let (Some(package), Some(node)) = (packages.get(id), nodes.get(id)) else { continue };
        if version(package) > promised {
            let [from, name, version, needs] =
                [&from["name"], &package["name"], &package["version"], &package["rust_version"]].map(text);
            found.push(format!("`{from}` depends on `{name}` {version}, which needs Rust {needs}"));
        }
        for dependency in list(&node["deps"]).filter(|dependency| !is_for_tests_alone(dependency)) {
            let id = text(&dependency["pkg"]);
            if seen.insert(id) {
                open.push(id);
            }
        }
    }
    found
}

fn is_for_tests_alone(dependency: &Value) -> bool {
    list(&dependency["dep_kinds"]).all(|kind| kind["kind"] == "dev")
}

/// The parts of a version, so that 1.9 is before 1.10; nothing is the oldest.
fn version(package: &Value) -> Vec<u64> {
    text(&package["rust_version"]).split('.').filter_map(|part| part.parse().ok()).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use serde_json::json;

    use super::*;
    use crate::workspace::metadata;

    fn package(name: &str, rust_version: Option<&str>) -> Value {
        json!({"id": name, "name": name, "version": "1.0.0", "rust_version": rust_version, "publish": null})
    }

    fn node(id: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<_> =
            dependencies.iter().map(|(id, kind)| json!({"pkg": id, "dep_kinds": [{"kind": kind}]})).collect();
        json!({"id": id, "deps": dependencies})
    }

    #[test]
    fn no_dependency_needs_a_newer_rust_than_is_promised() {
        let version = Command::new("rustc").arg("-vV").output().unwrap();
        let version = String::from_utf8(version.stdout).unwrap();
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        // What other platforms need may not have been downloaded.
        let violations = violations(&metadata(&["--all-features", "--filter-platform", host]).unwrap());
        assert!(violations.is_empty(), "{}", violations.join("\n"));
    }

    #[test]
    fn finds_a_dependency_of_a_dependency_and_leaves_out_those_of_tests() {
        let metadata = json!({
            "workspace_members": ["runtime"],
            "packages": [
                package("runtime", Some("1.88")),
                package("old", Some("1.9.1")),
                package("silent", None),
                package("new", Some("1.89")),
                package("tests", Some("1.95")),
            ],
            "resolve": {"nodes": [
                node("runtime", &[("old", None), ("tests", Some("dev"))]),
                node("old", &[("silent", Some("build"))]),
                node("silent", &[("new", None)]),
                node("new", &[("runtime", None)]),
                node("tests", &[]),
            ]},
        });
        assert_eq!(violations(&metadata), ["`runtime` depends on `new` 1.0.0, which needs Rust 1.89"]);
    }
}
