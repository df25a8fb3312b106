//! The figures of a measurement, and what counts them.

use std::error::Error;
use std::fs;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::steps::nanoseconds;

pub(super) type Failure = Box<dyn Error + Send + Sync>;

/// The time that a measurement may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

/// The unit in which Linux counts the CPU time of a process.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Clone, Copy, Deserialize, Serialize)]
pub(super) struct Figures {
    /// When the first message was sent or handled, in nanoseconds since 1970.
    begin: u64,
    /// When the last one was.
    pub(super) end: u64,
    /// The number of them, each counted once.
    messages: u64,
    /// From the begin to the end.
    cpu_seconds: f64,
    /// In KiB.
    pub(super) peak_memory: u64,
}

impl Figures {
    /// Messages a second.
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    pub(super) fn rate(&self) -> f64 {
        self.messages as f64 * 1e9 / self.end.saturating_sub(self.begin).max(1) as f64
    }

    /// CPU seconds for a million messages.
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    pub(super) fn cost(&self) -> f64 {
        self.cpu_seconds * 1e6 / self.messages.max(1) as f64
    }

    /// The figures, unless messages are missing or nothing was measured.
    pub(super) fn checked(self, messages: u64) -> Result<Self, Failure> {
        if self.messages != messages {
            return Err(format!("of {messages} messages {} were handled", self.messages).into());
        }
        if self.begin == 0 || self.end <= self.begin || self.peak_memory == 0 {
            return Err("nothing was measured".into());
        }
        Ok(self)
    }
}

/// Counts the messages that are sent or handled, each once, from the first one to the last.
#[derive(Clone)]
pub(super) struct Meter(Arc<Counted>);

struct Counted {
    seen: Vec<AtomicBool>,
    messages: AtomicU64,
    /// The time and the CPU time.
    begin: OnceLock<(u64, f64)>,
    end: OnceLock<(u64, f64)>,
    all: Notify,
}

impl Meter {
    pub(super) fn to(messages: u64) -> Self {
        let seen = (0..messages).map(|_| AtomicBool::new(false)).collect();
        let (begin, end) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Counted { seen, messages: AtomicU64::new(0), begin, end, all: Notify::new() }))
    }

    /// The first one is under way, if it was not before.
    pub(super) fn begin(&self) {
        self.0.begin.get_or_init(now);
    }

    /// Counts the message of a number, unless it was counted before.
    pub(super) fn add(&self, number: u64) {
        self.begin();
        let Counted { seen, messages, end, all, .. } = &*self.0;
        let seen = usize::try_from(number).ok().and_then(|number| seen.get(number));
        if seen.is_some_and(|seen| !seen.swap(true, Ordering::Relaxed)) {
            messages.fetch_add(1, Ordering::AcqRel);
        }
        if self.is_all() {
            end.get_or_init(now);
            all.notify_one();
        }
    }

    /// True once all are counted.
    pub(super) fn is_all(&self) -> bool {
        self.0.messages.load(Ordering::Acquire) >= self.0.seen.len() as u64
    }

    /// Waits for the last message.
    pub(super) async fn all(&self) {
        self.0.all.notified().await;
    }

    /// From the first message to the last.
    pub(super) fn figures(&self) -> Result<Figures, Failure> {
        self.figures_until(self.0.end.get().copied().unwrap_or_else(now))
    }

    /// From the first message until now: more is to be done for one than to handle it.
    pub(super) fn figures_until_now(&self) -> Result<Figures, Failure> {
        self.figures_until(now())
    }

    fn figures_until(&self, (end, cpu_end): (u64, f64)) -> Result<Figures, Failure> {
        let Counted { messages, begin, .. } = &*self.0;
        let (begin, cpu_begin) = begin.get().copied().unwrap_or_default();
        let messages = messages.load(Ordering::Acquire);
        Ok(Figures { begin, end, messages, cpu_seconds: cpu_end - cpu_begin, peak_memory: peak_memory()? })
    }
}

/// The time since 1970, and the CPU time of this process in seconds.
fn now() -> (u64, f64) {
    (u64::try_from(nanoseconds()).unwrap_or(u64::MAX), cpu_seconds().unwrap_or_default())
}

fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may hold anything: user and system time are fields 14 and 15 of all.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_PER_SECOND)
}

/// In KiB.
fn peak_memory() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    Ok(peak.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_not_measured_fails() {
        let meter = Meter::to(2);
        // Twice, and one that was not sent.
        for number in [0, 0, 7] {
            meter.add(number);
        }
        assert!(!meter.is_all());
        assert!(meter.figures().unwrap().checked(2).is_err());
        meter.add(1);
        assert!(meter.is_all());
        let figures = meter.figures().unwrap();
        assert!(figures.checked(2).is_ok());
        assert!(Figures { end: figures.begin, ..figures }.checked(2).is_err());
        assert!(Meter::to(0).figures().unwrap().checked(0).is_err());
    }
}
