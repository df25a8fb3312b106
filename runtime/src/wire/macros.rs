//! The items that generated code is made of: structs and enums as the schema has them, with what reads and writes them.

/// A struct whose fields are the members that a schema declares.
///
/// Each field has the number and the name of its member; `optional` where it may be absent, `nullable` where it may be
/// `null` too, `or (…)` for what stands for it where it is absent, `as (…)` for a codec that is not the type itself.
/// What follows the struct: members that must not be there, what becomes of the others, `new` or `default`, whether
/// there is a check, what the validator decides.
#[doc(hidden)]
#[macro_export]
macro_rules! __object {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident {
            $(
                $(#[$field_attribute:meta])*
                pub $field:ident: $type:ty = $index:literal $wire:literal
                    $(: $kind:ident)? $(as ($codec:ty))? $(or ($default:expr))?
            ),* $(,)?
        }
        $(without $($refused_index:literal $refused:literal),+;)?
        others $others:ident $($kept:ident: $kept_type:ty $(as ($kept_codec:ty))?)?;
        $(presence $presence:expr;)?
        $(new($($parameter:tt)*);)?
        $(default $default_marker:ident;)?
        $(check $check_marker:ident;)?
        $(validator $subschema:ty;)?
    ) => {
        $(#[$attribute])*
        #[allow(missing_docs, reason = "a schema may leave a member without a description")]
        pub struct $name {
            $($(#[$field_attribute])* pub $field: $type,)*
            $(
                /// The members that the schema does not name, by name.
                pub $kept: $kept_type,
            )?
        }

        $crate::__construction! {
            $name { $($field $(: $kind)? $(or ($default))?),* } [$($kept)?]
            $(new($($parameter)*))? $(default $default_marker)?
        }

        $crate::__serde!($name, OfMembers, read_object, write_object $(, $subschema)?; read_object_to);

        #[allow(
            deprecated,
            irrefutable_let_patterns,
            clippy::approx_constant,
            clippy::type_complexity,
            clippy::zero_sized_map_values,
            reason = "names, limits and types are those of the schema"
        )]
        impl $crate::wire::Object for $name {
            const MEMBERS: &'static $crate::wire::Names = &$crate::wire::Names::new(
                &[$($wire,)* $($($refused),+)?],
                &[$(::core::concat!("\"", $wire, "\":"),)* $($(::core::concat!("\"", $refused, "\":")),+)?],
            );
            $(const PRESENCE: &'static [$crate::wire::Presence] = &$presence;)?

            fn read(
                members: &mut $crate::wire::Members<'_, '_>,
                place: &mut ::core::option::Option<Self>,
            ) -> ::core::result::Result<(), $crate::wire::Error> {
                // One statement for all: each of its own would be a scope in the ones before, of which thousands are too
                // many for the debug information. The types are told, as to infer thousands takes long.
                let ($(mut $field,)*) = ($($crate::__unread!($type $(, $kind)?),)*);
                $(let mut $kept = <$kept_type>::new();)?
                loop {
                    // One way out for all members: a way out of each would drop all of the others.
                    let read = match members.next()? {
                        $($index => $crate::__member!(members, &mut $field $(, $kind)? $(, as $codec)?),)*
                        $($($refused_index => members.skip(),)+)?
                        $crate::wire::Members::END => break,
                        _ => $crate::__other!(members, $others $(, $kept $(as $kept_codec)?)?),
                    };
                    read?;
                }
                let ($($crate::__present!($field $(, $kind)? $(, or $default)?),)*) = ($($field,)*) else {
                    return ::core::result::Result::Err(
                        members.missing(&[$($crate::__is_required!($($kind)? $(or $default)?)),*]),
                    );
                };
                *place = ::core::option::Option::Some(Self {
                    $($field: $crate::__field!($field $(, $kind)? $(, or $default)?),)*
                    $($kept,)?
                });
                ::core::result::Result::Ok(())
            }

            fn write(
                &self,
                object: &mut $crate::wire::ObjectWriter<'_>,
            ) -> ::core::result::Result<(), $crate::wire::Error> {
                $($crate::__write!(object, $wire, &self.$field $(, $kind)? $(, as $codec)?);)*
                $($crate::__write_others!(object, &self.$kept $(, as $kept_codec)?);)?
                // There may be no member at all.
                let _ = object;
                ::core::result::Result::Ok(())
            }

            $(
                fn check(
                    &self,
                    numbers: &$crate::wire::Numbers,
                ) -> ::core::result::Result<(), $crate::wire::Error> {
                    $crate::__marked!($check_marker);
                    $crate::wire::Check::check(self, numbers)
                }
            )?
        }
    };
}

/// An enum of the string constants of a schema: with `ALL`, `as_str` and `Display`. A constant behind `=` is documented
/// as it stands; what would not do as Markdown stands behind `=>`, documented by attributes.
#[doc(hidden)]
#[macro_export]
macro_rules! __enumeration {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $($(#[$constant_attribute:meta])* $constant:ident $(= $text:literal)? $(=> $odd:literal)?),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(
                $(#[$constant_attribute])*
                $(#[doc = concat!("`", $text, "`")])?
                $constant,
            )*
        }

        #[allow(deprecated, reason = "a schema may deprecate its own constants")]
        impl $name {
            /// All of them, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$constant),*];

            /// The text that stands in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$constant => $($text)? $($odd)?,)*
                }
            }
        }

        #[allow(deprecated, reason = "a schema may deprecate its own constants")]
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::__serde!(@ $name, $crate::wire::read_enumeration, $crate::wire::write_enumeration);

        #[allow(deprecated, reason = "a schema may deprecate its own constants")]
        impl $crate::wire::Enumeration for $name {
            const ALL: &'static [Self] = Self::ALL;

            fn text(self) -> &'static str {
                self.as_str()
            }
        }
    };
}

