//! The commands, run as processes, in one program: each is linked once. Those that speak to Kafka are in `tests/kafka`.

#[cfg(not(all(feature = "kafka", feature = "git", feature = "registry")))]
mod absent;
mod asyncapi;
mod breaking;
mod check;
mod commands;
mod confluent;
mod costly;
mod hostile;
mod infer;
mod infer_corpora;
mod new;
mod newcomer;
#[cfg(unix)]
mod printed;
#[cfg(feature = "registry")]
mod registry;
mod services;
mod support;
#[cfg(unix)]
mod unreadable;
mod validate;
