//! What is printed.

use std::time::Duration;

use crate::lane::Lane;

/// Prints what went where, what was refused, and the sum. Gives whether everything arrived as it was sent.
pub(crate) fn print(lanes: &[Lane], elapsed: Duration) -> bool {
    let width = |cell: fn(&Lane) -> usize, title: &str| lanes.iter().map(cell).max().unwrap_or(0).max(title.len());
    let topic = width(|lane| lane.topic.len(), "topic");
    let message = width(|lane| lane.message.len(), "message");
    let key = width(|lane| lane.key.as_deref().map_or(0, |key| key.chars().count()), "key");

    println!();
    println!(
        "{:topic$}  {:message$}  {:key$}  {:>4}  {:>8}  {:>7}",
        "topic", "message", "key", "sent", "received", "refused"
    );
    for lane in lanes {
        println!(
            "{:topic$}  {:message$}  {:key$}  {:>4}  {:>8}  {:>7}",
            lane.topic,
            lane.message,
            lane.key.as_deref().unwrap_or("-"),
            lane.sent,
            lane.received,
            lane.refused.len()
        );
    }

    let mut refused: Vec<_> = lanes.iter().flat_map(|lane| lane.refused.iter().map(move |r| (lane, r))).collect();
    refused.sort_by_key(|(_, refusal)| refusal.index);
    if !refused.is_empty() {
        println!("\nrefused, with every reason:");
    }
    for (lane, refusal) in &refused {
        println!("  entry {}, {}", refusal.index, lane.message);
        refusal.reasons.iter().for_each(|reason| println!("    {reason}"));
    }

    let sum = |count: fn(&Lane) -> usize| lanes.iter().map(count).sum::<usize>();
    let (sent, received, changed) = (sum(|l| l.sent), sum(|l| l.received), sum(|l| l.changed));
    let complete = sent == received && changed == 0;
    let verdict = if complete { "nothing was lost" } else { "MESSAGES WERE LOST" };
    println!(
        "\n{verdict}: {sent} sent, {received} received, {changed} changed on the way, {} refused, in {:.1} s",
        refused.len(),
        elapsed.as_secs_f64()
    );
    complete
}
