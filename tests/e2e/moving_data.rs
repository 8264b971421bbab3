//! Import and export by the real binary (contract § 14): killed, beside a server, from another server,
//! and as tables that other programs read.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use synaptiq_testkit::left_out::{Lack, left_out};
use synaptiq_tests::{Finished, Server, ServerSettings, installed, server_binary};

fn synaptiq(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(server_binary());
    command.current_dir(folder).env_clear().env("DATABASE_URL", "sqlite:synaptiq.db").args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Finished {
    Finished::of(&mut synaptiq(folder, arguments)).succeeded()
}

/// A file in which half of the lines have no id.
fn written_by_hand(conversations: usize) -> String {
    let mut file = String::new();
    for n in 0..conversations {
        let (minute, hour, day) = (n % 60, n / 60 % 24, 1 + n / 1_440 % 28);
        let at = format!("2026-03-{day:02}T{hour:02}:{minute:02}:00Z");
        let later = format!("2026-03-{day:02}T{hour:02}:{minute:02}:02.500Z");
        let lead = json!({
            "object": "lead", "email": format!("p{n}@example.com"), "name": format!("Person {n}"), "createdAt": at,
            "statusHistory": [{"status": "new", "at": at}, {"status": "qualified", "at": later}],
        });
        let talk = json!({
            "object": "conversation", "visitorId": format!("v{n}"), "status": "closed", "startedAt": at,
            "messages": [
                {"role": "user", "content": "What does it cost?", "createdAt": at},
                {"role": "assistant", "content": "149 a month.", "createdAt": later},
            ],
        });
        let visit = json!({"object": "visit", "visitorId": format!("v{n}"), "occurredAt": at});
        writeln!(file, "{lead}\n{talk}\n{visit}").expect("memory takes it");
    }
    file
}

#[test]
fn d2_an_import_that_was_killed_is_completed_by_the_next_and_nothing_is_there_twice() {
    let (whole, killed) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    fs::write(whole.path().join("by-hand.ndjson"), written_by_hand(1_500)).expect("written");
    run(whole.path(), &["import", "by-hand.ndjson", "--json"]);
    run(whole.path(), &["export", "whole.ndjson"]);
    let file = killed.path().join("whole.ndjson");
    fs::copy(whole.path().join("whole.ndjson"), &file).expect("copied");
    run(killed.path(), &["migrate"]);
    let mut were_cut = 0;
    for patience in [60, 110, 170, 240] {
        let mut import = synaptiq(killed.path(), &["import", "whole.ndjson"]);
        let mut import = import.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
        std::thread::sleep(Duration::from_millis(patience));
        import.kill().expect("it is ours");
        were_cut += usize::from(!import.wait().expect("ends").success());
    }
    assert!(were_cut > 0, "no import was cut: the test shows nothing");
    let summary = run(killed.path(), &["import", "whole.ndjson", "--json"]).json();
    assert_eq!(summary["refused"], json!(0));
    run(killed.path(), &["export", "again.ndjson"]);
    let read = |path: &Path| fs::read_to_string(path).expect("a file");
    let (expected, found) = (read(&file), read(&killed.path().join("again.ndjson")));
    assert!(expected.lines().count() > 7_000, "leads, conversations, visits and what follows from them");
    assert!(expected == found, "a killed import and the one that completed it made something else");
    let again = run(killed.path(), &["import", "whole.ndjson", "--json"]).json();
    assert_eq!(again["rows"], json!(0));
}

#[tokio::test]
async fn an_import_beside_a_running_server_is_seen_at_once() {
    let server = Server::start();
    let client = server.admin();
    fs::write(server.folder().join("by-hand.ndjson"), written_by_hand(300)).expect("written");
    let file = server.folder().join("by-hand.ndjson");
    let summary = server.command_line(&["import", file.to_str().expect("a path"), "--json"]).succeeded().json();
    assert_eq!((&summary["added"]["leads"], &summary["added"]["messages"]), (&json!(300), &json!(600)));
    let list = client.get("/api/v1/leads?status=qualified").await.expect(200).json();
    assert_eq!(list["pagination"]["total"], json!(300));
    let talks = client.get("/api/v1/conversations?status=closed").await.expect(200).json();
    assert_eq!(talks["pagination"]["total"], json!(300));
    // The server writes on while a file is imported again.
    client.post("/api/v1/leads", &json!({"email": "new@example.com"})).await.expect(201);
    let again = server.command_line(&["import", file.to_str().expect("a path"), "--json"]).succeeded().json();
    assert_eq!(again["rows"], json!(0));
}

#[tokio::test]
async fn a_running_server_is_imported_by_its_api_and_a_second_time_changes_nothing() {
    let (from, to) = (Server::start(), Server::start());
    let key = from.create_key("admin");
    let client = from.client(&key);
    for n in 0..7 {
        let message = format!("We have 20,000 for this. I am p{n}@example.com");
        client.post("/api/v1/chat", &json!({"message": message, "visitorId": format!("v{n}")})).await.expect(200);
    }
    client.post("/api/v1/leads", &json!({"phone": "+41 44 668 18 00", "name": "Archived"})).await.expect(201);
    let arguments = ["import", "--from", from.address(), "--api-key", &key, "--json"];
    let summary = to.command_line(&arguments).succeeded().json();
    assert_eq!((&summary["added"]["leads"], &summary["added"]["conversations"]), (&json!(8), &json!(7)), "{summary}");
    let theirs = client.get("/api/v1/leads?limit=100&sortOrder=asc").await.expect(200).json();
    let ours = to.admin().get("/api/v1/leads?limit=100&sortOrder=asc").await.expect(200).json();
    let named = |list: &Value| -> Vec<(Value, Value, Value)> {
        let leads = list["data"].as_array().expect("a list").iter();
        leads.map(|lead| (lead["id"].clone(), lead["email"].clone(), lead["status"].clone())).collect()
    };
    assert_eq!(named(&theirs), named(&ours));
    let again = to.command_line(&arguments).succeeded().json();
    assert_eq!((&again["rows"], &again["alreadyThere"]), (&json!(0), &json!(15)), "{again}");
    let wrong = to.command_line(&["import", "--from", from.address(), "--api-key", "sk_live_wrong"]);
    assert!(!wrong.success && wrong.stderr.contains("the server answered 401"), "{}", wrong.stderr);
}

#[tokio::test]
async fn d7_a_table_of_leads_read_by_python_has_equal_values_and_no_formulas() {
    let Some(python) = installed("python3") else {
        left_out("tables read by Python's csv module", Lack::Tool("install python3"));
        return;
    };
    let server = ServerSettings::default().start();
    let client = server.admin();
    let names = ["=1+1", "@SUM(A1)", "two\nlines", "a, \"quoted\" name", "Zürich 👩‍👩‍👧‍👦", "'=apostrophe"];
    for (n, name) in names.iter().enumerate() {
        let lead = json!({"email": format!("p{n}@example.com"), "name": name, "customFields": {"note": name}});
        client.post("/api/v1/leads", &lead).await.expect(201);
    }
    let table = server.folder().join("leads.csv");
    server.command_line(&["export", table.to_str().expect("a path")]).succeeded();
    let script = "import csv, json, sys\n\
                  with open(sys.argv[1], encoding='utf-8-sig', newline='') as table:\n    \
                  print(json.dumps(list(csv.DictReader(table))))\n";
    let mut command = Command::new(python);
    let path = server.folder().join("read.py");
    fs::write(&path, script).expect("written");
    let rows = Finished::of(command.arg(&path).arg(&table)).succeeded().json();
    let mut read: Vec<(&str, &str)> = Vec::new();
    for row in rows.as_array().expect("rows") {
        for cell in row.as_object().expect("a row").values() {
            let cell = cell.as_str().expect("a text");
            assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?} is a formula");
        }
        read.push((row["email"].as_str().expect("a text"), row["name"].as_str().expect("a text")));
    }
    read.sort_unstable();
    let neutral = ["'=1+1", "'@SUM(A1)", "two\nlines", "a, \"quoted\" name", "Zürich 👩‍👩‍👧‍👦", "''=apostrophe"];
    let emails: Vec<String> = (0..names.len()).map(|n| format!("p{n}@example.com")).collect();
    let expected: Vec<(&str, &str)> = emails.iter().map(String::as_str).zip(neutral).collect();
    assert_eq!(read, expected);
    let elsewhere = tempfile::tempdir().expect("a folder");
    fs::copy(&table, elsewhere.path().join("leads.csv")).expect("copied");
    run(elsewhere.path(), &["import", "leads.csv"]);
    run(elsewhere.path(), &["export", "again.csv"]);
    let read = |path: &Path| fs::read(path).expect("a file");
    assert_eq!(read(&table), read(&elsewhere.path().join("again.csv")));
}

