//! Types with a name of their own that hold one value: constants, and values with constraints.

use super::{Codec, Error, Numbers, Reader, Writer};

/// A generated enum of string constants.
pub trait Enumeration: Copy + 'static {
    /// The constants, in the order of the schema.
    const ALL: &'static [Self];

    /// The constant as it stands in JSON.
    fn text(self) -> &'static str;
}

/// Reads a constant.
///
/// # Errors
///
/// Anything else.
pub fn read_enumeration<T: Enumeration>(reader: &mut Reader<'_>) -> Result<T, Error> {
    let offset = reader.offset();
    let text = reader.string()?;
    let constant = T::ALL.iter().find(|constant| constant.text() == text);
    constant.copied().ok_or_else(|| {
        if reader.is_attempt() {
            return Error::new("enum", "");
        }
        no_constant::<T>().or_at(offset)
    })
}

/// Finds the constant of a text.
///
/// # Errors
///
/// Any other text.
pub fn constant<T: Enumeration>(text: &str) -> Result<T, Error> {
    T::ALL.iter().find(|constant| constant.text() == text).copied().ok_or_else(no_constant::<T>)
}

#[cold]
fn no_constant<T: Enumeration>() -> Error {
    let all: Vec<String> = T::ALL.iter().map(|constant| format!("`{}`", constant.text())).collect();
    let choice = if all.len() > 1 { "one of " } else { "" };
    Error::new("enum", format!("{choice}{}", all.join(", ")))
}

/// Writes a constant.
///
/// # Errors
///
/// None.
pub fn write_enumeration<T: Enumeration>(constant: &T, writer: &mut Writer) -> Result<(), Error> {
    writer.string(constant.text());
    Ok(())
}

/// A generated struct around one value that meets its schema's constraints: it can't be made otherwise.
pub trait Newtype: Sized {
    /// How the value inside is read and written.
    type Codec: Codec;

    /// The value inside.
    fn get(&self) -> &<Self::Codec as Codec>::Value;

    /// Wraps a value that meets the constraints.
    ///
    /// # Errors
    ///
    /// The constraint that it does not meet.
    fn wrap(value: <Self::Codec as Codec>::Value, numbers: &Numbers) -> Result<Self, Error>;
}

/// Wraps a value that was not read: its numbers are as they are.
///
/// # Errors
///
/// The constraint that it does not meet.
pub fn wrapped<T: Newtype>(value: <T::Codec as Codec>::Value) -> Result<T, Error> {
    T::wrap(value, Numbers::exact())
}

/// Reads a value and checks it.
///
/// # Errors
///
/// Those of the codec, and the constraint that is not met.
pub fn read_newtype<T: Newtype>(reader: &mut Reader<'_>) -> Result<T, Error> {
    let offset = reader.offset();
    let value = T::Codec::read(reader)?;
    T::wrap(value, reader.numbers()).map_err(|error| error.or_at(offset))
}

/// Writes the value inside.
///
/// # Errors
///
/// Those of the codec.
pub fn write_newtype<T: Newtype>(value: &T, writer: &mut Writer) -> Result<(), Error> {
    T::Codec::write(value.get(), writer)
}
