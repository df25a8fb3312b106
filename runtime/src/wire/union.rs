//! Values of one of several types.

use super::reader::Kind;
use super::{Error, Reader, Writer};

/// A JSON type that a union does not take.
macro_rules! refused {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// Those of the variant's codec.
        fn $name(reader: &mut Reader<'_>) -> Result<Self, Error> {
            Err(reader.refused(Self::EXPECTED))
        }
    )*};
}

/// A generated enum: how a value of each JSON type finds its variant. The methods that it does not have refuse.
pub trait Union: Sized {
    /// What is expected, as `a string or an integer`.
    const EXPECTED: &'static str;

    refused! {
        /// Reads `null`.
        null,
        /// Reads `true` or `false`.
        boolean,
        /// Reads a number.
        number,
        /// Reads a string.
        string,
        /// Reads an array.
        array,
        /// Reads an object.
        object
    }

    /// Writes the variant.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec.
    fn write(&self, writer: &mut Writer) -> Result<(), Error>;
}

/// The variants of a generated enum, by their numbers.
pub trait Variants: Sized {
    /// Reads the variant of a number.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec, and its check.
    fn read(index: usize, reader: &mut Reader<'_>) -> Result<Self, Error>;
}

/// Reads a union: straight to what reads the JSON type at hand.
///
/// # Errors
///
/// Those of the variant's codec, and a JSON type that no variant has.
pub fn read_union<T: Union>(reader: &mut Reader<'_>) -> Result<T, Error> {
    let offset = reader.offset();
    let read = match reader.kind() {
        Kind::Null => T::null(reader),
        Kind::Boolean => T::boolean(reader),
        Kind::Number => T::number(reader),
        Kind::String => T::string(reader),
        Kind::Array => T::array(reader),
        Kind::Object => T::object(reader),
        Kind::Nothing => Err(reader.syntax()),
    };
    read.map_err(|error| error.or_at(offset))
}

/// Writes a union.
///
/// # Errors
///
/// Those of the variant's codec.
pub fn write_union<T: Union>(value: &T, writer: &mut Writer) -> Result<(), Error> {
    value.write(writer)
}
