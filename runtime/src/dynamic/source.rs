//! What a schema can be handed over as.

use std::fs;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde_json::{Map, Value, json};
use thoth_messaging_documents::dialect::DRAFT_2020_12;

use super::FactoryError;
use crate::wire;

/// Something that is a JSON Schema: see [`message_factory`](super::message_factory).
pub trait SchemaSource {
    /// The schema.
    ///
    /// # Errors
    ///
    /// [`FactoryError`] where it can't be read.
    fn into_schema(self) -> Result<Value, FactoryError>;

    /// The schema and its text, from which its GUID follows: as it was written, if it was.
    ///
    /// # Errors
    ///
    /// As [`into_schema`](Self::into_schema).
    fn into_schema_and_text(self) -> Result<(Value, String), FactoryError>
    where
        Self: Sized,
    {
        let schema = self.into_schema()?;
        let text = schema.to_string();
        Ok((schema, text))
    }
}

/// The schema of a Rust type, for [`message_factory`](super::message_factory).
///
/// ```
/// use thoth_messaging::dynamic::{message_factory, schema_of};
/// use thoth_messaging::schemars::JsonSchema;
///
/// #[derive(JsonSchema, serde::Serialize, serde::Deserialize)]
/// #[schemars(crate = "thoth_messaging::schemars")]
/// struct Heartbeat {
///     host: String,
///     load: f64,
/// }
///
/// let heartbeat = message_factory("ops.heartbeat", schema_of::<Heartbeat>())?;
/// let message = heartbeat.message(&Heartbeat { host: "a1".into(), load: 0.7 })?;
/// assert_eq!(message.to::<Heartbeat>()?.host, "a1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn schema_of<T: JsonSchema>() -> Value {
    schemars::schema_for!(T).into()
}

impl SchemaSource for Value {
    fn into_schema(self) -> Result<Value, FactoryError> {
        Ok(self)
    }
}

impl SchemaSource for &Value {
    fn into_schema(self) -> Result<Value, FactoryError> {
        Ok(self.clone())
    }
}

impl SchemaSource for &str {
    fn into_schema(self) -> Result<Value, FactoryError> {
        parse("the schema text", self.as_bytes())
    }

    fn into_schema_and_text(self) -> Result<(Value, String), FactoryError> {
        Ok((self.into_schema()?, self.to_owned()))
    }
}

impl SchemaSource for String {
    fn into_schema(self) -> Result<Value, FactoryError> {
        self.as_str().into_schema()
    }

    fn into_schema_and_text(self) -> Result<(Value, String), FactoryError> {
        self.as_str().into_schema_and_text()
    }
}

impl SchemaSource for &Path {
    fn into_schema(self) -> Result<Value, FactoryError> {
        self.into_schema_and_text().map(|(schema, _)| schema)
    }

    fn into_schema_and_text(self) -> Result<(Value, String), FactoryError> {
        let origin = self.display().to_string();
        let text = fs::read(self)
            .map_err(|source| FactoryError::Unreadable { origin: origin.clone(), source: source.into() })?;
        let schema = parse(&origin, &text)?;
        Ok((schema, String::from_utf8_lossy(&text).into_owned()))
    }
}

impl SchemaSource for PathBuf {
    fn into_schema(self) -> Result<Value, FactoryError> {
        self.as_path().into_schema()
    }

    fn into_schema_and_text(self) -> Result<(Value, String), FactoryError> {
        self.as_path().into_schema_and_text()
    }
}

fn parse(origin: &str, text: &[u8]) -> Result<Value, FactoryError> {
    let unreadable = |source: Box<dyn std::error::Error + Send + Sync>| FactoryError::Unreadable {
        origin: origin.to_owned(),
        source,
    };
    let text = str::from_utf8(text).map_err(|error| unreadable(error.into()))?;
    wire::Payload::parse(text)
        .and_then(wire::Payload::into_value)
        .map_err(|error| unreadable(wire::in_words(text, &error).into()))
}

/// `(field, type)` pairs: an open object in which every field is required.
impl<N: AsRef<str>, T: AsRef<str>> SchemaSource for &[(N, T)] {
    fn into_schema(self) -> Result<Value, FactoryError> {
        let mut properties = Map::new();
        for (field, name) in self {
            let (field, name) = (field.as_ref(), name.as_ref());
            let Some(field_type) = FieldType::named(name) else {
                return Err(FactoryError::FieldType { field: field.to_owned(), name: name.to_owned() });
            };
            properties.insert(field.to_owned(), json!({"type": field_type.0}));
        }
        let required: Vec<_> = properties.keys().cloned().collect();
        Ok(json!({
            "$schema": DRAFT_2020_12,
            "type": "object",
            "properties": properties,
            "required": required,
        }))
    }
}

impl<N: AsRef<str>, T: AsRef<str>, const COUNT: usize> SchemaSource for [(N, T); COUNT] {
    fn into_schema(self) -> Result<Value, FactoryError> {
        self.as_slice().into_schema()
    }
}

impl<N: AsRef<str>, T: AsRef<str>> SchemaSource for Vec<(N, T)> {
    fn into_schema(self) -> Result<Value, FactoryError> {
        self.as_slice().into_schema()
    }
}

/// A type of a field in `(field, type)` pairs: a type of JSON Schema, or Python's name for it, which the original
/// `message_factory` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldType(&'static str);

impl FieldType {
    /// The names that are known.
    pub const NAMES: [&'static str; 12] =
        ["string", "integer", "number", "boolean", "object", "array", "str", "int", "float", "bool", "dict", "list"];

    fn named(name: &str) -> Option<Self> {
        let index = Self::NAMES.iter().position(|known| *known == name)?;
        Some(Self(Self::NAMES[index % 6]))
    }
}
