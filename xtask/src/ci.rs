//! Everything that a change must pass, in one command: what `.ci/run` and the workflow call.

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::{
    layers, openapi,
    project::{Project, run as run_command, say, succeeds},
    test_run::{self, Requirement},
};

/// Tests first, because they tell most; then what reads the source. The test runner's summary is
/// printed again as the last thing, and only if all of it passed.
pub(crate) fn run(project: &Project, requirement: Requirement) -> Result<ExitCode> {
    let report = test_run::run(project, requirement)?;
    if !report.passed() {
        report.print();
        return Ok(report.exit_code());
    }
    run_command(&mut project.cargo(&["fmt", "--all", "--check"])).context("run `cargo fmt`")?;
    run_command(&mut project.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    layers::run(project)?;
    run_command(project.cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    openapi::run(project, openapi::Mode::Check)?;
    if succeeds(&mut project.cargo(&["deny", "--version"])) {
        run_command(&mut project.cargo(&["deny", "check"]))?;
    } else {
        say("\ncargo deny is not installed: licences, advisories and duplicates were NOT checked");
    }
    report.print();
    Ok(report.exit_code())
}
