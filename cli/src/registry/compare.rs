//! The state of a registry, beside the schemas that are to be there.

use rayon::prelude::*;
use thoth_messaging::schema_registry::{RegisteredSchema, SchemaRegistry, SchemaRegistryError};
use thoth_messaging_codegen::{Location, Severity};

use super::wanted::{Wanted, level_name};
use crate::failure::Failure;
use crate::finding::Finding;

/// The number of requests at once.
const REQUESTS: usize = 8;

/// The state of a subject, beside the schema that is to be its latest version.
#[derive(Debug)]
pub(super) enum State {
    /// There is no such subject.
    Absent,
    /// Its latest version is the schema.
    Registered(RegisteredSchema),
    /// An earlier version is the schema, and this is the latest one.
    Behind { own: RegisteredSchema, latest: RegisteredSchema },
    /// No version is the schema, and this is the latest one.
    Differs(RegisteredSchema),
}

/// A schema, and its subject in the registry.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) wanted: Wanted,
    pub(super) state: State,
    /// The level of the subject, where the schema says one that it is to have.
    pub(super) level: Option<String>,
}

/// Asks a registry for all subjects.
pub(super) fn compare(registry: &SchemaRegistry, wanted: Vec<Wanted>) -> Result<Vec<Compared>, Failure> {
    each(wanted, |wanted| {
        let state = state(registry, &wanted)?;
        let level = wanted.level.map(|_| registry.level(&wanted.subject)).transpose()?;
        Ok(Compared { wanted, state, level })
    })
}

/// Does something for each of many, some of them at once.
pub(super) fn each<T: Send, R: Send>(
    all: Vec<T>,
    ask: impl Fn(T) -> Result<R, SchemaRegistryError> + Send + Sync,
) -> Result<Vec<R>, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(REQUESTS).build();
    let pool =
        pool.map_err(|error| Failure::new(format!("no threads can be started: {error}")).help("see what limits them"))?;
    let answers: Result<Vec<R>, SchemaRegistryError> = pool.install(|| all.into_par_iter().map(ask).collect());
    Ok(answers?)
}

fn state(registry: &SchemaRegistry, wanted: &Wanted) -> Result<State, SchemaRegistryError> {
    let Some(latest) = registry.latest(&wanted.subject)? else { return Ok(State::Absent) };
    Ok(match registry.find(&wanted.subject, &wanted.text)? {
        Some(own) if own.version == latest.version => State::Registered(own),
        Some(own) => State::Behind { own, latest },
        None => State::Differs(latest),
    })
}

impl Compared {
    /// True if `apply` would register the schema.
    pub(super) fn is_to_register(&self) -> bool {
        matches!(self.state, State::Absent | State::Differs(_))
    }

    /// The level that the subject is to have, where it has another one.
    pub(super) fn level_to_set(&self) -> Option<String> {
        let wanted = level_name(self.wanted.level?);
        (self.level.as_deref() != Some(wanted.as_str())).then_some(wanted)
    }

    /// The differences, for people.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let Wanted { subject, name, .. } = &self.wanted;
        let of_state = match &self.state {
            State::Registered(_) => None,
            State::Absent => Some(("NOT_REGISTERED", format!("`{name}` is in no subject: `{subject}` does not exist"))),
            State::Differs(latest) => {
                let (version, id) = (latest.version, latest.id);
                Some((
                    "DIFFERS",
                    format!("`{name}` is not in `{subject}`, whose latest version {version} (id {id}) differs"),
                ))
            }
            State::Behind { own, latest } => Some((
                "NOT_LATEST",
                format!("`{name}` is version {} of `{subject}`, whose latest one is {}", own.version, latest.version),
            )),
        };
        let level = self.level_to_set().map(|wanted| {
            let level = self.level.as_deref().unwrap_or("none");
            ("LEVEL_DIFFERS", format!("`{subject}` has the level {level}, and the schema of `{name}` says {wanted}"))
        });
        of_state.into_iter().chain(level).map(|(rule, message)| self.wanted.finding(rule, message)).collect()
    }
}

impl Wanted {
    pub(super) fn finding(&self, rule: &str, message: String) -> Finding {
        let location = Location { file: self.origin.clone(), line: 1, column: 1, pointer: String::new() };
        Finding {
            rule: rule.to_owned(),
            severity: Severity::Error,
            message,
            location: Some(location),
            notes: Vec::new(),
        }
    }
}
