//! The answer of Confluent's Schema Registry about a message, under a level, as predicted without asking one.

use std::path::PathBuf;

use thoth_messaging_codegen::Compatibility;

use super::args::BreakingArgs;
use super::compare::{Compatible, compare_versions};
use super::messages::{Messages, Now};
use super::policy::Rules;
use super::settings::Policy;
use crate::context::Context;
use crate::failure::Failure;
use crate::finding::Finding;
use crate::project::select::MessageArgs;
use crate::report::Report;
use crate::services::Services;
use crate::versions::Version;

/// The messages of folders, as they are now.
pub(crate) struct Predictor(Vec<Messages>);

/// A prediction.
pub(crate) struct Prediction {
    /// False if it is refused.
    pub(crate) is_accepted: bool,
    /// The differences that are refused, and those that are accepted though they break, with a witness.
    pub(crate) findings: Vec<Finding>,
}

impl Predictor {
    /// Reads folders.
    pub(crate) fn read(folders: &[PathBuf], context: &Context) -> Result<Self, Failure> {
        let read = folders.iter().enumerate().map(|(number, folder)| super::messages(number, folder, context));
        Ok(Self(read.collect::<Result<_, _>>()?))
    }

    /// Predicts whether a message of a folder, by its file, may follow an earlier version of it under a level.
    pub(crate) fn predict(
        &self,
        folder: usize,
        version: &Version,
        level: Compatibility,
        context: &Context,
    ) -> Prediction {
        let arguments = BreakingArgs {
            folders: Vec::new(),
            against: None,
            old_folder: None,
            level: None,
            policy: Some(Policy::Confluent),
            since: None,
            which: MessageArgs::default(),
        };
        let services = Services::default();
        let rules = Rules::new(&arguments, &context.config, None, &services).with_level(level);
        let mut report = Report::new("registry-check");
        let mut comparisons = Vec::new();
        let now = Now { folders: &self.0, number: folder };
        compare_versions(version, now, &rules, false, &mut report, &mut comparisons);
        let is_accepted = comparisons.iter().all(|comparison| comparison.outcome != Compatible::No);
        Prediction { is_accepted, findings: report.findings }
    }
}
