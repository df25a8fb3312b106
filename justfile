# Short recipes: `just` lists them. `scripts/tools` installs the tools that they need.

tools := env("TOOLS_DIR", env("XDG_CACHE_HOME", home_directory() / ".cache") / "thoth-messaging-tools")
export PATH := tools / "bin" + ":" + env("PATH")

# What there is.
default:
    @just --list --unsorted

# The road of a message on an in-process Kafka.
demo:
    cargo run -p thoth

# The tests of a day's work: minutes.
test *arguments:
    cargo test {{ arguments }}

# All tests, the long proofs too.
prove:
    cargo test --workspace
    cargo test -p thoth-messaging-codegen -p thoth-messaging-compat -p thoth-messaging-cli -p features --test codegen --test compat --test cli -- --ignored

# Schedules of an app over a model of Kafka, so many seeds; SIMULATION_SEED=7 runs one, and prints what happened.
simulate seeds="20000":
    SIMULATION_SEEDS={{ seeds }} cargo test -p thoth-messaging -p features --lib -- --nocapture what_is_promised_holds_in_every_schedule

# All of SchemaStore's schemas, an eighth of them at a time: a quarter of an hour.
schemastore:
    for part in 0 1 2 3 4 5 6 7; do SCHEMASTORE=$part/8 cargo test -p schemastore -p features -- --nocapture || exit 1; done

# Pairs of schemas for the gate, 20,000 for each seed: no verdict may be refuted, take 10 s, or more than 1 GB.
pairs *seeds="1 2 3":
    for seed in {{ seeds }}; do COMPAT_SEED=$seed COMPAT_PAIRS=4000 cargo test --release -p thoth-messaging-compat --test compat -- --nocapture no_verdict_on || exit 1; done

# Formatting, clippy, spelling, shell scripts, workflows, unused dependencies, rules for the workspace.
lint:
    cargo fmt --all --check
    cargo clippy --quiet --workspace --all-targets -- -D warnings
    cargo test --quiet -p architecture
    typos
    shellcheck .ci/run fuzz/run tests/interop/run examples/gate/play examples/gate/hooks/pre-commit scripts/packages scripts/tools
    zizmor --offline --quiet .github examples/gate/.github action.yml
    cargo machete
    scripts/licenses --check

# Rewrites golden files, expected reports and tables: read the difference before you commit it.
golden:
    UPDATE_EXPECTED=1 cargo test -p thoth-messaging-documents --all-features
    UPDATE_EXPECTED=1 cargo test -p thoth-messaging-codegen -p golden -p architecture
    UPDATE_EXPECTED=1 cargo test -p thoth-messaging-cli --bins

# The documentation, with warnings as errors.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --quiet --workspace --no-deps

# The guide as a book, in `target/book`.
book:
    mdbook build docs --dest-dir ../target/book

# Each feature of the published crates alone, none, and all.
features:
    cargo hack clippy --workspace --ignore-private --each-feature -- -D warnings

# The published crates with the oldest Rust that they promise.
msrv:
    cargo hack check --workspace --ignore-private --rust-version

# The published crates as packages, and a crate that has nothing but them.
packages:
    scripts/packages --verify

# Changes since the last release that break users.
semver:
    #!/usr/bin/env bash
    set -euo pipefail
    last=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null) || { echo "nothing is released yet"; exit 0; }
    cargo semver-checks --workspace --baseline-rev "$last"

# Licences, advisories, duplicates and sources of dependencies.
deny:
    cargo deny check

# Hostile schemas and payloads, for some seconds each.
fuzz seconds="60":
    fuzz/run {{ seconds }}

# A real cluster of three brokers, on this machine; prints what to export.
kafka:
    scripts/kafka start --secure

# All that must hold: an hour.
ci:
    .ci/run
