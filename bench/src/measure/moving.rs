//! A history moved in and out by the command line, beside the least that it takes: the same rows by
//! plain SQL, and reading a file of the same size and parsing its JSON.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

use crate::{
    floor::history::{self, TABLES},
    history::{self as file, Written},
    measure::{
        Extent,
        footprint::MEGABYTE,
        stage::{DATABASE, Stage, with_settings},
    },
    note,
    report::{Figure, Report, Target},
    spread::Spread,
};

/// How often the memory of a command is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The databases that hold a history.
pub(super) struct Histories {
    /// The folder of the small one.
    pub(super) small: PathBuf,
    /// The folder of the large one.
    pub(super) large: PathBuf,
}

/// Imports a small and a large history, exports the large one, and measures both.
pub(super) async fn measure(stage: &Stage, extent: &Extent, report: &mut Report) -> Result<Histories> {
    let small = stage.folder_of("history-small")?;
    import(stage, &small, extent.conversations.min(SMALL)).await?;
    let large = stage.folder_of("history-large")?;
    let import = import(stage, &large, extent.conversations).await?;
    let Imported { written, rows, ran } = import;
    report.facts.push(format!(
        "history: {} conversations over 360 days in {} lines, {} MiB; {rows} table rows ({TABLES})",
        extent.conversations,
        written.lines,
        written.bytes / (1 << 20),
    ));
    let beside = stage.folder_of("history-floor")?;
    run(stage, &beside, &["migrate"]).await?;
    let floor = history::insert(&large.join(DATABASE), &beside.join(DATABASE))?;
    fs::remove_dir_all(&beside).context("the floor's database cannot be removed")?;
    moved(report, "import", &ran, (rows, written.lines), 40_000.0, ("plain SQL", floor));

    let exported = stage.folder_of("history-exported")?.join("all.ndjson");
    let target = exported.to_str().context("the folder's path is not UTF-8")?.to_owned();
    let ran = run(stage, &large, &["export", &target]).await?;
    let (lines, parsing) = parse(&exported)?;
    moved(report, "export", &ran, (rows, lines), 100_000.0, ("reading and parsing its file", parsing));
    fs::remove_file(&exported).context("the export cannot be removed")?;
    Ok(Histories { small, large })
}

/// Conversations of the small history.
const SMALL: u64 = 10_000;

struct Imported {
    written: Written,
    rows: u64,
    ran: Ran,
}

async fn import(stage: &Stage, folder: &Path, conversations: u64) -> Result<Imported> {
    note(&format!("importing {conversations} conversations …"));
    stage.new_key(folder).await?;
    let path = folder.join("history.ndjson");
    let written = file::write(&path, conversations)?;
    let before = history::rows(&folder.join(DATABASE))?;
    let ran = run(stage, folder, &["import", "history.ndjson"]).await?;
    let rows = history::rows(&folder.join(DATABASE))? - before;
    fs::remove_file(&path).context("the history cannot be removed")?;
    Ok(Imported { written, rows, ran })
}

/// A command that has run to its end.
struct Ran {
    took: Duration,
    /// The most resident memory that was seen, in bytes.
    memory: u64,
}

async fn run(stage: &Stage, folder: &Path, arguments: &[&str]) -> Result<Ran> {
    let begun = Instant::now();
    let mut command = Command::new(&stage.program);
    command.args(with_settings(arguments)).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).kill_on_drop(true).spawn().context("the command does not start")?;
    let status = format!("/proc/{}/status", child.id().context("the command has ended")?);
    let mut memory = 0;
    let ended = loop {
        if let Ok(ended) = tokio::time::timeout(LOOK, child.wait()).await {
            break ended.context("the command does not end")?;
        }
        memory = memory.max(peak(&status));
    };
    let took = begun.elapsed();
    if !ended.success() {
        let said = child.wait_with_output().await.context("the command says nothing")?;
        bail!("{arguments:?} failed: {}", String::from_utf8_lossy(&said.stderr).trim());
    }
    Ok(Ran { took, memory })
}

/// The most resident memory that a process has had, in bytes; nothing once it is gone.
fn peak(status: &str) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).map_or(0, |kib| kib * 1_024)
}

/// Reads a file line by line and parses each: what nobody who reads it can do without.
fn parse(path: &Path) -> Result<(u64, Duration)> {
    let begun = Instant::now();
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).context("there is no export")?);
    let mut line = String::new();
    let mut lines = 0;
    while file.read_line(&mut line).context("the export cannot be read")? > 0 {
        let record: serde_json::Value = serde_json::from_str(&line).context("a line is not JSON")?;
        lines += u64::from(record.is_object());
        line.clear();
    }
    Ok((lines, begun.elapsed()))
}

fn moved(report: &mut Report, name: &str, ran: &Ran, (rows, lines): (u64, u64), target: f64, floor: (&str, Duration)) {
    let rate = per_second(rows, ran.took);
    let mut figure = |name: String, measured: f64, digits: usize, unit: &'static str, target: Target| {
        note(&format!("{name}: {measured:.digits$} {unit}"));
        report.figures.push(Figure { name, measured: Spread::of([measured]), digits, unit, target });
    };
    let lines = per_second(lines, ran.took);
    figure(format!("{name}: table rows a second ({lines:.0} lines/s)"), rate, 0, "", Target::AtLeast(target));
    let (what, took) = floor;
    let beside = per_second(rows, took);
    figure(format!("{name}: product ÷ {what} ({beside:.0} rows/s)"), rate / beside, 2, "", Target::Nothing);
    #[expect(clippy::cast_precision_loss, reason = "some hundred million")]
    let memory = ran.memory as f64 / MEGABYTE;
    figure(format!("{name}: most resident memory"), memory, 1, "MB", Target::AtMost(200.0));
}

fn per_second(count: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some million")]
    let count = count as f64;
    count / took.as_secs_f64()
}
