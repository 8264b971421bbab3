//! D3: a full disk. Writes are refused with 503 `storage_full` and leave nothing behind, what was
//! answered is there, reads go on, and once there is room again so do writes, without a restart.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use synaptiq_testkit::left_out::{Lack, left_out};
use synaptiq_tests::{Client, ServerSettings, encoded};
use tempfile::TempDir;

const DISK: &str = "size=24m";
/// What is on the disk from the start, and removed to make room.
const BALLAST: usize = 8 * 1024 * 1024;
const WRITERS: usize = 16;
/// How many refusals the writers go on for once the disk is full.
const REFUSALS: usize = 200;

/// A small file system of its own; gone when it is dropped.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = TempDir::new().expect("a temporary folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", DISK, "tmpfs"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then_some(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that still holds a file does not keep it in the tree.
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

#[derive(Default)]
struct Outcomes {
    done: BTreeSet<String>,
    refused: BTreeSet<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d3_a_full_disk_refuses_writes_keeps_what_was_answered_and_recovers_without_a_restart() {
    let Some(disk) = SmallDisk::mount() else {
        left_out("a full disk", Lack::Tool("run as a user that may mount a tmpfs"));
        return;
    };
    let ballast: PathBuf = disk.path().join("ballast");
    fs::write(&ballast, vec![b'x'; BALLAST]).expect("it fits");
    let mut server = ServerSettings::default().start_at(disk.path());
    let client = Arc::new(server.admin());

    let outcomes = fill(&client).await;
    let Outcomes { done, refused } = &outcomes;
    assert!(done.len() > 100 && refused.len() >= REFUSALS, "{} done, {} refused", done.len(), refused.len());

    // Still full: reads go on, and they show what was answered and nothing else.
    assert_eq!(&stored(&client).await, done);
    client.get("/livez").await.expect(200);
    let turn = json!({ "message": "Hello", "visitorId": "v1", "metadata": { "filler": filler() } });
    let mut chats = 0;
    while client.post("/api/v1/chat", &turn).await.status == 200 {
        chats += 1;
        assert!(chats < 1_000, "the disk never fills up");
    }
    let refusal = client.post("/api/v1/chat", &turn).await.expect(503).json();
    assert_eq!(refusal["error"]["code"], "storage_full", "{refusal}");
    assert_eq!(&stored(&client).await, done);

    fs::remove_file(&ballast).expect("removed");
    // Had a refused write left anything behind, it would be merged into: 200.
    for email in refused.iter().take(100) {
        client.post("/api/v1/leads", &lead(email)).await.expect(201);
    }
    let expected: BTreeSet<String> = done.iter().chain(refused.iter().take(100)).cloned().collect();
    assert_eq!(stored(&client).await, expected);

    server.restart();
    let client = server.client(client.key().expect("a key"));
    assert_eq!(stored(&client).await, expected);
    let doctor = server.command_line(&["doctor", "--json"]).succeeded().json();
    assert_eq!(doctor["ok"], json!(true), "{doctor}");
    drop(server);
    drop(disk);
}

/// Writes from many sides until the disk has been full for a while.
async fn fill(client: &Arc<Client>) -> Outcomes {
    let outcomes = Arc::new(Mutex::new(Outcomes::default()));
    let refusals = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (client, outcomes, refusals) = (Arc::clone(client), Arc::clone(&outcomes), Arc::clone(&refusals));
            tokio::spawn(async move {
                for number in 0..10_000 {
                    if refusals.load(Ordering::SeqCst) >= REFUSALS {
                        return;
                    }
                    let email = format!("w{writer}n{number}@example.com");
                    let answer = client.post("/api/v1/leads", &lead(&email)).await;
                    let mut outcomes = outcomes.lock().expect("unpoisoned");
                    if answer.status == 201 {
                        outcomes.done.insert(email);
                        continue;
                    }
                    let answer = answer.expect(503);
                    assert_eq!(answer.json()["error"]["code"], "storage_full", "{}", answer.text);
                    outcomes.refused.insert(email);
                    refusals.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("no writer failed");
    }
    Arc::into_inner(outcomes).expect("every writer has ended").into_inner().expect("unpoisoned")
}

fn filler() -> String {
    "fill the disk ".repeat(500)
}

fn lead(email: &str) -> Value {
    json!({ "email": email, "customFields": { "filler": filler() } })
}

/// The e-mail of every lead, page by page.
async fn stored(client: &Client) -> BTreeSet<String> {
    let mut emails = BTreeSet::new();
    let mut cursor: Option<String> = None;
    loop {
        let from = cursor.as_ref().map(|cursor| format!("&cursor={}", encoded(cursor))).unwrap_or_default();
        let list = client.get(&format!("/api/v1/leads?limit=100{from}")).await.expect(200).json();
        for lead in list["data"].as_array().expect("a list") {
            let email = lead["email"].as_str().expect("an address").to_owned();
            assert!(emails.insert(email), "{lead} is there twice");
        }
        match list["pagination"]["nextCursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return emails,
        }
    }
}
