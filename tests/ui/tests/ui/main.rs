//! Each file in `ui` makes a mistake. The file beside it holds what the compiler says of it (`TRYBUILD=overwrite` writes it
//! anew, for another version of Rust), and that must name the mistake.

use std::fs;

/// A word of what the compiler says of each mistake, whatever the version of the compiler.
const MISTAKES: &[(&str, &str)] = &[
    ("batch-of-one", "expected function signature `fn(Vec<_>) -> _`"),
    ("borrows-a-local", "does not live long enough"),
    ("closure-not-send", "`Rc<u32>` cannot be sent between threads safely"),
    ("future-not-send", "future returned by `handle` is not `Send`"),
    ("layer-without-next", "expected function signature `fn(Next) -> _`"),
    ("message-by-reference", "`&PackageReleased` is no message"),
    ("message-not-first", "`PackageReleased` is no extractor in an app whose state is `()`"),
    ("no-argument", "is no handler"),
    ("no-error", "`NoError` is no error of a handler"),
    ("no-extractor", "`u32` is no extractor in an app whose state is `()`"),
    ("no-function", "`u32` is no handler"),
    ("no-message", "`u32` is no message"),
    ("no-return-value", "a handler can't return `u32`"),
    ("no-state", "`State<u32>` is no extractor in an app whose state is `()`"),
    ("not-async", "the handler is not async: it returns `()`"),
    ("other-message", "expected function signature `fn(DynamicMessage) -> _`"),
    ("other-state", "Context<u32>` is no extractor in an app whose state is `u64`"),
    ("too-many-arguments", "is no handler"),
];

#[test]
fn the_compiler_says_which_mistake_a_handler_has() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    cases.pass("tests/pass/*.rs");
}

#[test]
fn what_the_compiler_says_names_the_mistake() {
    for (name, said) in MISTAKES {
        let text = fs::read_to_string(format!("{}/tests/ui/{name}.stderr", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(text.contains(said), "{name}: {text}");
    }
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ui")).unwrap();
    assert_eq!(files.count(), 2 * MISTAKES.len(), "each file has its line here");
}
