//! A client of schema registries that serve Confluent's REST API, as Confluent's own, Apicurio and Karapace do.
//!
//! It is for programs that prepare and check what services use, as the command line does: no consumer, producer or handler asks
//! a registry for anything, and nothing is registered while a service runs. Its calls block: in async code, make them in
//! `spawn_blocking`.

mod cache;
mod error;
mod http;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::cache::Cache;
pub use self::error::SchemaRegistryError;
use self::http::{Answer, Credentials, Http, Method};
use crate::message::{Guid, SchemaId};

/// A client of a schema registry. Cheap to clone; clones share their connections and what they know of schemas.
///
/// `Debug` shows the addresses, and no secret.
///
/// ```no_run
/// use thoth_messaging::schema_registry::SchemaRegistry;
///
/// let registry = SchemaRegistry::new("http://localhost:8081")?;
/// for subject in registry.subjects()? {
///     let latest = registry.latest(&subject)?.expect("a version");
///     println!("{subject}: version {}, id {}", latest.version, latest.id);
/// }
/// # Ok::<(), thoth_messaging::schema_registry::SchemaRegistryError>(())
/// ```
#[derive(Clone)]
pub struct SchemaRegistry {
    http: Arc<Http>,
    known: Arc<Mutex<Cache>>,
}

/// A version of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisteredSchema {
    /// The subject.
    pub subject: String,
    /// The number of the version, from 1.
    pub version: u32,
    /// The number of the schema in the registry.
    pub id: u32,
    /// The GUID, where the registry knows it: Confluent's from 8.0 on.
    pub guid: Option<Guid>,
    /// The text.
    pub text: String,
    /// The language: `JSON`, `AVRO` or `PROTOBUF`.
    pub schema_type: String,
    /// True if it refers to other subjects.
    pub has_references: bool,
}

/// The answer of a registry to the question whether a schema may follow a version of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompatibilityAnswer {
    /// True if it may.
    pub is_compatible: bool,
    /// The reasons why not, where the registry gives them.
    pub messages: Vec<String>,
}

impl SchemaRegistry {
    /// Creates a client of the registry at a URL, or at several with commas between them, which are tried in turn. User and
    /// password may stand in the first one.
    ///
    /// # Errors
    ///
    /// [`SchemaRegistryError::Url`] where one is no URL that it can reach: `https` needs the feature `tls`.
    pub fn new(urls: &str) -> Result<Self, SchemaRegistryError> {
        Ok(Self { http: Arc::new(Http::new(urls)?), known: Arc::default() })
    }

    /// With a user and a password.
    #[must_use]
    pub fn with_basic(self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.with(|http| http.credentials = Some(Credentials::basic(&user.into(), &password.into())))
    }

    /// With a bearer token.
    #[must_use]
    pub fn with_bearer(self, token: &str) -> Self {
        self.with(|http| http.credentials = Some(Credentials::bearer(token)))
    }

