//! The folder of the schemas and payloads, and each schema as a message. The build script uses this file as well.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The schemas of the folder of the corpora, by the names of their files: each a message whose topic is that name.
///
/// # Errors
///
/// A file can't be read.
pub fn schemas(corpora: &Path) -> io::Result<Vec<(String, String)>> {
    let files = json_files(&corpora.join("schemastore/schemas"))?;
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // Lines stay where they are.
            let topic = format!("{{ \"x-kafka\": {{\"topic\": \"{name}\"}},");
            Ok((name, fs::read_to_string(path)?.replacen('{', &topic, 1)))
        })
        .collect()
}

/// The JSON files in a folder, ordered; none where there is no folder.
///
/// # Errors
///
/// The folder can't be read.
pub fn json_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let mut files: Vec<PathBuf> =
        files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    files.sort();
    Ok(files)
}
