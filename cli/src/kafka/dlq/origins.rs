//! The topics that a redrive may send to.
//!
//! The origin of a letter is a header, so it is whatever the letter's sender says. A letter goes back to a topic whose dead
//! letters go to the topic that is read, or to one that the operator names; never to a topic of Kafka's own.

use thoth_messaging_documents::topic::check_name;

use super::SUFFIX;
use crate::failure::Failure;

/// The topics that a redrive may send to.
pub(super) struct Origins {
    /// The topic whose dead letters go to the topic that is read.
    own: Option<String>,
    /// Those that the operator names.
    allowed: Vec<String>,
}

impl Origins {
    /// Those of a dead-letter topic, and others that the operator names, all by their names on the cluster.
    pub(super) fn new(topic: &str, allowed: &[String]) -> Result<Self, Failure> {
        for name in allowed {
            if is_internal(name) {
                return Err(Failure::new(format!("`--allow-origin {name}` names a topic of Kafka's own"))
                    .help("nothing is sent to topics whose names start with `__`: name the topic of a message"));
            }
            if let Err(error) = check_name(name) {
                return Err(Failure::new(format!("`--allow-origin {name}` is no name of a topic: {error}")).help(
                    "name a topic as the cluster has it: `thoth-messaging dlq show` says where letters are from",
                ));
            }
        }
        Ok(Self { own: topic.strip_suffix(SUFFIX).map(str::to_owned), allowed: allowed.to_vec() })
    }

    /// Checks that a letter may be sent to the topic that it names as its origin. The reason otherwise.
    pub(super) fn check(&self, origin: &str) -> Result<(), String> {
        if let Err(error) = check_name(origin) {
            return Err(format!("its header `dlq.topic` is no name of a topic: {error}"));
        }
        if is_internal(origin) {
            return Err(format!(
                "its header `dlq.topic` names `{origin}`, a topic of Kafka's own: nothing is sent there"
            ));
        }
        if self.own.as_deref() == Some(origin) || self.allowed.iter().any(|allowed| allowed == origin) {
            return Ok(());
        }
        Err(format!(
            "its header `dlq.topic` names `{origin}`, which may be forged: that topic's dead letters go to \
             `{origin}{SUFFIX}` by default. `--allow-origin {origin}` sends it there"
        ))
    }
}

/// Returns whether a topic is one of Kafka's own, as `__consumer_offsets`.
fn is_internal(topic: &str) -> bool {
    topic.starts_with("__")
}

#[cfg(test)]
mod tests {
    use super::Origins;

    #[test]
    fn a_letter_goes_back_to_the_topic_of_its_dead_letters_alone() {
        let origins = Origins::new("prod.shop.pay.dlq", &[]).unwrap();
        assert_eq!(origins.check("prod.shop.pay"), Ok(()));
        for forged in ["shop.pay", "prod.shop.pay.dlq", "prod.shop.admin", "prod.shop.pa", "", "PROD.shop.pay"] {
            assert!(origins.check(forged).is_err(), "{forged}");
        }
        let refused = origins.check("prod.shop.admin").unwrap_err();
        assert!(refused.ends_with("`--allow-origin prod.shop.admin` sends it there"), "{refused}");
    }

    #[test]
    fn a_shared_dead_letter_topic_has_the_origins_that_are_named() {
        let origins = Origins::new("letters", &["shop.pay".to_owned()]).unwrap();
        assert_eq!(origins.check("shop.pay"), Ok(()));
        assert!(origins.check("shop.order").is_err() && origins.check("letters").is_err());
    }

    #[test]
    fn topics_of_kafka_and_what_is_no_topic_are_never_sent_to() {
        for name in ["__consumer_offsets", "__x", "a b", "a\u{1b}[0m", "`rm`", ""] {
            assert!(Origins::new("x.dlq", &[name.to_owned()]).is_err(), "{name}");
            assert!(Origins::new("x.dlq", &[]).unwrap().check(name).is_err(), "{name}");
        }
        assert!(Origins::new("__x.dlq", &[]).unwrap().check("__x").is_err());
        let refused = Origins::new("x.dlq", &[]).unwrap().check("a`; rm -rf ~ `").unwrap_err();
        assert!(!refused.contains("rm"), "{refused}");
    }
}
