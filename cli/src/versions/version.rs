//! A version of a schema folder.

use thoth_messaging_codegen::SchemaSet;

/// A schema folder as it stands elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// Its name in messages: `main (1a2b3c4d5e)`, or a path.
    pub(crate) label: String,
    /// The path of the folder that was looked for.
    pub(crate) wanted: String,
    /// The path of the folder that was read; none where that version has no such folder.
    pub(crate) folder: Option<String>,
    /// Its schemas, named from the folder. The origin of one in git is what `git show` takes, `main:schemas/a.json`.
    pub(crate) schemas: SchemaSet,
}

impl Version {
    /// The folder that was read, where it has another name than the one that was looked for.
    pub(crate) fn other_folder(&self) -> Option<&str> {
        self.folder.as_deref().filter(|folder| *folder != self.wanted)
    }

    /// A note to print before the result: that all is new, or that another folder was read than the one that was
    /// looked for.
    pub(crate) fn note(&self) -> Option<String> {
        let Self { label, wanted, folder, schemas } = self;
        match folder {
            None => Some(format!(
                "{label} has no folder `{wanted}`: every schema is new; where it was elsewhere then, name its path there \
                 with `--old-folder`"
            )),
            Some(folder) if schemas.is_empty() => {
                Some(format!("the folder `{folder}` of {label} has no schema files: every schema is new"))
            }
            Some(folder) if folder != wanted => Some(format!("of {label}, the folder `{folder}` was read")),
            Some(_) => None,
        }
    }
}
