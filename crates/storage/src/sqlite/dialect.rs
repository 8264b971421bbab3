//! What `SQLite` alone understands.

use diesel::{
    Connection as _, SqliteConnection,
    result::{DatabaseErrorKind, Error},
    sql_types::Text,
    sqlite::Sqlite,
};
use synaptiq_domain::ports::StoreError;

use super::sql::fault::Outcome;

/// The connection that the shared queries run on.
pub(super) type Connection = SqliteConnection;
/// Its kind, for queries that are put together at run time.
pub(super) type Backend = Sqlite;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Where `part` begins in `text`, from 1, to the letter; 0 if it is not there.
    #[sql_name = "instr"]
    fn position_of(text: Text, part: Text) -> Integer;
}

/// Runs reads on one snapshot.
pub(super) fn snapshot<T>(conn: &mut Connection, read: impl FnOnce(&mut Connection) -> Outcome<T>) -> Outcome<T> {
    #[expect(clippy::disallowed_methods, reason = "a deferred transaction is right where nothing is written")]
    conn.transaction(read)
}

/// What the domain is told of an error that breaks no rule. diesel gives no result codes, so that
/// the library's own fixed texts tell them apart.
pub(super) fn store_error(error: Error) -> StoreError {
    match &error {
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => match information.message() {
            "database or disk is full" => StoreError::Full,
            "database is locked" | "database table is locked" => StoreError::Busy,
            _ => StoreError::Failed(Box::new(error)),
        },
        _ => StoreError::Failed(Box::new(error)),
    }
}
