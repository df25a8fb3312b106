//! Structs whose fields are the members that a schema declares.

/// All that reads, writes and makes a struct, from a list of its members.
///
/// Each member has its number, its name where that is not the field's, and its kind: `optional` where it may be absent,
/// `nullable` where it may be `null` too, `default` with what stands for it where it is absent, `constant` with its only value.
/// `as (…)` is a codec that is not the field's type itself. Before the members stand what becomes of others, those that must
/// not be there, the members that stand together, whether the struct has a check, and what the validator decides. Behind them
/// stand those without which no value can be made, for `new`.
#[doc(hidden)]
#[macro_export]
macro_rules! __members {
    (
        $name:ident, others $others:ident $($kept:ident $(as ($kept_codec:ty))?)?
        $(, without $($refused_index:literal $refused:literal)+)?
        $(, presence $presence:expr)?
        $(, check $check_marker:ident)?
        $(, validator $subschema:ty)?
        $(, default $default_marker:ident)?
        ;
        $($index:literal $($wire:literal)? $field:ident $(: $kind:ident)? $(as ($codec:ty))? $(= ($value:expr))?),*
        $(; new $required:ident { $($given:ident: $given_type:ty),* })?
    ) => {
        $crate::__construction! {
            $name { $($field $(: $kind)? $(= ($value))?),* } [$($kept)?]
            $(default $default_marker)? $(new $required { $($given: $given_type),* })?
        }

        $crate::__serde!($name, OfMembers, read_object, write_object $(, $subschema)?; read_object_to);

        #[allow(
            deprecated,
            irrefutable_let_patterns,
            clippy::approx_constant,
            clippy::type_complexity,
            clippy::unused_unit,
            clippy::zero_sized_map_values,
            reason = "names, limits and types are those of the schema"
        )]
        impl $crate::wire::Object for $name {
            const MEMBERS: &'static $crate::wire::Names = &$crate::wire::Names::new(
                &[$($crate::__name!($field $($wire)?),)* $($($refused),+)?],
                &[
                    $(::core::concat!("\"", $crate::__name!($field $($wire)?), "\":"),)*
                    $($(::core::concat!("\"", $refused, "\":")),+)?
                ],
            );
            $(const PRESENCE: &'static [$crate::wire::Presence] = &$presence;)?

            fn read(
                members: &mut $crate::wire::Members<'_, '_>,
                place: &mut ::core::option::Option<Self>,
            ) -> ::core::result::Result<(), $crate::wire::Error> {
                // One statement for all: each of its own would be a scope in the ones before, of which thousands are too
                // many for the debug information. The branch that is never taken tells the types, as to infer thousands
                // takes long.
                let ($(mut $field,)*) = if false {
                    let Self { $($field,)* .. } = $crate::wire::unread();
                    ($($crate::__unread!($field $(, $kind)?),)*)
                } else {
                    ($($crate::__absent!($field),)*)
                };
                $(let mut $kept = ::core::default::Default::default();)?
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
                let ($($crate::__present!($field $(, $kind)?),)*) = ($($field,)*) else {
                    return ::core::result::Result::Err(
                        members.missing(&[$($crate::__is_required!($($kind)?)),*]),
                    );
                };
                *place = ::core::option::Option::Some(Self {
                    $($field: $crate::__field!($field $(, $kind)? $(, $value)?),)*
                    $($kept,)?
                });
                ::core::result::Result::Ok(())
            }

            fn write(
                &self,
                object: &mut $crate::wire::ObjectWriter<'_>,
            ) -> ::core::result::Result<(), $crate::wire::Error> {
                $($crate::__write!(object, $crate::__name!($field $($wire)?), &self.$field $(, $kind)? $(, as $codec)?);)*
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

/// `new` with what is required, or `Default` where that is nothing.
#[doc(hidden)]
#[macro_export]
macro_rules! __construction {
    ($name:ident { $($fields:tt)* } [$($kept:ident)?]) => {};
    (
        $name:ident { $($field:ident $(: $kind:ident)? $(= ($value:expr))?),* } [$($kept:ident)?]
        new $required:ident { $($given:ident: $type:ty),* }
    ) => {
        #[doc = concat!("The members without which no `", stringify!($name), "` can be made, for [`", stringify!($name), "::new`].")]
        #[allow(
            deprecated,
            missing_docs,
            clippy::struct_excessive_bools,
            clippy::type_complexity,
            clippy::zero_sized_map_values,
            reason = "the fields are documented where they stand in the message, and are those of the schema"
        )]
        pub struct $required {
            $(pub $given: $type,)*
        }

        #[allow(deprecated, clippy::approx_constant, reason = "names and constants are those of the schema")]
        impl $name {
            /// Makes a value of the members that are required. Of the others constants and defaults are filled in, and the rest
            /// is absent.
            #[inline]
            #[must_use]
            pub fn new(required: $required) -> Self {
                let $required { $($given),* } = required;
                Self {
                    $($field: $crate::__made!($field $(, $kind)? $(, $value)?),)*
                    $($kept: ::core::default::Default::default(),)?
                }
            }
        }
    };
    (
        $name:ident { $($field:ident $(: $kind:ident)? $(= ($value:expr))?),* } [$($kept:ident)?]
        default all
    ) => {
        #[allow(deprecated, clippy::approx_constant, reason = "names and constants are those of the schema")]
        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self {
                    $($field: $crate::__made!($field $(, $kind)? $(, $value)?),)*
                    $($kept: ::core::default::Default::default(),)?
                }
            }
        }
    };
}

