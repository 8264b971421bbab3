//! D1: no answer leaves before what it says is on disk, as the operating system saw it. The server
//! runs under strace, and the order of its system calls is read back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
    time::Duration,
};

use serde_json::json;
use synaptiq_testkit::left_out::{Lack, left_out};
use synaptiq_tests::{ServerSettings, installed};
use tempfile::TempDir;

const ONE_BY_ONE: usize = 10;
const AT_ONCE: usize = 48;
/// Enough for a page of the log, every byte of it escaped.
const LONGEST_TEXT: &str = "20000";
const CALLS: &str = "trace=write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync";
/// How long the tracer may take to write its last line once the server is gone.
const DEADLINE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d1_no_answer_leaves_before_the_fsync_of_its_batch() {
    let Some(strace) = installed("strace") else {
        left_out("the order of system calls", Lack::Tool("install strace"));
        return;
    };
    let traces = TempDir::new().expect("a temporary folder");
    let trace = traces.path().join("trace");
    let strace = strace.to_str().expect("a path in UTF-8");
    let file = trace.to_str().expect("a path in UTF-8");
    // With -D the tracer steps aside: the process that was started is the server itself.
    let prefix = [strace, "-D", "-f", "-y", "-s", LONGEST_TEXT, "-e", CALLS, "-o", file];
    let mut server = ServerSettings::default().under(prefix).start();
    let client = Arc::new(server.admin());
    let mut emails = BTreeSet::new();
    for number in 0..ONE_BY_ONE {
        let email = format!("alone{number}x@example.com");
        client.post("/api/v1/leads", &json!({ "email": email })).await.expect(201);
        emails.insert(email);
    }
    let writers: Vec<_> = (0..AT_ONCE)
        .map(|number| {
            let client = Arc::clone(&client);
            tokio::spawn(async move {
                let email = format!("crowd{number}x@example.com");
                client.post("/api/v1/leads", &json!({ "email": email })).await.expect(201);
                email
            })
        })
        .collect();
    for writer in writers {
        emails.insert(writer.await.expect("no writer failed"));
    }
    let id = server.process_id();
    let (status, output) = server.terminate();
    assert!(status.success(), "{output}");
    let calls = whole_trace(&trace, id).await;
    check(&calls, &emails).unwrap_or_else(|reason| panic!("{reason}"));
}

/// The trace once the tracer has seen the server's end.
async fn whole_trace(path: &Path, process: u32) -> String {
    let end = format!("{process} +++ exited with 0 +++");
    let reading = async {
        loop {
            let bytes = fs::read(path).expect("a trace");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if text.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") == end) {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(DEADLINE, reading).await.expect("the tracer sees the server's end")
}

/// A system call, by the places in the trace where it began and where it had returned.
struct Call<'a> {
    name: &'a str,
    arguments: &'a str,
    succeeded: bool,
    began: usize,
    ended: usize,
}

/// Every call that returned, in the order in which they began.
fn calls_of(trace: &str) -> Vec<Call<'_>> {
    let mut calls: Vec<Call<'_>> = Vec::new();
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, line) in trace.lines().enumerate() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(resumed) = rest.strip_prefix("<... ") {
            if let Some(call) = open.remove(thread) {
                calls[call].ended = at;
                calls[call].succeeded = succeeded(resumed);
            }
            continue;
        }
        let Some((name, arguments)) = rest.split_once('(') else { continue };
        let ended = if rest.ends_with("<unfinished ...>") {
            open.insert(thread, calls.len());
            usize::MAX
        } else {
            at
        };
        calls.push(Call { name, arguments, succeeded: ended == at && succeeded(rest), began: at, ended });
    }
    calls
}

fn succeeded(end: &str) -> bool {
    end.rsplit_once("= ").is_some_and(|(_, result)| result.starts_with(|first: char| first.is_ascii_digit()))
}

/// What stands between `<` and `>` behind a descriptor.
fn file_of<'a>(call: &Call<'a>) -> &'a str {
    let file = call.arguments.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    file.map_or("", |(file, _)| file)
}

/// Whether every e-mail was answered once, and before that written to the log, and the log synced
/// after that write had returned and before the answer began.
fn check(trace: &str, emails: &BTreeSet<String>) -> Result<(), String> {
    let calls = calls_of(trace);
    let writes: Vec<&Call<'_>> = calls
        .iter()
        .filter(|call| matches!(call.name, "pwrite64" | "pwritev") && call.succeeded && file_of(call).ends_with("-wal"))
        .collect();
    let syncs: Vec<&Call<'_>> = calls
        .iter()
        .filter(|call| matches!(call.name, "fsync" | "fdatasync") && call.succeeded && file_of(call).ends_with("-wal"))
        .collect();
    for email in emails {
        let answers: Vec<&Call<'_>> = calls
            .iter()
            .filter(|call| matches!(call.name, "write" | "writev" | "sendto" | "sendmsg"))
            .filter(|call| call.arguments.contains("HTTP/1.1 201") && call.arguments.contains(email.as_str()))
            .collect();
        let [answer] = answers[..] else { return Err(format!("{email}: {} answers in the trace", answers.len())) };
        let written: Vec<usize> =
            writes.iter().filter(|call| call.arguments.contains(email.as_str())).map(|call| call.ended).collect();
        if written.is_empty() {
            return Err(format!("{email} was never written to the log"));
        }
        let durable =
            syncs.iter().any(|sync| sync.ended < answer.began && written.iter().any(|written| *written < sync.began));
        if !durable {
            return Err(format!("{email} was answered before it was on disk"));
        }
    }
    Ok(())
}

#[test]
fn the_check_of_the_order_of_calls_sees_an_answer_that_left_too_early() {
    let email = BTreeSet::from(["a@example.com".to_owned()]);
    let write = r#"7  pwrite64(9</d/synaptiq.db-wal>, "..a@example.com..", 4096, 32) = 4096"#;
    let sync = "7  fdatasync(9</d/synaptiq.db-wal>) = 0";
    let failed = "7  fdatasync(9</d/synaptiq.db-wal>) = -1 EIO (Input/output error)";
    let elsewhere = "7  fdatasync(8</d/synaptiq.db>) = 0";
    let begun = "7  fdatasync(9</d/synaptiq.db-wal> <unfinished ...>";
    let resumed = "7  <... fdatasync resumed>) = 0";
    let answer = r#"8  sendto(12<socket:[1]>, "HTTP/1.1 201 Created\r\n\r\n{\"email\":\"a@example.com\"}", 50, 0, NULL, 0) = 50"#;
    let good: [&[&str]; 2] = [&[write, sync, answer], &[write, begun, resumed, answer]];
    for lines in good {
        assert_eq!(check(&lines.join("\n"), &email), Ok(()), "{lines:?}");
    }
    let bad: [&[&str]; 7] = [
        &[write, answer, sync],
        &[write, begun, answer, resumed],
        &[begun, write, resumed, answer],
        &[sync, write, answer],
        &[write, failed, answer],
        &[write, elsewhere, answer],
        &[sync, answer],
    ];
    for lines in bad {
        assert!(check(&lines.join("\n"), &email).is_err(), "{lines:?}");
    }
    assert!(check(&[write, sync].join("\n"), &email).is_err(), "no answer at all");
}
