//! The failures of references and objects that a repository does not have.

use gix::ObjectId;
use thoth_messaging_documents::near::distance;

use crate::near::near_by;
use crate::versions::failure::Failure;

/// A reference that the repository does not know, with the nearest ones and how to fetch it.
pub(super) fn reference(git: &gix::Repository, reference: &str, error: &gix::Error) -> Failure {
    let folder = git.workdir().unwrap_or_else(|| git.git_dir()).display();
    if let Some(failure) = Failure::no_such_path(reference) {
        return failure;
    }
    let cause = error.probable_cause();
    let reason = format!("`{reference}` is no commit that the repository `{folder}` knows: {cause:#}");
    Failure { reason, help: remedies(git, reference) }
}

/// The remedies for a reference that is not known.
fn remedies(git: &gix::Repository, reference: &str) -> Vec<String> {
    let known = names(git);
    if known.is_empty() {
        return vec!["the repository has no commit yet: `git commit` what is to be compared with".to_owned()];
    }
    // `HEAD~3` and `v1^{}` are about a name; what follows it leads through history.
    let end = reference.find(['~', '^', '@', ':', '{']).unwrap_or(reference.len());
    let (name, rest) = reference.split_at(end);
    let mut help = Vec::new();
    if !rest.is_empty() && git.rev_parse_single(name).is_ok() {
        let is_shallow = git.is_shallow().unwrap_or_default();
        let shorter = || format!("the history of `{name}` is shorter: `git log --oneline {name}` shows it");
        help.push(if is_shallow { UNSHALLOW.to_owned() } else { shorter() });
    } else {
        let near = near_by(known.iter().map(String::as_str), |known| difference(known, name));
        let (near, which) = if near.is_empty() { (first(&known), "the repository has") } else { (near, "there is") };
        help.push(format!("{which} {}", near.join(", ")));
        if rest.is_empty() {
            help.extend(fetch(git, name, git.is_shallow().unwrap_or_default()));
        }
    }
    help.push("a path is to be written as `folder:PATH` or `archive:PATH`".to_owned());
    help
}

/// An object that should be there.
pub(super) fn object(git: &gix::Repository, id: ObjectId, of: &str) -> Failure {
    let reason = format!("`{of}` needs the object {id}, which the repository does not have");
    if is_partial(git) {
        return Failure::new(
            format!("{reason}: the clone is partial"),
            "fetch what was left out: `git fetch --refetch --no-filter`, or clone without `--filter`",
        );
    }
    if git.is_shallow().unwrap_or_default() {
        return shallow(git, &format!("{reason}: the clone is shallow"));
    }
    let folder = git.git_dir().display();
    Failure::new(reason, format!("`git --git-dir={folder} fsck` says what is missing; clone it again"))
}

/// The failure of a shallow clone that lacks something.
pub(super) fn shallow(git: &gix::Repository, reason: &str) -> Failure {
    let folder = git.workdir().unwrap_or_else(|| git.git_dir()).display();
    Failure::new(format!("{reason} (`{folder}`)"), UNSHALLOW)
}

const UNSHALLOW: &str =
    "fetch the history: `git fetch --unshallow`; in GitHub Actions, `fetch-depth: 0` for actions/checkout";

/// The ways to fetch a name from a remote.
fn fetch(git: &gix::Repository, name: &str, shallow: bool) -> Vec<String> {
    let remotes: Vec<String> = git.remote_names().iter().map(ToString::to_string).collect();
    let known = name.split_once('/').filter(|(remote, _)| remotes.iter().any(|known| known == remote));
    let first = remotes.iter().find(|remote| *remote == "origin").or(remotes.first());
    let Some((remote, branch)) = known.or_else(|| first.map(|remote| (remote.as_str(), name))) else {
        return Vec::new();
    };
    // In a full clone, `--depth` would cut the history off.
    let depth = if shallow { " --depth=1" } else { "" };
    let tracking = format!("{remote}/{branch}");
    vec![
        format!(
            "fetch a branch: `git fetch{depth} {remote} +refs/heads/{branch}:refs/remotes/{tracking}`, then `--against \
             {tracking}`"
        ),
        format!("fetch a tag: `git fetch{depth} {remote} tag {branch}`"),
        "in GitHub Actions, `fetch-depth: 0` for actions/checkout fetches all of them".to_owned(),
    ]
}

/// The short names of all branches and tags.
fn names(git: &gix::Repository) -> Vec<String> {
    let Ok(references) = git.references() else { return Vec::new() };
    let Ok(all) = references.all() else { return Vec::new() };
    all.filter_map(Result::ok).map(|reference| reference.name().shorten().to_string()).collect()
}

/// Some of the names, and that there are more.
fn first(names: &[String]) -> Vec<String> {
    const MAX_NAMED: usize = 5;
    let mut first: Vec<_> = names.iter().take(MAX_NAMED).map(|name| format!("`{name}`")).collect();
    if let more @ 1.. = names.len().saturating_sub(MAX_NAMED) {
        first.push(format!("and {more} more: `git branch --all`, `git tag`"));
    }
    first
}

/// In how many letters a name differs from another one, which may be of a remote, or have a slip of the hand.
fn difference(name: &str, wanted: &str) -> Option<usize> {
    let last = name.rsplit('/').next();
    let branch = name.split_once('/').map(|(_, branch)| branch);
    [Some(name), last, branch].into_iter().flatten().filter_map(|part| distance(part, wanted)).min()
}

/// Returns whether objects were left out when the repository was cloned.
fn is_partial(git: &gix::Repository) -> bool {
    let config = git.config_snapshot();
    config.string("extensions.partialClone").is_some()
        || git
            .remote_names()
            .iter()
            .any(|remote| config.boolean(format!("remote.{remote}.promisor").as_str()).unwrap_or_default())
}
