//! Opening a database file: what is refused and why (security D4, D5), and migrations.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::SimpleConnection as _,
    sql_types::{BigInt, Text},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use thiserror::Error;

use super::{dialect::Connection, writer::WAIT_FOR_OTHERS};

pub(super) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// "SYNQ": what marks a file as ours.
const APPLICATION_ID: u32 = 0x5359_4e51;
/// What every `SQLite` file begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The oldest library that is known to keep a write-ahead log sound.
const OLDEST_LIBRARY: (u32, u32, u32) = (3, 51, 3);
/// Files up to this size are read through when they are opened.
const CHECKED_SIZE: u64 = 64 << 20;

/// Who opens the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The one server of the file.
    Server,
    /// A command, beside a running server or without one.
    Command,
}

/// How to open a database file.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Where the file is, or is to be. Its folder must exist.
    pub path: PathBuf,
    /// Who opens it.
    pub access: Access,
    /// Whether a missing file is made. A file that is there is never replaced.
    pub create: bool,
}

/// Why a file was not opened. Each prints one line that says what to do about it.
#[derive(Debug, Error)]
pub enum OpenError {
    /// There is no such folder.
    #[error("the folder {} does not exist", .0.display())]
    NoFolder(PathBuf),
    /// There is no such file, and none was to be made.
    #[error("there is no database at {}", .0.display())]
    Missing(PathBuf),
    /// It is gone, and what was written last is in the log that it left behind.
    #[error("{} is gone but its log {}-wal is there: put both back, or a backup, or move the log away to begin anew", .0.display(), .0.display())]
    LogAlone(PathBuf),
    /// It is a folder, a socket, or the like.
    #[error("{} is not a file", .0.display())]
    NotAFile(PathBuf),
    /// It has no bytes.
    #[error("{} is empty: remove it to begin anew, or put a backup in its place", .0.display())]
    Empty(PathBuf),
    /// It is no `SQLite` file.
    #[error("{} is not an SQLite database", .0.display())]
    NotADatabase(PathBuf),
    /// It is another program's.
    #[error("{} is the database of another program", .0.display())]
    Foreign(PathBuf),
    /// It was changed or cut off outside the product.
    #[error("{} is damaged ({detail}): put a backup in its place", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A newer version of the product has written it.
    #[error("{} was written by a newer version (schema {schema}): use that version", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The newest migration in it.
        schema: String,
    },
    /// An older version has written it, and it may not be changed here.
    #[error("{} was written by an older version: run `synaptiq migrate` on it first", .0.display())]
    Older(PathBuf),
    /// A server has it.
    #[error("another server uses {}", .0.display())]
    InUse(PathBuf),
    /// It cannot be written.
    #[error("{} or its folder is not writable", .0.display())]
    NotWritable(PathBuf),
    /// The library is older than what is known to be sound.
    #[error("the SQLite library is version {0}, older than 3.51.3")]
    OldLibrary(String),
    /// The operating system refused.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// `SQLite` refused.
    #[error("{}: {detail}", .path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
}

impl OpenError {
    /// Whether a running server is the reason.
    pub const fn is_in_use(&self) -> bool {
        matches!(self, Self::InUse(_))
    }
}

/// A file that may be used: locked, checked and migrated.
pub(super) struct Opened {
    /// The connection that writes.
    pub(super) writer: Connection,
    /// The address by which others read.
    pub(super) read_address: String,
    /// Held as long as the server lives.
    pub(super) lock: Option<File>,
}

