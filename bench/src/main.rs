//! Measures the built server as its users meet it: another process, a database file, HTTP over a
//! socket. Where a figure depends on the machine it is given as a ratio to the floor: a bare server
//! that does the same SQL on the same rows, measured in the same run in alternating rounds.
//!
//! Deliberately absent: any crate of the product. What is measured is the binary, and for the cost
//! of limits a program that is built beside it.

mod floor;
mod history;
mod load;
mod material;
mod measure;
mod process;
mod report;
mod spread;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use clap::Parser;

use crate::measure::Extent;

// As the product has it, so that the floor differs in nothing but the layers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the built server.
#[derive(Parser)]
enum Command {
    /// Measures everything and prints the tables.
    Run {
        /// The server's release binary.
        #[arg(long)]
        server: PathBuf,
        /// The program that times decisions of the limiter.
        #[arg(long)]
        limiter: PathBuf,
        /// A folder on the disk that databases would be on; what is put there is removed.
        #[arg(long)]
        folder: PathBuf,
        #[command(flatten)]
        extent: Extent,
    },
    /// Serves as the floor until it is ended.
    Floor {
        /// A copy of the server's database.
        #[arg(long)]
        database: PathBuf,
    },
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Floor { database } => floor::serve(&database),
        Command::Run { server, limiter, folder, extent } => {
            // One thread: the load must not take the cores that the server needs.
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .context("cannot start the runtime")?;
            let report = runtime.block_on(measure::everything(&server, &limiter, &folder, &extent))?;
            io::stdout().write_all(report.to_markdown().as_bytes()).context("the tables cannot be printed")
        }
    }
}

fn main() -> ExitCode {
    match run(Command::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("bench: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Says how far it is. The tables alone go to standard output.
fn note(line: &str) {
    // A closed standard error is no reason to stop.
    drop(writeln!(io::stderr(), "{line}"));
}
