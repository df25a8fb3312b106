//! `send`: messages onto topics, checked before they are sent.

mod args;
mod deliver;
mod destination;
mod input;
mod item;
mod original;
mod tally;

use thoth_messaging::Topic;

pub(crate) use args::SendArgs;

use self::input::Input;
use self::tally::Tally;
use super::cluster::Cluster;
use super::schemas::Schemas;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::validate::Source;

pub(super) async fn run(arguments: &SendArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let cluster = arguments.cluster.cluster()?;
    let extras = arguments.extras()?;
    let schemas = if arguments.needs_schemas() { arguments.schemas.read(context)? } else { Schemas::default() };
    let input = arguments.input(&schemas, &cluster)?;
    let mut tally = Tally::new(context.format);

    // What can be read twice is checked as a whole before anything of it is sent.
    if !matches!(input, Input::Lines { source: Source::Stdin, .. }) {
        input.check(&mut tally, context).await?;
        if tally.refused > 0 && !arguments.skips_invalid() {
            let why = if tally.is_one() { "" } else { "nothing is sent; `--skip-invalid` sends the others" };
            return tally.finish(why, context);
        }
        tally.forget_checked();
    }
    if arguments.creates() {
        create(&input.topics(), arguments, &cluster).await?;
    }
    let stopped = deliver::deliver(input, &extras, &cluster, &mut tally, context).await?;
    match stopped {
        None => tally.finish("", context),
        Some(error) => {
            if tally.has_delivered() {
                tally.finish("there it ended", context)?;
            }
            Err(error.into())
        }
    }
}

/// Creates the topics that do not exist.
async fn create(topics: &[Topic], arguments: &SendArgs, cluster: &Cluster) -> Result<(), Failure> {
    let topics: Vec<_> = topics.iter().map(|topic| arguments.sized(topic.clone())).collect();
    cluster.kafka.admin().create_topics(&topics).await?;
    Ok(())
}
