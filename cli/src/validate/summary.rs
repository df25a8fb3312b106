//! The result of checking payloads.

use std::time::Duration;

use crate::report::count;

/// The numbers of sources, records and bytes that were checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) sources: u64,
    pub(crate) records: u64,
    /// Records with violations.
    pub(crate) invalid: u64,
    /// Decompressed.
    pub(crate) bytes: u64,
    pub(crate) duration: Duration,
}

impl Summary {
    /// The numbers of records, in a line. The same input gives the same line.
    pub(crate) fn text(&self) -> String {
        let records = count(self.records, "record");
        let Self { records: all, invalid, .. } = self;
        let nothing = if *all == 0 { ": there was nothing to check" } else { "" };
        format!("{records}: {} valid, {invalid} invalid{nothing}", all - invalid)
    }

    /// The throughput, where there was enough to measure it.
    #[expect(clippy::cast_precision_loss, reason = "it is shown in MB, with one decimal")]
    pub(crate) fn rate(&self) -> Option<String> {
        let (megabytes, seconds) = (self.bytes as f64 / 1e6, self.duration.as_secs_f64());
        let rate = megabytes / seconds.max(1e-9);
        (self.bytes >= 1_000_000).then(|| format!("{megabytes:.1} MB in {seconds:.2} s, {rate:.0} MB/s"))
    }
}
