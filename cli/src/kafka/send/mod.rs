//! `send`: messages onto topics, checked before they are sent.

mod args;
mod deliver;
mod input;
mod original;
mod tally;

use std::sync::Arc;

use thoth_messaging::Topic;
use thoth_messaging::client::Header;

pub(crate) use args::SendArgs;

use self::input::{Input, Item};
use self::tally::Tally;
use super::cluster::Cluster;
use super::declared::{Declared, Type};
use crate::failure::Failure;
use crate::validate::{InputKind, Source};
use crate::{Context, Outcome};

/// Where messages go, and what they have to be.
#[derive(Clone)]
pub(super) struct Destination {
    /// The topic, by its name without the prefix of the deployment.
    topic: Topic,
    /// Nothing where no schema declares it: then nothing is checked.
    ty: Option<Arc<Type>>,
}

/// What every message of a run gets.
struct Extras {
    key: Option<String>,
    headers: Vec<Header>,
}

pub(super) async fn run(arguments: &SendArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let cluster = arguments.cluster.cluster()?;
    let extras = arguments.extras()?;
    let declared = if arguments.needs_schemas() { arguments.schemas.read(context)? } else { Declared::default() };
    let input = arguments.input(&declared, &cluster)?;
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

impl Destination {
    /// The destination of a name; one that no schema declares only where that is asked for.
    fn find(name: &str, unchecked: bool, declared: &Declared, cluster: &Cluster) -> Result<Self, Failure> {
        if let Some(ty) = declared.find(name, cluster)? {
            return Ok(Self { topic: ty.topic.clone(), ty: Some(Arc::new(ty)) });
        }
        if !unchecked {
            return declared.require(name, cluster).map(|ty| Self { topic: ty.topic.clone(), ty: Some(Arc::new(ty)) });
        }
        let mut topic = Topic::new("");
        topic.name = cluster.without_prefix(name).to_owned().into();
        Ok(Self { topic, ty: None })
    }
}

impl Item {
    /// Its text divided into records as one.
    fn kind(&self) -> InputKind {
        if self.number == 0 { InputKind::Json } else { InputKind::Ndjson }
    }
}
