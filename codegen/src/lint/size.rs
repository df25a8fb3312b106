//! How large a message may be, against what its topic takes.
//!
//! The bound is of the JSON text that generated types write, in bytes: without white space, and with six bytes for each
//! character of a string, as the escape of a control character has (`\u0000`). Members that an object does not declare are
//! counted where the type keeps them; the key, headers and the frame of the batch are not.

use std::collections::BTreeMap;

use regex_syntax::hir::Look;
use serde_json::{Map, Value};
use thoth_messaging_documents::Pointer;

use super::Subject;
use super::topic::configured;
use crate::diagnostic::Diagnostic;
use crate::format::{Format, MappedFormat};
use crate::model::{Bound, Check, Integer, Model, Others, Shape, Struct, Subschema, Type, TypeId, Use};

/// Kafka's default of `max.message.bytes`.
const KAFKA_DEFAULT: u64 = 1_048_588;

/// So many places without a bound are named.
const MAX_NAMED: usize = 3;

/// Payloads that nest deeper are refused; what is deeper is as good as endless.
const MAX_DEPTH: usize = 128;

/// The longest character of a JSON string.
const CHARACTER: u64 = 6;

pub(super) fn unbounded_size(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    const LIMIT: &str = "max.message.bytes";
    let mut sizes = Sizes { model: subject.model, closed: closed(subject), types: BTreeMap::new() };
    for (document, message) in subject.messages() {
        let declared = configured(message, LIMIT).and_then(|limit| limit.parse::<u64>().ok());
        let limit = declared.unwrap_or(KAFKA_DEFAULT);
        let size = sizes.of_type(message.type_id, 0);
        let help = "bound it: `maxLength`, `maxItems`, `maxProperties`, a closed object; or raise the topic's limit";
        let pointer = format!("/x-kafka/topicConfiguration/{LIMIT}");
        let location = document.locate_first(&[&pointer, "/x-kafka"]);
        if size.is_bounded() && size.bytes > limit {
            let message = format!("this message may have {} bytes, and its topic takes {limit}", size.bytes);
            found.push(Diagnostic::warning("L0204", message, location).help(help));
        } else if declared.is_some() && !size.is_bounded() {
            let message = format!("nothing bounds the size of this message, and its topic takes {limit} bytes");
            found.push(Diagnostic::warning("L0204", message, location).found(size.unbounded()).help(help));
        }
    }
}

/// The schemas that refuse members which they do not declare, by document and address.
fn closed(subject: &Subject<'_>) -> Vec<(usize, String)> {
    let refuses = |schema: &Map<String, Value>| {
        ["unevaluatedProperties", "additionalProperties"]
            .iter()
            .any(|name| schema.get(*name) == Some(&Value::Bool(false)))
    };
    let closed = subject.schemas.speaking().filter(|(_, schema)| refuses(schema));
    closed.map(|(place, _)| (place.document, subject.resolved.address(place))).collect()
}

/// The size of a value's JSON text.
#[derive(Clone, Default)]
struct Size {
    /// At most so many bytes, but for what has no bound.
    bytes: u64,
    /// The first places without a bound, as JSON Pointers with `*` for what is any member or item.
    endless: Vec<String>,
    /// The number of them.
    count: usize,
}

impl Size {
    fn of(bytes: u64) -> Self {
        Self { bytes, ..Self::default() }
    }

    fn endless() -> Self {
        Self { bytes: 0, endless: vec![String::new()], count: 1 }
    }

    fn is_bounded(&self) -> bool {
        self.count == 0
    }

    /// Adds the size of a part.
    fn add(&mut self, segment: &str, part: Self) {
        self.bytes = self.bytes.saturating_add(part.bytes);
        self.note(segment, part);
    }

    fn note(&mut self, segment: &str, part: Self) {
        self.count = self.count.saturating_add(part.count);
        let room = MAX_NAMED.saturating_sub(self.endless.len());
        self.endless.extend(part.endless.into_iter().take(room).map(|inner| format!("{segment}{inner}")));
    }

