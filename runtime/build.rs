//! Generates the messages of Project Thoth from `schemas/`, where the feature `messages` asks for them.

#[cfg(feature = "messages")]
fn main() -> Result<(), thoth_messaging_build::BuildError> {
    let has_schemars = std::env::var_os("CARGO_FEATURE_DYNAMIC").is_some();
    thoth_messaging_build::Build::new().json_schema(has_schemars).compile("schemas")
}

#[cfg(not(feature = "messages"))]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
