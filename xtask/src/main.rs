//! Tasks of this repository. `cargo xtask --help` lists them; each fails with one line that says
//! what to do.

mod bench;
mod ci;
mod keys_page;
mod layers;
mod openapi;
mod project;
mod test_run;
mod tools;
mod weights;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Parser};

use crate::{
    project::{Project, say},
    test_run::Requirement,
};

/// Tasks of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Builds everything and runs every test; the test runner's summary comes last.
    Test(TestOptions),
    /// What a change must pass: every test with nothing left out, formatting, lints, layers, docs, freshness.
    Ci(TestOptions),
    /// Compares who depends on whom with the table in `xtask/src/layers/table.rs`.
    Layers,
    /// Compares the tables that `crates/storage` declares with those that the migrations make.
    Schema,
    /// Writes `docs/openapi/*.json`, and from them the tables of `docs/keys.md`, from the routes of the built server.
    Openapi {
        /// Writes nothing and fails if a file is not what the server says.
        #[arg(long)]
        check: bool,
    },
    /// Builds the release binary, measures it beside the floor, and writes the tables of `docs/benchmarks.md`.
    Bench {
        /// Handed on, for a quick look that writes nothing: `cargo xtask bench -- --rounds 1 --leads 1000`.
        #[arg(last = true)]
        extent: Vec<String>,
    },
    /// Trains the intent model of the built-in assistant and writes its weights.
    Weights,
    /// Fetches the Node and Python packages of the sample tests into the target folder.
    Tools,
}

/// What a run of the tests may leave out.
#[derive(Args)]
struct TestOptions {
    /// `1`: a test that cannot run fails; `tools`: only if what it lacks can be installed;
    /// `0`: it is left out and named at the end. `ci` asks for `1` where nothing is said.
    #[arg(long, env = Requirement::VARIABLE, value_name = "0|tools|1")]
    require: Option<Requirement>,
}

fn run(task: Task) -> Result<ExitCode> {
    let project = Project::find()?;
    match task {
        Task::Test(options) => {
            let report = test_run::run(&project, options.require.unwrap_or(Requirement::Nothing))?;
            report.print();
            return Ok(report.exit_code());
        }
        Task::Ci(options) => return ci::run(&project, options.require.unwrap_or(Requirement::Everything)),
        Task::Layers => layers::run(&project),
        Task::Schema => project::run(&mut project.cargo(&["test", "--workspace", "--quiet", "--test", "schema"]))
            .context("declare in crates/storage/src/sqlite/schema.rs what the migrations make"),
        Task::Openapi { check } => {
            openapi::run(&project, if check { openapi::Mode::Check } else { openapi::Mode::Write })
        }
        Task::Bench { extent } => bench::run(&project, &extent),
        Task::Weights => weights::run(&project),
        Task::Tools => tools::run(&project),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn main() -> ExitCode {
    match run(Task::parse()) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
