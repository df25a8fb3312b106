//! What is generated of a set of schemas of which some may be refused.

use std::collections::{BTreeMap, BTreeSet};

use thoth_messaging_codegen::{GeneratedFile, Generation, Options, SchemaSet, Severity, generate};

/// How often the files with errors are left out before the whole set is.
const ROUNDS: usize = 50;

/// What is generated of a set.
#[derive(Debug)]
pub struct WithoutErrors {
    /// The generated files; none where all schemas were left out.
    pub files: Vec<GeneratedFile>,
    /// The schemas that they are generated from.
    pub schemas: SchemaSet,
    /// The schema files that were left out, and the codes of the errors in them.
    pub refused: BTreeMap<String, BTreeSet<&'static str>>,
}

impl WithoutErrors {
    /// All of it where that is without errors, else all but the files with errors and those that refer to them.
    #[must_use]
    pub fn of(mut set: SchemaSet) -> Self {
        let mut refused: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
        for _ in 0..ROUNDS {
            let generation = generate(&set, &Options::default());
            if !generation.has_errors() {
                return Self { files: generation.files, schemas: set, refused };
            }
            let errors = errors(&generation);
            if errors.is_empty() {
                break;
            }
            set = without(&set, &errors);
            refused.extend(errors);
        }
        refused.extend(set.iter().map(|(_, file)| (file.origin.clone(), BTreeSet::from(["a set of them"]))));
        Self { files: Vec::new(), schemas: SchemaSet::new(), refused }
    }
}

/// The codes of the errors by the file that they are in.
fn errors(generation: &Generation) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut errors: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for diagnostic in generation.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        if let Some(location) = &diagnostic.location {
            errors.entry(location.file.clone()).or_default().insert(diagnostic.code);
        }
    }
    errors
}

fn without(set: &SchemaSet, files: &BTreeMap<String, BTreeSet<&str>>) -> SchemaSet {
    let mut kept = SchemaSet::new();
    for (name, file) in set.iter().filter(|(_, file)| !files.contains_key(&file.origin)) {
        kept.add(name, &*file.origin, &*file.text);
    }
    kept
}
