//! Patterns, which need a [feature](super::needs).

/// Checks a text by a pattern: as it stands in the schema and, where that differs, as the engine has it.
#[cfg(feature = "pattern")]
#[doc(hidden)]
#[macro_export]
macro_rules! __pattern {
    ($text:expr, $source:literal) => {
        $crate::__pattern!($text, $source, $source)
    };
    ($text:expr, $source:literal, $rust:literal) => {{
        static PATTERN: $crate::wire::Pattern = $crate::wire::Pattern::new($source, $rust);
        $crate::wire::pattern($text, &PATTERN)
    }};
}

/// Takes the place of a check that can't be made, of which the compiler was told.
#[cfg(not(feature = "pattern"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __pattern {
    ($text:expr, $($pattern:literal),+) => {{
        let _ = $text;
        ::core::result::Result::<(), $crate::wire::Error>::Ok(())
    }};
}
