//! A server as a process of its own, and what the kernel says about it.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a server prints once it listens.
const LISTENING: &str = "listening on http://";
/// How many ticks the kernel counts in a second of processor time.
const TICKS: f64 = 100.0;

/// A running server; dropping it ends it at once.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process until it listened.
    pub(crate) started_in: Duration,
    child: Child,
    // Open for as long as the server may print.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a server in a folder, with its log in a file there, and waits until it listens.
    pub(crate) async fn start(program: &Path, arguments: &[&str], folder: &Path) -> Result<Self> {
        let log = File::create(folder.join("log")).context("the log cannot be made")?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        command.kill_on_drop(true);
        let begun = Instant::now();
        let mut child = command.spawn().with_context(|| format!("{} cannot be started", program.display()))?;
        let mut stdout = BufReader::new(child.stdout.take().context("the server has no output")?);
        let address = timeout(PATIENCE, first_address(&mut stdout)).await.context("the server does not listen")?;
        let started_in = begun.elapsed();
        let Some(address) = address? else {
            let said = fs::read_to_string(folder.join("log")).unwrap_or_default();
            bail!("the server has ended: {}", said.lines().last().unwrap_or("it said nothing"));
        };
        Ok(Self { address, started_in, child, _stdout: stdout })
    }

    /// Ends it and waits until it is gone.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.child.kill().await.context("the server cannot be ended")
    }

    /// Its resident memory, in bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        let text = self.of_kernel("status")?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        Ok(kib.context("the kernel tells no resident memory")? * 1_024)
    }

    /// The processor time that it has used, in seconds.
    pub(crate) fn processor_time(&self) -> Result<f64> {
        let text = self.of_kernel("stat")?;
        // The name of the program may hold blanks and ends with the last bracket.
        let fields = text.rsplit_once(") ").map(|(_, fields)| fields.split(' ').collect::<Vec<_>>());
        let ticks = |at: usize| fields.as_ref()?.get(at)?.parse::<f64>().ok();
        let (user, system) = (ticks(11), ticks(12));
        user.zip(system).map(|(user, system)| (user + system) / TICKS).context("the kernel tells no processor time")
    }

    fn of_kernel(&self, file: &str) -> Result<String> {
        let id = self.child.id().context("the server has ended")?;
        fs::read_to_string(format!("/proc/{id}/{file}")).context("the kernel says nothing about the server")
    }
}

async fn first_address(stdout: &mut BufReader<ChildStdout>) -> Result<Option<SocketAddr>> {
    let mut line = String::new();
    while stdout.read_line(&mut line).await.context("the server's output cannot be read")? > 0 {
        if let Some(address) = line.trim().strip_prefix(LISTENING) {
            return address.parse().map(Some).context("the server listens on no address");
        }
        line.clear();
    }
    Ok(None)
}

/// Runs a program to its end in a folder and gives what it printed.
pub(crate) async fn output(program: &Path, arguments: &[&str], folder: &Path) -> Result<String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    let output = command.output().await.with_context(|| format!("{} cannot be started", program.display()))?;
    if !output.status.success() {
        bail!("{arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).context("its output is not text")
}
