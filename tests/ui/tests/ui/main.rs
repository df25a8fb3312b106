//! Each file in `mistakes` makes a mistake. The file beside it holds what the compiler says of it (`UPDATE_EXPECTED=1` writes it
//! anew, for another version of Rust), and that must name the mistake.

mod compiler;
mod handlers;

use std::env;
use std::fs;
use std::path::Path;
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
    let half = MISTAKES.len() / 2;
    let (first, second) = MISTAKES.split_at(half);
    let check =
        |mistakes: &[(&str, &str)]| mistakes.iter().filter_map(|(name, _)| unexpected(&compiler, name)).collect();
    let unexpected: Vec<String> = thread::scope(|scope| {
        let other = scope.spawn(|| check(second));
        let mut all: Vec<_> = check(first);
        all.extend(other.join().unwrap());
        all
    });
    assert!(unexpected.is_empty(), "UPDATE_EXPECTED=1 writes these anew:\n\n{}", unexpected.join("\n"));
}

/// Compiles a mistake. Returns what the compiler says of it, if that is not what is expected.
fn unexpected(compiler: &Compiler, name: &str) -> Option<String> {
    let (said, file) = (compiler.says(name), mistakes().join(name).with_extension("stderr"));
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&file, &said).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    (expected != said).then(|| format!("{name}, expected:\n{expected}\n{name}, said:\n{said}"))
}

fn mistakes() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/mistakes"))
}

#[test]
fn what_the_compiler_says_names_the_mistake() {
    for (name, said) in MISTAKES {
        let text = fs::read_to_string(mistakes().join(name).with_extension("stderr")).unwrap();
        assert!(text.contains(said), "{name}: {text}");
    }
    assert_eq!(fs::read_dir(mistakes()).unwrap().count(), 2 * MISTAKES.len(), "each file has its line here");
}
