//! The rows of an imported history once more, by plain SQL: one statement for a batch of a table's
//! rows, each a commit that is on disk, into the product's own tables and indexes.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use diesel::{
    QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::SimpleConnection as _,
    sql_query,
    sql_types::{BigInt, Text},
};

use super::database::open_writer;

/// What is counted as rows.
pub(crate) const TABLES: &str = "leads, conversations, messages, visits, events";
/// Each table, the column it is cut into batches by, where that column's values are found, and how many of
/// them a batch has.
const CUT: [(&str, &str, &str, i64); 5] = [
    ("leads", "id", "SELECT id AS key FROM source.leads", 1_000),
    ("conversations", "id", "SELECT id AS key FROM source.conversations", 1_000),
    ("messages", "conversation_id", "SELECT id AS key FROM source.conversations", 1_000),
    ("visits", "day", "SELECT DISTINCT day AS key FROM source.visits", 1),
    ("events", "id", "SELECT id AS key FROM source.events", 1_000),
];

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

#[derive(QueryableByName)]
struct Bound {
    /// A literal of SQL.
    #[diesel(sql_type = Text)]
    key: String,
}

#[derive(QueryableByName)]
struct Owner {
    #[diesel(sql_type = Text)]
    tenant_id: String,
}

/// How many rows of a history a database has.
pub(crate) fn rows(database: &Path) -> Result<u64> {
    let mut conn = open_writer(database)?;
    let mut all = 0;
    for (table, ..) in CUT {
        let count: Count = sql_query(format!("SELECT count(*) AS rows FROM {table}"))
            .get_result(&mut conn)
            .with_context(|| format!("{table} cannot be counted"))?;
        all += u64::try_from(count.rows)?;
    }
    Ok(all)
}

/// Inserts the rows of a database into an empty one of the product's and says how long that took.
pub(crate) fn insert(source: &Path, target: &Path) -> Result<Duration> {
    let mut conn = open_writer(target)?;
    let source = source.to_str().context("the path is not UTF-8")?;
    conn.batch_execute(&format!("ATTACH DATABASE '{source}' AS source")).context("cannot be attached")?;
    let owner: Owner = sql_query("SELECT tenant_id FROM source.conversations LIMIT 1")
        .get_result(&mut conn)
        .context("there is no history")?;
    let mut took = Duration::ZERO;
    for (table, column, keys, batch) in CUT {
        let bounds = bounds(&mut conn, keys, batch)?;
        let begun = Instant::now();
        let mut after: Option<String> = None;
        for Bound { key: until } in bounds {
            let after =
                after.replace(until.clone()).map_or_else(String::new, |after| format!("{column} > {after} AND"));
            let tenant = &owner.tenant_id;
            conn.batch_execute(&format!(
                "BEGIN IMMEDIATE;
                 INSERT INTO main.{table} SELECT * FROM source.{table}
                 WHERE tenant_id = '{tenant}' AND {after} {column} <= {until};
                 COMMIT"
            ))
            .with_context(|| format!("{table} cannot be written"))?;
        }
        took += begun.elapsed();
    }
    Ok(took)
}

/// The last key of each batch.
fn bounds(conn: &mut SqliteConnection, keys: &str, batch: i64) -> Result<Vec<Bound>> {
    let numbered = format!("SELECT key, row_number() OVER (ORDER BY key) AS n, count(*) OVER () AS most FROM ({keys})");
    sql_query(format!("SELECT quote(key) AS key FROM ({numbered}) WHERE n % {batch} = 0 OR n = most ORDER BY n"))
        .load(conn)
        .context("the batches cannot be cut")
}
