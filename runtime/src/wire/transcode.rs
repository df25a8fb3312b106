//! JSON text, written to any format of serde.

use std::cell::RefCell;

use serde::ser::{Error as _, Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use super::Reader;
use super::reader::{Kind, Mark};

/// The value at hand, which was written here before: it is read while it is serialized, as often as a format asks for that.
pub(super) struct Transcoded<'r, 't> {
    reader: RefCell<&'r mut Reader<'t>>,
    start: Mark,
}

impl<'r, 't> Transcoded<'r, 't> {
    pub(super) fn new(reader: &'r mut Reader<'t>) -> Self {
        Self { start: reader.mark(), reader: RefCell::new(reader) }
    }
}

impl Serialize for Transcoded<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reader = self.reader.borrow_mut();
        reader.back(self.start);
        write(&mut reader, serializer)
    }
}

fn write<S: Serializer>(reader: &mut Reader<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    match reader.kind() {
        Kind::Boolean => serializer.serialize_bool(reader.boolean().map_err(S::Error::custom)?),
        Kind::Number => {
            let number = reader.number().map_err(S::Error::custom)?;
            match number.integer() {
                Some(integer) if integer < 0 => serializer.serialize_i64(i64::try_from(integer).unwrap_or_default()),
                Some(integer) => serializer.serialize_u64(u64::try_from(integer).unwrap_or_default()),
                None => serializer.serialize_f64(number.nearest()),
            }
        }
        Kind::String => serializer.serialize_str(&reader.string().map_err(S::Error::custom)?),
        Kind::Array => {
            let mut items = serializer.serialize_seq(None)?;
            let mut more = reader.array().map_err(S::Error::custom)?;
            while more {
                items.serialize_element(&Transcoded::new(reader))?;
                more = reader.next_item().map_err(S::Error::custom)?;
            }
            items.end()
        }
        Kind::Object => {
            let mut members = serializer.serialize_map(None)?;
            let mut more = reader.object().map_err(S::Error::custom)?;
            while more {
                let name = reader.name().map_err(S::Error::custom)?;
                members.serialize_entry(&*name, &Transcoded::new(reader))?;
                more = reader.next_member().map_err(S::Error::custom)?;
            }
            members.end()
        }
        Kind::Null | Kind::Nothing => {
            reader.null().map_err(S::Error::custom)?;
            serializer.serialize_unit()
        }
    }
}
