//! Compile errors of functions that are no handlers: `mistakes` holds each with its error, and `tests/ui` compares them.
