//! Findings that are accepted for a time.

use std::cell::Cell;

use jiff::civil::Date;
use thoth_messaging_codegen::Severity;
use thoth_messaging_compat::Rule;

use super::settings::Waiver;
use crate::finding::Finding;

/// The waivers of the settings, and which of them were of use.
pub(super) struct Waivers<'a> {
    waivers: Vec<(&'a Waiver, Cell<bool>)>,
    today: Date,
}

impl<'a> Waivers<'a> {
    pub(super) fn new(waivers: &'a [Waiver], today: Date) -> Self {
        Self { waivers: waivers.iter().map(|waiver| (waiver, Cell::new(false))).collect(), today }
    }

    /// Findings that are waived are notes from here on; waivers that are over or of no use are warnings.
    pub(super) fn apply(&mut self, findings: Vec<Finding>) -> Vec<Finding> {
        let mut findings: Vec<_> = findings.into_iter().map(|finding| self.waive(finding)).collect();
        let useless = self.waivers.iter().filter(|(_, used)| !used.get());
        findings.extend(useless.map(|(waiver, _)| self.useless(waiver)));
        findings
    }

    fn waive(&self, mut finding: Finding) -> Finding {
        for (waiver, used) in &self.waivers {
            if !covers(waiver, &finding) {
                continue;
            }
            used.set(true);
            if self.is_over(waiver) {
                let over = format!("the waiver of it was for as long as {}: {}", waiver.expires, waiver.reason);
                finding.notes.push(("waiver", over));
            } else {
                finding.severity = Severity::Warning;
                finding.notes.push((Finding::WAIVED, format!("until {}: {}", waiver.expires, waiver.reason)));
            }
        }
        finding
    }

    /// A time without a day says nothing of when it ends.
    fn is_over(&self, waiver: &Waiver) -> bool {
        let end = waiver.expires.date.and_then(|date| {
            Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()
        });
        end.is_none_or(|end| self.today > end)
    }

    fn useless(&self, waiver: &Waiver) -> Finding {
        let over = if self.is_over(waiver) { ", and is over" } else { "" };
        Finding {
            rule: Rule::UnusedWaiver.name().to_owned(),
            severity: Severity::Warning,
            message: format!("the waiver of `{}` at `{}` waives nothing{over}", waiver.rule, waiver.pointer),
            location: None,
            notes: vec![("help", Rule::UnusedWaiver.help().to_owned())],
        }
    }
}

fn covers(waiver: &Waiver, finding: &Finding) -> bool {
    let Some(location) = &finding.location else { return false };
    let below = location.pointer.strip_prefix(waiver.pointer.trim_start_matches('#'));
    let is_file = |file: &String| location.file == *file || location.file.ends_with(&format!("/{file}"));
    finding.rule == waiver.rule.name()
        && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && waiver.file.as_ref().is_none_or(is_file)
}
