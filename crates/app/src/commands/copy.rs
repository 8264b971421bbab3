//! `synaptiq copy --from URL --to URL`: moves a whole installation into another database.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use synaptiq_storage::{
    SqliteRows, SqliteRowsToFill,
    copy::{CopyOutcome, CopyReport, copy},
};

use crate::{
    cli::CopyArgs,
    commands::{print, progress::Progress, say},
    config::{self, Config},
    database, secret_key,
};

pub(super) async fn run(args: &CopyArgs, config: &Config) -> Result<()> {
    let from = config::database_path(&args.from).context("--from")?;
    let to = config::database_path(&args.to).context("--to")?;
    if same_file(&from, &to) {
        bail!("--from and --to are the same database");
    }
    database::make_folder_of(&to)?;
    let (source, target) = (from.clone(), to.clone());
    let report = tokio::task::spawn_blocking(move || -> Result<CopyReport> {
        let mut source = SqliteRows::open(&source).context("--from")?;
        let mut target = SqliteRowsToFill::open(&target).context("--to")?;
        let progress = Progress::begin();
        let report = copy(&mut source, &mut target, &mut |table, rows| progress.show(&format!("{table}: {rows} rows")));
        progress.end();
        Ok(report?)
    })
    .await
    .context("the copy ended by a panic")??;
    let rows: u64 = report.tables.iter().map(|(_, rows)| rows).sum();
    let copied = report.outcome == CopyOutcome::Copied;
    if args.output.json {
        let tables: serde_json::Map<_, _> =
            report.tables.iter().map(|(table, rows)| (table.clone(), json!(rows))).collect();
        print(args.output, &json!({ "copied": copied, "rows": rows, "tables": tables }));
    } else if copied {
        say(&format!("copied {rows} rows to {}; every table was counted and compared", to.display()));
    } else {
        say(&format!("{} is a complete copy already: {rows} rows", to.display()));
    }
    let key = secret_key::key_file(&to);
    if config.secret_key.is_none() && !key.exists() && !args.output.json {
        say(&format!(
            "its secrets need the same secret key: put {} at {}, or set SYNAPTIQ_SECRET_KEY",
            secret_key::key_file(&from).display(),
            key.display()
        ));
    }
    Ok(())
}

fn same_file(from: &Path, to: &Path) -> bool {
    match (from.canonicalize(), to.canonicalize()) {
        (Ok(from), Ok(to)) => from == to,
        _ => from == to,
    }
}
