//! What code is to be generated: the outcome of lowering, the only thing that emission reads.
//!
//! In a [`Model`] every question about the meaning of a schema is answered. Names are final, references are
//! [`TypeId`]s, and nothing in it can fail to become Rust.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use serde_json::Value;
use thoth_messaging_documents::{Identity, SchemaIdLocation};

use crate::format::{Format, MappedFormat};
use crate::registered::Registered;

/// The types and messages of a set of schemas.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) types: Vec<TypeDef>,
    /// Ordered by name.
    pub(crate) messages: Vec<MessageDef>,
    /// Ordered by file name.
    pub(crate) schemas: Vec<SchemaDef>,
    /// Index in `schemas` by the number of a document.
    pub(crate) numbers: BTreeMap<usize, usize>,
    /// The variant that a default takes, by the union and the default as canonical JSON, where its JSON type does not tell.
    pub(crate) taken: BTreeMap<(TypeId, String), usize>,
    pub(crate) chosen: Chosen,
}

/// The choices of a user, beside what follows from the schemas.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// The paths of derive macros.
    pub(crate) derives: BTreeMap<TypeId, Vec<TokenStream>>,
    /// Attributes of types.
    pub(crate) types: BTreeMap<TypeId, TokenStream>,
    /// Attributes of fields and variants, by their number in the type.
    pub(crate) members: BTreeMap<(TypeId, usize), TokenStream>,
}

impl Model {
    pub(crate) fn get(&self, id: TypeId) -> &TypeDef {
        &self.types[id.0]
    }

    /// Returns whether a value can't be made without a field: it is required, and no constant.
    pub(crate) fn is_given(&self, field: &Field) -> bool {
        field.presence == Presence::Required && self.only_value(&field.value).is_none()
    }

    /// The only value that a use takes.
    pub(crate) fn only_value(&self, value: &Use) -> Option<Value> {
        if value.nullable {
            return None;
        }
        let is_only = |check: &Check| match check {
            Check::OneOf(values) => <[Value; 1]>::try_from(values.clone()).ok(),
            _ => None,
        };
        match &value.ty {
            Type::Null => Some(Value::Null),
            Type::Named(id) => match &self.get(*id).shape {
                Shape::Enumeration(constants) if constants.len() == 1 => Some(constants[0].text.clone().into()),
                _ => None,
            },
            Type::Any | Type::Boolean | Type::Integer(_) | Type::Number | Type::String => {
                value.checks.iter().find_map(is_only).map(|[value]| value)
            }
            _ => None,
        }
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
    /// The URI by its name, where it has another one too.
    pub(crate) own_uri: Option<String>,
    pub(crate) text: String,
    pub(crate) hash: String,
    /// That of a message.
    pub(crate) identity: Option<Identity>,
    /// Its versions in a registry, as the lock file has them.
    pub(crate) registered: Option<Registered>,
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
    /// In milliseconds.
    pub(crate) retry_delays: Vec<u64>,
    pub(crate) schema_id_location: Option<SchemaIdLocation>,
    pub(crate) key: Option<Key>,
    /// Its topic, if that has several messages.
    pub(crate) shared_topic: Option<SharedTopic>,
    /// Index in [`Model::schemas`].
    pub(crate) schema: usize,
}

/// A part of a topic with several messages.
#[derive(Debug)]
pub(crate) enum SharedTopic {
    /// One of the messages. The type is the enum over all of them.
    Message(TypeId),
    /// The enum over these messages.
    Enum(Vec<TypeId>),
}

/// A message key: the pointer, and how it is followed in the Rust type.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) pointer: Option<String>,
    pub(crate) way: KeyWay,
}

#[derive(Debug)]
pub(crate) enum KeyWay {
    /// The fields that lead from a struct to a scalar.
    Fields(Vec<KeyStep>),
    /// By variant, in the order of the union.
    Variants(Vec<KeyWay>),
    /// The variant is a message with a key of its own.
    Message,
    /// There is none.
    Nothing,
}

