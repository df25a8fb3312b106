//! `groups`: consumer groups, how far they are behind, and what an operator changes of one that is stopped.

mod delete;
mod list;
mod reset;
mod show;

use clap::{Args, Subcommand};
use thoth_messaging::client::{Admin, GroupDescription};

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::near::near;
use crate::report::count;

/// List, show, reset and delete consumer groups.
#[derive(Args)]
pub(crate) struct GroupsArgs {
    #[command(subcommand)]
    command: GroupsCommand,
}

#[derive(Subcommand)]
enum GroupsCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Reset(reset::ResetArgs),
    Delete(delete::DeleteArgs),
}

impl GroupsArgs {
    /// Returns whether it reads the settings.
    pub(crate) fn reads_settings(&self) -> bool {
        // Topics have names that schemas declare.
        matches!(self.command, GroupsCommand::Reset(_))
    }
}

pub(super) async fn run(arguments: &GroupsArgs, context: &mut Context) -> Result<Outcome, Failure> {
    match &arguments.command {
        GroupsCommand::List(arguments) => list::run(arguments, context).await,
        GroupsCommand::Show(arguments) => show::run(arguments, context).await,
        GroupsCommand::Reset(arguments) => reset::run(arguments, context).await,
        GroupsCommand::Delete(arguments) => delete::run(arguments, context).await,
    }
}

/// A group that has to be there.
async fn require(admin: &Admin, group: &str) -> Result<GroupDescription, Failure> {
    match admin.describe_group(group).await? {
        Some(description) => Ok(description),
        None => Err(unknown(admin, group).await?),
    }
}

/// That the cluster has no such group.
async fn unknown(admin: &Admin, group: &str) -> Result<Failure, Failure> {
    let groups = admin.groups().await?;
    let near = near(groups.iter().map(|known| known.name.as_str()), group);
    let there_is = if near.is_empty() { String::new() } else { format!("there is {}; ", near.join(", ")) };
    let help = format!(
        "{there_is}`thoth-messaging groups list` shows them all; Kafka forgets a group without members after a week"
    );
    Ok(Failure::new(format!("there is no group `{group}` on the cluster")).help(help))
}

/// That a group has members, which a change needs it not to have.
fn has_members(group: &GroupDescription) -> Failure {
    let (name, members) = (&group.group.name, count(group.members.len(), "member"));
    Failure::new(format!("the group `{name}` has {members}, and Kafka changes only groups without"))
        .help(format!("stop them first: `thoth-messaging groups show {name}` names them"))
}
