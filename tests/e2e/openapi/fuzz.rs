//! At least 10,000 generated requests to each dialect, with keys of all scopes: no failure of the
//! server, and no answer outside of the dialect's document. What is exempt stands with its reason in
//! `tests/openapi/exempt.toml` and is printed. Inputs are seeded, and how many there are depends on
//! nothing that the server answers: to repeat a run, run it again.

use std::{fs, io::Write as _, path::Path, process::Command, time::Instant};

use reqwest::Method;
use serde_json::{Value, json};
use synaptiq_tests::{Finished, Server, ServerSettings, openapi_python, openapi_scripts};
use tempfile::TempDir;

use super::document_of;

/// Requests of a dialect that the server must have answered.
const REQUESTS: usize = 10_000;
/// Runs of the fuzzer, each with a seed of its own, after which too few requests are a failure.
const RUNS: u64 = 8;
/// The first run's seed. The others have those that follow.
const SEED: u64 = 20_260_401;
const SCOPES: [&str; 12] = [
    "read",
    "write",
    "leads:read",
    "leads:write",
    "conversations:read",
    "conversations:write",
    "analytics:read",
    "chat:write",
    "knowledge:manage",
    "webhooks:manage",
    "keys:manage",
    "data:delete",
];

#[tokio::test]
async fn v1_answers_ten_thousand_generated_requests_as_its_document_says() {
    fuzz("v1").await;
}

#[tokio::test]
async fn app_answers_ten_thousand_generated_requests_as_its_document_says() {
    fuzz("app").await;
}

#[tokio::test]
async fn syrus_answers_ten_thousand_generated_requests_as_its_document_says() {
    fuzz("syrus").await;
}

/// Examples of one operation in one run: so many that two or three runs are enough, although what has
/// few inputs is done early. A number of its own for each dialect, because each has another number of
/// operations, and never computed from answers, because another number is another run.
fn examples(dialect: &str) -> u32 {
    if dialect == "syrus" { 500 } else { 150 }
}

async fn fuzz(dialect: &str) {
    let Some(python) = openapi_python(&format!("generated requests to {dialect}")) else { return };
    let begun = Instant::now();
    let token = "the-token-of-this-test-long-enough";
    // Without limits: what is refused for one depends on how fast the requests come.
    let server = ServerSettings::default()
        .with("SYNAPTIQ_PLAN", "unlimited")
        .with("SYNAPTIQ_PUBLIC_SESSION_LIMIT", "unlimited")
        .with("SYNAPTIQ_PUBLIC_ADDRESS_LIMIT", "unlimited")
        .with("SYNAPTIQ_PUBLIC_DAILY_LIMIT", "unlimited")
        .with("SYNAPTIQ_PUBLIC_REQUEST_LIMIT", "unlimited")
        .with("SYNAPTIQ_LOG", "warn,access=info")
        .with("SYNAPTIQ_ADMIN_TOKEN", token)
        .start();
    let folder = TempDir::new().expect("a temporary folder");
    let plan = plan(&server, dialect, token, folder.path()).await;
    fs::write(folder.path().join("plan.json"), plan.to_string()).expect("written");
    let before = answered(&server, dialect);
    let mut said = String::new();
    for run in 0..RUNS {
        if answered(&server, dialect) - before >= REQUESTS {
            break;
        }
        let mut command = Command::new(python.join("st"));
        command
            .arg("--config-file")
            .arg(openapi_scripts().join("schemathesis.toml"))
            .args(["run", &format!("{}{}", server.address(), document_of(dialect)), "--no-color"])
            .args(["--seed", &(SEED + run).to_string()])
            .args(["--max-examples", &examples(dialect).to_string()])
            .args(["--phases", if run == 0 { "examples,coverage,fuzzing,stateful" } else { "fuzzing" }])
            .env("SYNAPTIQ_FUZZ", folder.path().join("plan.json"))
            .env("SYNAPTIQ_FUZZ_SEED", (SEED + run).to_string())
            .env("PYTHONPATH", openapi_scripts())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            // Sets are walked in the order of their hashes, which Python draws anew for each process.
            .env("PYTHONHASHSEED", "0")
            .current_dir(folder.path());
        let done = Finished::of(&mut command);
        assert!(done.success, "{}\n{}\n{}", done.stdout, done.stderr, exempted(folder.path()));
        said.push_str(&exempted(folder.path()));
    }
    let sent = answered(&server, dialect) - before;
    let seconds = begun.elapsed().as_secs();
    let _ = writeln!(std::io::stderr(), "{dialect}: {sent} generated requests in {seconds} s\n{said}");
    assert!(sent >= REQUESTS, "only {sent} requests were sent to {dialect}");
    let failures = server.output().lines().filter(|line| line.contains("panicked")).count();
    assert_eq!(failures, 0, "a request panicked");
}