    /// Of one or the other.
    fn or(mut self, other: Self) -> Self {
        self.bytes = self.bytes.max(other.bytes);
        self.note("", other);
        self
    }

    fn unbounded(&self) -> String {
        let named: Vec<_> = self.endless.iter().map(|place| format!("`{place}`")).collect();
        match self.count - named.len() {
            0 => format!("no bound at {}", named.join(", ")),
            more => format!("no bound at {} and {more} more", named.join(", ")),
        }
    }
}

/// The sizes of types.
struct Sizes<'a> {
    model: &'a Model,
    closed: Vec<(usize, String)>,
    /// `None` of those on the way to the type at hand.
    types: BTreeMap<TypeId, Option<Size>>,
}

impl Sizes<'_> {
    fn of_type(&mut self, id: TypeId, depth: usize) -> Size {
        if let Some(known) = self.types.get(&id) {
            // One that contains itself has no bound.
            return known.clone().unwrap_or_else(Size::endless);
        }
        if depth > MAX_DEPTH {
            return Size::endless();
        }
        self.types.insert(id, None);
        let definition = self.model.get(id);
        let size = match &definition.shape {
            Shape::Struct(object) => self.of_struct(object, &definition.validated, depth),
            Shape::Enumeration(constants) => {
                Size::of(constants.iter().map(|constant| written(&constant.text.as_str().into())).max().unwrap_or(0))
            }
            Shape::Union(union) => {
                let variants = union.variants.iter().map(|variant| self.of_use(&variant.value, depth + 1));
                variants.fold(Size::default(), Size::or)
            }
            Shape::Newtype(value) => self.of_use(value, depth + 1),
            Shape::Own(_) => Size::endless(),
        };
        self.types.insert(id, Some(size.clone()));
        size
    }

    fn of_struct(&mut self, object: &Struct, validated: &[Subschema], depth: usize) -> Size {
        let mut size = Size::of(2);
        for field in &object.fields {
            let value = self.of_use(&field.value, depth + 1);
            size.bytes = size.bytes.saturating_add(written(&field.wire.as_str().into()) + 2);
            size.add(&Pointer::root().join(&field.wire), value);
        }
        if matches!(object.others, Others::Kept { .. }) && !validated.iter().any(|schema| self.is_closed(schema)) {
            size.add("/*", Size::endless());
        }
        size
    }

    /// Returns whether what the validator asks of an object refuses the members that it does not declare.
    fn is_closed(&self, schema: &Subschema) -> bool {
        let is_same = |(document, address): &(usize, String)| {
            *document == schema.document && address.ends_with(&schema.reference)
        };
        self.closed.iter().any(is_same)
    }

    fn of_use(&mut self, value: &Use, depth: usize) -> Size {
        let constants = value.checks.iter().find_map(|check| match check {
            Check::OneOf(constants) => Some(constants),
            _ => None,
        });
        let mut size = match (constants, &value.ty) {
            (Some(constants), _) => Size::of(constants.iter().map(written).max().unwrap_or(0)),
            (None, Type::Any) => Size::endless(),
            (None, Type::Null) => Size::of(4),
            (None, Type::Boolean) => Size::of(5),
            (None, Type::Integer(integer)) => Size::of(of_integer(*integer, &value.checks)),
            // The shortest text of a 64-bit float has at most so many, as `-2.2250738585072014e-308`.
            (None, Type::Number) => Size::of(24),
            (None, Type::String | Type::Mapped(_)) => of_string(value).map_or_else(Size::endless, Size::of),
            (None, Type::Array(item)) => {
                let most = value.checks.iter().find_map(|check| match check {
                    Check::MaxItems(most) => Some(*most),
                    _ => None,
                });
                let item = self.of_use(item, depth + 1);
                most.map_or_else(Size::endless, |most| many(most, 0, item))
            }
            (None, Type::Tuple(items)) => {
                let mut size = Size::of(2);
                for (index, item) in items.iter().enumerate() {
                    size.bytes = size.bytes.saturating_add(1);
                    let item = self.of_use(item, depth + 1);
                    size.add(&format!("/{index}"), item);
                }
                size
            }
            (None, Type::Map(member)) => self.of_map(member, &value.checks, depth),
            (None, Type::Named(id)) => self.of_type(*id, depth),
        };
        if value.nullable {
            size.bytes = size.bytes.max(4);
        }
        size
    }

    fn of_map(&mut self, member: &Use, checks: &[Check], depth: usize) -> Size {
        let most = checks.iter().find_map(|check| match check {
            Check::MaxProperties(most) => Some(*most),
            _ => None,
        });
        let name = checks.iter().filter_map(|check| match check {
            Check::Names(checks) => longest(checks),
            _ => None,
        });
        let member = self.of_use(member, depth + 1);
        match (most, name.min()) {
            (Some(most), Some(name)) => many(most, name.saturating_add(1), member),
            _ => Size::endless(),
        }
    }
}

