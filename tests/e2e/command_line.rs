//! The command line and its clear lines: wrong settings and wrong files stop the start, and never
//! leave an empty database over a problem (D4, D5).

use std::{fs, path::Path, process::Command};

use serde_json::json;
use synaptiq_tests::{Finished, Server, ServerSettings, server_binary};

fn synaptiq(folder: &Path, database: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Finished {
    let mut command = Command::new(server_binary());
    command.current_dir(folder).env_clear().env("DATABASE_URL", database).env("SYNAPTIQ_LISTEN", "127.0.0.1:0");
    Finished::of(command.envs(variables.iter().copied()).args(arguments))
}

fn refused(finished: &Finished, part: &str) {
    assert!(!finished.success, "it was accepted: {}", finished.stdout);
    let lines: Vec<&str> = finished.stderr.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 1, "one clear line: {lines:?}");
    assert!(lines[0].contains(part), "{:?} does not say {part:?}", lines[0]);
}

#[test]
fn an_unknown_setting_stops_the_start_with_the_nearest_known_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = synaptiq(folder.path(), "sqlite:x.db", &[("SYNAPTIQ_LISEN", "x")], &["serve"]);
    refused(&wrong, "unknown setting SYNAPTIQ_LISEN; did you mean SYNAPTIQ_LISTEN?");
    fs::write(folder.path().join("synaptiq.toml"), "databse_url = 'x'").expect("written");
    refused(&synaptiq(folder.path(), "sqlite:x.db", &[], &["serve"]), "did you mean database_url?");
    assert!(!folder.path().join("x.db").exists());
}

#[test]
fn d5_a_wrong_address_or_file_gives_one_line_and_never_an_empty_database() {
    let folder = tempfile::tempdir().expect("a folder");
    for address in ["mysql://localhost/x", "x.db", "", "sqlite:"] {
        if address.is_empty() {
            continue;
        }
        refused(&synaptiq(folder.path(), address, &[], &["serve"]), "database_url");
    }
    for (name, content) in
        [("text.db", b"this is no database at all, but a text".to_vec()), ("cut.db", b"SQLite format 3\0".to_vec())]
    {
        let path = folder.path().join(name);
        fs::write(&path, &content).expect("written");
        refused(&synaptiq(folder.path(), &format!("sqlite:{name}"), &[], &["serve"]), name);
        assert_eq!(fs::read(&path).expect("still there"), content, "{name} was changed");
    }
    fs::create_dir(folder.path().join("folder.db")).expect("made");
    refused(&synaptiq(folder.path(), "sqlite:folder.db", &[], &["serve"]), "folder.db");
    // A command other than serve and migrate does not make a database by mistake.
    refused(&synaptiq(folder.path(), "sqlite:missing.db", &[], &["token", "rotate"]), "missing.db");
    assert!(!folder.path().join("missing.db").exists());
}

#[tokio::test]
async fn d4_a_second_server_is_refused_and_commands_work_beside_the_first() {
    let server = Server::start();
    let client = server.admin();
    client.get("/api/v1/leads").await.expect(200);
    refused(&server.command_line(&["serve"]), "server");
    client.get("/api/v1/leads").await.expect(200);
}

#[tokio::test]
async fn k3_a_revoked_or_rotated_key_stops_at_once() {
    let server = Server::start();
    let made = server
        .command_line(&["key", "create", "--kind", "live", "--scopes", "read", "--name", "a", "--json"])
        .succeeded()
        .json();
    let (id, key) = (made["id"].as_str().expect("an id"), made["key"].as_str().expect("a key"));
    server.client(key).get("/api/v1/leads").await.expect(200);
    let rotated = server.command_line(&["key", "rotate", id, "--json"]).succeeded().json();
    server.client(key).get("/api/v1/leads").await.expect(401);
    let second = rotated["key"].as_str().expect("a key");
    server.client(second).get("/api/v1/leads").await.expect(200);
    server.command_line(&["key", "revoke", id, "--json"]).succeeded();
    server.client(second).get("/api/v1/leads").await.expect(401);
}

