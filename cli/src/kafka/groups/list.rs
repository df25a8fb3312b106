//! `groups list`: the consumer groups of the cluster.

use clap::Args;
use serde_json::{Value, json};
use thoth_messaging::client::Group;

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::kafka::cluster::ClusterArgs;
use crate::report::{Format, count};
use crate::stderr::say;

/// List the consumer groups: state and protocol.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 listed, 2 could not run.")]
pub(super) struct ListArgs {
    #[command(flatten)]
    cluster: ClusterArgs,
}

pub(super) async fn run(arguments: &ListArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let groups = arguments.cluster.cluster()?.kafka.admin().groups().await?;
    if context.format == Format::Json {
        let groups: Vec<_> = groups.iter().map(to_json).collect();
        context.json(&groups)?;
        return Ok(Outcome::Clean);
    }
    let row = |group: &Group| [group.name.clone(), group.state.to_string(), group.protocol.to_string()];
    context.table(["group", "state", "protocol"], groups.iter().map(row))?;
    say(count(groups.len(), "group"));
    if groups.is_empty() {
        say("groups on which this user has no right `Describe` are not among them");
    }
    Ok(Outcome::Clean)
}

fn to_json(group: &Group) -> Value {
    json!({ "group": group.name, "state": group.state.to_string(), "protocol": group.protocol.to_string() })
}
