//! The commands, one file each. A command works beside a running server on the same database, and
//! the server sees its effect at once.

mod assistant;
mod backup;
mod copy;
mod demo;
mod doctor;
mod erase;
mod export;
mod import;
mod key;
mod migrate;
mod openapi;
mod progress;
mod recount;
mod report;
mod serve;
mod tenant;
mod token;

use anyhow::Result;
use serde_json::Value;

use crate::{
    cli::{Command, DoctorArgs, Output},
    config::Config,
};

/// Does what was asked for.
pub(crate) async fn run(command: Command, config: Config) -> Result<()> {
    match command {
        Command::Serve => serve::run(config).await,
        Command::Migrate => migrate::run(&config).await,
        Command::Tenant(command) => tenant::run(command, &config).await,
        Command::Assistant(command) => assistant::run(command, &config).await,
        Command::Key(command) => key::run(command, &config).await,
        Command::Token(command) => token::run(&command, &config).await,
        Command::Import(args) => import::run(args, &config).await,
        Command::Export(args) => export::run(args, &config).await,
        Command::Backup(args) => backup::back_up(&args.file, &config).await,
        Command::Restore(args) => backup::restore(&args.file, args.replace, &config),
        Command::Report(args) => report::run(args, &config).await,
        Command::Copy(args) => copy::run(&args, &config).await,
        Command::Demo(command) => demo::run(command, &config).await,
        Command::Erase(args) => erase::run(&args, &config).await,
        Command::Openapi(args) => openapi::run(&args.dialect),
        Command::Doctor(DoctorArgs { recount: true, args }) => recount::run(&args, &config).await,
        Command::Doctor(DoctorArgs { recount: false, args }) => doctor::run(args.output, &config).await,
    }
}

/// Prints a record: JSON, or one `name value` a line.
fn print(output: Output, record: &Value) {
    if output.json {
        say(&record.to_string());
        return;
    }
    match record {
        Value::Array(rows) => rows.iter().for_each(|row| say(&line(row))),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| say(&format!("{name:<12} {}", plain(value)))),
        value => say(&plain(value)),
    }
}

fn line(row: &Value) -> String {
    match row {
        Value::Object(fields) => fields.values().map(plain).collect::<Vec<_>>().join("  "),
        value => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        value => value.to_string(),
    }
}

/// Writes one line to standard output; a reader that went away is no failure.
fn say(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}
