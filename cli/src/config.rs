//! The settings of a project: `thoth-messaging.toml`.

use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use thoth_messaging_build::Refusal;
use thoth_messaging_codegen::{LintLevel, Lints, Options};

use crate::breaking::settings::Breaking;
use crate::failure::Failure;
use crate::services::Service;

const FILE: &str = "thoth-messaging.toml";

/// The most bytes of a file of settings.
const MAX_BYTES: u64 = 1 << 20;

/// The settings of a project.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "thoth-messaging.toml")]
pub(crate) struct Config {
    /// The folders of the schema files, from the folder of this file; `schemas` by default.
    schemas: Vec<PathBuf>,
    /// What `generate` does.
    pub(crate) generate: Generate,
    /// What code is generated; `check` looks for mistakes in it too.
    pub(crate) options: Options,
    /// The levels of lints, by name or code, as `open-object = "error"`; `all` is all of them.
    lints: BTreeMap<String, Level>,
    /// What `breaking` compares, and how strictly.
    pub(crate) breaking: Breaking,
    /// The services, by name: who sends and who receives which message.
    pub(crate) services: BTreeMap<String, Service>,
    #[serde(skip)]
    folder: PathBuf,
}

/// What `generate` does.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Generate {
    /// The folder to write to, from the folder of this file.
    pub(crate) out: Option<PathBuf>,
}

/// How much a lint matters.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    /// It says nothing.
    Off,
    /// It is reported, and fails nothing.
    Warning,
    /// It fails the check.
    Error,
}

impl From<Level> for LintLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Off => Self::Off,
            Level::Warning => Self::Warning,
            Level::Error => Self::Error,
        }
    }
}

impl Config {
    /// Reads a file; without one, the `thoth-messaging.toml` in the current folder or the nearest above it; the defaults
    /// where there is none.
    pub(crate) fn find(file: Option<&Path>) -> Result<Self, Failure> {
        if let Some(file) = file {
            return Self::read(file);
        }
        let current = env::current_dir().map_err(|error| {
            Failure::new(format!("there is no current folder: {error}")).help("go to a folder that is there")
        })?;
        // Relative, so that what is printed is as short as what a person would write.
        let mut upwards = PathBuf::new();
        for folder in current.ancestors() {
            let file = folder.join(FILE);
            if file.is_file() {
                // What is wrong with it is shown with its lines, which may be somebody's secrets.
                if !file.canonicalize().is_ok_and(|target| target.parent() == folder.canonicalize().ok().as_deref()) {
                    let reason = "is a link that leads to another folder";
                    return Err(
                        Refusal::new(file.display(), reason, "name the file that is meant with `--config`").into()
                    );
                }
                return Self::read(&upwards.join(FILE));
            }
            upwards.push("..");
        }
        Ok(Self::default())
    }

    fn read(file: &Path) -> Result<Self, Failure> {
        // No regular file, perhaps: `--config /dev/null` is how to have no settings.
        let mut text = String::new();
        let read = File::open(file).and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text));
        read.map_err(|error| Failure::read(file, &error))?;
        if text.len() as u64 > MAX_BYTES {
            return Err(Failure::new(format!("`{}` has more than {} KiB", file.display(), MAX_BYTES >> 10))
                .help("name a file of settings with `--config`"));
        }
        let mut config: Self = toml::from_str(&text).map_err(|error| {
            // It has several lines: the place, then what is wrong there.
            Failure::new(format!("`{}` can't be used: {}", file.display(), error.to_string().trim_end()))
                .help("`thoth-messaging explain settings` shows what can stand there")
        })?;
        config.folder = file.parent().map(Path::to_owned).unwrap_or_default();
        Ok(config)
    }

    /// The folders of the schema files.
    pub(crate) fn schemas(&self) -> Vec<PathBuf> {
        match self.schemas.as_slice() {
            [] => vec![self.path(Path::new("schemas"))],
            folders => folders.iter().map(|folder| self.path(folder)).collect(),
        }
    }

    /// The levels of the lints.
    pub(crate) fn lint_levels(&self) -> Result<Lints, Failure> {
        let mut lints = Lints::default();
        for (name, level) in &self.lints {
            lints.set(name, (*level).into()).map_err(|error| Failure::unknown_lint("[lints]", &error))?;
        }
        Ok(lints)
    }

    /// A path of the settings, from the current folder.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::Config;

    #[test]
    fn its_page_shows_settings_that_can_be_read() {
        let (_, after) = include_str!("settings.md").split_once("```toml\n").unwrap();
        let config: Config = toml::from_str(after.split("```").next().unwrap()).unwrap();
        assert_eq!(config.schemas(), [Path::new("schemas")]);
    }

    #[test]
    fn its_schema_is_the_one_in_the_repository() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("thoth-messaging.toml.schema.json");
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(Config)).unwrap() + "\n";
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&path, &schema).unwrap();
        }
        assert_eq!(fs::read_to_string(path).unwrap(), schema);
    }
}
