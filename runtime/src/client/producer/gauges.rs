//! The gauges of producers, from librdkafka's statistics.

use std::collections::BTreeMap;
use std::sync::Mutex;

use metrics::gauge;
use rdkafka::Statistics;

use crate::client::lock::lock;
use crate::metrics::{PRODUCER_QUEUE, PRODUCER_QUEUE_BYTES};

/// The messages that a producer has in flight.
#[derive(Clone, Copy)]
struct Queue {
    messages: u64,
    bytes: u64,
}

/// The queues of the producers of a client id, by their unique names.
type Queues = BTreeMap<String, Queue>;

/// By client id.
static QUEUES: Mutex<BTreeMap<String, Queues>> = Mutex::new(BTreeMap::new());

/// The gauges of a producer. Those of one client id are added up, because they have the same labels; the part of this one
/// is taken away when it is dropped.
#[derive(Default)]
pub(super) struct ProducerGauges(Mutex<Option<(String, String)>>);

impl ProducerGauges {
    pub(super) fn show(&self, statistics: &Statistics) {
        let Statistics { client_id, name, .. } = statistics;
        let mut all = lock(&QUEUES);
        let queues = all.entry(client_id.clone()).or_default();
        queues.insert(name.clone(), Queue { messages: statistics.msg_cnt, bytes: statistics.msg_size });
        show_sum(client_id, queues);
        *lock(&self.0) = Some((client_id.clone(), name.clone()));
    }
}

impl Drop for ProducerGauges {
    fn drop(&mut self) {
        let Some((client, name)) = lock(&self.0).take() else { return };
        let mut all = lock(&QUEUES);
        let Some(queues) = all.get_mut(&client) else { return };
        queues.remove(&name);
        show_sum(&client, queues);
        if queues.is_empty() {
            all.remove(&client);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "2^53 messages and bytes are not in flight")]
fn show_sum(client: &str, queues: &Queues) {
    let messages: u64 = queues.values().map(|queue| queue.messages).sum();
    let bytes: u64 = queues.values().map(|queue| queue.bytes).sum();
    gauge!(PRODUCER_QUEUE, "client" => client.to_owned()).set(messages as f64);
    gauge!(PRODUCER_QUEUE_BYTES, "client" => client.to_owned()).set(bytes as f64);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::statistics::tests::gauges;

    #[test]
    fn producers_of_one_client_id_are_counted_together() {
        let queue = |name: &str, messages| Statistics {
            client_id: "statistics test".to_owned(),
            name: name.to_owned(),
            msg_cnt: messages,
            msg_size: messages * 10,
            ..Statistics::default()
        };
        let (one, other) = (ProducerGauges::default(), ProducerGauges::default());
        let show = |messages| {
            let bytes = messages * 10;
            [
                format!("producer_queue_bytes statistics test = {bytes}"),
                format!("producer_queue_messages statistics test = {messages}"),
            ]
        };
        assert_eq!(gauges(|| one.show(&queue("one", 3))), show(3));
        assert_eq!(gauges(|| other.show(&queue("other", 4))), show(7));
        assert_eq!(gauges(|| one.show(&queue("one", 1))), show(5));
        assert_eq!(gauges(|| drop(one)), show(4));
        assert_eq!(gauges(|| drop(other)), show(0));
    }
}
