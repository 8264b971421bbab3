//! `synaptiq import FILE | --from URL --api-key KEY`.

use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    path::Path,
};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use synaptiq_exchange::import::{FileForm, ImportOptions, OnError, Pace, Summary, import, import_from};
use synaptiq_storage::ServerPlace;

use crate::{
    cli::{AtError, FileFormat, ImportArgs},
    commands::{
        print,
        progress::{Progress, per_second},
    },
    config::Config,
    database,
    installation::Installation,
};

pub(super) async fn run(args: ImportArgs, config: &Config) -> Result<()> {
    let ImportArgs { file, from, api_key, tenant, format, on_error, report, output } = args;
    // A file that is not there is told before a database is made for it.
    let input = file.as_deref().map(open).transpose()?;
    let installation = Installation::new(config, database::open_or_create(config)?).await?;
    let services = installation.command_services(config)?;
    let (_, scope) = installation.tenant(tenant.as_deref()).await?;
    let mut report = report.as_deref().map(create).transpose()?;
    let progress = Progress::begin();
    let pace = || match ServerPlace::take(&config.database) {
        // Nobody serves; the place is let go at once.
        Ok(_place) => Pace::ALONE,
        Err(_) => Pace::BESIDE_A_SERVER,
    };
    let form = match format.or_else(|| file.as_deref().and_then(format_of)).unwrap_or(FileFormat::Ndjson) {
        FileFormat::Ndjson => FileForm::Lines,
        FileFormat::Csv => FileForm::Leads,
    };
    let options = ImportOptions {
        scope,
        form,
        on_error: match on_error {
            AtError::Stop => OnError::Stop,
            AtError::Skip => OnError::Skip,
        },
        report: report.as_mut().map(|report| report as &mut (dyn Write + Send)),
        pace: &pace,
        progress: &|done| progress.tell(done.lines, done.rows),
    };
    let imported = match (input, from.as_deref().zip(api_key)) {
        (None, Some((address, key))) => import_from(&services, address, &key, options).await,
        (Some(input), _) => import(&services, input, options).await,
        (None, None) => anyhow::bail!("a file or --from is needed"),
    };
    progress.end();
    installation.sqlite.shutdown();
    let summary = imported?;
    print(output, &record(&summary, &progress));
    Ok(())
}

/// The form that a file's name tells.
pub(super) fn format_of(file: &Path) -> Option<FileFormat> {
    let ending = file.extension()?.to_str()?.to_ascii_lowercase();
    (ending == "csv").then_some(FileFormat::Csv)
}

fn open(file: &Path) -> Result<Box<dyn Read + Send>> {
    if file == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Box::new(opened))
}

fn create(file: &Path) -> Result<BufWriter<File>> {
    File::create(file).map(BufWriter::new).with_context(|| format!("cannot write {}", file.display()))
}

fn record(summary: &Summary, progress: &Progress) -> Value {
    let Summary { lines, added, already_there, filled, refused, rows } = summary;
    let elapsed = progress.elapsed();
    json!({
        "lines": lines,
        "rows": rows,
        "added": added,
        "alreadyThere": already_there,
        "filled": filled,
        "refused": refused,
        "milliseconds": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        "rowsPerSecond": per_second(*rows, elapsed),
        "linesPerSecond": per_second(*lines, elapsed),
    })
}
