//! The allowed dependencies between crates of the workspace.
//!
//! [`ALLOWED`] is the table; `ARCHITECTURE.md` prints it, and `UPDATE_EXPECTED=1` rewrites it there. An arrow that is not
//! in it is an error, and so is a row that allows what no crate needs.

use std::collections::BTreeSet;

use crate::workspace::{Arrow, Crate, Part, Purpose};

/// The dependencies that the crate in a folder may have.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// The folder of a crate, or `examples/*`.
    pub from: &'static str,
    /// For the library or program.
    pub code: &'static [&'static str],
    /// For the build script.
    pub build_script: &'static [&'static str],
    /// For the tests in the crate, besides what the library or program has.
    pub tests: &'static [&'static str],
}

const fn row(
    from: &'static str,
    code: &'static [&'static str],
    build_script: &'static [&'static str],
    tests: &'static [&'static str],
) -> Allowed {
    Allowed { from, code, build_script, tests }
}

/// The table for the crates that ship, from the ground up, and for the examples, which use them as a stranger would.
/// The crates that prove (`tests/*`, `fuzz`, `benches/*`) may depend on all that ship and on each other.
pub const ALLOWED: &[Allowed] = &[
    row("documents", &[], &[], &[]),
    row("codegen", &["documents"], &[], &[]),
    row("compat", &["documents"], &[], &[]),
    row("build-support", &["codegen", "documents"], &[], &[]),
    row("runtime", &["documents"], &["build-support"], &[]),
    row("cli", &["build-support", "codegen", "compat", "documents", "runtime"], &[], &[]),
    row("examples/*", &["runtime"], &["build-support"], &["build-support"]),
];

impl Allowed {
    fn is_for(&self, folder: &str) -> bool {
        match self.from.strip_suffix('*') {
            Some(parent) => folder.starts_with(parent),
            None => folder == self.from,
        }
    }

    fn of(&self, part: Part) -> &'static [&'static str] {
        match part {
            Part::Code => self.code,
            Part::BuildScript => self.build_script,
            Part::Tests => self.tests,
        }
    }
}

/// Returns a sentence for each dependency that the table does not allow, and for each that it allows in vain.
#[must_use]
pub fn violations(crates: &[Crate], allowed: &[Allowed]) -> Vec<String> {
    let refused = crates.iter().flat_map(|from| {
        from.arrows
            .iter()
            .filter(|arrow| !is_allowed(from, arrow, crates, allowed))
            .map(|arrow| format!("{} of `{}` may not depend on `{}`", arrow.part, from.folder, arrow.to))
    });
    let without_row = crates
        .iter()
        .filter(|one| one.purpose() == Purpose::Ships && !allowed.iter().any(|row| row.is_for(&one.folder)))
        .map(|one| format!("`{}` ships, and no row says what it may depend on", one.folder));
    refused.chain(without_row).chain(unused(crates, allowed)).collect()
}

fn is_allowed(from: &Crate, arrow: &Arrow, crates: &[Crate], allowed: &[Allowed]) -> bool {
    if from.purpose() == Purpose::Proves {
        return crates.iter().any(|to| to.folder == arrow.to && to.purpose() != Purpose::Shows);
    }
    allowed.iter().filter(|row| row.is_for(&from.folder)).any(|row| {
        let to = arrow.to.as_str();
        row.of(arrow.part).contains(&to) || arrow.part == Part::Tests && row.code.contains(&to)
    })
}

fn unused(crates: &[Crate], allowed: &[Allowed]) -> Vec<String> {
    let mut unused = Vec::new();
    for row in allowed {
        for part in [Part::Code, Part::BuildScript, Part::Tests] {
            let found: BTreeSet<&str> = crates
                .iter()
                .filter(|one| row.is_for(&one.folder))
                .flat_map(|one| one.arrows.iter().filter(|arrow| arrow.part == part))
                .map(|arrow| arrow.to.as_str())
                .collect();
            let in_vain = row.of(part).iter().filter(|to| !found.contains(*to));
            unused.extend(in_vain.map(|to| format!("{part} of `{}` does not depend on `{to}`", row.from)));
        }
    }
    unused
}

/// Returns the folders of all crates that a crate depends on, over any number of steps, by dependencies of some parts.
#[must_use]
pub fn reached<'a>(crates: &'a [Crate], from: &'a str, parts: &[Part]) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(folder) = open.pop() {
        let arrows = crates.iter().filter(|one| one.folder == folder).flat_map(|one| &one.arrows);
        for arrow in arrows.filter(|arrow| parts.contains(&arrow.part)) {
            if reached.insert(arrow.to.as_str()) {
                open.push(&arrow.to);
            }
        }
    }
    reached
}

