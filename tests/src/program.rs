//! A program of someone else that runs beside a test: a receiver of webhooks, in whatever language.

use std::{
    io::{BufRead as _, BufReader, Read},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

/// How long a test waits for it. Generous: the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(60);

/// A running program, until it is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    output: Arc<(Mutex<String>, Condvar)>,
}

impl Program {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the interpreter can be started");
        let output = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let stdout = child.stdout.take().expect("standard output is piped");
        let stderr = child.stderr.take().expect("standard error is piped");
        keep_lines(stdout, Arc::clone(&output));
        keep_lines(stderr, Arc::clone(&output));
        Self { child, output }
    }

    /// Waits for a line that holds all of these words, and returns it.
    ///
    /// # Panics
    ///
    /// After a minute, with what it has written.
    pub fn wait_for(&self, words: &[&str]) -> String {
        let (text, changed) = &*self.output;
        let end = Instant::now() + DEADLINE;
        let mut text = text.lock().expect("no reader panics");
        loop {
            if let Some(line) = text.lines().find(|line| words.iter().all(|word| line.contains(word))) {
                return line.to_owned();
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no line with {words:?} in:\n{text}");
            text = changed.wait_timeout(text, left).expect("no reader panics").0;
        }
    }

    /// Waits until something listens on this port.
    ///
    /// # Panics
    ///
    /// After a minute, with what it has written.
    pub fn wait_for_port(&self, port: u16) {
        let end = Instant::now() + DEADLINE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end, "nothing listens on {port}:\n{}", self.output());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Everything it has written so far, standard output and error together.
    pub fn output(&self) -> String {
        self.output.0.lock().expect("no reader panics").clone()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep_lines(source: impl Read + Send + 'static, output: Arc<(Mutex<String>, Condvar)>) {
    thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            let (text, changed) = &*output;
            let mut text = text.lock().expect("no reader panics");
            text.push_str(&line);
            text.push('\n');
            changed.notify_all();
        }
    });
}

/// A port that was free a moment ago: what a sample listens on has to be said before it starts.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port is free");
    listener.local_addr().expect("a bound socket has an address").port()
}
