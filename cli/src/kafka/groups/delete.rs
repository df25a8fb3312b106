//! `groups delete`: groups that nobody needs any more.

use clap::Args;
use serde_json::json;

use super::{has_members, require};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::kafka::cluster::ClusterArgs;
use crate::report::{Format, count};
use crate::stderr::say;

/// Delete consumer groups without members, and their committed offsets with them.
///
/// If one of them has members or does not exist, none is deleted. A group that joins again under the name starts where
/// `auto.offset.reset` says.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 deleted, 2 could not run.")]
pub(super) struct DeleteArgs {
    /// The groups.
    #[arg(value_name = "GROUP", required = true)]
    groups: Vec<String>,
    #[command(flatten)]
    cluster: ClusterArgs,
}

pub(super) async fn run(arguments: &DeleteArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let admin = arguments.cluster.cluster()?.kafka.admin();
    for group in &arguments.groups {
        let group = require(&admin, group).await?;
        if !group.members.is_empty() {
            return Err(has_members(&group));
        }
    }
    for group in &arguments.groups {
        admin.delete_group(group).await?;
        if context.format != Format::Json {
            context.line(format!("group `{group}` is deleted"))?;
        }
    }
    if context.format == Format::Json {
        context.json(&json!({ "deleted": arguments.groups }))?;
    }
    say(format!("{} deleted", count(arguments.groups.len(), "group")));
    Ok(Outcome::Clean)
}
