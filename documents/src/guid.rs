//! The GUID of a schema.

use std::fmt;

/// The GUID that Confluent's registry gives a schema: it follows from the schema's text alone, so that it is known without a
/// registry, and is the same in all of them. Written as a UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid([u8; 16]);

impl Guid {
    /// Returns the GUID of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns its bytes, as they stand in the header of a message.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads a GUID that is written as a UUID: 32 hexadecimal digits, with four hyphens. None where it is not.
    #[must_use]
    pub const fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.len() != 36 {
            return None;
        }
        let (mut bytes, mut digits, mut at) = ([0; 16], 0, 0);
        while at < text.len() {
            if matches!(at, 8 | 13 | 18 | 23) {
                if text[at] != b'-' {
                    return None;
                }
            } else {
                let digit = match text[at] {
                    digit @ b'0'..=b'9' => digit - b'0',
                    digit @ b'a'..=b'f' => digit - b'a' + 10,
                    digit @ b'A'..=b'F' => digit - b'A' + 10,
                    _ => return None,
                };
                bytes[digits / 2] = bytes[digits / 2] << 4 | digit;
                digits += 1;
            }
            at += 1;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_written_as_it_is_read() {
        let text = "0123abcd-ef45-6789-abcd-ef0123456789";
        let guid = Guid::parse(text).unwrap();
        assert_eq!(guid.as_bytes()[..4], [0x01, 0x23, 0xab, 0xcd]);
        assert_eq!((guid.to_string(), Guid::parse(&text.to_uppercase())), (text.to_owned(), Some(guid)));
        assert_eq!(Guid::from_bytes(*guid.as_bytes()), guid);
    }

    #[test]
    fn what_is_no_uuid_is_no_guid() {
        for text in [
            "",
            "0123abcd-ef45-6789-abcd-ef012345678",
            "0123abcd+ef45-6789-abcd-ef0123456789",
            "g123abcd-ef45-6789-abcd-ef0123456789",
        ] {
            assert_eq!(Guid::parse(text), None, "{text}");
        }
    }
}
