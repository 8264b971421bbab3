//! The `synaptiq` binary: configuration, wiring, telemetry, command line. Nothing is decided here.

mod admin_token;
mod background;
mod cli;
mod clock;
mod commands;
mod config;
mod database;
mod first_start;
mod installation;
mod secret_key;
mod telemetry;

use std::process::ExitCode;

use anyhow::{Context as _, Result};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "synaptiq: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let (cli, flags) = cli::read();
    let config = config::Config::of_process(&flags, cli.config.as_deref())?;
    let _telemetry = telemetry::start(&config.log)?;
    std::panic::set_hook(Box::new(|panic| {
        // Where it happened, and never what was in hand: a panic's text may quote a body (security P4).
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("another TLS provider is installed already"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let result = runtime.block_on(commands::run(cli.command.unwrap_or(cli::Command::Serve), config));
    // A look-up or a check that hangs in a blocking thread must not keep the process from ending.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result
}
