//! Compile errors of functions that are no handlers: see `tests/ui`, where each file is a mistake with its error.
