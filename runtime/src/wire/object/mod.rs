//! Objects whose members the schema names.

mod members;
mod names;
mod seen;
mod writer;

use super::{Error, Numbers, Presence, Reader, Writer};
pub use members::Members;
pub use names::Names;
pub use writer::ObjectWriter;

/// A generated struct: its members, and how to read, write and check them.
pub trait Object: Sized {
    /// The names of the declared members, in the order of the schema. What [`Members::next`] gives is an index here.
    const MEMBERS: &'static Names;

    /// Which members stand together, and how many there are.
    const PRESENCE: &'static [Presence] = &[];

    /// Reads the members, in whatever order they come, and puts the object into its place.
    ///
    /// # Errors
    ///
    /// Those of the members, a required member that is missing, a member that comes twice.
    fn read(members: &mut Members<'_, '_>, place: &mut Option<Self>) -> Result<(), Error>;

    /// Writes the members, in the order of the schema.
    ///
    /// # Errors
    ///
    /// Those of the members.
    fn write(&self, object: &mut ObjectWriter<'_>) -> Result<(), Error>;

    /// Checks what the types of the members do not say.
    ///
    /// # Errors
    ///
    /// The first member that is not what the schema says.
    fn check(&self, numbers: &Numbers) -> Result<(), Error> {
        let _ = numbers;
        Ok(())
    }
}

/// What a generated struct asks for beyond the types of its members.
pub trait Check {
    /// Checks a value, as [`Object::check`].
    ///
    /// # Errors
    ///
    /// The first member that is not what the schema says.
    fn check(&self, numbers: &Numbers) -> Result<(), Error>;
}

/// A value in a branch that is never taken, which is there for its type.
#[cold]
#[must_use]
pub fn unread<T>() -> T {
    unreachable!("it stands in no branch that is taken")
}

/// Reads an object.
///
/// # Errors
///
/// Those of [`Object::read`] and [`Object::check`], and anything that is no object.
pub fn read_object<T: Object>(reader: &mut Reader<'_>) -> Result<T, Error> {
    let mut object = None;
    read_object_to(reader, &mut object)?;
    // It is in its place where there is no error.
    object.ok_or_else(|| reader.syntax())
}

/// Reads an object into its place.
///
/// # Errors
///
/// Those of [`read_object`].
pub fn read_object_to<T: Object>(reader: &mut Reader<'_>, place: &mut Option<T>) -> Result<(), Error> {
    let offset = reader.offset();
    let mut members = Members::new(reader, T::MEMBERS);
    members.open()?;
    T::read(&mut members, place)?;
    members.close(T::PRESENCE).map_err(|error| error.or_at(offset))?;
    let checked = place.as_ref().map_or(Ok(()), |object| object.check(reader.numbers()));
    checked.map_err(|error| error.or_at(offset))
}

/// Writes an object, after its check.
///
/// # Errors
///
/// Those of [`Object::write`] and [`Object::check`].
pub fn write_object<T: Object>(object: &T, writer: &mut Writer) -> Result<(), Error> {
    if writer.is_checked() {
        object.check(Numbers::exact())?;
    }
    let mut members = ObjectWriter::open(writer, T::MEMBERS, T::PRESENCE);
    object.write(&mut members)?;
    members.close(T::MEMBERS, T::PRESENCE)
}
