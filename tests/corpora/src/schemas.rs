//! The schemas of each corpus as one set, with a topic for each event. The build script uses this file as well.

use std::path::{Path, PathBuf};
use std::{fs, io};

use thoth_messaging_codegen::SchemaSet;

/// How the schemas of a corpus lie in its folder.
#[derive(Debug)]
pub struct Layout {
    /// The name of the corpus: of its folder, and what its topics begin with.
    pub name: &'static str,
    /// The folder of the schemas below it: references between files without a `$id` start there.
    pub schemas: &'static str,
    /// The topic of a file of this name, without the name of the corpus; `None` where it has only what others use.
    topic: fn(&str) -> Option<String>,
    /// Whether a JSON file of this name is a schema.
    is_schema: fn(&str) -> bool,
    /// True if its authors mean each relative `$id` from the folder of the schemas, not from the file's own.
    one_base: bool,
}

/// The corpora.
pub const LAYOUTS: &[Layout] = &[
    Layout {
        name: "cdevents",
        schemas: "schemas",
        topic: |name| (!name.contains('/')).then(|| stem(name).to_owned()),
        is_schema: |_| true,
        one_base: false,
    },
    Layout {
        name: "openlineage",
        schemas: "spec",
        topic: |name| Some(stem(name).to_owned()),
        is_schema: |name| !name.starts_with("tests/") && stem(name) != "registry",
        one_base: false,
    },
    Layout {
        name: "github-webhooks",
        schemas: "payload-schemas/api.github.com",
        topic: |name| {
            let (event, action) = name.split_once('/')?;
            (event != "common").then(|| format!("{event}.{}", stem(action)))
        },
        is_schema: |_| true,
        one_base: true,
    },
];

impl Layout {
    /// The schemas of the corpus, where `corpora` is the folder of all of them: as published, but that each event has
    /// an `x-kafka` object with its topic. The `origin` of each is its name below the folder of the schemas.
    ///
    /// # Errors
    ///
    /// Where a file can't be read.
    pub fn read(&self, corpora: &Path) -> io::Result<SchemaSet> {
        let folder = corpora.join(self.name).join(self.schemas);
        let mut set = SchemaSet::new();
        for path in json_files(&folder)? {
            let name = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            if (self.is_schema)(&name) {
                let text = fs::read_to_string(&path)?;
                let text =
                    (self.topic)(&name).map_or(text.clone(), |topic| with_topic(&text, &self.full_topic(&topic)));
                // A name without a folder: references start from the folder of all.
                let in_set = if self.one_base { name.replace('/', ".") } else { name.clone() };
                set.add(in_set, name, text);
            }
        }
        Ok(set)
    }

    /// The topic of a file, by its name below the folder of the schemas.
    #[must_use]
    pub fn topic(&self, name: &str) -> Option<String> {
        (self.topic)(name).map(|topic| self.full_topic(&topic))
    }

    fn full_topic(&self, topic: &str) -> String {
        format!("{}.{topic}", self.name.strip_suffix("-webhooks").unwrap_or(self.name))
    }
}

/// The text of a schema with an `x-kafka` object. Lines stay where they are.
fn with_topic(text: &str, topic: &str) -> String {
    text.replacen('{', &format!("{{ \"x-kafka\": {{\"topic\": \"{topic}\"}},"), 1)
}

/// The last part of a name, up to its first dot.
fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.split('.').next().unwrap_or(file)
}

/// The JSON files below a folder, ordered.
///
/// # Errors
///
/// Where a folder can't be read.
pub fn json_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(json_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
