//! `completions` and `man`: what a shell and `man` know of the command.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::places::{refuse_links, require_direct};

/// Print the completions of a shell.
#[derive(Args)]
#[command(
    after_help = "For bash: thoth-messaging completions bash > ~/.local/share/bash-completion/completions/thoth-messaging"
)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

/// Print the manual page, or write those of all commands into a folder.
#[derive(Args)]
pub(crate) struct ManArgs {
    /// The folder to write the pages of all commands to, one each.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub(crate) fn completions(
    arguments: &CompletionsArgs,
    mut command: Command,
    context: &mut Context,
) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "thoth-messaging", &mut script);
    context.write(&script)
}

pub(crate) fn man(arguments: &ManArgs, command: Command, context: &mut Context) -> Result<Outcome, Failure> {
    if let Some(folder) = &arguments.out {
        require_direct(folder)?;
        fs::create_dir_all(folder).map_err(|error| Failure::write(folder, &error))?;
        refuse_links(folder)?;
        clap_mangen::generate_to(command, folder).map_err(|error| Failure::write(folder, &error))?;
        return Ok(Outcome::Clean);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    context.write(&page)
}
