//! A service that has each released package solved and keeps the result.

pub mod observe;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use thoth_messaging::Kafka;
use thoth_messaging::app::{App, Context, Outcome};
use thoth_messaging::messages::{PackageReleased, SolvedPackage, SolvedPackageRequired};

/// The service, on a cluster. `main` runs it, and so do the tests.
pub fn app(kafka: &Kafka) -> App<Solutions> {
    App::new(kafka).state(Solutions::default()).handle(on_released).handle(on_solved)
}

/// Has a package solved. What it returns is sent, to the topic of its type.
///
/// # Errors
///
/// Where the package index fails. The message is tried again.
pub async fn on_released(released: PackageReleased, context: Context<Solutions>) -> Result<Outcome, IndexError> {
    let PackageReleased { package_name, package_version, index_url, .. } = released;
    println!("released   {package_name} {package_version}, attempt {}", context.attempt());
    match package_name.as_str() {
        // As if the index were down for a moment.
        "flaky" if context.attempt() <= 2 => return Err(IndexError { url: index_url }),
        "broken" => return Err(IndexError { url: index_url }),
        // Another attempt would not help.
        "left-pad" => return Ok(Outcome::dead_letter("it is no package of Python")),
        _ => {}
    }
    Ok(Outcome::reply(SolvedPackage::new(SolvedPackageRequired {
        component_name: "service".to_owned(),
        service_version: env!("CARGO_PKG_VERSION").to_owned(),
        package_name,
        package_version,
        index_url,
        solver: "solver-rhel-9-py312".to_owned(),
    })))
}

/// Keeps a result.
pub async fn on_solved(solved: SolvedPackage, context: Context<Solutions>) {
    println!("solved     {} {}", solved.package_name, solved.package_version);
    context.state().keep(solved);
}

/// What was solved, as a database would keep it. To keep one twice is to keep it once: a message may come again.
#[derive(Debug, Default)]
pub struct Solutions(Mutex<BTreeMap<(String, String), String>>);

impl Solutions {
    fn keep(&self, solved: SolvedPackage) {
        let mut solutions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        solutions.insert((solved.package_name, solved.package_version), solved.solver);
    }
}

/// The package index did not answer.
#[derive(Debug)]
pub struct IndexError {
    url: String,
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} does not answer", self.url)
    }
}

impl std::error::Error for IndexError {}
