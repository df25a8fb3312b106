//! Objects whose members the schema names.

mod members;
mod name;
mod seen;
mod unchecked;
mod writer;

use std::marker::PhantomData;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, Serializer};

use super::{Fault, Presence, refuse};
pub use members::Members;
pub(super) use unchecked::is_unchecked;
pub(crate) use unchecked::unchecked;
pub use writer::Writer;

/// A generated struct: its members, and how to read, write and check them.
pub trait Object: Sized {
    /// The names of the declared members, in the order of the schema. What [`Members::next`] gives is an index here.
    const MEMBERS: &'static [&'static str];

    /// Which members stand together, and how many there are.
    const PRESENCE: &'static [Presence] = &[];

    /// Reads the members, in whatever order they come.
    ///
    /// # Errors
    ///
    /// Those of the members, a required member that is missing, a member that comes twice.
    fn read<'de, A: MapAccess<'de>>(members: &mut Members<'de, A>) -> Result<Self, A::Error>;

    /// Writes the members, in the order of the schema.
    ///
    /// # Errors
    ///
    /// Those of the members.
    fn write<S: SerializeMap>(&self, object: &mut Writer<S>) -> Result<(), S::Error>;

    /// Checks what the types of the members do not say.
    ///
    /// # Errors
    ///
    /// The first member that is not what the schema says.
    fn check(&self) -> Result<(), Fault> {
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
    fn check(&self) -> Result<(), Fault>;
}

/// Reads an object.
///
/// # Errors
///
/// Those of [`Object::read`] and [`Object::check`], and anything that is no object.
pub fn read_object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Read<T>(PhantomData<T>);
    impl<'de, T: Object> Visitor<'de> for Read<T> {
        type Value = T;
        refuse!("an object"; visit_unit(), visit_bool(bool), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bytes(&[u8]));
        refuse!(seq "an object");

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            let mut members = Members::new(map, T::MEMBERS);
            let object = T::read(&mut members)?;
            members.check(T::PRESENCE)?;
            object.check().map_err(A::Error::custom)?;
            Ok(object)
        }
    }
    deserializer.deserialize_any(Read::<T>(PhantomData))
}

/// Writes an object, after its check.
///
/// # Errors
///
/// Those of [`Object::write`] and [`Object::check`].
pub fn write_object<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    if !is_unchecked() {
        object.check().map_err(S::Error::custom)?;
    }
    let mut writer = Writer::new(serializer.serialize_map(None)?, T::PRESENCE);
    object.write(&mut writer)?;
    if !is_unchecked() {
        writer.check(T::MEMBERS, T::PRESENCE)?;
    }
    writer.end()
}
