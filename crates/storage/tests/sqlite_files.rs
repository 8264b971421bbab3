//! What an `SQLite` file survives, and which files are refused (security D1, D2, D4, D5, D6, W1).

use std::{
    fs,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};
use synaptiq_domain::{
    access::{Member, SystemScope, TenantScope},
    changes::{Change, Changes},
    conversation::Conversation,
    lead::{Lead, LeadQuery},
    paging::Paging,
    ports::{
        Purpose, Vault as _,
        store::{
            AccessStore as _, ConversationStore as _, LeadStore as _, SystemStore as _, UnitOfWork as _,
            VisitKeyStore as _,
        },
    },
    receipt::{Receipt, ReceiptState},
    time::Day,
    webhook::{Endpoint, SealedSecret},
};
use synaptiq_storage::{Access, BackupError, OpenError, OpenOptions, SqliteStore, Vault, verify_file};
use synaptiq_testkit::fixtures;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn open(path: &Path, access: Access, create: bool) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(&OpenOptions { path: path.to_owned(), access, create })
}

fn serve(path: &Path) -> SqliteStore {
    open(path, Access::Server, true).expect("a database")
}

fn scope() -> TenantScope {
    fixtures::company(1).scope()
}

async fn found(store: &SqliteStore) {
    store.commit(scope(), fixtures::company(1).founding()).await.expect("committed");
}

fn create(lead: Lead) -> Changes {
    Changes { leads: vec![Change::created(lead)], ..Changes::default() }
}

async fn leads_of(store: &SqliteStore) -> Vec<Lead> {
    let query = LeadQuery { paging: Paging::Page { page: 1, limit: 1_000 }, ..LeadQuery::default() };
    store.list_leads(scope(), &query).await.expect("a read").items
}

/// The database and what lies beside it.
fn files(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().expect("a folder");
    let name = path.file_name().expect("a name").to_str().expect("UTF-8");
    let mut found: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(|found| found.starts_with(name)))
        .collect();
    found.sort();
    found
}

fn holds(path: &Path, words: &[u8]) -> bool {
    files(path).iter().any(|file| {
        let bytes = fs::read(file).expect("a file");
        bytes.windows(words.len()).any(|window| window == words)
    })
}

fn refused(path: &Path) -> OpenError {
    for (access, create) in [(Access::Command, false), (Access::Server, true)] {
        let before = fs::read(path).ok();
        let error = open(path, access, create).expect_err("it is refused");
        assert!(!error.to_string().contains('\n'), "one line: {error}");
        assert_eq!(fs::read(path).ok(), before, "the file is as it was");
        if (access, create) == (Access::Server, true) {
            return error;
        }
    }
    unreachable!("both were tried")
}

#[tokio::test]
async fn d1_what_was_answered_is_there_after_the_next_start() {
    let folder = folder();
    let path = folder.path().join("a name with % and ? and #.db");
    let store = serve(&path);
    found(&store).await;
    store.commit(scope(), create(fixtures::lead(1))).await.expect("committed");
    let before = leads_of(&store).await;
    // Once without a good end, once with one.
    drop(store);
    let store = serve(&path);
    assert_eq!(leads_of(&store).await, before);
    store.shutdown();
    drop(store);
    assert!(!path.with_extension("db-wal").exists() || fs::metadata(path.with_extension("db-wal")).unwrap().len() == 0);
    assert_eq!(leads_of(&serve(&path)).await, before);
}

#[tokio::test]
async fn d2_a_log_that_was_cut_off_anywhere_gives_whole_commits_and_the_first_ones() {
    let source = folder();
    let path = source.path().join("synaptiq.db");
    let store = serve(&path);
    found(&store).await;
    let count = 12;
    for n in 1..=count {
        let lead = fixtures::lead(n);
        let conversation = Conversation { lead: Some(lead.id), ..fixtures::conversation(n, fixtures::assistant(1).id) };
        let messages = (1..=3).map(|position| fixtures::message(conversation.id, position)).collect();
        let changes = Changes {
            leads: vec![Change::created(lead)],
            conversations: vec![Change::created(conversation)],
            messages,
            ..Changes::default()
        };
        store.commit(scope(), changes).await.expect("committed");
    }
    let (database, log) = (fs::read(&path).unwrap(), fs::read(source.path().join("synaptiq.db-wal")).unwrap());
    assert!(!log.is_empty(), "nothing was folded in meanwhile");
    let mut seen = std::collections::BTreeSet::new();
    for cut in (0..=40).map(|part| log.len() * part / 40) {
        let copy = folder();
        let path = copy.path().join("synaptiq.db");
        fs::write(&path, &database).unwrap();
        let mut torn = log[..cut].to_vec();
        // What a crash leaves behind the last whole frame may be anything.
        torn.extend([0xa5; 777]);
        fs::write(copy.path().join("synaptiq.db-wal"), torn).unwrap();
        let store = serve(&path);
        let leads = leads_of(&store).await;
        seen.insert(leads.len());
        for (at, lead) in leads.iter().rev().enumerate() {
            let n = u32::try_from(at).unwrap() + 1;
            assert_eq!(lead.id, fixtures::lead(n).id, "the first commits, without a gap");
            let messages = store.messages_after(scope(), fixtures::id(n), 0, 9).await.unwrap();
            assert_eq!(messages.len(), 3, "a commit is there as a whole");
        }
        let lost = fixtures::conversation(u32::try_from(leads.len()).unwrap() + 1, fixtures::assistant(1).id);
        assert_eq!(store.find_conversation(scope(), lost.id).await.unwrap(), None, "or not at all");
    }
    assert!(seen.contains(&(count as usize)), "the whole log gives everything");
    assert!(seen.len() > 3, "the cuts fell between commits");
}

