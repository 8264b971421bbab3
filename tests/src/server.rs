//! One server process on a data folder of its own.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Client, binary::server_binary};

/// How long a start may take before it counts as failed. Generous: the machine may be busy.
const START_DEADLINE: Duration = Duration::from_secs(60);

/// What a server is started with: environment variables over an empty environment, and the command
/// that runs it, if another one does.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    variables: Vec<(String, String)>,
    prefix: Vec<String>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        let listen = ("SYNAPTIQ_LISTEN".to_owned(), "127.0.0.1:0".to_owned());
        Self { variables: vec![listen], prefix: Vec::new() }
    }
}

impl ServerSettings {
    /// With one variable more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Run by another command, such as a tracer: the server's command line is appended to this one.
    /// Signals go to the process that is started, which has to be the server in the end. Commands
    /// that run beside the server do without it.
    #[must_use]
    pub fn under<S: Into<String>>(mut self, prefix: impl IntoIterator<Item = S>) -> Self {
        self.prefix = prefix.into_iter().map(Into::into).collect();
        self
    }

    /// Starts a server on a new folder.
    pub fn start(self) -> Server {
        let folder = TempDir::new().expect("a temporary folder");
        self.start_in(folder)
    }

    /// Starts a server on a folder that exists already, such as a small file system.
    pub fn start_at(self, path: &Path) -> Server {
        let folder = DataFolder::Borrowed(path.to_owned());
        let process = Process::start(folder.path(), &self);
        Server { settings: self, folder, process: Some(process) }
    }

    fn start_in(self, folder: TempDir) -> Server {
        let process = Process::start(folder.path(), &self);
        Server { settings: self, folder: DataFolder::Owned(folder), process: Some(process) }
    }
}

#[derive(Debug)]
enum DataFolder {
    Owned(TempDir),
    Borrowed(PathBuf),
}

impl DataFolder {
    fn path(&self) -> &Path {
        match self {
            Self::Owned(folder) => folder.path(),
            Self::Borrowed(path) => path,
        }
    }
}

/// A server with its data folder. Dropping it kills the process and removes the folder.
#[derive(Debug)]
pub struct Server {
    settings: ServerSettings,
    folder: DataFolder,
    process: Option<Process>,
}

/// A command that has ended.
#[derive(Debug)]
pub struct Finished {
    /// Whether its exit code was 0.
    pub success: bool,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Finished {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let output = command.stdin(Stdio::null()).output().expect("the command can be started");
        Self {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The command itself if it succeeded, else a panic with both of its outputs.
    #[expect(clippy::return_self_not_must_use, reason = "an expectation is stated for its own sake")]
    pub fn succeeded(self) -> Self {
        assert!(self.success, "the command failed\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("standard output is not JSON ({error}): {}", self.stdout))
    }
}

impl Server {
    /// A server with default settings.
    pub fn start() -> Self {
        ServerSettings::default().start()
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end. It changes with a restart.
    pub fn address(&self) -> &str {
        &self.running().address
    }

    /// Where its database and key file are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The id of its process.
    pub fn process_id(&self) -> u32 {
        self.running().child.id()
    }

    /// Everything it has written so far, standard output and error together.
    pub fn output(&self) -> String {
        self.running().output()
    }

    /// A client that sends this key.
    pub fn client(&self, key: &str) -> Client {
        Client::new(self.address(), Some(key))
    }

    /// A client without a key.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address(), None)
    }

    /// A client with a new key of the default tenant that may do everything.
    pub fn admin(&self) -> Client {
        self.client(&self.create_key("admin"))
    }

    /// A new live key of the default tenant with these scopes.
    pub fn create_key(&self, scopes: &str) -> String {
        self.create_key_of("live", scopes)
    }

    /// A new key of a kind (`live`, `test`, `publishable`, `syrus`) of the default tenant with these scopes.
    pub fn create_key_of(&self, kind: &str, scopes: &str) -> String {
        let arguments = ["key", "create", "--kind", kind, "--scopes", scopes, "--name", "test", "--json"];
        let made = self.command_line(&arguments).succeeded().json();
        made["key"].as_str().unwrap_or_else(|| panic!("no key in {made}")).to_owned()
    }

    /// Runs a command of the same binary on the same database, beside the server.
    pub fn command_line(&self, arguments: &[&str]) -> Finished {
        Finished::of(command(self.folder(), &self.settings.variables, &[]).args(arguments))
    }

    /// Ends it as a power cut would: no signal handler runs.
    pub fn kill9(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Panics
    ///
    /// If it is not running.
    pub fn terminate(&mut self) -> (ExitStatus, String) {
        let mut process = self.process.take().expect("the server is running");
        let asked = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", process.child.id())).status();
        assert!(asked.is_ok_and(|status| status.success()), "the signal cannot be sent");
        let status = process.child.wait().expect("a child can be waited for");
        process.join_readers();
        (status, process.output())
    }

    /// Starts it again on the same folder, killing it first if it still runs.
    pub fn restart(&mut self) {
        self.kill9();
        self.process = Some(Process::start(self.folder.path(), &self.settings));
    }

    fn running(&self) -> &Process {
        self.process.as_ref().expect("the server is running")
    }
}

fn command(folder: &Path, variables: &[(String, String)], prefix: &[String]) -> Command {
    let mut command = match prefix {
        [] => Command::new(server_binary()),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(server_binary());
            command
        }
    };
    let database = format!("sqlite:{}", folder.join("synaptiq.db").display());
    command.current_dir(folder).env_clear().env("DATABASE_URL", database).envs(variables.iter().cloned());
    command
}

#[derive(Debug)]
struct Process {
    child: Child,
    address: String,
    output: Arc<Mutex<String>>,
    readers: Vec<thread::JoinHandle<()>>,
}

impl Process {
    fn start(folder: &Path, settings: &ServerSettings) -> Self {
        let mut child = command(folder, &settings.variables, &settings.prefix)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server can be started");
        let output = Arc::new(Mutex::new(String::new()));
        let (found, listening) = mpsc::channel();
        let stdout = child.stdout.take().expect("standard output is piped");
        let stderr = child.stderr.take().expect("standard error is piped");
        let readers =
            vec![read_lines(stdout, Arc::clone(&output), Some(found)), read_lines(stderr, Arc::clone(&output), None)];
        let mut process = Self { child, address: String::new(), output, readers };
        if let Ok(address) = listening.recv_timeout(START_DEADLINE) {
            process.address = address;
            return process;
        }
        process.kill();
        panic!("the server did not start:\n{}", process.output());
    }

    fn output(&self) -> String {
        self.output.lock().expect("no reader panics").clone()
    }

    fn kill(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.join_readers();
    }

    fn join_readers(&mut self) {
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Keeps every line, so that a full pipe never stops the server; tells the address when it is printed.
fn read_lines(
    source: impl Read + Send + 'static,
    output: Arc<Mutex<String>>,
    found: Option<mpsc::Sender<String>>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            if let Some(found) = &found
                && let Some((_, address)) = line.split_once("listening on http://")
            {
                let host = address.split_whitespace().next().unwrap_or_default().trim_end_matches('/');
                // Printed again after the first time, nobody listens any more.
                let _ = found.send(format!("http://{host}"));
            }
            let mut output = output.lock().expect("no reader panics");
            let _ = writeln!(output, "{line}");
        }
    })
}
