//! The dashboard and the alert rules of `monitoring`, beside the metrics that there are.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, with_local_recorder};

const DASHBOARD: &str = include_str!("../monitoring/dashboard.json");
const ALERTS: &str = include_str!("../monitoring/alerts.yml");

/// The kind of each metric, by name, as it is described.
#[derive(Clone, Default)]
struct Described(Arc<Mutex<BTreeMap<String, &'static str>>>);

impl Described {
    fn note(&self, name: &KeyName, kind: &'static str) {
        self.0.lock().unwrap().insert(name.as_str().to_owned(), kind);
    }
}

impl Recorder for Described {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.note(&name, "counter");
    }
    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.note(&name, "gauge");
    }
    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.note(&name, "histogram");
    }
    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// The metrics that there are, by the names that Prometheus has for them, and their kinds.
fn exported() -> BTreeMap<String, &'static str> {
    let described = Described::default();
    with_local_recorder(&described, thoth_messaging::metrics::describe);
    let described = described.0.lock().unwrap();
    let names = |(name, kind): (&String, &&'static str)| match *kind {
        "histogram" => ["_bucket", "_sum", "_count"].iter().map(|part| (format!("{name}{part}"), *kind)).collect(),
        _ => vec![(name.clone(), *kind)],
    };
    described.iter().flat_map(names).collect()
}

/// The metrics that a text names.
fn named(text: &str) -> BTreeSet<&str> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let starts = text.match_indices("thoth_messaging_").map(|(start, _)| &text[start..]);
    starts.map(|rest| &rest[..rest.find(|letter| !is_of_name(letter)).unwrap_or(rest.len())]).collect()
}

#[test]
fn every_metric_of_the_dashboard_and_of_the_alerts_is_there() {
    let exported = exported();
    for (file, text) in [("dashboard.json", DASHBOARD), ("alerts.yml", ALERTS)] {
        let named = named(text);
        assert!(named.len() >= 8, "{file}: {named:?}");
        let unknown: Vec<_> = named.iter().filter(|name| !exported.contains_key(**name)).collect();
        assert!(unknown.is_empty(), "{file} has metrics that are not there: {unknown:?}; there are {exported:?}");
    }
}

#[test]
fn what_only_grows_is_shown_as_a_rate_and_nothing_else_is() {
    let exported = exported();
    for text in [DASHBOARD, ALERTS] {
        for name in named(text) {
            let is_rate = |(start, _): (usize, &str)| {
                // A longer name, or the list of the values of a label.
                let longer = text[start + name.len()..].starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_');
                let before = &text[..start];
                let of_labels = before.ends_with("label_values(");
                (!longer && !of_labels).then(|| before.ends_with("rate(") || before.ends_with("increase("))
            };
            for rate in text.match_indices(name).filter_map(is_rate) {
                assert_eq!(rate, exported[name] != "gauge", "{name}");
            }
        }
    }
}

#[test]
fn the_dashboard_is_one_and_its_panels_are_apart() {
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let numbers: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(numbers.len(), panels.len());
    let mut cells = BTreeSet::new();
    for panel in panels {
        let at = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        for (x, y) in (at("x")..at("x") + at("w")).flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y))) {
            assert!(x < 24 && cells.insert((x, y)), "{panel}");
        }
    }
    for target in panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten()) {
        let expr = target["expr"].as_str().unwrap();
        assert_eq!(expr.matches('(').count(), expr.matches(')').count(), "{expr}");
    }
}

#[test]
fn every_alert_says_what_it_means_and_what_to_do() {
    let rules: Vec<_> = ALERTS.split("- alert: ").skip(1).collect();
    assert!(rules.len() >= 6);
    for rule in rules {
        for part in ["expr: ", "severity: ", "summary: ", "description: "] {
            assert_eq!(rule.matches(part).count(), 1, "{part}: {rule}");
        }
    }
}
