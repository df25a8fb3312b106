//! The arguments of all commands about a registry.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use thoth_messaging::schema_registry::SchemaRegistry;

use crate::failure::Failure;

/// The address of a registry, and who asks it.
#[derive(Args)]
#[command(next_help_heading = "Registry")]
pub(super) struct ConnectionArgs {
    /// The address of the registry, or `SCHEMA_REGISTRY_URL`; several with commas between them are tried in turn.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The user.
    #[arg(long, value_name = "NAME", requires = "password_file")]
    user: Option<String>,
    /// A file whose first line is the password.
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// A file whose first line is a bearer token.
    #[arg(long, value_name = "FILE", conflicts_with = "user")]
    token_file: Option<PathBuf>,
    /// A PEM file with the certificates that the registry's is checked against, instead of the system's.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The seconds that a request may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
}

impl ConnectionArgs {
    /// The client of the registry.
    pub(super) fn registry(&self) -> Result<SchemaRegistry, Failure> {
        let from_environment = || env::var("SCHEMA_REGISTRY_URL").ok().filter(|url| !url.is_empty());
        let Some(url) = &self.url.clone().or_else(from_environment) else {
            return Err(Failure::new("no registry is named")
                .help("say `--url http://localhost:8081`, or set SCHEMA_REGISTRY_URL"));
        };
        let mut registry = SchemaRegistry::new(url)?.with_timeout(Duration::from_secs(self.timeout));
        if let (Some(user), Some(file)) = (&self.user, &self.password_file) {
            registry = registry.with_basic(user, secret(file)?);
        }
        if let Some(file) = &self.token_file {
            registry = registry.with_bearer(&secret(file)?);
        }
        match &self.ca_file {
            Some(file) => with_ca(registry, file),
            None => Ok(registry),
        }
    }
}

#[cfg(feature = "tls")]
fn with_ca(registry: SchemaRegistry, file: &Path) -> Result<SchemaRegistry, Failure> {
    let pem = fs::read(file).map_err(|error| Failure::read(file, &error))?;
    Ok(registry.with_ca_pem(&pem)?)
}

#[cfg(not(feature = "tls"))]
fn with_ca(_: SchemaRegistry, _: &Path) -> Result<SchemaRegistry, Failure> {
    Err(Failure::new("`--ca-file` is given, and this build has no TLS").help("install it with the feature `tls`"))
}

/// The first line of a file.
fn secret(file: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::read(file, &error))?;
    let line = text.lines().next().unwrap_or_default().trim_end();
    if line.is_empty() {
        return Err(Failure::new(format!("the first line of `{}` is empty", file.display()))
            .help("write the secret there, and nothing else"));
    }
    Ok(line.to_owned())
}

/// The schemas that a command is about, and their subjects.
#[derive(Args)]
pub(super) struct SubjectArgs {
    /// Folders of schema files; those of the settings by default.
    #[arg(value_name = "FOLDER")]
    pub(super) folders: Vec<PathBuf>,
    /// The names of subjects.
    #[arg(long, value_enum, default_value_t, value_name = "STRATEGY")]
    pub(super) strategy: Strategy,
}

/// The names of subjects, as Confluent's clients make them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Strategy {
    /// `<topic>-value`: a topic has messages of one type.
    #[default]
    Topic,
    /// The title of the message.
    Record,
    /// `<topic>-<title>`: a topic may have messages of several types.
    TopicRecord,
}
