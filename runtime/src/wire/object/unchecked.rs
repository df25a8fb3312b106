//! Writes without checks, where they were made before or are not wanted.

use std::cell::Cell;

thread_local! {
    static UNCHECKED: Cell<bool> = const { Cell::new(false) };
}

/// Tells whether values are written without checks, by [`unchecked`].
pub(crate) fn is_unchecked() -> bool {
    UNCHECKED.get()
}

/// Runs `write` without checks: to see the whole of an object that they refuse, and where they were made before.
pub(crate) fn unchecked<R>(write: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            UNCHECKED.set(self.0);
        }
    }
    let _restore = Restore(UNCHECKED.replace(true));
    write()
}
