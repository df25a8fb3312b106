//! Generated types as others read and write them, by serde: through their JSON text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serializer};

use super::transcode::Transcoded;
use super::writer::push_string;
use super::{Codec, Error, Reader, Type, Writer};

/// The name by which `serde_json` gives the text of a value. It is not public; that it is still the name is tested by what
/// `from_slice` says of numbers that no float holds.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Reads a payload.
///
/// # Errors
///
/// The text is not JSON, or the type refuses it.
pub fn read_text<T: Type>(text: &str) -> Result<T, Error> {
    Reader::whole::<T>(text)
}

/// Writes a payload.
///
/// # Errors
///
/// The type refuses the value.
pub fn write_bytes<T: Type>(value: &T) -> Result<Vec<u8>, Error> {
    let mut writer = Writer::checked();
    value.write(&mut writer).map(|()| writer.into_bytes())
}

/// Reads a value from its text, which `serde_json` gives; what other formats give is written as such a text. Their numbers are
/// the floats that they are.
///
/// # Errors
///
/// Those of the deserializer, and what the type refuses.
pub fn deserialize<'de, C: Codec, D: Deserializer<'de>>(deserializer: D) -> Result<C::Value, D::Error> {
    let source = deserializer.deserialize_newtype_struct(RAW_VALUE, Whole)?;
    read_source::<C>(&source).map_err(D::Error::custom)
}

/// Reads a value, and says in one line what is wrong with it.
fn read_source<C: Codec>(source: &Source<'_>) -> Result<C::Value, String> {
    let text = match source {
        Source::Given(text) => text,
        Source::Written(text) => text.as_str(),
    };
    Reader::whole::<C>(text).map_err(|error| {
        let position = error.position_in(text).filter(|_| matches!(source, Source::Given(Cow::Borrowed(_))));
        let place = position.map(|(line, column)| format!(" at line {line} column {column}")).unwrap_or_default();
        format!("{}{place}", error.without_path())
    })
}

/// Writes a value to any format, by way of its text.
///
/// # Errors
///
/// Those of the serializer, and what the type refuses.
pub fn serialize<T: Type, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut writer = Writer::checked();
    value.write(&mut writer).map_err(S::Error::custom)?;
    serde::Serialize::serialize(&Transcoded::new(&mut Reader::new(writer.text())), serializer)
}

/// The text of a value.
enum Source<'de> {
    /// As it stands in a payload.
    Given(Cow<'de, str>),
    /// As it was written of what another format has.
    Written(String),
}

struct Whole;

/// Values that are not given as text.
macro_rules! written {
    ($($method:ident($($type:ty)?)),*) => {$(
        fn $method<E: serde::de::Error>(self $(, value: $type)?) -> Result<Source<'de>, E> {
            let mut text = String::new();
            Push(&mut text).$method($(value as $type)?).map(|()| Source::Written(text))
        }
    )*};
}

impl<'de> Visitor<'de> for Whole {
    type Value = Source<'de>;

    written!(
        visit_unit(),
        visit_none(),
        visit_bool(bool),
        visit_i64(i64),
        visit_u64(u64),
        visit_f64(f64),
        visit_str(&str)
    );

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Source<'de>, D::Error> {
        self.visit_newtype_struct(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Source<'de>, D::Error> {
        let mut text = String::new();
        deserializer.deserialize_any(Push(&mut text))?;
        Ok(Source::Written(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Source<'de>, A::Error> {
        let mut text = String::new();
        Push(&mut text).visit_seq(items)?;
        Ok(Source::Written(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Source<'de>, A::Error> {
        let mut text = String::from("{");
        if let Some(name) = members.next_key_seed(Name)? {
            if name == RAW_VALUE {
                return members.next_value_seed(Name).map(Source::Given);
            }
            push_string(&mut text, &name);
            text.push(':');
            members.next_value_seed(Push(&mut text))?;
            push_members(&mut text, members, true)?;
        }
        text.push('}');
        Ok(Source::Written(text))
    }
}

/// Writes what a deserializer gives as JSON.
struct Push<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Push<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Push<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.push_str("null");
        Ok(())
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.0.push_str(&value.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.0.push_str(&value.to_string());
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        let number = serde_json::Number::from_f64(value).ok_or_else(|| E::custom("type: expected a finite number"))?;
        self.0.push_str(&number.to_string());
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        push_string(self.0, value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.push('[');
        while items.next_element_seed(Push(self.0))?.is_some() {
            self.0.push(',');
        }
        close(self.0, ']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        self.0.push('{');
        push_members(self.0, members, false)?;
        self.0.push('}');
        Ok(())
    }
}

/// Ends what was written item by item, with a comma behind each.
fn close(text: &mut String, bracket: char) {
    if text.ends_with(',') {
        text.pop();
    }
    text.push(bracket);
}

fn push_members<'de, A: MapAccess<'de>>(text: &mut String, mut members: A, mut behind: bool) -> Result<(), A::Error> {
    while let Some(name) = members.next_key_seed(Name)? {
        if behind {
            text.push(',');
        }
        behind = true;
        push_string(text, &name);
        text.push(':');
        members.next_value_seed(Push(text))?;
    }
    Ok(())
}

/// Reads a text, borrowed from the payload where that is possible.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }

    fn visit_string<E>(self, name: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name))
    }
}
