//! What code is to be generated: the outcome of lowering, the only thing that emission reads.
//!
//! In a [`Model`] every question about the meaning of a schema is answered. Names are final, references are
//! [`TypeId`]s, and nothing in it can fail to become Rust.

use serde_json::Value;

/// The types and messages of a set of schemas.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) types: Vec<TypeDef>,
    /// Ordered by name.
    pub(crate) messages: Vec<MessageDef>,
    /// Ordered by file name.
    pub(crate) schemas: Vec<SchemaDef>,
}

impl Model {
    pub(crate) fn get(&self, id: TypeId) -> &TypeDef {
        &self.types[id.0]
    }
}

/// A handle of a type in [`Model::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) usize);

/// A schema file that generated code holds.
#[derive(Debug)]
pub(crate) struct SchemaDef {
    /// The name in the set.
    pub(crate) name: String,
    pub(crate) uri: String,
    pub(crate) text: String,
    pub(crate) hash: String,
    /// Indices in [`Model::schemas`].
    pub(crate) references: Vec<usize>,
}

/// A message: a type with a topic.
#[derive(Debug)]
pub(crate) struct MessageDef {
    pub(crate) type_id: TypeId,
    pub(crate) topic: String,
    pub(crate) partitions: Option<i32>,
    pub(crate) replicas: Option<i32>,
    pub(crate) configuration: Vec<(String, String)>,
    pub(crate) key: Option<Key>,
    /// Index in [`Model::schemas`].
    pub(crate) schema: usize,
}

/// A message key: the pointer and the fields that it leads through, from the message to a scalar.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) pointer: String,
    pub(crate) path: Vec<KeyStep>,
}

#[derive(Debug)]
pub(crate) struct KeyStep {
    pub(crate) field: String,
    /// The field is an `Option`.
    pub(crate) optional: bool,
    /// The field's type wraps the scalar.
    pub(crate) newtype: bool,
}

/// A named Rust type.
#[derive(Debug)]
pub(crate) struct TypeDef {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) deprecated: bool,
    /// Kept out of `Debug` as a whole.
    pub(crate) sensitive: bool,
    pub(crate) shape: Shape,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Struct(Struct),
    Enumeration(Vec<Constant>),
    Union(Vec<Variant>),
    Newtype(Use),
}

#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    pub(crate) others: Others,
}

impl Struct {
    /// Whether it has a value without anything that is given.
    pub(crate) fn has_default(&self) -> bool {
        self.fields.iter().all(|field| field.presence != Presence::Required)
    }

    /// Whether anything in it is kept out of `Debug`.
    pub(crate) fn has_sensitive(&self) -> bool {
        let kept = matches!(&self.others, Others::Kept { sensitive: true, .. });
        kept || self.fields.iter().any(|field| field.sensitive)
    }
}

/// What becomes of members that a struct does not declare.
#[derive(Debug)]
pub(crate) enum Others {
    Ignored,
    Refused,
    Kept { field: String, value: Use, sensitive: bool },
}

#[derive(Debug)]
pub(crate) struct Field {
    /// The Rust name, without `r#`.
    pub(crate) name: String,
    /// The name on the wire.
    pub(crate) wire: String,
    pub(crate) description: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) sensitive: bool,
    pub(crate) presence: Presence,
    pub(crate) value: Use,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Presence {
    Required,
    Optional,
    /// Absent reads as this value.
    Default(Value),
}

/// A string constant.
#[derive(Debug)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A variant of a union.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) json_type: JsonType,
    pub(crate) value: Use,
}

/// A type where it is used, with what is to be checked there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Use {
    pub(crate) ty: Type,
    /// `null` is a value too.
    pub(crate) nullable: bool,
    pub(crate) checks: Vec<Check>,
}

impl Use {
    pub(crate) fn of(ty: Type) -> Self {
        Self { ty, nullable: false, checks: Vec::new() }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Any,
    Null,
    Boolean,
    Integer(Integer),
    Number,
    String,
    Array(Box<Use>),
    /// An object whose member names are data.
    Map(Box<Use>),
    Named(TypeId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Integer {
    pub(crate) kind: IntegerKind,
    /// `1.0` is no integer (draft 4).
    pub(crate) strict: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntegerKind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
}

impl IntegerKind {
    /// Narrowest first.
    pub(crate) const ALL: [(Self, &'static str, i128, i128); 8] = [
        (Self::U8, "u8", 0, u8::MAX as i128),
        (Self::I8, "i8", i8::MIN as i128, i8::MAX as i128),
        (Self::U16, "u16", 0, u16::MAX as i128),
        (Self::I16, "i16", i16::MIN as i128, i16::MAX as i128),
        (Self::U32, "u32", 0, u32::MAX as i128),
        (Self::I32, "i32", i32::MIN as i128, i32::MAX as i128),
        (Self::U64, "u64", 0, u64::MAX as i128),
        (Self::I64, "i64", i64::MIN as i128, i64::MAX as i128),
    ];

    /// Name, smallest and largest value.
    pub(crate) fn facts(self) -> (&'static str, i128, i128) {
        let found = Self::ALL.iter().find(|(kind, ..)| *kind == self);
        found.map_or(("i64", i64::MIN.into(), i64::MAX.into()), |(_, name, low, high)| (*name, *low, *high))
    }
}

/// A constraint that the Rust type does not say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Check {
    MinLength(u64),
    MaxLength(u64),
    /// The expression of the schema, and its translation for the Rust engine.
    Pattern {
        source: String,
        rust: String,
    },
    Minimum(Bound),
    Maximum(Bound),
    ExclusiveMinimum(Bound),
    ExclusiveMaximum(Bound),
    /// A decimal.
    MultipleOf(String),
    MinItems(u64),
    MaxItems(u64),
    UniqueItems,
    MinProperties(u64),
    MaxProperties(u64),
    OneOf(Vec<Value>),
}

/// The bound of a number, of the type of the number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    Integer(i128),
    Number(f64),
}

/// A type of JSON, as unions tell their variants apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum JsonType {
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl JsonType {
    /// The type of a value; `None` for null, which no union has.
    pub(crate) fn of(json: &Value) -> Option<Self> {
        match json {
            Value::Null => None,
            Value::Bool(_) => Some(Self::Boolean),
            Value::Number(_) => Some(Self::Number),
            Value::String(_) => Some(Self::String),
            Value::Array(_) => Some(Self::Array),
            Value::Object(_) => Some(Self::Object),
        }
    }
}
