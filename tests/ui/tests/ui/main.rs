//! Each file in `mistakes` makes a mistake, which the compiler must name. The file beside it holds all that it says, in the version
//! of Rust that `RUST` names, and is compared with that version alone; `UPDATE_EXPECTED=1` writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "that is how a test fails, its helpers included")]

mod compiler;
mod handlers;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use self::compiler::Compiler;

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
    let compiler = Compiler::find();
    let (is_updated, version) = (env::var_os("UPDATE_EXPECTED").is_some(), Compiler::version());
    if is_updated {
        fs::write(folder("RUST"), &version).unwrap();
    }
    let is_known = fs::read_to_string(folder("RUST")).unwrap() == version;
    let check = |mistakes: &[(&str, &str)]| {
        let checked = mistakes.iter().map(|(name, words)| {
            let (said, file) = (compiler.says(name), folder("mistakes").join(name).with_extension("stderr"));
            if is_updated {
                fs::write(&file, &said).unwrap();
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            let is_expected = said.contains(words) && (said == expected || !is_known);
            (!is_expected).then(|| format!("{name}, expected `{words}` in:\n{expected}\n{name}, said:\n{said}"))
        });
        checked.flatten().collect()
    };
    let (first, second) = MISTAKES.split_at(MISTAKES.len() / 2);
    let unexpected: Vec<String> = thread::scope(|scope| {
        let other = scope.spawn(|| check(second));
        let mut all: Vec<_> = check(first);
        all.extend(other.join().unwrap());
        all
    });
    assert!(unexpected.is_empty(), "UPDATE_EXPECTED=1 writes these anew:\n\n{}", unexpected.join("\n"));
    assert_eq!(fs::read_dir(folder("mistakes")).unwrap().count(), 2 * MISTAKES.len(), "each file has its line here");
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
