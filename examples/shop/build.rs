//! Generates the messages from `schemas/`.

fn main() -> Result<(), thoth_messaging_build::BuildError> {
    thoth_messaging_build::compile("schemas")
}
