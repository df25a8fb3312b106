//! A service that runs for long: what it takes of the machine, and how far it is behind.

use std::error::Error;
use std::fs;
use std::io;
use std::time::{Duration, Instant};

use thoth_messaging::Topic;
use tokio::time;

use crate::Load;
use crate::children::Run;
use crate::steps::{self, Handled};

/// How often it is looked at.
const LOOKS: u32 = 12;

/// How far it may be behind: as much as is sent in so many seconds.
const LAG: u64 = 5;

/// What a process takes: KiB of memory, and open files; and how many steps it is behind.
#[derive(Clone, Copy)]
struct Taken {
    memory: u64,
    files: usize,
    behind: u64,
}

impl Taken {
    fn of(process: u32, behind: u64) -> io::Result<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let memory =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
        let files = fs::read_dir(format!("/proc/{process}/fd"))?.count();
        Ok(Self { memory: memory.unwrap_or_default(), files, behind })
    }
}

pub(crate) async fn run(run: &Run, load: Load) -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = std::env::temp_dir().join(run.prefix());
    fs::create_dir_all(&folder)?;
    let notes = folder.join("member-1");
    let dead_letters = Topic::new("soak.steps.dlq").with_partitions(3).with_replicas(3);
    run.kafka.admin().create_topics([&load.topic(), &dead_letters]).await?;
    let mut member = run.start(&["member", &notes.to_string_lossy()])?;
    let process = member.id().ok_or("the member has ended")?;
    let sent = tokio::spawn({
        let kafka = run.kafka.clone();
        async move { steps::send(&kafka, load, true).await }
    });
    println!("second   steps  behind  memory/MiB  files");
    let start = Instant::now();
    let mut looks = Vec::new();
    for look in 1..=LOOKS {
        time::sleep_until((start + load.time() * look / LOOKS).into()).await;
        let handled = lines(&notes)?;
        let due = load.messages * u64::from(look) / u64::from(LOOKS);
        let taken = Taken::of(process, due.saturating_sub(handled))?;
        let memory = taken.memory / 1024;
        println!("{:6}  {handled:6}  {:6}  {memory:10}  {:5}", start.elapsed().as_secs(), taken.behind, taken.files);
        looks.push(taken);
    }
    sent.await??;
    let end = Instant::now();
    while lines(&notes)? < load.messages && end.elapsed() < Duration::from_secs(60) {
        time::sleep(Duration::from_millis(100)).await;
    }
    println!("all        handled {:.1} s after the last was sent", end.elapsed().as_secs_f64());
    let handled = Handled::of(&folder)?;
    member.kill().await?;
    fs::remove_dir_all(&folder)?;
    if handled.steps() != load.messages {
        return Err(format!("{} of {} steps were handled", handled.steps(), load.messages).into());
    }
    is_flat(&looks, LAG * load.messages / load.seconds.max(1))
}

fn lines(notes: &std::path::Path) -> io::Result<u64> {
    match fs::read_to_string(notes) {
        Ok(text) => Ok(text.lines().count() as u64),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Returns whether the last third takes no more than the second, or little more, and both are behind by less than is allowed:
/// the first one fills buffers.
fn is_flat(looks: &[Taken], lag: u64) -> Result<(), Box<dyn Error + Send + Sync>> {
    let third = looks.len() / 3;
    let most = |looks: &[Taken]| {
        let memory = looks.iter().map(|taken| taken.memory).max().unwrap_or_default();
        (memory, looks.iter().map(|taken| taken.files).max().unwrap_or_default())
    };
    let ((memory, files), (last_memory, last_files)) = (most(&looks[third..2 * third]), most(&looks[2 * third..]));
    if last_memory > memory + memory / 4 || last_files > files + 4 {
        return Err(format!(
            "it takes more and more: {memory} KiB and {files} files, then {last_memory} and {last_files}"
        )
        .into());
    }
    match looks[third..].iter().map(|taken| taken.behind).max() {
        Some(behind) if behind > lag => Err(format!("it was {behind} steps behind; {lag} are allowed").into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_or_stays_behind_fails() {
        let steady = [Taken { memory: 100, files: 10, behind: 5 }; 6];
        assert!(is_flat(&steady, 5).is_ok());
        assert!(is_flat(&steady, 4).is_err());
        let mut grows = steady;
        grows[5].memory = 126;
        assert!(is_flat(&grows, 5).is_err());
        let mut leaks = steady;
        leaks[4].files = 15;
        assert!(is_flat(&leaks, 5).is_err());
    }
}