#[tokio::test]
async fn d4_a_second_server_is_refused_and_commands_work_beside_the_first() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    let server = serve(&path);
    found(&server).await;
    let error = open(&path, Access::Server, true).expect_err("a second server");
    assert!(error.is_in_use(), "{error}");
    let command = open(&path, Access::Command, false).expect("a command");
    command.commit(scope(), create(fixtures::lead(1))).await.expect("committed beside the server");
    assert_eq!(leads_of(&server).await.len(), 1, "seen at once");
    server.commit(scope(), create(fixtures::lead(2))).await.expect("committed beside the command");
    assert_eq!(leads_of(&command).await.len(), 2);
    drop(command);
    drop(server);
    serve(&path);
}

#[tokio::test]
async fn k3_a_command_that_changes_access_is_noticed_by_the_servers_next_look_up() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    let server = serve(&path);
    found(&server).await;
    let key = fixtures::key(1, fixtures::tenant(1).id);
    let keys = |change| Changes { keys: vec![change], ..Changes::default() };
    server.commit(scope(), keys(Change::created(key.clone()))).await.expect("committed");
    let view = server.tenant_view(scope()).await.unwrap().expect("a tenant");
    assert!(server.find_credential(key.hash).await.unwrap().is_some_and(|found| found.key.revoked_at.is_none()));
    let command = open(&path, Access::Command, false).expect("a command");
    let revoked = synaptiq_domain::access::ApiKey { revoked_at: Some(fixtures::at(1)), ..key.clone() };
    command.commit(scope(), keys(Change::updated(key.clone(), revoked))).await.expect("committed");
    let joined = Changes { members: vec![Change::created(fixtures::member(9))], ..Changes::default() };
    command.commit(scope(), joined).await.expect("committed");
    assert!(server.find_credential(key.hash).await.unwrap().is_some_and(|found| found.key.revoked_at.is_some()));
    let later = server.tenant_view(scope()).await.unwrap().expect("a tenant");
    assert_eq!(later.members.len(), view.members.len() + 1);
}

#[tokio::test]
async fn w3_a_row_that_cannot_be_read_keeps_no_other_delivery_from_being_claimed() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    let store = serve(&path);
    let event = |n| fixtures::event(n, &fixtures::lead(9));
    for (company, deliveries) in [(1, 1..=2), (2, 3..=3), (3, 4..=4)] {
        let (endpoint, company) = (fixtures::endpoint(company), fixtures::company(company));
        store.commit(company.scope(), company.founding()).await.expect("committed");
        let changes = Changes {
            endpoints: vec![Change::created(endpoint.clone())],
            events: deliveries.clone().map(event).collect(),
            deliveries: deliveries.map(|n| Change::created(fixtures::delivery(n, endpoint.id, &event(n)))).collect(),
            ..Changes::default()
        };
        store.commit(company.scope(), changes).await.expect("committed");
    }
    let (torn, unreadable) = (fixtures::id::<()>(1).ulid(), fixtures::endpoint(2).id.ulid());
    let mut beside = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    beside
        .batch_execute(&format!(
            "UPDATE deliveries SET attempts = '[{{' WHERE id = '{torn}';
             UPDATE endpoints SET profile = 'of tomorrow' WHERE id = '{unreadable}';"
        ))
        .unwrap();
    let (system, now, lease) = (SystemScope::assume(), fixtures::at(100), fixtures::at(160));
    let claimed = store.claim_deliveries(system, now, lease, 9, 9).await.expect("a claim");
    let claimed: Vec<_> = claimed.into_iter().map(|due| due.delivery.id).collect();
    assert_eq!(claimed, [2, 4].map(fixtures::id));
    assert_eq!(store.next_delivery_at(system).await.expect("a read"), Some(lease), "what is given up is not due");
}

