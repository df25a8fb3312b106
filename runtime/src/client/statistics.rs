//! librdkafka's statistics, from which producers and consumers set their gauges.
//!
//! They are on for apps and producers, which always poll. A consumer of its own would pile them up while it is not asked for
//! messages.

/// The interval of statistics where the settings have none.
pub(super) const INTERVAL: (&str, &str) = ("statistics.interval.ms", "5000");

#[cfg(test)]
pub(super) mod tests {
    use metrics_util::debugging::{DebugValue, DebuggingRecorder};

    /// All gauges that are set, as `name{labels} value`.
    pub(in crate::client) fn gauges(set: impl FnOnce()) -> Vec<String> {
        let recorder = DebuggingRecorder::new();
        metrics::with_local_recorder(&recorder, set);
        let gauge = |(key, _, _, value): (metrics_util::CompositeKey, _, _, DebugValue)| {
            let DebugValue::Gauge(value) = value else { panic!("{key:?}") };
            let name = key.key().name().trim_start_matches("thoth_messaging_");
            let labels: Vec<_> = key.key().labels().map(metrics::Label::value).collect();
            format!("{name} {} = {value}", labels.join(" "))
        };
        let mut gauges: Vec<_> = recorder.snapshotter().snapshot().into_vec().into_iter().map(gauge).collect();
        gauges.sort();
        gauges
    }
}
