//! How the receivers of each language are started, and what one that listens can be asked.

use std::{fs, process::Command, time::Duration};

use reqwest::{Method, header::HeaderValue};
use synaptiq_tests::{Client, Program, Received, Tools, free_port};
use tempfile::TempDir;

use super::signature::Signature;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
    Php,
    Rust,
}

impl Language {
    pub(super) const ALL: [Self; 4] = [Self::Python, Self::Node, Self::Php, Self::Rust];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Node => "Node",
            Self::Php => "PHP",
            Self::Rust => "Rust",
        }
    }

    /// What its blocks on the page begin with.
    pub(super) const fn fence(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "js",
            Self::Php => "php",
            Self::Rust => "rust",
        }
    }

    /// The verifications that the page has in it.
    pub(super) const fn signatures(self) -> &'static [Signature] {
        const ALL: &[Signature] = &[
            Signature::StandardLibrary,
            Signature::Standard,
            Signature::Timestamped,
            Signature::Body,
            Signature::Syrus,
        ];
        match self {
            Self::Python | Self::Node | Self::Rust => ALL,
            Self::Php => ALL.split_at(1).1,
        }
    }

    /// A receiver with these secrets, divided by blanks; nothing if the language is not installed.
    pub(super) fn start(
        self,
        tools: &Tools,
        what: &str,
        signature: Signature,
        receiver: &str,
        verification: &str,
        secrets: &str,
    ) -> Option<Listening> {
        let folder = TempDir::new().expect("a temporary folder");
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
        let port = free_port();
        let mut command = match self {
            Self::Python => tools.python(what)?,
            Self::Node => tools.node(what)?,
            Self::Php => tools.php(what)?,
            Self::Rust => Command::new(env!("CARGO_BIN_EXE_webhook-receivers")),
        };
        match self {
            Self::Python => {
                write("receiver.py", receiver);
                write("verify.py", verification);
                command.arg("receiver.py");
            }
            Self::Node => {
                write("receiver.js", receiver);
                write("verify.js", verification);
                command.arg("receiver.js");
            }
            Self::Php => {
                write("receiver.php", receiver);
                write("verify.php", verification);
                command.args(["-S", &format!("127.0.0.1:{port}"), "receiver.php"]);
            }
            // Compiled from the same page by `build.rs`.
            Self::Rust => {
                command.arg(signature.name());
            }
        }
        let inbox = folder.path().join("inbox");
        let program = Program::start(
            command
                .current_dir(folder.path())
                .env("PORT", port.to_string())
                .env("WEBHOOK_SECRETS", secrets)
                .env("INBOX", &inbox),
        );
        program.wait_for_port(port);
        let address = format!("http://127.0.0.1:{port}");
        Some(Listening { program, url: format!("{address}/hook"), client: Client::new(&address, None), folder })
    }
}

/// A receiver that listens, with a folder of its own.
pub(super) struct Listening {
    program: Program,
    url: String,
    client: Client,
    folder: TempDir,
}

impl Listening {
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn output(&self) -> String {
        self.program.output()
    }

    /// Sends it what another receiver was sent; its answer.
    pub(super) async fn status_of(&self, delivery: &Received) -> u16 {
        let mut request = self.client.request(Method::POST, &delivery.path).timeout(Duration::from_secs(60));
        for (name, value) in
            delivery.headers.iter().filter(|(name, _)| name.contains("webhook-") || name.starts_with("x-"))
        {
            request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).expect("no line break is sent"));
        }
        self.client.send(request.body(delivery.body.clone())).await.status
    }

    /// Every body that it has kept.
    pub(super) fn inbox(&self) -> Vec<Vec<u8>> {
        let Ok(entries) = fs::read_dir(self.folder.path().join("inbox")) else { return Vec::new() };
        entries.map(|entry| fs::read(entry.expect("listed").path()).expect("readable")).collect()
    }
}