#[tokio::test]
async fn d5_what_is_not_there_is_made_only_if_asked_for() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    for access in [Access::Server, Access::Command] {
        assert!(matches!(open(&path, access, false), Err(OpenError::Missing(_))));
        assert!(!path.exists());
    }
    assert!(matches!(open(&folder.path().join("no/such.db"), Access::Server, true), Err(OpenError::NoFolder(_))));
    open(&path, Access::Command, true).expect("a new database");
    assert!(path.exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "its owner alone reads it");
    }
}

#[tokio::test]
async fn d5_a_log_without_its_database_is_refused_and_left_as_it_is() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    let log = folder.path().join("synaptiq.db-wal");
    fs::write(&log, b"what was written last").unwrap();
    for access in [Access::Server, Access::Command] {
        let error = open(&path, access, true).expect_err("it is refused");
        assert!(matches!(error, OpenError::LogAlone(_)), "{error}");
        assert!(!path.exists());
        assert_eq!(fs::read(&log).unwrap(), b"what was written last");
    }
    fs::write(&log, b"").unwrap();
    open(&path, Access::Server, true).expect("an empty log holds nothing back");
}

#[tokio::test]
async fn d5_a_start_that_was_cut_off_while_it_made_the_file_is_made_up_for() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    fs::write(folder.path().join("synaptiq.db.new"), b"half of a database").unwrap();
    found(&serve(&path)).await;
    assert!(!folder.path().join("synaptiq.db.new").exists());
}

#[tokio::test]
async fn d5_foreign_files_are_refused_and_left_as_they_are() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    fs::write(&path, b"").unwrap();
    assert!(matches!(refused(&path), OpenError::Empty(_)));
    fs::write(&path, b"name,email\nDana,dana@initech.example\n").unwrap();
    assert!(matches!(refused(&path), OpenError::NotADatabase(_)));
    fs::write(&path, b"SQLite format 3\0 and no more").unwrap();
    assert!(matches!(refused(&path), OpenError::Damaged { .. }));
    fs::remove_file(&path).unwrap();
    let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    other.batch_execute("CREATE TABLE songs (title TEXT); PRAGMA application_id = 77").unwrap();
    drop(other);
    assert!(matches!(refused(&path), OpenError::Foreign(_)));
    let folder_in_its_place = folder.path().join("folder.db");
    fs::create_dir(&folder_in_its_place).unwrap();
    assert!(matches!(open(&folder_in_its_place, Access::Server, true), Err(OpenError::NotAFile(_))));
    let beside: Vec<_> = files(&path).into_iter().filter(|file| *file != path).collect();
    assert_eq!(beside, [folder.path().join("synaptiq.db.server-lock")], "nothing was laid beside it but the lock");
}

#[tokio::test]
async fn d5_a_newer_schema_is_refused_by_servers_commands_and_restores() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    drop(serve(&path));
    let mut newer = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    newer.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')").unwrap();
    drop(newer);
    for error in [refused(&path), verify_file(&path).expect_err("it is newer")] {
        assert!(matches!(&error, OpenError::Newer { schema, .. } if schema == "20991231000001"), "{error}");
    }
}