/// `Deserialize` and `Serialize` by functions of the runtime, or by a codec where the validator looks at the whole value.
#[doc(hidden)]
#[macro_export]
macro_rules! __serde {
    (@ $name:ident, $read:expr, $write:expr $(, $read_to:ident)?) => {
        #[allow(deprecated, reason = "a schema may deprecate its own constants")]
        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                $crate::wire::deserialize::<Self, __D>(deserializer)
            }
        }

        #[allow(deprecated, reason = "a schema may deprecate its own constants")]
        impl $crate::serde::Serialize for $name {
            fn serialize<__S: $crate::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                $crate::wire::serialize(self, serializer)
            }
        }

        #[allow(deprecated, reason = "a schema may deprecate its own constants")]
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

/// `new` with what is required, or `Default` where that is nothing.
#[doc(hidden)]
#[macro_export]
macro_rules! __construction {
    ($name:ident { $($fields:tt)* } [$($kept:ident)?]) => {};
    (
        $name:ident { $($field:ident $(: $kind:ident)? $(or ($default:expr))?),* } [$($kept:ident)?]
        new($($parameter:ident: $type:ty),*)
    ) => {
        #[allow(deprecated, clippy::approx_constant, clippy::type_complexity, clippy::zero_sized_map_values)]
        impl $name {
            /// With what is required; the rest is absent, or has its default.
            #[must_use]
            pub fn new($($parameter: $type),*) -> Self {
                Self {
                    $($field: $crate::__absent!($field $(: $kind)? $(or ($default))?),)*
                    $($kept: ::core::default::Default::default(),)?
                }
            }
        }
    };
    (
        $name:ident { $($field:ident $(: $kind:ident)? $(or ($default:expr))?),* } [$($kept:ident)?]
        default all
    ) => {
        #[allow(deprecated, clippy::approx_constant, clippy::zero_sized_map_values)]
        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self {
                    $($field: $crate::__absent!($field $(: $kind)? $(or ($default))?),)*
                    $($kept: ::core::default::Default::default(),)?
                }
            }
        }
    };
}