/// Checks, locks, makes and migrates, in this order of caution: a foreign file is not even opened.
pub(super) fn open(options: &OpenOptions) -> Result<Opened, OpenError> {
    let path = options.path.as_path();
    check_library(path)?;
    check_folder(path)?;
    let mut lock = match options.access {
        Access::Server => Some(lock(path)?),
        Access::Command => None,
    };
    match fs::metadata(path) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound && options.create => {
            let _held = if lock.is_none() { Some(self::lock(path)?) } else { None };
            check_no_log(path)?;
            make(path)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(OpenError::Missing(path.to_owned())),
        Err(source) => return Err(OpenError::Io { path: path.to_owned(), source }),
    }
    check_header(path)?;
    fs::OpenOptions::new().write(true).open(path).map_err(|source| of_io(path, source))?;
    let mut writer = connect(path, "mode=rw")?;
    settle_in(path, &mut writer)?;
    check_contents(path, &mut writer)?;
    if has_pending_migrations(path, &mut writer)? {
        // Nobody may work on the old schema meanwhile.
        let _held = if lock.is_none() { Some(self::lock(path)?) } else { None };
        migrate(path, &mut writer)?;
    }
    let read_address = address(path, "mode=ro")?;
    Ok(Opened { writer, read_address, lock: lock.take() })
}

/// Checks a file that nobody uses, such as a backup: every page, every reference, and the schema.
/// Gives the newest migration in it.
pub(super) fn verify(path: &Path) -> Result<String, OpenError> {
    check_library(path)?;
    if !path.exists() {
        return Err(OpenError::Missing(path.to_owned()));
    }
    check_header(path)?;
    // A file without a log is read as it is; otherwise SQLite would lay a log beside it.
    let has_log = fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let mut conn = connect(path, if has_log { "mode=ro" } else { "mode=ro&immutable=1" })?;
    check_everything(path, &mut conn)?;
    let applied = applied_migrations(path, &mut conn)?;
    check_schema(path, &applied)?;
    applied.last().cloned().ok_or_else(|| OpenError::Foreign(path.to_owned()))
}

/// A connection that reads a file that may be in use, and that has this version's schema.
pub(super) fn connect_to_current(path: &Path) -> Result<Connection, OpenError> {
    check_library(path)?;
    if !path.exists() {
        return Err(OpenError::Missing(path.to_owned()));
    }
    check_header(path)?;
    let mut conn = connect(path, "mode=ro")?;
    let applied = applied_migrations(path, &mut conn)?;
    check_schema(path, &applied)?;
    if applied.len() < known_migrations().len() {
        return Err(OpenError::Older(path.to_owned()));
    }
    Ok(conn)
}

/// Checks every page and every reference of a file that may be in use. Takes as long as reading it.
pub(super) fn check_in_use(path: &Path) -> Result<(), OpenError> {
    check_everything(path, &mut connect(path, "mode=ro")?)
}

