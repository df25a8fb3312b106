//! Schema files as bytes.

use thoth_messaging_build::OtherFormat;
use thoth_messaging_codegen::{Location, SchemaSet, UnreadFile};

use super::failure::Failure;

/// Adds a file to a set.
pub(super) fn add(schemas: &mut SchemaSet, name: &str, origin: String, bytes: &[u8]) -> Result<(), Failure> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Failure::new(format!("`{origin}` is not UTF-8: {error}"), "JSON is UTF-8: save the file as that")
    })?;
    refuse_pointer(&origin, text)?;
    schemas.add(name, origin, text);
    Ok(())
}

/// Adds a file that is no schema by its name, though nearly, as one that was not read; false if it is a schema.
pub(super) fn add_other(schemas: &mut SchemaSet, name: &str, origin: &str) -> bool {
    let Some(format) = OtherFormat::of(name) else { return false };
    let location = Location { file: origin.to_owned(), line: 1, column: 1, pointer: String::new() };
    let reason = format!("it {}", format.reason("schemas"));
    schemas.add_unread(name, UnreadFile { location, reason, help: format.help().to_owned() });
    true
}

/// Refuses a text that only says where Git LFS keeps the file.
pub(super) fn refuse_pointer(origin: &str, text: &str) -> Result<(), Failure> {
    if !text.starts_with("version https://git-lfs.github.com/spec/") {
        return Ok(());
    }
    Err(Failure {
        reason: format!("`{origin}` is a pointer of Git LFS, not the schema itself"),
        help: vec![
            "where a checkout has the schemas, compare with that: `git lfs pull` there, then `--against folder:PATH`"
                .to_owned(),
            "schema files are better kept out of LFS: `git lfs untrack`, then `git add --renormalize .`".to_owned(),
        ],
    })
}
