//! JSON as it was written: members in their order, numbers with all of their digits.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// As deep as `serde_json` reads.
const MAX_DEPTH: usize = 127;

/// A JSON value. Writing it gives the text that Jackson writes of a tree with exact decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Exact {
    Object(Vec<(String, Exact)>),
    Array(Vec<Exact>),
    String(String),
    /// A number as it is written out, `true`, `false` or `null`.
    Other(String),
}

impl Exact {
    /// None where the text is not JSON, or too deep.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::read(text.trim(), MAX_DEPTH)
    }

    fn read(text: &str, depth: usize) -> Option<Self> {
        Some(match text.as_bytes().first()? {
            b'{' => {
                let (mut members, mut places) = (Vec::new(), BTreeMap::new());
                for (name, value) in serde_json::from_str::<Members<'_>>(text).ok()?.0 {
                    let value = Self::read(value.get(), depth.checked_sub(1)?)?;
                    // As Jackson has it: the first place, the last value.
                    if let Some(place) = places.get(&name) {
                        members[*place] = (name, value);
                    } else {
                        places.insert(name.clone(), members.len());
                        members.push((name, value));
                    }
                }
                Self::Object(members)
            }
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                let depth = depth.checked_sub(1)?;
                Self::Array(items.into_iter().map(|item| Self::read(item.get(), depth)).collect::<Option<_>>()?)
            }
            b'"' => Self::String(serde_json::from_str(text).ok()?),
            b'-' | b'0'..=b'9' => {
                serde_json::from_str::<&RawValue>(text).ok()?;
                Self::Other(number(text))
            }
            _ => Self::Other(serde_json::from_str::<&RawValue>(text).ok()?.get().to_owned()),
        })
    }

    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(super) fn members_mut(&mut self) -> Option<&mut Vec<(String, Self)>> {
        let Self::Object(members) = self else { return None };
        Some(members)
    }
}

/// The members of an object, those that stand twice as well.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'de> Visitor<'de> for Reading {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reading)
    }
}

/// A number as Java writes it: an integer by its digits, anything else as `BigDecimal.toString` does.
fn number(text: &str) -> String {
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let unscaled = all.trim_start_matches('0');
    let is_zero = unscaled.is_empty();
    let unscaled = if is_zero { "0" } else { unscaled };
    let sign = if is_negative && !is_zero { "-" } else { "" };
    // An exponent beyond what fits is one that Java refuses.
    let exponent =
        exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 });
    let scale = i64::try_from(fraction.len()).unwrap_or(0) - exponent.clamp(i64::MIN / 4, i64::MAX / 4);
    format!("{sign}{}", scaled(unscaled, scale))
}

fn scaled(unscaled: &str, scale: i64) -> String {
    let length = i64::try_from(unscaled.len()).unwrap_or(i64::MAX / 4);
    let (exponent, zeros) = (length - 1 - scale, scale - length);
    if scale == 0 {
        unscaled.to_owned()
    } else if scale > 0 && exponent >= -6 {
        if let Ok(zeros) = usize::try_from(zeros) {
            format!("0.{}{unscaled}", "0".repeat(zeros))
        } else {
            let (whole, fraction) = unscaled.split_at(usize::try_from(-zeros).unwrap_or(0));
            format!("{whole}.{fraction}")
        }
    } else {
        let (first, rest) = unscaled.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent = if exponent == 0 { String::new() } else { format!("E{exponent:+}") };
        format!("{first}{point}{rest}{exponent}")
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    f.write_str(if index == 0 { "{" } else { "," })?;
                    string(name, f)?;
                    write!(f, ":{value}")?;
                }
                f.write_str(if members.is_empty() { "{}" } else { "}" })
            }
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "[" } else { "," })?;
                }
                f.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Self::String(text) => string(text, f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// A string as Jackson escapes it: what has to be, with capital digits.
fn string(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for char in text.chars() {
        match char {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\u{8}' => f.write_str("\\b")?,
            '\t' => f.write_str("\\t")?,
            '\n' => f.write_str("\\n")?,
            '\u{c}' => f.write_str("\\f")?,
            '\r' => f.write_str("\\r")?,
            control @ '\0'..='\u{1f}' => write!(f, "\\u{:04X}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}