fn check_everything(path: &Path, conn: &mut Connection) -> Result<(), OpenError> {
    check_pages(path, conn, "PRAGMA integrity_check(1)")?;
    let broken = diesel::sql_query("SELECT count(*) AS number FROM pragma_foreign_key_check")
        .get_result::<Number>(conn)
        .map_err(|error| of_query(path, &error))?;
    if broken.number == 0 {
        return Ok(());
    }
    let detail = format!("{} rows refer to rows that are gone", broken.number);
    Err(OpenError::Damaged { path: path.to_owned(), detail })
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct JournalMode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn check_library(path: &Path) -> Result<(), OpenError> {
    let mut conn = SqliteConnection::establish(":memory:")
        .map_err(|error| OpenError::Database { path: path.to_owned(), detail: error.to_string() })?;
    let version = diesel::sql_query("SELECT sqlite_version() AS word")
        .get_result::<Word>(&mut conn)
        .map_err(|error| of_query(path, &error))?
        .word;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    let found = (part(), part(), part());
    if found < OLDEST_LIBRARY { Err(OpenError::OldLibrary(version)) } else { Ok(()) }
}

fn check_folder(path: &Path) -> Result<(), OpenError> {
    let folder = folder_of(path);
    if folder.is_dir() { Ok(()) } else { Err(OpenError::NoFolder(folder.to_owned())) }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path with something after its last letter: `synaptiq.db-wal`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The server's place on a database file, held without opening it: no server starts meanwhile.
#[derive(Debug)]
pub struct ServerPlace {
    _lock: File,
}

impl ServerPlace {
    /// Takes the place; [`OpenError::InUse`] while a server has it. The file itself may be missing.
    pub fn take(path: &Path) -> Result<Self, OpenError> {
        lock(path).map(|lock| Self { _lock: lock })
    }
}

/// Takes the server's lock. It goes with the process that holds it, however that ends.
fn lock(path: &Path) -> Result<File, OpenError> {
    let lock_path = beside(path, ".server-lock");
    let file = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_path)
        .map_err(|source| of_io(path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(fs::TryLockError::Error(source)) => Err(OpenError::Io { path: lock_path, source }),
    }
}

/// Reads the first bytes without `SQLite`, which would lay its own files beside a foreign one.
fn check_header(path: &Path) -> Result<(), OpenError> {
    let owned = || path.to_owned();
    let metadata = fs::metadata(path).map_err(|source| of_io(path, source))?;
    if !metadata.is_file() {
        return Err(OpenError::NotAFile(owned()));
    }
    if metadata.len() == 0 {
        return Err(OpenError::Empty(owned()));
    }
    let mut header = Vec::with_capacity(100);
    let file = File::open(path).map_err(|source| of_io(path, source))?;
    file.take(100).read_to_end(&mut header).map_err(|source| of_io(path, source))?;
    if !header.starts_with(MAGIC) {
        return Err(OpenError::NotADatabase(owned()));
    }
    let Some(id) = header.get(68..72) else {
        return Err(OpenError::Damaged { path: owned(), detail: "it ends within its header".to_owned() });
    };
    if id == APPLICATION_ID.to_be_bytes() { Ok(()) } else { Err(OpenError::Foreign(owned())) }
}

/// Refuses to make a database where a log with something in it is all that is left of another:
/// `SQLite` would take the log for the new one's.
fn check_no_log(path: &Path) -> Result<(), OpenError> {
    match fs::metadata(beside(path, "-wal")) {
        Ok(log) if log.len() > 0 => Err(OpenError::LogAlone(path.to_owned())),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(of_io(path, source)),
    }
}

/// Makes a database under another name and puts it in place when it is whole, so that a start that
/// was cut off leaves no half of one.
fn make(path: &Path) -> Result<(), OpenError> {
    let unfinished = beside(path, ".new");
    for leftover in [unfinished.clone(), beside(&unfinished, "-journal")] {
        match fs::remove_file(&leftover) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(of_io(path, source)),
            _ => {}
        }
    }
    make_private_file(&unfinished).map_err(|source| of_io(path, source))?;
    let mut conn = connect(&unfinished, "mode=rw")?;
    conn.batch_execute(&format!("PRAGMA secure_delete = ON; PRAGMA application_id = {APPLICATION_ID}"))
        .map_err(|error| of_query(path, &error))?;
    migrate(path, &mut conn)?;
    drop(conn);
    put_in_place(&unfinished, path).map_err(|source| of_io(path, source))
}

/// Makes a new empty file that its owner alone may read.
pub(super) fn make_private_file(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Gives a finished file its name, on disk before this returns.
pub(super) fn put_in_place(unfinished: &Path, path: &Path) -> io::Result<()> {
    File::open(unfinished)?.sync_all()?;
    fs::rename(unfinished, path)?;
    #[cfg(unix)]
    File::open(folder_of(path))?.sync_all()?;
    Ok(())
}

/// The address of a file for `SQLite`, with every character that means something there escaped.
fn address(path: &Path, mode: &str) -> Result<String, OpenError> {
    let text = path.to_str().ok_or_else(|| OpenError::Io {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8"),
    })?;
    let mut address = "file:".to_owned();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            write!(address, "%{byte:02X}").expect("writing to memory does not fail");
        }
    }
    Ok(format!("{address}?{mode}"))
}

pub(super) fn connect(path: &Path, mode: &str) -> Result<Connection, OpenError> {
    SqliteConnection::establish(&address(path, mode)?)
        .map_err(|error| OpenError::Database { path: path.to_owned(), detail: error.to_string() })
}