#[derive(Debug)]
pub(crate) struct KeyStep {
    pub(crate) field: String,
    /// The field is an `Option`.
    pub(crate) optional: bool,
    /// It is one of an `Option`.
    pub(crate) tells_null: bool,
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
    /// The schemas that the validator checks for the whole value.
    pub(crate) validated: Vec<Subschema>,
    pub(crate) shape: Shape,
}

/// A schema that the validator of the runtime is compiled for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subschema {
    /// The number of the document.
    pub(crate) document: usize,
    /// The URI of the document where generated code does not hold it, and the fragment in it.
    pub(crate) reference: String,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Struct(Struct),
    Enumeration(Vec<Constant>),
    Union(Union),
    Newtype(Use),
    /// A type of the user's own, by its path.
    Own(TokenStream),
}

#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    pub(crate) others: Others,
    /// Names of members that must not be there.
    pub(crate) refused: Vec<String>,
    pub(crate) presence: Vec<PresenceRule>,
    /// The name of the struct of those members without which no value can be made, where there are others too.
    pub(crate) required: Option<String>,
}

/// A rule for which members are there together, or how many. Members are given by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PresenceRule {
    /// Not all of these.
    NotAll(Vec<String>),
    /// With the first, all of the others.
    With(String, Vec<String>),
    /// All of one list at least.
    AnyOf(Vec<Vec<String>>),
    /// All of one list, and of no other.
    OneOf(Vec<Vec<String>>),
    AtLeast(u64),
    AtMost(u64),
}

impl PresenceRule {
    /// The members that it speaks of.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::NotAll(names) => names.iter().map(String::as_str).collect(),
            Self::With(name, names) => std::iter::once(name).chain(names).map(String::as_str).collect(),
            Self::AnyOf(lists) | Self::OneOf(lists) => lists.iter().flatten().map(String::as_str).collect(),
            Self::AtLeast(_) | Self::AtMost(_) => Vec::new(),
        }
    }
}

impl Struct {
    /// Returns whether it has a value without anything that is given.
    pub(crate) fn has_default(&self) -> bool {
        self.fields.iter().all(|field| field.presence != Presence::Required)
    }

    /// Returns whether anything in it is kept out of `Debug`.
    pub(crate) fn has_sensitive(&self) -> bool {
        let kept = matches!(&self.others, Others::Kept { sensitive: true, .. });
        kept || self.fields.iter().any(|field| field.sensitive)
    }
}

/// The treatment of members that a struct does not declare.
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
    /// `null` is another value than absence.
    pub(crate) tells_null: bool,
    /// The default that an absent member stands for, where it is not filled in.
    pub(crate) stands_for: Option<Value>,
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
    pub(crate) description: Option<String>,
}

/// One of several types.
#[derive(Debug, Default)]
pub(crate) struct Union {
    pub(crate) variants: Vec<Variant>,
    /// The way in which a value of each JSON type finds its variant.
    pub(crate) routes: BTreeMap<JsonType, Route>,
}

/// A variant of a union.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) value: Use,
    /// Members that an object of this variant has.
    pub(crate) required: Vec<String>,
}

/// The way in which a value finds its variant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Route {
    /// There is one.
    To(usize),
    /// By a constant member.
    Tag(Tag),
    /// These are tried in turn; where it is exclusive, all of them, of which one has to take it.
    Try { variants: Vec<usize>, exclusive: bool },
}

/// A constant member that tells the variants of a union apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tag {
    /// The names that lead to it.
    pub(crate) path: Vec<String>,
    /// The constants of each variant.
    pub(crate) constants: Vec<(usize, Vec<Value>)>,
    /// The variant that does not need it.
    pub(crate) absent: Option<usize>,
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
    /// A string of a format that has a Rust type.
    Mapped(MappedFormat),
    Array(Box<Use>),
    /// An array of as many items.
    Tuple(Vec<Use>),
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
    Format(Format),
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
    /// Of each member name.
    Names(Vec<Check>),
    OneOf(Vec<Value>),
    /// What the validator checks before the value is read as its Rust type.
    Validated(Vec<Subschema>),
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
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl JsonType {
    pub(crate) fn of(json: &Value) -> Self {
        match json {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}
