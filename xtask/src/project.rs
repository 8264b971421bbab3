//! Where this repository lies, and running commands in it.

use std::{
    ffi::OsStr,
    io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand};

/// Prints one line. A closed standard output is no reason to stop.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// The repository as cargo sees it, without a look at the registry.
pub(crate) struct Project {
    metadata: Metadata,
}

impl Project {
    /// Asks cargo about the workspace around the current directory.
    pub(crate) fn find() -> Result<Self> {
        let metadata = MetadataCommand::new().no_deps().exec().context("cargo metadata failed")?;
        Ok(Self { metadata })
    }

    /// Packages and their declared dependencies.
    pub(crate) const fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The folder of the root `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// The folder that cargo builds into.
    pub(crate) fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// The server that the end-to-end tests drive.
    pub(crate) fn server_binary(&self) -> PathBuf {
        self.target().join("debug/synaptiq")
    }

    /// A command that will run in the root folder.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.root()).stdin(Stdio::null());
        command
    }

    /// A cargo command that will run in the root folder.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        self.command("cargo", arguments)
    }
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs a command to its end with its output shown; anything but exit code 0 is an error that names it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let described = describe(command);
    say(&format!("\n$ {described}"));
    let status = command.status().with_context(|| format!("`{described}` cannot be started"))?;
    if status.success() { Ok(()) } else { bail!("`{described}` failed") }
}

/// Whether a command can be started and ends with exit code 0; its output is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Runs a command with both of its outputs shown and kept, line by line in the order written.
/// Says whether it succeeded.
pub(crate) fn run_and_keep(command: &mut Command) -> Result<(bool, Vec<String>)> {
    let described = describe(command);
    say(&format!("\n$ {described}"));
    let (reader, writer) = io::pipe().context("no pipe")?;
    if io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command.stdout(writer.try_clone().context("no pipe")?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("`{described}` cannot be started"))?;
    // The command holds copies of the pipe's writing end, which would keep it open for ever.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut lines = Vec::new();
    let mut reader = BufReader::new(reader);
    let mut raw = Vec::new();
    while reader.read_until(b'\n', &mut raw).context("the output cannot be read")? > 0 {
        let line = String::from_utf8_lossy(&raw).trim_end().to_owned();
        say(&line);
        lines.push(line);
        raw.clear();
    }
    Ok((child.wait().with_context(|| format!("`{described}` got lost"))?.success(), lines))
}
