//! What `SQLite` alone understands.

use diesel::{
    Connection as _, SqliteConnection,
    expression::SqlLiteral,
    result::{DatabaseErrorKind, Error},
    sql_types::{Binary, Bool, Text},
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
    /// `text` with the letters of ASCII in lower case.
    #[sql_name = "lower"]
    fn lower(text: Text) -> Text;
    /// The same of bytes that are text.
    #[sql_name = "lower"]
    fn lower_bytes(text: Binary) -> Text;
}

/// Holds of a lead that was not emptied; word for word what the index `leads_to_erase` says.
pub(super) fn lead_is_not_erased() -> SqlLiteral<Bool> {
    diesel::dsl::sql("merged_into IS NULL AND json_extract(overrides, '$.erased_at') IS NULL")
}

/// Holds of a conversation that has ended, or waits for a person, and was not emptied; word for word what
/// the index `conversations_to_erase` says.
pub(super) fn conversation_is_to_erase() -> SqlLiteral<Bool> {
    diesel::dsl::sql("erased_at IS NULL AND status <> 'active'")
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
