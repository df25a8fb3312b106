//! `dlq`: dead letters, and the way back of those that are valid by now.

mod letters;
mod list;
mod origins;
mod progress;
mod redrive;
mod show;

use clap::{Args, Subcommand};

use super::cluster::Cluster;
use super::schemas::Schemas;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::near::near;

/// List, show and redrive dead letters: messages that an app could not handle.
#[derive(Args)]
pub(crate) struct DlqArgs {
    #[command(subcommand)]
    command: DlqCommand,
}

#[derive(Subcommand)]
enum DlqCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Redrive(redrive::RedriveArgs),
}

/// The end of the names of dead-letter topics, as apps have it by default.
const SUFFIX: &str = ".dlq";

/// The group that keeps how far dead letters were sent again.
const GROUP: &str = "thoth-messaging-redrive";

pub(super) async fn run(arguments: &DlqArgs, context: &mut Context) -> Result<Outcome, Failure> {
    match &arguments.command {
        DlqCommand::List(arguments) => list::run(arguments, context).await,
        DlqCommand::Show(arguments) => show::run(arguments, context).await,
        DlqCommand::Redrive(arguments) => redrive::run(arguments, context).await,
    }
}

/// The dead-letter topic that a name means, by its name on the cluster: that of a message or a topic, or itself.
async fn topic(name: &str, schemas: &Schemas, cluster: &Cluster) -> Result<String, Failure> {
    let topics = cluster.kafka.admin().topics().await?;
    let declared = schemas.find(name, cluster)?.map(|schema| cluster.prefixed(&schema.topic.name));
    let own = [name.to_owned(), cluster.prefixed(name)];
    let of = declared.iter().chain(&own).map(|topic| format!("{topic}{SUFFIX}"));
    // What is a topic without being one of dead letters is asked for its own first.
    let candidates: Vec<String> = of.chain(own.iter().cloned()).collect();
    if let Some(found) = candidates.iter().find(|candidate| topics.contains_key(*candidate)) {
        return Ok(found.clone());
    }
    cluster.see(&candidates[0]).await?;
    let wanted = cluster.prefixed(cluster.without_prefix(name));
    let wanted = if wanted.ends_with(SUFFIX) { wanted } else { wanted + SUFFIX };
    let near = near(topics.keys().map(String::as_str).filter(|topic| topic.ends_with(SUFFIX)), &wanted);
    let there_is = if near.is_empty() { String::new() } else { format!("there is {}; ", near.join(", ")) };
    Err(Failure::new(format!("there is no dead-letter topic `{wanted}` on the cluster")).help(format!(
        "{there_is}`thoth-messaging dlq list` shows them all, and `topics apply --dead-letters` makes them"
    )))
}