/// Sets the writing connection up. The order matters: patience first, for the log may be in use.
fn settle_in(path: &Path, conn: &mut Connection) -> Result<(), OpenError> {
    let refuse = |error: diesel::result::Error| of_query(path, &error);
    conn.batch_execute(&format!("PRAGMA busy_timeout = {}", milliseconds(WAIT_FOR_OTHERS))).map_err(refuse)?;
    let mode = diesel::sql_query("PRAGMA journal_mode = WAL").get_result::<JournalMode>(conn).map_err(refuse)?;
    if mode.journal_mode != "wal" {
        let detail = "its file system does not allow a write-ahead log".to_owned();
        return Err(OpenError::Database { path: path.to_owned(), detail });
    }
    conn.batch_execute(
        "PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384;",
    )
    .map_err(refuse)
}

const fn milliseconds(wait: Duration) -> u128 {
    wait.as_millis()
}

/// Whether the schema can be read and is not newer than this program; where the file is not too
/// large, also every page.
fn check_contents(path: &Path, conn: &mut Connection) -> Result<(), OpenError> {
    let size = fs::metadata(path).map_err(|source| of_io(path, source))?.len();
    if size <= CHECKED_SIZE {
        check_pages(path, conn, "PRAGMA quick_check(1)")?;
        // The check has read the whole file through this connection's cache, of which little is needed soon.
        conn.batch_execute("PRAGMA shrink_memory").map_err(|error| of_query(path, &error))?;
    }
    let applied = applied_migrations(path, conn)?;
    check_schema(path, &applied)
}

fn check_pages(path: &Path, conn: &mut Connection, pragma: &str) -> Result<(), OpenError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text, column_name = "integrity_check")]
        detail: String,
    }
    #[derive(QueryableByName)]
    struct FoundQuickly {
        #[diesel(sql_type = Text, column_name = "quick_check")]
        detail: String,
    }
    let query = diesel::sql_query(pragma);
    let found = if pragma.contains("quick") {
        query.get_result::<FoundQuickly>(conn).map(|found| found.detail)
    } else {
        query.get_result::<Found>(conn).map(|found| found.detail)
    };
    let detail = found.map_err(|error| of_query(path, &error))?;
    if detail == "ok" {
        return Ok(());
    }
    Err(OpenError::Damaged { path: path.to_owned(), detail: detail.split_whitespace().collect::<Vec<_>>().join(" ") })
}

/// The migrations in the file, oldest first. A file of ours has at least one.
fn applied_migrations(path: &Path, conn: &mut Connection) -> Result<Vec<String>, OpenError> {
    let mut applied: Vec<String> = MigrationHarness::<diesel::sqlite::Sqlite>::applied_migrations(conn)
        .map_err(|error| of_query_text(path, &error.to_string()))?
        .into_iter()
        .map(|version| version.to_string())
        .collect();
    applied.sort();
    Ok(applied)
}

fn check_schema(path: &Path, applied: &[String]) -> Result<(), OpenError> {
    let known = known_migrations();
    match applied.iter().rev().find(|version| !known.contains(version)) {
        Some(newer) => Err(OpenError::Newer { path: path.to_owned(), schema: newer.clone() }),
        None => Ok(()),
    }
}

fn known_migrations() -> Vec<String> {
    use diesel::migration::{Migration, MigrationSource};
    let migrations: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> =
        MIGRATIONS.migrations().expect("the embedded migrations are well formed");
    migrations.iter().map(|migration| migration.name().version().to_string()).collect()
}

fn has_pending_migrations(path: &Path, conn: &mut Connection) -> Result<bool, OpenError> {
    conn.has_pending_migration(MIGRATIONS).map_err(|error| of_query_text(path, &error.to_string()))
}

fn migrate(path: &Path, conn: &mut Connection) -> Result<(), OpenError> {
    match conn.run_pending_migrations(MIGRATIONS) {
        Ok(_) => Ok(()),
        Err(error) => Err(of_query_text(path, &error.to_string())),
    }
}