#[test]
fn wrong_files_give_one_clear_line_and_exit_with_another_code_than_0() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |arguments: &[&str], part: &str| {
        let finished = Finished::of(&mut synaptiq(folder.path(), arguments));
        assert!(!finished.success, "{arguments:?} was accepted: {}", finished.stdout);
        assert!(finished.stderr.contains(part), "{:?} does not say {part:?}", finished.stderr);
        assert_eq!(finished.stderr.lines().filter(|line| !line.is_empty()).count(), 1, "{}", finished.stderr);
    };
    refused(&["import", "missing.ndjson"], "cannot read missing.ndjson");
    assert!(!folder.path().join("synaptiq.db").exists(), "no database is made for a file that is not there");
    run(folder.path(), &["migrate"]);
    let line = |email: &str| format!("{{\"object\":\"lead\",\"email\":\"{email}\",\"createdAt\":\"2026-01-01\"}}\n");
    fs::write(folder.path().join("x.ndjson"), line("a@b.io") + &line("nobody") + &line("c@d.io")).expect("written");
    refused(&["import", "x.ndjson"], "line 2: email must be a valid e-mail address");
    refused(&["import", "x.ndjson", "--tenant", "ten_x"], "is not a tenant's id");
    refused(&["import", "--from", "ftp://example.com", "--api-key", "k"], "is not an http or https address");
    refused(&["export", "no/such/folder/x.ndjson"], "cannot write");
    let skipping = ["import", "x.ndjson", "--on-error", "skip", "--report", "refused.ndjson", "--json"];
    let summary = run(folder.path(), &skipping).json();
    assert_eq!((&summary["refused"], &summary["added"]["leads"]), (&json!(1), &json!(1)));
    let report = fs::read_to_string(folder.path().join("refused.ndjson")).expect("a report");
    let listed: Value = serde_json::from_str(report.trim()).expect("one line");
    assert_eq!(listed, json!({"line": 2, "field": "email", "reason": "must be a valid e-mail address"}));
}