#[tokio::test]
async fn d5_damaged_files_are_refused() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    let store = serve(&path);
    found(&store).await;
    for n in 1..=50 {
        store.commit(scope(), create(fixtures::lead(n))).await.expect("committed");
    }
    store.shutdown();
    drop(store);
    let whole = fs::read(&path).unwrap();
    let mut changed = 0;
    for page in 1..whole.len() / 4_096 {
        let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.seek(SeekFrom::Start(page as u64 * 4_096)).unwrap();
        file.write_all(&[0xa5; 4_096]).unwrap();
        drop(file);
        let error = refused(&path);
        assert!(matches!(error, OpenError::Damaged { .. }), "page {page}: {error:?}");
        assert!(matches!(verify_file(&path), Err(OpenError::Damaged { .. })));
        changed += 1;
        fs::write(&path, &whole).unwrap();
    }
    assert!(changed > 10, "there were pages to damage");
    // Cut off in the middle.
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(refused(&path), OpenError::Damaged { .. }));
    fs::write(&path, &whole).unwrap();
    assert_eq!(leads_of(&serve(&path)).await.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_holds_one_moment_while_writes_go_on() {
    let folder = folder();
    let store = serve(&folder.path().join("synaptiq.db"));
    found(&store).await;
    let copy = folder.path().join("backup of 'today'.db");
    let writes = tokio::spawn({
        let store = store.clone();
        async move {
            for n in 1..=60 {
                let lead = fixtures::lead(n);
                let member = Member { name: format!("of lead {n}"), ..fixtures::member(100 + n) };
                let changes = Changes { members: vec![Change::created(member)], ..create(lead) };
                store.commit(scope(), changes).await.expect("committed");
            }
        }
    });
    store.commit(scope(), create(fixtures::lead(1_000))).await.expect("committed");
    store.backup_to(&copy).await.expect("a backup");
    writes.await.expect("no panic");
    verify_file(&copy).expect("it is sound");
    assert!(matches!(store.backup_to(&copy).await, Err(BackupError::Exists(_))), "it is never replaced");
    store.integrity().await.expect("the original is sound");
    let restored = serve(&copy);
    let leads = leads_of(&restored).await;
    let view = restored.tenant_view(scope()).await.unwrap().expect("a tenant");
    assert!(leads.iter().any(|lead| lead.id == fixtures::lead(1_000).id), "what was answered before is in it");
    assert_eq!(view.members.len(), leads.len(), "a commit is in it as a whole or not at all");
}

#[tokio::test]
async fn w1_no_secret_is_in_the_file_in_clear() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    let store = serve(&path);
    found(&store).await;
    let vault = Vault::new(&[7; 32]);
    let sealed = |purpose, plain: &str| vault.seal(purpose, plain.as_bytes());
    let secret = fixtures::key_secret(1);
    let session = fixtures::session_secret(1);
    let endpoint = Endpoint {
        secret: SealedSecret(sealed(Purpose::EndpointSecret, "whsec_the_webhook_secret")),
        ..fixtures::endpoint(1)
    };
    let answer = format!(r#"{{"key":"{}"}}"#, secret.reveal());
    let receipt =
        Receipt { state: ReceiptState::Answered { sealed: sealed(Purpose::Receipt, &answer) }, ..fixtures::receipt(1) };
    let changes = Changes {
        keys: vec![Change::created(fixtures::key(1, fixtures::tenant(1).id))],
        conversations: vec![Change::created(fixtures::conversation(1, fixtures::assistant(1).id))],
        endpoints: vec![Change::created(endpoint.clone())],
        receipt: Some(receipt),
        ..Changes::default()
    };
    store.commit(scope(), changes).await.expect("committed");
    let in_clear = || {
        ["whsec_the_webhook_secret", secret.reveal(), session.reveal()]
            .into_iter()
            .filter(|words| holds(&path, words.as_bytes()))
            .count()
    };
    assert!(holds(&path, endpoint.url.as_bytes()), "the search finds what is in clear");
    assert_eq!(in_clear(), 0, "in the log");
    store.shutdown();
    assert_eq!(in_clear(), 0, "in the file");
}

#[tokio::test]
async fn d6_what_is_deleted_is_wiped_from_the_file() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    let store = serve(&path);
    found(&store).await;
    let mut lead = fixtures::lead(1);
    lead.contact.name = Some("Wilhelmina Unmistakable".to_owned());
    lead.first_message = Some("Please forget these very words. ".repeat(300));
    store.commit(scope(), create(lead.clone())).await.expect("committed");
    for n in 2..=30 {
        store.commit(scope(), create(fixtures::lead(n))).await.expect("committed");
    }
    drop(store);
    let is_there = || holds(&path, b"Unmistakable") || holds(&path, b"unmistakable") || holds(&path, b"very words");
    assert!(is_there());
    let store = serve(&path);
    let gone = Change::deleted(Lead { version: 1, ..lead });
    store.commit(scope(), Changes { leads: vec![gone], ..Changes::default() }).await.expect("committed");
    store.shutdown();
    drop(store);
    assert!(!is_there());
    assert_eq!(leads_of(&serve(&path)).await.len(), 29);
}

#[tokio::test]
async fn d6_the_secret_of_a_past_day_is_wiped_from_the_file_of_a_running_server() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    let store = serve(&path);
    let secret = *b"a secret that is like no other !";
    assert_eq!(store.visit_key(Day(7), secret).await.expect("a secret"), secret);
    assert!(holds(&path, &secret));
    // Folded into the file first, so that it is not only the log that has it.
    drop(store);
    let store = serve(&path);
    assert_eq!(store.visit_key(Day(7), [0; 32]).await.expect("a secret"), secret);
    store.delete_visit_keys(Day(7)).await.expect("it is not over");
    assert!(holds(&path, &secret));
    store.delete_visit_keys(Day(8)).await.expect("deleted");
    let begun = std::time::Instant::now();
    while holds(&path, &secret) {
        assert!(begun.elapsed().as_secs() < 20, "it is still there");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(store.visit_key(Day(7), [1; 32]).await.expect("a secret"), [1; 32]);
}

#[test]
fn the_lock_of_a_server_goes_with_it() {
    let folder = folder();
    let path = folder.path().join("synaptiq.db");
    for _ in 0..3 {
        let server = serve(&path);
        assert!(open(&path, Access::Server, true).is_err_and(|error| error.is_in_use()));
        drop(server);
    }
    let mut bytes = Vec::new();
    fs::File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
    assert!(bytes.starts_with(b"SQLite format 3\0"));
}
