//! Enums of the string constants of a schema.

/// All that reads and writes an enum of constants, from a list of them with their texts: `ALL`, `as_str`, `Display` and `FromStr`.
#[doc(hidden)]
#[macro_export]
macro_rules! __constants {
    ($name:ident; $($constant:ident = $text:literal),*) => {
        #[allow(deprecated, reason = "a schema may deprecate its own types")]
        impl $name {
            /// All of them, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$constant),*];

            /// The text that stands in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$constant => $text,)*
                }
            }
        }

        #[allow(deprecated, reason = "a schema may deprecate its own types")]
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[allow(deprecated, reason = "a schema may deprecate its own types")]
        impl ::core::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::InvalidValue> {
                $crate::wire::constant(text)
            }
        }

        $crate::__serde!(@ $name, $crate::wire::read_enumeration, $crate::wire::write_enumeration);

        #[allow(deprecated, reason = "a schema may deprecate its own types")]
        impl $crate::wire::Enumeration for $name {
            const ALL: &'static [Self] = Self::ALL;

            fn text(self) -> &'static str {
                self.as_str()
            }
        }
    };
}
