//! Generates the messages of Project Thoth from `schemas/`.

use std::env;

fn main() -> Result<(), thoth_messaging_build::BuildError> {
    let has_schemars = env::var_os("CARGO_FEATURE_DYNAMIC").is_some();
    thoth_messaging_build::Build::new().json_schema(has_schemars).compile("schemas")
}
