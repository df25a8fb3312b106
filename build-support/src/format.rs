//! Files that are nearly schemas: of another format, or under another name.

use std::path::Path;

use crate::discover::is_hidden;

/// The format of a file that a schema folder holds and nothing reads, where a person may well take it for a schema.
///
/// It is told, and not passed over in silence. Backups (`a.json.bak`, `a.json~`) and all else are left alone.
///
/// ```
/// use thoth_messaging_build::OtherFormat;
///
/// assert_eq!(OtherFormat::of("orders/placed.schema.yaml"), Some(OtherFormat::Yaml));
/// assert_eq!(OtherFormat::of("orders/placed.JSON"), Some(OtherFormat::Renamed));
/// assert_eq!(OtherFormat::of("orders/placed.schema.json"), None);
/// assert_eq!(OtherFormat::of("README.md"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherFormat {
    /// YAML: `.yaml`, `.yml`.
    Yaml,
    /// JSON with comments, or with what else JSON lacks: `.jsonc`, `.json5`, `.hjson`.
    Commented,
    /// JSON under a name that does not end with `.json`: `.JSON`, `.jsonschema`, `.json-schema`.
    Renamed,
}

impl OtherFormat {
    /// Returns the format that the name of a file tells; none of a schema, and of what nobody takes for one. The name is the
    /// path from the folder, with `/`; what is hidden, or is in a hidden folder, has none.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        if name.split('/').any(is_hidden) {
            return None;
        }
        let extension = Path::new(name).extension()?.to_str()?;
        match extension.to_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "jsonc" | "json5" | "hjson" => Some(Self::Commented),
            "json" if extension != "json" => Some(Self::Renamed),
            "jsonschema" | "json-schema" => Some(Self::Renamed),
            _ => None,
        }
    }

    /// The reason why a file is not read, where `what` (schemas, payloads) are JSON.
    #[must_use]
    pub fn reason(self, what: &str) -> String {
        match self {
            Self::Yaml => format!("is YAML, and {what} are JSON"),
            Self::Commented => format!("is of another format by its name, and {what} are JSON without comments"),
            Self::Renamed => format!("has a name that does not end with `.json`, and names of {what} do"),
        }
    }

    /// The remedy where it is a schema.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Yaml => "`yq -o=json '.' FILE.yaml > FILE.json` writes it as JSON; keep YAML in another folder",
            Self::Commented => {
                "write it without comments and trailing commas to a file that is named `.json`; keep others in another folder"
            }
            Self::Renamed => {
                "give it a name that ends with `.json`; what is no schema is better kept in another folder"
            }
        }
    }
}
