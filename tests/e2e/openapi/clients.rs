//! Clients that standard generators make of the served documents work: they create a lead, chat and
//! list. Syrus has neither creation nor chat: there one lists, reads and makes a webhook.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;
use synaptiq_tests::{Finished, Server, openapi_node, openapi_python, openapi_scripts};
use tempfile::TempDir;

use super::document_of;

/// Saves the document of a dialect as it is served.
async fn saved(server: &Server, dialect: &str, folder: &Path) -> PathBuf {
    let path = folder.join("document.json");
    let document = server.anonymous().get(document_of(dialect)).await.expect(200).text;
    fs::write(&path, document).expect("a temporary folder can be written to");
    path
}

#[tokio::test]
async fn a_python_client_generated_from_v1_creates_a_lead_chats_and_lists() {
    let Some(python) = openapi_python("the client that is generated from v1") else { return };
    let server = Server::start();
    let folder = TempDir::new().expect("a temporary folder");
    let document = saved(&server, "v1", folder.path()).await;
    fs::write(folder.path().join("settings.yml"), "post_hooks: []\n").expect("written");
    let generated = Finished::of(
        Command::new(python.join("openapi-python-client"))
            .args([
                "generate",
                "--meta",
                "none",
                "--fail-on-warning",
                "--config",
                "settings.yml",
                "--output-path",
                "client",
                "--path",
            ])
            .arg(document)
            .current_dir(folder.path()),
    );
    generated.succeeded();
    let said = Finished::of(
        Command::new(python.join("python"))
            .arg(openapi_scripts().join("client_v1.py"))
            .args([server.address(), &server.create_key("admin")])
            .env("PYTHONPATH", folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    );
    assert_eq!(said.succeeded().stdout.trim(), "created, chatted, listed");
}

#[tokio::test]
async fn a_typescript_client_generated_from_app_creates_a_lead_chats_and_lists() {
    let server = Server::start();
    let key = server.create_key("admin");
    let Some(said) = run_typescript(&server, "app", &key).await else { return };
    assert_eq!(said, "created, chatted, listed");
}

#[tokio::test]
async fn a_typescript_client_generated_from_syrus_lists_reads_and_makes_a_webhook() {
    let server = Server::start();
    let turn = json!({"message": "Hello, I am grace@example.com", "visitorId": "v1"});
    server.admin().post("/api/v1/chat", &turn).await.expect(200);
    let arguments = ["key", "create", "--kind", "syrus", "--scopes", "admin", "--name", "test", "--json"];
    let made = server.command_line(&arguments).succeeded().json();
    let Some(said) = run_typescript(&server, "syrus", made["key"].as_str().expect("a key")).await else { return };
    assert_eq!(said, "listed, read, made a webhook");
}

/// Generates the types of a dialect, compiles its client strictly, and runs it.
async fn run_typescript(server: &Server, dialect: &str, key: &str) -> Option<String> {
    let node = openapi_node(&format!("the client that is generated from {dialect}"))?;
    let modules = node.join("node_modules");
    let folder = TempDir::new().expect("a temporary folder");
    let document = saved(server, dialect, folder.path()).await;
    symlink(&modules, folder.path().join("node_modules")).expect("a link can be made");
    fs::write(folder.path().join("package.json"), r#"{"type": "module"}"#).expect("written");
    let client = openapi_scripts().join(format!("client_{dialect}.ts"));
    fs::copy(client, folder.path().join("client.ts")).expect("copied");
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new("node");
        if !program.is_empty() {
            command.arg(modules.join(program));
        }
        Finished::of(command.args(arguments).current_dir(folder.path())).succeeded()
    };
    let document = document.display().to_string();
    run("openapi-typescript/bin/cli.js", &[&document, "--output", "api.d.ts"]);
    let options = ["--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom,dom.iterable"];
    run("typescript/bin/tsc", &[&options[..], &["--noUncheckedIndexedAccess", "client.ts"]].concat());
    let said = run("", &["client.js", server.address(), key]);
    Some(said.stdout.trim().to_owned())
}