/// Prints the table for `ARCHITECTURE.md`.
#[must_use]
pub fn table(allowed: &[Allowed]) -> String {
    let cell = |folders: &[&str]| {
        let names: Vec<_> = folders.iter().map(|folder| format!("`{folder}`")).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    };
    let rows = allowed.iter().map(|row| {
        let Allowed { from, code, build_script, tests } = row;
        format!("| `{from}` | {} | {} | {} |\n", cell(code), cell(build_script), cell(tests))
    });
    format!(
        "\n| crate | may depend on | its build script on | its tests, besides, on |\n|---|---|---|---|\n{}\
         | `tests/*`, `fuzz`, `benches/*` | all that ship, and each other | the same | the same |\n\n",
        rows.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use serde_json::{Value, json};

    use super::*;
    use crate::workspace::{crates, crates_of, root};

    /// The table stands between these in `ARCHITECTURE.md`.
    const MARKS: [&str; 2] = ["<!-- arrows -->\n", "<!-- /arrows -->\n"];

    /// A crate in a folder, with its dependencies: their kind and folder.
    fn package(folder: &str, dependencies: &[(Option<&str>, &str)]) -> Value {
        let dependencies: Vec<_> = dependencies
            .iter()
            .map(|(kind, to)| json!({"kind": kind, "path": format!("/root/{to}")}))
            .chain([json!({"kind": null, "name": "serde"})])
            .collect();
        json!({"manifest_path": format!("/root/{folder}/Cargo.toml"), "dependencies": dependencies})
    }

    fn found(packages: &[Value]) -> Vec<String> {
        let allowed = [
            row("codegen", &[], &[], &[]),
            row("runtime", &[], &["codegen"], &[]),
            row("examples/*", &["runtime"], &[], &[]),
        ];
        violations(&crates_of(&json!({"workspace_root": "/root", "packages": packages})), &allowed)
    }

    fn allowed_packages() -> Vec<Value> {
        vec![
            package("codegen", &[]),
            package("runtime", &[(Some("build"), "codegen")]),
            package("examples/one", &[(None, "runtime")]),
            package("tests/golden", &[(None, "codegen"), (Some("dev"), "tests/oracle")]),
            package("tests/oracle", &[(None, "runtime")]),
        ]
    }

    #[test]
    fn dependencies_of_the_workspace_are_allowed_and_allowed_ones_are_there() {
        let violations = violations(&crates().unwrap(), ALLOWED);
        assert!(violations.is_empty(), "see ALLOWED in tests/architecture/src/arrows.rs\n{}", violations.join("\n"));
    }

    #[test]
    fn the_generator_and_the_runtime_meet_in_a_build_script_alone() {
        let crates = crates().unwrap();
        assert!(!reached(&crates, "runtime", &[Part::Code]).contains("codegen"));
        assert!(!reached(&crates, "codegen", &[Part::Code, Part::BuildScript, Part::Tests]).contains("runtime"));
        assert!(reached(&crates, "runtime", &[Part::Code, Part::BuildScript]).contains("codegen"));
    }

    #[test]
    fn the_table_of_the_architecture_is_this_one() {
        let path = root().join("ARCHITECTURE.md");
        let page = fs::read_to_string(&path).unwrap();
        let (before, rest) = page.split_once(MARKS[0]).unwrap();
        let (_, after) = rest.split_once(MARKS[1]).unwrap();
        let expected = [before, MARKS[0], &table(ALLOWED), MARKS[1], after].concat();
        if env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&path, expected).unwrap();
            return;
        }
        assert!(page == expected, "UPDATE_EXPECTED=1 rewrites the table\n{}", table(ALLOWED));
    }

    #[test]
    fn accepts_what_the_table_allows() {
        assert_eq!(found(&allowed_packages()), Vec::<String>::new());
    }

    #[test]
    fn refuses_a_shipped_crate_that_depends_on_what_proves_it() {
        let mut packages = allowed_packages();
        packages[0] = package("codegen", &[(Some("dev"), "tests/golden")]);
        assert_eq!(found(&packages), ["the tests of `codegen` may not depend on `tests/golden`"]);
    }

    #[test]
    fn tells_the_parts_of_a_crate_apart() {
        let mut packages = allowed_packages();
        packages[1] = package("runtime", &[(Some("build"), "codegen"), (None, "codegen")]);
        assert_eq!(found(&packages), ["the code of `runtime` may not depend on `codegen`"]);
    }

    #[test]
    fn lets_tests_have_what_the_code_has() {
        let mut packages = allowed_packages();
        packages[2] = package("examples/one", &[(None, "runtime"), (Some("dev"), "runtime")]);
        assert_eq!(found(&packages), Vec::<String>::new());
    }

    #[test]
    fn refuses_a_proof_that_depends_on_an_example() {
        let mut packages = allowed_packages();
        packages[4] = package("tests/oracle", &[(None, "examples/one")]);
        assert_eq!(found(&packages), ["the code of `tests/oracle` may not depend on `examples/one`"]);
    }

    #[test]
    fn refuses_a_row_that_nothing_needs() {
        let mut packages = allowed_packages();
        packages[1] = package("runtime", &[]);
        assert_eq!(found(&packages), ["the build script of `runtime` does not depend on `codegen`"]);
    }

    #[test]
    fn asks_for_a_row_for_each_shipped_crate() {
        let mut packages = allowed_packages();
        packages.push(package("compat", &[]));
        assert_eq!(found(&packages), ["`compat` ships, and no row says what it may depend on"]);
    }

    #[test]
    fn follows_dependencies_over_several_steps() {
        let packages =
            [package("a", &[(None, "b")]), package("b", &[(None, "c"), (Some("dev"), "d")]), package("c", &[])];
        let crates = crates_of(&json!({"workspace_root": "/root", "packages": packages}));
        assert_eq!(reached(&crates, "a", &[Part::Code]), BTreeSet::from(["b", "c"]));
    }
}