/// The name of a member: that of its field, if it has no other.
#[doc(hidden)]
#[macro_export]
macro_rules! __name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $wire:literal) => {
        $wire
    };
}

/// The field of a value that is made.
#[doc(hidden)]
#[macro_export]
macro_rules! __made {
    ($field:ident) => {
        $field
    };
    ($field:ident, $absent:ident) => {
        ::core::option::Option::None
    };
    ($field:ident, $kind:ident, $value:expr) => {
        $value
    };
}

/// The state of a member that was not read.
#[doc(hidden)]
#[macro_export]
macro_rules! __absent {
    ($field:ident) => {
        ::core::option::Option::None
    };
}

/// The state of a member that was read, of the type of its field.
#[doc(hidden)]
#[macro_export]
macro_rules! __unread {
    ($field:ident, optional) => {
        $field
    };
    ($field:ident, nullable) => {
        $field
    };
    ($field:ident $(, $kind:ident)?) => {
        ::core::option::Option::Some($field)
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
    ($members:ident, $place:expr $(, $kind:ident)?) => {
        $members.value($place)
    };
    ($members:ident, $place:expr, as $codec:ty) => {
        $members.read::<$codec>($place)
    };
    ($members:ident, $place:expr, $kind:ident, as $codec:ty) => {
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
    ($field:ident $(, constant)?) => {
        ::core::option::Option::Some($field)
    };
    ($field:ident, $absent:ident) => {
        $field
    };
}

/// True if a member has to be there.
#[doc(hidden)]
#[macro_export]
macro_rules! __is_required {
    ($(constant)?) => {
        true
    };
    ($absent:ident) => {
        false
    };
}

/// A field of what was read.
#[doc(hidden)]
#[macro_export]
macro_rules! __field {
    ($field:ident, default, $value:expr) => {
        $field.unwrap_or_else(|| $value)
    };
    ($field:ident $(, $kind:ident)?) => {
        $field
    };
    ($field:ident, constant, $value:expr) => {
        $field
    };
}

/// Writes a member.
#[doc(hidden)]
#[macro_export]
macro_rules! __write {
    ($object:ident, $wire:expr, $value:expr, optional $(, as $codec:ty)?) => {
        $crate::__write!(@ $object, $wire, $value $(, $codec)?)
    };
    ($object:ident, $wire:expr, $value:expr, nullable $(, as $codec:ty)?) => {
        $crate::__write!(@ $object, $wire, $value $(, $codec)?)
    };
    (@ $object:ident, $wire:expr, $value:expr) => {
        $object.optional($wire, $value)?
    };
    (@ $object:ident, $wire:expr, $value:expr, $codec:ty) => {
        $object.write_optional::<$codec>($wire, $value)?
    };
    ($object:ident, $wire:expr, $value:expr $(, $kind:ident)?) => {
        $object.value($wire, $value)?
    };
    ($object:ident, $wire:expr, $value:expr, as $codec:ty) => {
        $object.write::<$codec>($wire, $value)?
    };
    ($object:ident, $wire:expr, $value:expr, $kind:ident, as $codec:ty) => {
        $object.write::<$codec>($wire, $value)?
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