#[tokio::test]
async fn a_recount_counts_every_row_of_live_data_and_sandboxes_beside_the_server() {
    let server = Server::start();
    let client = server.admin();
    client.post("/api/v1/leads", &json!({ "email": "jane@example.com" })).await.expect(201);
    let chat = json!({ "message": "I am joe@example.com", "visitorId": "joe" });
    client.post("/api/v1/chat", &chat).await.expect(200);
    for arguments in [&["doctor", "--recount", "--json"][..], &["doctor", "--recount", "--repair", "--json"]] {
        let found = server.command_line(arguments).succeeded().json();
        assert_eq!(found["ok"], json!(true), "{found}");
        let tenants = found["tenants"].as_array().expect("tenants");
        // Two leads, a conversation and its visitor; nothing in the sandbox.
        let rows: Vec<_> = tenants.iter().map(|tenant| (&tenant["sandbox"], &tenant["rows"])).collect();
        assert_eq!(rows, [(&json!(false), &json!(4)), (&json!(true), &json!(0))], "{found}");
        assert!(tenants.iter().all(|tenant| tenant["differences"] == json!([])), "{found}");
    }
    let told = server.command_line(&["doctor", "--recount"]).succeeded().stdout;
    assert!(told.contains("4 rows, ") && told.contains("every figure is what the rows say"), "{told}");
    for (arguments, part) in [
        (&["doctor", "--repair"][..], "--recount"),
        (&["doctor", "--recount", "--tenant", "tenant_x"], "not a tenant's id"),
    ] {
        let refused = server.command_line(arguments);
        assert!(!refused.success && refused.stderr.contains(part), "{}", refused.stderr);
    }
}

#[tokio::test]
async fn k4_the_admin_token_is_printed_once_and_stops_with_its_rotation() {
    let mut server = Server::start();
    // The address is printed before the token is hashed and printed.
    let mut token = None;
    for _ in 0..200 {
        let output = server.output();
        token = output.split_whitespace().find(|word| word.starts_with("adm_")).map(str::to_owned);
        if token.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let token = token.expect("a token");
    server.client(&token).get("/api/v1/leads").await.expect(200);
    let rotated = server.command_line(&["token", "rotate", "--json"]).succeeded().json();
    server.client(&token).get("/api/v1/leads").await.expect(401);
    server.client(rotated["token"].as_str().expect("a token")).get("/api/v1/leads").await.expect(200);
    server.restart();
    assert!(!server.output().contains("adm_"), "printed once");
}

#[tokio::test]
async fn a_backup_restores_to_the_same_leads_while_the_server_runs_on() {
    let server = Server::start();
    let client = server.admin();
    let lead = client.post("/api/v1/leads", &json!({ "email": "jane@example.com" })).await.expect(201).json();
    let copy = server.folder().join("copy.db");
    let copy_name = copy.to_str().expect("a path");
    server.command_line(&["backup", copy_name]).succeeded();
    client.post("/api/v1/leads", &json!({ "email": "later@example.com" })).await.expect(201);
    refused(&server.command_line(&["backup", copy_name]), "exists");
    refused(&server.command_line(&["restore", copy_name, "--replace"]), "server is running");

    let elsewhere = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite:{}", elsewhere.path().join("synaptiq.db").display());
    synaptiq(elsewhere.path(), &database, &[], &["restore", copy_name]).succeeded();
    // Without its key the restored database refuses to start rather than lose its secrets.
    refused(&synaptiq(elsewhere.path(), &database, &[], &["tenant", "list"]), "key");
    fs::copy(server.folder().join("synaptiq.db.key"), elsewhere.path().join("synaptiq.db.key")).expect("copied");
    let restored = ServerSettings::default().start_at(elsewhere.path());
    let list = restored.admin().get("/api/v1/leads").await.expect(200).json();
    assert_eq!(list["pagination"]["total"], json!(1));
    assert_eq!(list["data"][0]["id"], lead["id"]);
}

#[tokio::test]
async fn p3_a_stop_finishes_and_exits_with_0() {
    let mut server = Server::start();
    server.admin().post("/api/v1/leads", &json!({ "email": "jane@example.com" })).await.expect(201);
    let (status, output) = server.terminate();
    assert!(status.success(), "{output}");
}

#[tokio::test]
async fn p4_logs_carry_request_ids_and_neither_bodies_nor_secrets() {
    let mut server = ServerSettings::default().with("SYNAPTIQ_LOG", "trace").start();
    let key = server.create_key("admin");
    let answer =
        server.client(&key).post("/api/v1/leads", &json!({ "email": "very.secret@example.com" })).await.expect(201);
    let request = answer.header("x-request-id").expect("a request id").to_owned();
    let (_, output) = server.terminate();
    assert!(output.contains(&request), "the request is logged");
    assert!(!output.contains("very.secret@example.com"), "a body is logged");
    assert!(!output.contains(&key), "a key is logged");
}
