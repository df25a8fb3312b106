// Folders of schema files, and the file beside them that says what is reported.

use std::path::{Path, PathBuf};
use std::{env, fs};

use thoth_messaging_codegen::{Diagnostic, Location, SchemaSet, UnreadFile};

/// The cases of a folder of `tests/`, ordered.
pub(crate) fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// The schema files of a case.
pub(crate) fn schemas(case: &Path) -> SchemaSet {
    let mut schemas = SchemaSet::new();
    for entry in fs::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let origin = format!("schemas/{name}");
            match fs::read_to_string(path) {
                Ok(text) => schemas.add(name, origin, text),
                Err(error) => {
                    let location = Location { file: origin, line: 1, column: 1, pointer: String::new() };
                    let (reason, help) = (error.to_string(), "save it as UTF-8".to_owned());
                    schemas.add_unread(name, UnreadFile { location, reason, help });
                }
            }
        }
    }
    if let Ok(lock) = fs::read_to_string(case.join("registry.lock")) {
        schemas.set_lock("schemas/registry.lock", lock);
    }
    schemas
}

/// Diagnostics as people read them.
pub(crate) fn report(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| format!("{diagnostic}\n")).collect::<Vec<_>>().join("\n")
}

/// Returns what differs from the file `expected.txt` of a case; nothing where it is rewritten.
pub(crate) fn difference(case: &Path, report: &str) -> Option<String> {
    let path = case.join("expected.txt");
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(path, report).unwrap();
        return None;
    }
    (fs::read_to_string(path).unwrap_or_default() != report).then(|| format!("{}:\n{report}", case.display()))
}

/// Fails where a diagnostic does not say where, or what to do.
pub(crate) fn assert_is_helpful(diagnostic: &Diagnostic, may_be_placeless: bool) {
    let text = diagnostic.to_string();
    assert!(diagnostic.location.is_some() || may_be_placeless, "{text}");
    assert!(diagnostic.help.is_some() || diagnostic.found.is_some(), "{text}");
    assert!(diagnostic.location.as_ref().is_none_or(|place| place.line > 0 && place.column > 0), "{text}");
    assert!(!diagnostic.message.contains('\n'), "{text}");
}