    /// With a time limit for each request; 30 s by default.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        self.with(|http| http.timeout = timeout)
    }

    /// With so many attempts at a request that meets no answer, or one that says to try again; 3 by default.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        self.with(|http| http.attempts = attempts.max(1))
    }

    /// With the certificates of a PEM file in place of the system's, for `https`.
    ///
    /// # Errors
    ///
    /// [`SchemaRegistryError::Certificates`] where it holds none, or what is no PEM.
    #[cfg(feature = "tls")]
    pub fn with_ca_pem(self, pem: &[u8]) -> Result<Self, SchemaRegistryError> {
        let mut refused = None;
        let registry = self.with(|http| refused = http.set_ca(pem).err());
        refused.map_or(Ok(registry), Err)
    }

    fn with(mut self, change: impl FnOnce(&mut Http)) -> Self {
        let mut http = Http::clone(&self.http);
        change(&mut http);
        self.http = Arc::new(http.renewed());
        self
    }

    /// Returns the subjects.
    ///
    /// # Errors
    ///
    /// [`SchemaRegistryError`], as all calls: where nobody answers, or the answer is none of a registry.
    pub fn subjects(&self) -> Result<Vec<String>, SchemaRegistryError> {
        self.get("/subjects")?.read()
    }

    /// Returns the numbers of the versions of a subject; none where there is no such subject.
    ///
    /// # Errors
    ///
    /// As [`subjects`](Self::subjects).
    pub fn versions(&self, subject: &str) -> Result<Vec<u32>, SchemaRegistryError> {
        let answer = self.get(&format!("/subjects/{}/versions", http::escaped(subject)))?;
        Ok(answer.found(&NO_SUBJECT)?.unwrap_or_default())
    }

    /// Returns a version of a subject.
    ///
    /// # Errors
    ///
    /// As [`subjects`](Self::subjects).
    pub fn version(&self, subject: &str, version: u32) -> Result<Option<RegisteredSchema>, SchemaRegistryError> {
        self.version_at(subject, &version.to_string(), Some(version))
    }

    /// Returns the latest version of a subject.
    ///
    /// # Errors
    ///
    /// As [`subjects`](Self::subjects).
    pub fn latest(&self, subject: &str) -> Result<Option<RegisteredSchema>, SchemaRegistryError> {
        self.version_at(subject, "latest", None)
    }

    fn version_at(
        &self,
        subject: &str,
        version: &str,
        number: Option<u32>,
    ) -> Result<Option<RegisteredSchema>, SchemaRegistryError> {
        let answer = self.get(&format!("/subjects/{}/versions/{version}", http::escaped(subject)))?;
        let request = answer.request.clone();
        let Some(found) = answer.found::<Version>(&NO_VERSION)? else { return Ok(None) };
        if found.subject != subject || number.is_some_and(|number| found.number != number) {
            let (other, version) = (found.subject, found.number);
            return Err(SchemaRegistryError::answer(&request, format!("it is version {version} of `{other}`")));
        }
        let found = found.into_registered(None);
        let (id, guid) = (found.id, found.guid);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let ids = [Some(SchemaId::Number(id)), guid.map(SchemaId::Guid)];
        if let Some(other) = ids.into_iter().flatten().find_map(|id| known.insert(id, &found.text)) {
            return Err(SchemaRegistryError::answer(&request, format!("its schema is not that of the id {other}")));
        }
        drop(known);
        Ok(Some(found))
    }

    /// Returns the version of a subject that has this schema. None where there is none.
    ///
    /// # Errors
    ///
    /// As [`subjects`](Self::subjects).
    pub fn find(&self, subject: &str, schema: &str) -> Result<Option<RegisteredSchema>, SchemaRegistryError> {
        let answer = self.post(&format!("/subjects/{}", http::escaped(subject)), &body(schema))?;
        let found = answer.found::<Version>(&NO_SCHEMA)?;
        Ok(found.map(|version| version.into_registered(Some(schema))))
    }

    /// Returns the text of a schema by its id. It is asked for once.
    ///
    /// # Errors
    ///
    /// As [`subjects`](Self::subjects).
    pub fn schema(&self, id: SchemaId) -> Result<Option<String>, SchemaRegistryError> {
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
            return Ok(Some(known));
        }
        let path = match id {
            SchemaId::Number(number) => format!("/schemas/ids/{number}"),
            SchemaId::Guid(guid) => format!("/schemas/guids/{guid}"),
        };
        let found = self.get(&path)?.found::<SchemaText>(&NO_SCHEMA)?;
        if let Some(found) = &found {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(id, &found.schema);
        }
        Ok(found.map(|found| found.schema))
    }

    /// Registers a JSON Schema as the next version of a subject, unless it has it. Returns its number in the registry.
    ///
    /// # Errors
    ///
    /// As [`subjects`](Self::subjects), and [`SchemaRegistryError::Refused`] where the registry refuses it: with the status 409 where
    /// it may not follow the versions of the subject, with 422 where it can't read it.
    pub fn register(&self, subject: &str, schema: &str) -> Result<u32, SchemaRegistryError> {
        let answer = self.post(&format!("/subjects/{}/versions", http::escaped(subject)), &body(schema))?;
        answer.read::<Registered>().map(|registered| registered.id)
    }

    /// Asks whether a schema may be the next version of a subject, under the level of the subject. None where there is no such
    /// subject.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub fn ask(&self, subject: &str, schema: &str) -> Result<Option<CompatibilityAnswer>, SchemaRegistryError> {
        let path = format!("/compatibility/subjects/{}/versions?verbose=true", http::escaped(subject));
        let mut answer = self.post(&path, &body(schema))?;
        if answer.status == 404 || answer.status == 405 {
            // Not all have the question about all versions that the level says.
            let path = format!("/compatibility/subjects/{}/versions/latest?verbose=true", http::escaped(subject));
            answer = self.post(&path, &body(schema))?;
        }
        let found = answer.found::<Compatible>(&NO_VERSION)?;
        Ok(found.map(|found| CompatibilityAnswer { is_compatible: found.is_compatible, messages: found.messages }))
    }

    /// Returns the compatibility level that holds for a subject, as `BACKWARD`: its own, or that of the registry.
    ///
    /// # Errors
    ///
    /// As [`subjects`](Self::subjects).
    pub fn level(&self, subject: &str) -> Result<String, SchemaRegistryError> {
        let path = format!("/config/{}?defaultToGlobal=true", http::escaped(subject));
        if let Some(level) = self.get(&path)?.found::<Level>(&NO_LEVEL)? {
            return Ok(level.level);
        }
        self.get("/config")?.read::<Level>().map(|level| level.level)
    }

    /// Sets the compatibility level of a subject.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub fn set_level(&self, subject: &str, level: &str) -> Result<(), SchemaRegistryError> {
        let path = format!("/config/{}", http::escaped(subject));
        let body = json!({"compatibility": level});
        self.http.ask(Method::Put, &path, Some(&body))?.read::<Value>().map(drop)
    }

    fn get(&self, path: &str) -> Result<Answer, SchemaRegistryError> {
        self.http.ask(Method::Get, path, None)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Answer, SchemaRegistryError> {
        self.http.ask(Method::Post, path, Some(body))
    }
}

