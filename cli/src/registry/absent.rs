//! `registry`, in a build without it: it says how to get it.

use std::ffi::OsString;

use clap::Args;

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::report::Format;

/// The commands about a schema registry, which this build does not have.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct RegistryArgs {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<OsString>,
}

impl RegistryArgs {
    #[expect(clippy::unused_self, reason = "it is the commands that are there which differ")]
    pub(crate) fn formats(&self) -> &'static [Format] {
        clap::ValueEnum::value_variants()
    }

    #[expect(clippy::unused_self, reason = "it is the commands that are there which differ")]
    pub(crate) fn run(&self, _: &mut Context) -> Result<Outcome, Failure> {
        Err(Failure::new("this build speaks to no registry")
            .help("install it with the feature `registry`, which is on unless `--no-default-features` is given"))
    }
}