/// So many items or members, each with so many bytes before it.
fn many(most: u64, before: u64, item: Size) -> Size {
    let each = item.bytes.saturating_add(before).saturating_add(1);
    let mut size = Size::of(most.saturating_mul(each).saturating_add(2));
    if most > 0 {
        size.note("/*", item);
    }
    size
}

/// The bytes of a value as JSON.
fn written(value: &Value) -> u64 {
    value.to_string().len() as u64
}

fn of_integer(integer: Integer, checks: &[Check]) -> u64 {
    let (_, mut low, mut high) = integer.kind.facts();
    for check in checks {
        match check {
            Check::Minimum(Bound::Integer(bound)) | Check::ExclusiveMinimum(Bound::Integer(bound)) => {
                low = low.max(*bound);
            }
            Check::Maximum(Bound::Integer(bound)) | Check::ExclusiveMaximum(Bound::Integer(bound)) => {
                high = high.min(*bound);
            }
            _ => {}
        }
    }
    low.to_string().len().max(high.to_string().len()) as u64
}

fn of_string(value: &Use) -> Option<u64> {
    let mapped = match value.ty {
        Type::Mapped(MappedFormat::Date) => Some(10),
        Type::Mapped(MappedFormat::Uuid) => Some(36),
        Type::Mapped(MappedFormat::Ipv4) => Some(15),
        Type::Mapped(MappedFormat::Ipv6) => Some(45),
        _ => None,
    };
    let mapped = mapped.map(|length: u64| length + 2);
    mapped.into_iter().chain(longest(&value.checks)).min()
}

/// The bytes of the longest string that meets the checks.
fn longest(checks: &[Check]) -> Option<u64> {
    let bounds = checks.iter().filter_map(|check| match check {
        Check::MaxLength(most) => Some(most.saturating_mul(CHARACTER)),
        Check::Format(Format::Date) => Some(10),
        Check::Format(Format::Uuid) => Some(36),
        Check::Format(Format::Ipv4) => Some(15),
        Check::Format(Format::Ipv6) => Some(45),
        Check::Pattern { rust, .. } => longest_of_pattern(rust),
        Check::OneOf(constants) => constants.iter().map(written).max(),
        _ => None,
    });
    bounds.min().map(|bytes| bytes.saturating_add(2))
}

/// A pattern bounds a string where it speaks of all of it.
fn longest_of_pattern(rust: &str) -> Option<u64> {
    let parsed = regex_syntax::parse(rust).ok()?;
    let facts = parsed.properties();
    let is_whole = facts.look_set_prefix().contains(Look::Start) && facts.look_set_suffix().contains(Look::End);
    let most = facts.maximum_len().filter(|_| is_whole)?;
    Some((most as u64).saturating_mul(CHARACTER))
}
