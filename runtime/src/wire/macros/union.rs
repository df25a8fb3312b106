//! Enums over JSON types and over the branches of a schema.

/// All that reads, writes and makes an enum, from a list of its variants and of the ways to them.
///
/// Each variant has its number, the type that it holds, and the name of the function that gives it; `from` where its value
/// becomes the enum by `From`, `boxed` where that stands in a `Box`, `only` where another variant has that type too. Behind
/// that stand a codec that is not the type itself, the members that its objects have at least, and a check. The ways lead from
/// a JSON type to a variant, by a tag, to the first of some or to the only one: variants are found `straight`, `first` or `alone`.
#[doc(hidden)]
#[macro_export]
macro_rules! __union {
    (
        $name:ident, $expected:literal, $tries:ident $(, validator $subschema:ty)?;
        $(
            $index:literal $variant:ident($type:ty) $via:ident $as:ident
                $(by ($codec:ty))? $(has [$($has:literal),*])? $(if |$value:ident, $numbers:pat_param| $check:expr)?
        ),*;
        $($json:ident $way:ident $($to:literal)? $([$($tried:literal),*])?),*
        $(; tag [$($path:literal),*] of $constants:literal: $($pattern:pat => $tagged:literal),*)?
    ) => {
        $(
            $crate::__from!($via $name $variant $type);
        )*

        #[allow(deprecated, irrefutable_let_patterns, clippy::zero_sized_map_values, reason = "types are those of the schema")]
        impl $name {
            $(
                #[doc = concat!("The value, if it is `", stringify!($variant), "`.")]
                #[must_use]
                pub fn $as(&self) -> ::core::option::Option<&$type> {
                    if let Self::$variant(value) = self { ::core::option::Option::Some(value) } else { ::core::option::Option::None }
                }
            )*
        }

        $crate::__union_serde!($tries $name $(, $subschema)?);

        #[allow(deprecated, clippy::approx_constant, clippy::zero_sized_map_values, reason = "limits and types are those of the schema")]
        impl $crate::wire::Variants for $name {
            fn read(
                index: usize,
                reader: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::wire::Error> {
                match index {
                    $(
                        $index => {
                            let read = <$crate::__held!($via $type $(, $codec)?) as $crate::wire::Codec>::read(reader)?;
                            $(
                                let $value = &read;
                                let $numbers = reader.numbers();
                                $check?;
                            )?
                            ::core::result::Result::Ok(Self::$variant(read))
                        }
                    )*
                    _ => ::core::result::Result::Err(reader.refused(<Self as $crate::wire::Union>::EXPECTED)),
                }
            }
        }

        #[allow(deprecated, clippy::approx_constant, clippy::zero_sized_map_values, reason = "limits and types are those of the schema")]
        impl $crate::wire::Union for $name {
            const EXPECTED: &'static str = $expected;

            $(
                fn $json(
                    reader: &mut $crate::wire::Reader<'_>,
                ) -> ::core::result::Result<Self, $crate::wire::Error> {
                    $crate::__way!($way, reader $(, $to)? $(, [$($tried),*])?)
                }
            )*

            fn write(
                &self,
                writer: &mut $crate::wire::Writer,
            ) -> ::core::result::Result<(), $crate::wire::Error> {
                match self {
                    $(
                        Self::$variant(value) => {
                            $(
                                let $value = value;
                                let $numbers = $crate::wire::Numbers::exact();
                                $check?;
                            )?
                            <$crate::__held!($via $type $(, $codec)?) as $crate::wire::Codec>::write(value, writer)
                        }
                    )*
                }
            }
        }

        $(
            #[allow(deprecated, reason = "types are those of the schema")]
            impl $crate::wire::Tagged for $name {
                const TAG: &'static [&'static str] = &[$($path),*];
                const CONSTANTS: &'static str = $constants;

                fn index(tag: $crate::wire::Tag<'_>) -> ::core::option::Option<usize> {
                    match tag {
                        $($pattern => ::core::option::Option::Some($tagged),)*
                        _ => ::core::option::Option::None,
                    }
                }

                fn read(
                    index: usize,
                    reader: &mut $crate::wire::Reader<'_>,
                ) -> ::core::result::Result<Self, $crate::wire::Error> {
                    <Self as $crate::wire::Variants>::read(index, reader)
                }
            }
        )?

        $crate::__alternatives!($tries $name $([$index $($($has),*)?])*);
    };
}

/// `Deserialize` and `Serialize` of an enum: a value that only one variant may take is read once more when it was written.
#[doc(hidden)]
#[macro_export]
macro_rules! __union_serde {
    (alone $name:ident $(, $subschema:ty)?) => {
        $crate::__serde!($name, OfVariants, read_union, write_only $(, $subschema)?);
    };
    ($tries:ident $name:ident $(, $subschema:ty)?) => {
        $crate::__serde!($name, OfVariants, read_union, write_union $(, $subschema)?);
    };
}

/// The variants that are tried, if any are.
#[doc(hidden)]
#[macro_export]
macro_rules! __alternatives {
    (straight $($rest:tt)*) => {};
    ($tries:ident $name:ident $([$index:literal $($has:literal),*])*) => {
        #[allow(deprecated, reason = "types are those of the schema")]
        impl $crate::wire::Alternatives for $name {
            const ALTERNATIVES: &'static [$crate::wire::Alternative<Self>] = &[$(
                $crate::wire::Alternative::new(
                    &[$($has),*],
                    |reader| <Self as $crate::wire::Variants>::read($index, reader),
                )
            ),*];
        }
    };
}

/// The way to a variant.
#[doc(hidden)]
#[macro_export]
macro_rules! __way {
    (to, $reader:ident, $index:literal) => {
        <Self as $crate::wire::Variants>::read($index, $reader)
    };
    (tagged, $reader:ident) => {
        $crate::wire::read_tagged($reader)
    };
    (first, $reader:ident, [$($tried:literal),*]) => {
        $crate::wire::first_of($reader, &[$($tried),*])
    };
    (only, $reader:ident, [$($tried:literal),*]) => {
        $crate::wire::only_of($reader, &[$($tried),*])
    };
}

/// The codec of what a variant holds.
#[doc(hidden)]
#[macro_export]
macro_rules! __held {
    (boxed $type:ty) => {
        $crate::wire::Boxed<$type>
    };
    ($via:ident $type:ty) => {
        $type
    };
    ($via:ident $type:ty, $codec:ty) => {
        $codec
    };
}

/// Makes an enum of what a variant holds.
#[doc(hidden)]
#[macro_export]
macro_rules! __from {
    (from $name:ident $variant:ident $type:ty) => {
        #[allow(
            deprecated,
            clippy::implicit_hasher,
            clippy::zero_sized_map_values,
            reason = "types are those of the schema"
        )]
        impl ::core::convert::From<$type> for $name {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        }
    };
    (boxed $name:ident $variant:ident $type:ty) => {
        #[allow(deprecated, reason = "types are those of the schema")]
        impl ::core::convert::From<$type> for $name {
            fn from(value: $type) -> Self {
                Self::$variant(::std::boxed::Box::new(value))
            }
        }
    };
    (only $name:ident $variant:ident $type:ty) => {};
}
