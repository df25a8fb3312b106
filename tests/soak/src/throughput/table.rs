//! The table, in Markdown.

use super::measure::Figures;

/// A pair, measured several times.
pub(super) struct Row {
    pub(super) way: String,
    pub(super) runtime: String,
    pub(super) partitions: i32,
    pub(super) ours: Vec<Figures>,
    pub(super) by_hand: Vec<Figures>,
}

pub(super) fn head() {
    println!(
        "| way | partitions | runtime | messages/s | rdkafka | ratio | CPU s per million | rdkafka | peak MiB | rdkafka |"
    );
    println!("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|");
}

impl Row {
    pub(super) fn print(&self) {
        let Self { way, runtime, partitions, ours, by_hand } = self;
        let median_of = |of: fn(&Figures) -> f64| (median(ours.iter().map(of)), median(by_hand.iter().map(of)));
        let (rate, rate_by_hand) = median_of(Figures::rate);
        // Of the same round: what else the machine does is about the same then.
        let ratio = median(ours.iter().zip(by_hand).map(|(ours, by_hand)| ours.rate() / by_hand.rate()));
        let (cost, cost_by_hand) = median_of(Figures::cost);
        #[expect(clippy::cast_precision_loss, reason = "megabytes")]
        let (memory, memory_by_hand) = median_of(|figures| figures.peak_memory as f64 / 1024.0);
        println!(
            "| `{way}` | {partitions} | {runtime} | {rate:.0} | {rate_by_hand:.0} | {ratio:.2} | {cost:.1} | {cost_by_hand:.1} \
             | {memory:.0} | {memory_by_hand:.0} |"
        );
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