fn of_io(path: &Path, source: io::Error) -> OpenError {
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => OpenError::NotWritable(path.to_owned()),
        _ => OpenError::Io { path: path.to_owned(), source },
    }
}

fn of_query(path: &Path, error: &diesel::result::Error) -> OpenError {
    of_query_text(path, &error.to_string())
}

/// diesel gives no result codes; the library's own texts are fixed.
fn of_query_text(path: &Path, text: &str) -> OpenError {
    let path = path.to_owned();
    if text.contains("malformed") || text.contains("file is not a database") {
        OpenError::Damaged { path, detail: text.to_owned() }
    } else if text.contains("readonly") || text.contains("unable to open") {
        OpenError::NotWritable(path)
    } else {
        OpenError::Database { path, detail: text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(folder: &tempfile::TempDir, access: Access) -> OpenOptions {
        OpenOptions { path: folder.path().join("synaptiq.db"), access, create: true }
    }

    fn number_of(conn: &mut Connection, sql: &str) -> i64 {
        diesel::sql_query(sql).get_result::<Number>(conn).expect("a number").number
    }

    #[test]
    fn d1_the_writing_connection_syncs_every_commit_and_wipes_what_it_deletes() {
        let folder = tempfile::tempdir().expect("a folder");
        let conn = &mut open(&options(&folder, Access::Server)).expect("a new database").writer;
        for (setting, value) in [("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)] {
            let sql = format!("SELECT {setting} AS number FROM pragma_{setting}");
            assert_eq!(number_of(conn, &sql), value, "{setting}");
        }
        let mode = diesel::sql_query("PRAGMA journal_mode").get_result::<JournalMode>(conn).expect("a mode");
        assert_eq!(mode.journal_mode, "wal");
    }

    #[test]
    fn every_migration_can_be_taken_back_and_run_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let conn = &mut open(&options(&folder, Access::Server)).expect("a new database").writer;
        conn.revert_all_migrations(MIGRATIONS).expect("every migration has a way back");
        let left = "SELECT count(*) AS number FROM sqlite_schema WHERE name NOT LIKE '%diesel%'";
        assert_eq!(number_of(conn, left), 0, "nothing is left behind");
        conn.run_pending_migrations(MIGRATIONS).expect("and forth again");
        assert!(number_of(conn, left) > 10);
    }

    #[test]
    fn d4_a_command_does_not_migrate_under_a_running_server() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = open(&options(&folder, Access::Server)).expect("a new database");
        server.writer.revert_last_migration(MIGRATIONS).expect("the schema of an older version");
        let refused = open(&options(&folder, Access::Command)).map(drop);
        assert!(matches!(&refused, Err(error) if error.is_in_use()), "{refused:?}");
        drop(server);
        let mut command = open(&options(&folder, Access::Command)).expect("no server is there");
        assert_eq!(number_of(&mut command.writer, "SELECT count(*) AS number FROM tenants"), 0, "it is migrated");
    }

    #[test]
    fn every_reason_is_one_line_that_names_the_file() {
        let path = PathBuf::from("/data/synaptiq.db");
        let detail = || "why".to_owned();
        let reasons = [
            OpenError::NoFolder(path.clone()),
            OpenError::Missing(path.clone()),
            OpenError::LogAlone(path.clone()),
            OpenError::NotAFile(path.clone()),
            OpenError::Empty(path.clone()),
            OpenError::NotADatabase(path.clone()),
            OpenError::Foreign(path.clone()),
            OpenError::Damaged { path: path.clone(), detail: detail() },
            OpenError::Newer { path: path.clone(), schema: detail() },
            OpenError::Older(path.clone()),
            OpenError::InUse(path.clone()),
            OpenError::NotWritable(path.clone()),
            OpenError::Io { path: path.clone(), source: io::Error::other("why") },
            OpenError::Database { path: path.clone(), detail: detail() },
        ];
        for reason in reasons {
            let text = reason.to_string();
            assert!(text.contains("/data/synaptiq.db") && !text.contains('\n'), "{text}");
        }
    }
}
