//! `synaptiq export FILE`.

use std::{
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use serde_json::json;
use synaptiq_exchange::{
    export::{Exported, export},
    table::export_leads,
};

use crate::{
    cli::{ExportArgs, FileFormat},
    commands::{
        import::format_of,
        print,
        progress::{Progress, per_second},
    },
    config::Config,
    database,
    installation::Installation,
};

/// How many bytes are written at once.
const BUFFER: usize = 1024 * 1024;

pub(super) async fn run(args: ExportArgs, config: &Config) -> Result<()> {
    let ExportArgs { file, tenant, format, output } = args;
    let installation = Installation::new(config, database::open_for_command(config)?).await?;
    let (_, scope) = installation.tenant(tenant.as_deref()).await?;
    let format = format.or_else(|| format_of(&file)).unwrap_or(FileFormat::Ndjson);
    let progress = Progress::begin();
    let tell = |done: Exported| progress.tell(done.lines, done.rows);
    let store = &*installation.store;
    let exporting = async |target: Box<dyn Write + Send>| match format {
        FileFormat::Ndjson => export(store, scope, target, &tell).await,
        FileFormat::Csv => export_leads(store, scope, target, &tell).await,
    };
    if file == Path::new("-") {
        let exported = exporting(Box::new(BufWriter::with_capacity(BUFFER, std::io::stdout()))).await;
        progress.end();
        exported?;
        return Ok(());
    }
    // The file has its name only when it is whole and on disk.
    let unfinished = beside(&file);
    let target = create(&unfinished).with_context(|| format!("cannot write {}", unfinished.display()))?;
    let handle = target.try_clone()?;
    let exported = exporting(Box::new(BufWriter::with_capacity(BUFFER, target))).await;
    progress.end();
    let exported = match exported {
        Ok(exported) => exported,
        Err(error) => {
            let _ = fs::remove_file(&unfinished);
            return Err(error).with_context(|| format!("cannot export to {}", file.display()));
        }
    };
    handle.sync_all().with_context(|| format!("cannot write {}", unfinished.display()))?;
    fs::rename(&unfinished, &file).with_context(|| format!("cannot write {}", file.display()))?;
    let elapsed = progress.elapsed();
    let summary = json!({
        "file": file.display().to_string(),
        "lines": exported.lines,
        "rows": exported.rows,
        "milliseconds": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        "rowsPerSecond": per_second(exported.rows, elapsed),
        "linesPerSecond": per_second(exported.lines, elapsed),
    });
    print(output, &summary);
    Ok(())
}

/// Where a file is written until it is whole.
pub(super) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Makes a file that its owner alone may read: it holds what people said.
pub(super) fn create(file: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}