/// How many requests of a dialect the server says it has answered.
fn answered(server: &Server, dialect: &str) -> usize {
    let (target, dialect) = ("\"target\":\"access\"", format!("\"dialect\":\"{dialect}\""));
    server.output().lines().filter(|line| line.contains(target) && line.contains(&dialect)).count()
}

/// What was let pass in the run that has just ended, with the reasons.
fn exempted(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("used.json")).unwrap_or_else(|_| "[]".to_owned());
    let used: Vec<Value> = serde_json::from_str(&text).expect("a list");
    let lines = used.iter().map(|exempt| format!("  exempt {} times: {}\n", exempt["times"], exempt["reason"]));
    lines.collect()
}

/// Who asks, and what is there to be asked for.
async fn plan(server: &Server, dialect: &str, token: &str, folder: &Path) -> Value {
    let kind = if dialect == "syrus" { "syrus" } else { "live" };
    let mut credentials = vec![key(server, kind, "admin")];
    credentials.extend(SCOPES.map(|scopes| key(server, kind, scopes)));
    credentials.push(key(server, "test", "admin"));
    credentials.push(key(server, "publishable", "chat:write"));
    credentials.push(json!({"name": "admin token", "headers": bearer(token)}));
    credentials.push(json!({"name": "an unknown key", "headers": bearer("sk_live_nothing")}));
    credentials.push(json!({"name": "nothing", "headers": {}}));
    if dialect == "app" {
        credentials.push(json!({"name": "cookie", "headers": log_in(server, token).await}));
    }
    let mut logouts = Vec::new();
    for _ in 0..if dialect == "app" { 10 } else { 0 } {
        logouts.push(log_in(server, token).await);
    }
    let mut visitors = vec![json!({"Authorization": "Session sess_nothing"}), json!({})];
    for _ in 0..3 {
        let turn = json!({"message": "Hello, what does it cost?"});
        let answer = server.anonymous().post("/api/chat", &turn).await.expect(200).json();
        visitors
            .push(json!({"Authorization": format!("Session {}", answer["sessionId"].as_str().expect("a session"))}));
    }
    json!({
        "credentials": credentials, "visitors": visitors, "logouts": logouts,
        "exempt": openapi_scripts().join("exempt.toml"), "used": folder.join("used.json"),
    })
}

fn key(server: &Server, kind: &str, scopes: &str) -> Value {
    let arguments =
        ["key", "create", "--kind", kind, "--scopes", scopes, "--name", "fuzz", "--plan", "unlimited", "--json"];
    let made = server.command_line(&arguments).succeeded().json();
    let key = made["key"].as_str().expect("a key");
    json!({"name": format!("{kind} {scopes}"), "headers": bearer(key), "keyId": made["id"]})
}

fn bearer(key: &str) -> Value {
    json!({"Authorization": format!("Bearer {key}")})
}

/// A session of the operator, with the proof that writes need.
async fn log_in(server: &Server, token: &str) -> Value {
    let client = server.anonymous();
    let request = client.request(Method::POST, "/api/admin/auth").json(&json!({"token": token}));
    let answer = client.send(request).await.expect(200);
    let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
    json!({"Cookie": cookie, "Sec-Fetch-Site": "same-origin"})
}
