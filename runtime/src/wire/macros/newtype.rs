//! Structs around one value that meets its schema's constraints.

/// All that reads, writes and makes a struct around one value. `by (…)` is a codec that is not the value's type itself.
///
/// It is `checked` where it implements `wire::Check`, or `free`; a `text` or, where that is sensitive, a `secret`, another
/// `scalar`, or `other`.
#[doc(hidden)]
#[macro_export]
macro_rules! __newtype {
    (
        $name:ident($inner:ty) $(by ($codec:ty))?, $check:ident, $kind:ident
    ) => {
        $crate::__wrapped!($check $name $inner);
        $crate::__text!($kind $check $name $inner);

        #[allow(deprecated, clippy::implicit_hasher, clippy::zero_sized_map_values, reason = "types are those of the schema")]
        impl ::core::convert::From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        #[allow(deprecated, clippy::zero_sized_map_values, reason = "types are those of the schema")]
        impl ::core::ops::Deref for $name {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        $crate::__serde!($name, OfMembers, read_newtype, write_newtype);

        #[allow(deprecated, clippy::zero_sized_map_values, reason = "types are those of the schema")]
        impl $crate::wire::Newtype for $name {
            type Codec = $crate::__codec!($inner $(, $codec)?);

            fn get(&self) -> &$inner {
                &self.0
            }

            fn wrap(
                value: $inner,
                numbers: &$crate::wire::Numbers,
            ) -> ::core::result::Result<Self, $crate::wire::Error> {
                let value = Self(value);
                $crate::__checked!($check value numbers);
                ::core::result::Result::Ok(value)
            }
        }
    };
}

/// Makes a newtype of the value inside: by `From`, or by `TryFrom` where there is a check.
#[doc(hidden)]
#[macro_export]
macro_rules! __wrapped {
    (free $name:ident $inner:ty) => {
        #[allow(
            deprecated,
            clippy::implicit_hasher,
            clippy::zero_sized_map_values,
            reason = "types are those of the schema"
        )]
        impl ::core::convert::From<$inner> for $name {
            fn from(value: $inner) -> Self {
                Self(value)
            }
        }
    };
    (checked $name:ident $inner:ty) => {
        #[allow(
            deprecated,
            clippy::implicit_hasher,
            clippy::zero_sized_map_values,
            reason = "types are those of the schema"
        )]
        impl ::core::convert::TryFrom<$inner> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(value: $inner) -> ::core::result::Result<Self, $crate::InvalidValue> {
                $crate::wire::wrapped(value)
            }
        }
    };
}

/// Makes a newtype of a text, borrows that of it, and displays it.
#[doc(hidden)]
#[macro_export]
macro_rules! __text {
    (other $check:ident $name:ident $inner:ty) => {};
    (scalar $check:ident $name:ident $inner:ty) => {
        #[allow(deprecated, reason = "types are those of the schema")]
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.0, f)
            }
        }
    };
    (text $check:ident $name:ident $inner:ty) => {
        $crate::__text!(secret $check $name $inner);
        $crate::__text!(scalar $check $name $inner);
    };
    (secret $check:ident $name:ident $inner:ty) => {
        #[allow(deprecated, reason = "types are those of the schema")]
        impl ::core::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::InvalidValue> {
                $crate::wire::wrapped(<$inner>::from(text))
            }
        }

        $crate::__of_text!($check $name $inner);

        #[allow(deprecated, reason = "types are those of the schema")]
        impl ::core::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        #[allow(deprecated, reason = "types are those of the schema")]
        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

/// Makes a newtype of a borrowed text, as `__wrapped` does of an owned one.
#[doc(hidden)]
#[macro_export]
macro_rules! __of_text {
    (free $name:ident $inner:ty) => {
        #[allow(deprecated, reason = "types are those of the schema")]
        impl ::core::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(<$inner>::from(text))
            }
        }
    };
    (checked $name:ident $inner:ty) => {
        #[allow(deprecated, reason = "types are those of the schema")]
        impl ::core::convert::TryFrom<&str> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(text: &str) -> ::core::result::Result<Self, $crate::InvalidValue> {
                $crate::wire::wrapped(<$inner>::from(text))
            }
        }
    };
}

/// Checks a value that was wrapped.
#[doc(hidden)]
#[macro_export]
macro_rules! __checked {
    (free $value:ident $numbers:ident) => {
        let _ = $numbers;
    };
    (checked $value:ident $numbers:ident) => {
        $crate::wire::Check::check(&$value, $numbers)?;
    };
}

/// The codec of a value, where it is not its type itself.
#[doc(hidden)]
#[macro_export]
macro_rules! __codec {
    ($type:ty) => {
        $type
    };
    ($type:ty, $codec:ty) => {
        $codec
    };
}