impl fmt::Debug for SchemaRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchemaRegistry").field("urls", &self.http.shown_urls()).finish_non_exhaustive()
    }
}

// The codes by which a registry says that something is not there.
const NO_SUBJECT: [u32; 1] = [40401];
const NO_VERSION: [u32; 2] = [40401, 40402];
const NO_SCHEMA: [u32; 3] = [40401, 40402, 40403];
const NO_LEVEL: [u32; 3] = [40401, 40408, 404];

fn body(schema: &str) -> Value {
    json!({"schemaType": "JSON", "schema": schema})
}

#[derive(Deserialize)]
struct Version {
    subject: String,
    #[serde(rename = "version")]
    number: u32,
    id: u32,
    #[serde(default)]
    guid: Option<String>,
    #[serde(default)]
    schema: Option<String>,
    #[serde(default, rename = "schemaType")]
    schema_type: Option<String>,
    #[serde(default)]
    references: Vec<Value>,
}

impl Version {
    /// The text is said by some registries only where it was asked for.
    fn into_registered(self, text: Option<&str>) -> RegisteredSchema {
        RegisteredSchema {
            guid: self.guid.as_deref().and_then(Guid::parse),
            text: self.schema.or_else(|| text.map(str::to_owned)).unwrap_or_default(),
            schema_type: self.schema_type.unwrap_or_else(|| "AVRO".to_owned()),
            has_references: !self.references.is_empty(),
            subject: self.subject,
            version: self.number,
            id: self.id,
        }
    }
}

#[derive(Deserialize)]
struct SchemaText {
    schema: String,
}

#[derive(Deserialize)]
struct Registered {
    id: u32,
}

#[derive(Deserialize)]
struct Compatible {
    is_compatible: bool,
    #[serde(default)]
    messages: Vec<String>,
}

#[derive(Deserialize)]
struct Level {
    #[serde(rename = "compatibilityLevel", alias = "compatibility")]
    level: String,
}

impl Answer {
    /// Reads an answer.
    fn read<T: DeserializeOwned>(self) -> Result<T, SchemaRegistryError> {
        self.accepted()?.parse()
    }

    /// Reads an answer; none where it has one of these codes, which say that there is nothing.
    fn found<T: DeserializeOwned>(self, absent: &[u32]) -> Result<Option<T>, SchemaRegistryError> {
        if self.status == 404 && self.code().is_some_and(|code| absent.contains(&code)) {
            return Ok(None);
        }
        self.read().map(Some)
    }
}
