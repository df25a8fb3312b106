//! Git references in a build without the feature `git`: each is a failure that names it.

use std::iter::Empty;

use crate::versions::failure::Failure;
use crate::versions::location::FolderLocation;
use crate::versions::version::Version;

pub(super) fn read(reference: &str, _: &FolderLocation) -> Result<Version, Failure> {
    Err(absent(reference))
}

/// Nothing names a commit where no repository can be read.
pub(super) fn names_commit(_: &str, _: &FolderLocation) -> bool {
    false
}

pub(super) fn history(
    reference: &str,
    _: Option<&str>,
    _: &FolderLocation,
) -> Result<Empty<Result<Version, Failure>>, Failure> {
    Err(absent(reference))
}

fn absent(reference: &str) -> Failure {
    Failure::no_such_path(reference).unwrap_or_else(|| {
        let mut failure = Failure::new(
            format!("this build does not read git, and there is no folder and no archive `{reference}`"),
            "install it with the feature `git`, which is on unless `--no-default-features` is given",
        );
        failure.help.push("without git, compare with `folder:PATH` or `archive:PATH`".to_owned());
        failure
    })
}