/// What a field holds where the member is absent.
#[doc(hidden)]
#[macro_export]
macro_rules! __absent {
    ($field:ident) => {
        $field
    };
    ($field:ident: optional) => {
        ::core::option::Option::None
    };
    ($field:ident: nullable) => {
        ::core::option::Option::None
    };
    ($field:ident or ($default:expr)) => {
        $default
    };
}

/// The state of a member before it is read.
#[doc(hidden)]
#[macro_export]
macro_rules! __unread {
    ($type:ty) => {
        ::core::option::Option::<$type>::None
    };
    ($type:ty, $kind:ident) => {
        <$type>::None
    };
}

/// Reads a member into its place.
#[doc(hidden)]
#[macro_export]
macro_rules! __member {
    ($members:ident, $place:expr, nullable) => {
        $members.nullable($place)
    };
    ($members:ident, $place:expr, nullable, as $codec:ty) => {
        $members.read_nullable::<$codec>($place)
    };
    ($members:ident, $place:expr $(, optional)?) => {
        $members.value($place)
    };
    ($members:ident, $place:expr, $(optional,)? as $codec:ty) => {
        $members.read::<$codec>($place)
    };
}

/// Reads a member that is not declared.
#[doc(hidden)]
#[macro_export]
macro_rules! __other {
    ($members:ident, ignored) => {
        $members.skip()
    };
    ($members:ident, refused) => {
        $members.refuse()
    };
    ($members:ident, kept, $kept:ident) => {
        $members.keep_any(&mut $kept)
    };
    ($members:ident, kept, $kept:ident as $codec:ty) => {
        $members.keep::<$codec>(&mut $kept)
    };
}

/// The pattern of what was read of a member, if nothing is missing.
#[doc(hidden)]
#[macro_export]
macro_rules! __present {
    ($field:ident) => {
        ::core::option::Option::Some($field)
    };
    ($field:ident, $($absent:tt)+) => {
        $field
    };
}

/// Whether a member has to be there.
#[doc(hidden)]
#[macro_export]
macro_rules! __is_required {
    () => {
        true
    };
    ($($absent:tt)+) => {
        false
    };
}

/// A field of what was read.
#[doc(hidden)]
#[macro_export]
macro_rules! __field {
    ($field:ident $(, $kind:ident)?) => {
        $field
    };
    ($field:ident, or $default:expr) => {
        $field.unwrap_or_else(|| $default)
    };
}

/// Writes a member.
#[doc(hidden)]
#[macro_export]
macro_rules! __write {
    ($object:ident, $wire:literal, $value:expr) => {
        $object.value($wire, $value)?
    };
    ($object:ident, $wire:literal, $value:expr, as $codec:ty) => {
        $object.write::<$codec>($wire, $value)?
    };
    ($object:ident, $wire:literal, $value:expr, $optional:ident) => {
        $object.optional($wire, $value)?
    };
    ($object:ident, $wire:literal, $value:expr, $optional:ident, as $codec:ty) => {
        $object.write_optional::<$codec>($wire, $value)?
    };
}

/// Writes the members that are not declared.
#[doc(hidden)]
#[macro_export]
macro_rules! __write_others {
    ($object:ident, $kept:expr) => {
        $object.kept_any(<Self as $crate::wire::Object>::MEMBERS, $kept)?
    };
    ($object:ident, $kept:expr, as $codec:ty) => {
        $object.kept::<$codec>(<Self as $crate::wire::Object>::MEMBERS, $kept)?
    };
}

/// Takes a word that only marks that an item is there.
#[doc(hidden)]
#[macro_export]
macro_rules! __marked {
    (fields) => {};
}

pub use crate::{__enumeration as enumeration, __object as object, __serde as serde_impls};
