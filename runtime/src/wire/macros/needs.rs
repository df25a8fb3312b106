//! Features that generated code needs: without one of them the compiler is told so once, and what stands in the place of what is
//! missing keeps it from saying anything else.

/// Tells the compiler, once for a generated file, that it needs the feature `pattern`.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "pattern"))]
macro_rules! __needs_pattern {
    () => {
        compile_error!(
            "a schema of this crate has a `pattern`: turn on the feature `pattern` of `thoth-messaging`, as in `thoth-messaging = { version = \"…\", default-features = false, features = [\"pattern\"] }`"
        );
    };
}

/// Nothing: the feature is there.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "pattern")]
macro_rules! __needs_pattern {
    () => {};
}

/// Tells the compiler, once for a generated file, that it needs the feature `dynamic`.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "dynamic"))]
macro_rules! __needs_dynamic {
    () => {
        compile_error!(
            "a schema of this crate has a part that only a validator decides: turn on the feature `dynamic` of `thoth-messaging`, as in `thoth-messaging = { version = \"…\", default-features = false, features = [\"dynamic\"] }`"
        );
    };
}

/// Nothing: the feature is there.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "dynamic")]
macro_rules! __needs_dynamic {
    () => {};
}

/// Tells the compiler, once for a generated file, that it needs the feature `compact_str`.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "compact_str"))]
macro_rules! __needs_compact_str {
    () => {
        compile_error!(
            "the strings of this crate are of the type `CompactString`: turn on the feature `compact_str` of `thoth-messaging`, as in `thoth-messaging = { version = \"…\", default-features = false, features = [\"compact_str\"] }`"
        );
    };
}

/// Nothing: the feature is there.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "compact_str")]
macro_rules! __needs_compact_str {
    () => {};
}
