//! The macros that stand beside generated types, with what reads, writes, makes and converts them.

mod constants;
mod members;
mod needs;
mod newtype;
mod pattern;
mod union;

pub use crate::{
    __constants as constants, __members as members, __needs_compact_str as needs_compact_str,
    __needs_dynamic as needs_dynamic, __needs_pattern as needs_pattern, __newtype as newtype, __pattern as pattern,
    __schema as schema, __union as union,
};

/// `Deserialize`, `Serialize` and `Type` by functions of the runtime, or by a codec where the validator looks at the whole
/// value.
#[doc(hidden)]
#[macro_export]
macro_rules! __serde {
    (@ $name:ident, $read:expr, $write:expr $(, $read_to:ident)?) => {
        #[allow(deprecated, reason = "a schema may deprecate its own types")]
        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                $crate::wire::deserialize::<Self, __D>(deserializer)
            }
        }

        #[allow(deprecated, reason = "a schema may deprecate its own types")]
        impl $crate::serde::Serialize for $name {
            fn serialize<__S: $crate::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                $crate::wire::serialize(self, serializer)
            }
        }

        #[allow(deprecated, reason = "a schema may deprecate its own types")]
        impl $crate::wire::Type for $name {
            fn read(
                reader: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::wire::Error> {
                $read(reader)
            }

            $(
                fn read_to(
                    reader: &mut $crate::wire::Reader<'_>,
                    place: &mut ::core::option::Option<Self>,
                ) -> ::core::result::Result<(), $crate::wire::Error> {
                    $crate::wire::$read_to(reader, place)
                }
            )?

            fn write(
                &self,
                writer: &mut $crate::wire::Writer,
            ) -> ::core::result::Result<(), $crate::wire::Error> {
                $write(self, writer)
            }
        }
    };
    ($name:ident, $codec:ident, $read:ident, $write:ident $(; $read_to:ident)?) => {
        $crate::__serde!(@ $name, $crate::wire::$read, $crate::wire::$write $(, $read_to)?);
    };
    ($name:ident, $codec:ident, $read:ident, $write:ident, $subschema:ty $(; $read_to:ident)?) => {
        $crate::__serde!(
            @ $name,
            <$crate::wire::Validated<$crate::wire::$codec<Self>, $subschema> as $crate::wire::Codec>::read,
            <$crate::wire::Validated<$crate::wire::$codec<Self>, $subschema> as $crate::wire::Codec>::write
        );
    };
}

/// Takes a word that only marks that an item is there.
#[doc(hidden)]
#[macro_export]
macro_rules! __marked {
    ($marker:ident) => {};
}

/// The static that holds a schema file: its URI, text and hash, its GUID where it is a message, its name where that is another one, whether formats are asserted,
/// and the schemas that it refers to.
#[doc(hidden)]
#[macro_export]
macro_rules! __schema {
    (
        $name:ident, $uri:literal, $text:expr, $hash:literal $(, guid $guid:literal)?
        $(, id $id:literal of [$($version:literal = $version_id:literal $($version_guid:literal)?),*])? $(, name $own:literal)? $(, formats $with_formats:ident)?
        $(; $($reference:ident),+)?
    ) => {
        static $name: $crate::message::Schema = $crate::message::Schema::new($uri, $text, $hash)
            $(.with_guid($guid))?
            $(.with_versions($id, const {
                &[$($crate::message::SchemaVersion::new($version, $version_id)$(.with_guid($version_guid))?),*]
            }))?
            $(.with_name($own))?
            $(.with_references(&[$(&$reference),+]))?
            $(.$with_formats())?;
    };
}
