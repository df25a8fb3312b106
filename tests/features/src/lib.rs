//! Nothing but dependencies: `Cargo.toml` says which features they turn on, and why.
