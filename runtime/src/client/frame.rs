//! The frame around a payload, which names the schema that wrote it: written and read as Confluent's clients do.

use super::header::Header;
use crate::error::DecodeError;
use crate::message::{Descriptor, FrameError, Guid, SchemaId, SchemaIdLocation};

/// The first byte of a header, before the GUID.
const HEADER_MAGIC: u8 = 1;

/// The first byte of a payload that has the number of its schema in the four bytes behind it. JSON never begins with it.
const PREFIX_MAGIC: u8 = 0;

/// A payload without its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unframed<'p> {
    pub(crate) schema_id: Option<SchemaId>,
    /// The JSON text, if it is one.
    pub(crate) json: &'p [u8],
}

/// Takes the frame off a payload. Of a message with both frames, the header has the id.
///
/// The header is that of [`VALUE_SCHEMA_ID`](crate::message::VALUE_SCHEMA_ID), if there is one.
pub(crate) fn unframe<'p>(header: Option<&Header>, payload: &'p [u8]) -> Result<Unframed<'p>, FrameError> {
    let in_header = header.map(read_header).transpose()?.map(SchemaId::Guid);
    let (number, json) = match payload {
        [PREFIX_MAGIC, a, b, c, d, json @ ..] => (Some(u32::from_be_bytes([*a, *b, *c, *d])), json),
        [PREFIX_MAGIC, ..] => return Err(FrameError::CutShort { bytes: payload.len() }),
        [first, ..] if first.is_ascii_control() && !first.is_ascii_whitespace() => return Err(FrameError::Magic),
        _ => (None, payload),
    };
    Ok(Unframed { schema_id: in_header.or_else(|| number.map(SchemaId::Number)), json })
}

fn read_header(header: &Header) -> Result<Guid, FrameError> {
    let value = header.value.as_deref();
    match value.and_then(<[u8]>::split_first) {
        Some((magic, guid)) if guid.len() == 16 => {
            let guid = guid.try_into().map(Guid::from_bytes);
            guid.ok().filter(|_| *magic == HEADER_MAGIC).ok_or(FrameError::HeaderMagic)
        }
        _ => Err(FrameError::HeaderLength { bytes: value.map(<[u8]>::len) }),
    }
}

/// Returns a payload behind the number of its schema.
pub(crate) fn prefixed(number: u32, payload: &[u8]) -> Vec<u8> {
    [&[PREFIX_MAGIC][..], &number.to_be_bytes(), payload].concat()
}

/// Returns the value of the header [`VALUE_SCHEMA_ID`](crate::message::VALUE_SCHEMA_ID).
pub(crate) fn header_value(guid: Guid) -> [u8; 17] {
    let mut value = [HEADER_MAGIC; 17];
    value[1..].copy_from_slice(guid.as_bytes());
    value
}

impl Descriptor {
    /// Returns the id that messages of this type have, where their topic wants one: which says its place, too.
    pub(crate) fn id_to_write(&self) -> Option<SchemaId> {
        match self.topic.schema_id_location? {
            SchemaIdLocation::Header => self.schema.guid.map(SchemaId::Guid),
            SchemaIdLocation::Payload => self.schema.id.map(SchemaId::Number),
        }
    }
}

impl DecodeError {
    /// The error of a payload in a frame that can't be read, where a message was expected.
    pub(crate) fn of_frame(message: &str, reason: FrameError) -> Self {
        Self::Frame { message: message.to_owned(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::message::VALUE_SCHEMA_ID;

    const GUID: [u8; 16] = [7; 16];

    fn header(value: impl Into<Vec<u8>>) -> Header {
        Header::new(VALUE_SCHEMA_ID, value)
    }

    fn framed(header: Option<&Header>, payload: &[u8]) -> Result<(Option<SchemaId>, Vec<u8>), FrameError> {
        unframe(header, payload).map(|unframed| (unframed.schema_id, unframed.json.to_vec()))
    }

    #[test]
    fn an_id_is_read_from_the_header_then_from_the_payload() {
        let id = Guid::from_bytes(GUID);
        let (header, guid) = (header(header_value(id)), Some(SchemaId::Guid(id)));
        assert_eq!(framed(None, b"{}"), Ok((None, b"{}".to_vec())));
        assert_eq!(framed(Some(&header), b"{}"), Ok((guid, b"{}".to_vec())));
        assert_eq!(framed(None, b"\0\0\0\x01\x02{}"), Ok((Some(SchemaId::Number(258)), b"{}".to_vec())));
        assert_eq!(framed(Some(&header), b"\0\0\0\x01\x02{}"), Ok((guid, b"{}".to_vec())));
        assert_eq!(framed(None, b"\0\xff\xff\xff\xff"), Ok((Some(SchemaId::Number(u32::MAX)), Vec::new())));
    }

    #[test]
    fn text_is_no_frame() {
        for payload in ["", " 1", "\n\t\r{}", "not json", "é", "\u{feff}{}"] {
            assert_eq!(framed(None, payload.as_bytes()), Ok((None, payload.as_bytes().to_vec())), "{payload:?}");
        }
    }

    #[test]
    fn a_broken_frame_says_what_is_broken() {
        let check = |header: Option<Header>, payload: &[u8], error: FrameError| {
            assert_eq!(framed(header.as_ref(), payload), Err(error));
        };
        let without_value = Header { value: None, ..header("") };
        check(Some(without_value), b"{}", FrameError::HeaderLength { bytes: None });
        check(Some(header("")), b"{}", FrameError::HeaderLength { bytes: Some(0) });
        check(Some(header(GUID)), b"{}", FrameError::HeaderLength { bytes: Some(16) });
        check(Some(header([1; 18])), b"{}", FrameError::HeaderLength { bytes: Some(18) });
        check(Some(header([0; 17])), b"{}", FrameError::HeaderMagic);
        for bytes in 1..5 {
            check(None, &vec![0; bytes], FrameError::CutShort { bytes });
        }
        for magic in [b"\x01\0\0\0\x01{}", b"\x7f\0\0\0\x01{}"] {
            check(None, magic, FrameError::Magic);
        }
    }
}
