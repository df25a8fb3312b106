//! The payloads that came with each corpus, and which schema each is a payload of.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::Value;

use crate::schemas::{Layout, json_files};

/// A payload that came with a corpus.
#[derive(Clone, Debug)]
pub struct Payload {
    /// The file below the folder of the corpus.
    pub file: String,
    /// The topic of the schema that its authors mean it for; `None` where they have none.
    pub topic: Option<String>,
    /// What the file says.
    pub text: Vec<u8>,
}

/// The payloads of a corpus in its folder.
pub(crate) fn read(layout: &Layout, folder: &Path) -> io::Result<Vec<Payload>> {
    let find = match layout.name {
        "cdevents" => cdevents,
        "openlineage" => openlineage,
        _ => github_webhooks,
    };
    find(folder)?
        .into_iter()
        .map(|(path, schema)| {
            let file = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            let exists = |schema: &String| folder.join(layout.schemas).join(schema).exists();
            let topic = schema.filter(exists).and_then(|schema| layout.topic(&schema));
            Ok(Payload { file, topic, text: fs::read(path)? })
        })
        .collect()
}

/// Files of payloads, and the name of the schema of each.
type Pairs = Vec<(PathBuf, Option<String>)>;

/// `conformance/artifact_signed.json` is of `schemas/artifactsigned.json`; those in folders below are no events.
fn cdevents(folder: &Path) -> io::Result<Pairs> {
    let folder = folder.join("conformance");
    let files = json_files(&folder)?.into_iter().filter(|path| path.parent() == Some(&folder));
    Ok(files.map(|path| (path.clone(), Some(format!("{}.json", name(&path).replace('_', ""))))).collect())
}

/// `tests/SQLJobFacet/1.json` is of `facets/SQLJobFacet.json`; those in `tests` itself are whole events.
fn openlineage(folder: &Path) -> io::Result<Pairs> {
    let tests = folder.join("spec/tests");
    let files = json_files(&tests)?.into_iter();
    Ok(files
        .map(|path| {
            let parent = path.parent().filter(|parent| *parent != tests);
            let schema = parent.map_or("OpenLineage.json".to_owned(), |facet| format!("facets/{}.json", name(facet)));
            (path, Some(schema))
        })
        .collect())
}

/// `payload-examples/api.github.com/star/….json` with the `action` `created` is of `star/created.schema.json`; of
/// `star/event.schema.json` where there is none for the action, or the payload has none.
fn github_webhooks(folder: &Path) -> io::Result<Pairs> {
    let schemas = folder.join("payload-schemas/api.github.com");
    let mut pairs = Vec::new();
    for path in json_files(&folder.join("payload-examples/api.github.com"))? {
        let payload: Value = serde_json::from_slice(&fs::read(&path)?)?;
        let event = path.parent().map(name).unwrap_or_default();
        let of_action = payload["action"].as_str().map(|action| format!("{event}/{action}.schema.json"));
        let of_action = of_action.filter(|schema| schemas.join(schema).exists());
        pairs.push((path, Some(of_action.unwrap_or_else(|| format!("{event}/event.schema.json")))));
    }
    Ok(pairs)
}

/// The last part of a path, without what comes after its first dot.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().split('.').next().unwrap_or_default().to_owned()
}
