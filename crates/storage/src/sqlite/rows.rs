//! Rows of any table of an `SQLite` file, for copies from and into other databases.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use diesel::{
    QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    deserialize::{self, FromSql},
    query_builder::BoxedSqlQuery,
    row::{Field as _, NamedRow, Row},
    sql_types::{BigInt, Binary, Double, Nullable, Text},
    sqlite::{Sqlite, SqliteType},
};

use synaptiq_domain::ports::StoreError;

use super::{
    dialect::Connection,
    open::{self, Access, OpenOptions, Opened},
    pool::READER_SETTINGS,
};
use crate::copy::{Cell, CopyError, RowSink, Rows, RowsToFill, Table};

/// How many rows are read and written at once.
const BATCH: usize = 200;
/// How many values one statement takes at most.
const MOST_VALUES: usize = 30_000;

/// One moment of a file that may be in use.
pub struct SqliteRows {
    conn: Connection,
}

/// A file that is filled, with the server's place on it held.
pub struct SqliteRowsToFill {
    conn: Connection,
    path: PathBuf,
    _lock: Option<File>,
}

impl SqliteRows {
    /// Opens a database of this version's schema, as of now.
    pub fn open(path: &Path) -> Result<Self, CopyError> {
        let mut conn = open::connect_to_current(path)?;
        conn.batch_execute(READER_SETTINGS).map_err(refused)?;
        conn.batch_execute("BEGIN").map_err(refused)?;
        Ok(Self { conn })
    }
}

impl SqliteRowsToFill {
    /// Opens a database and brings it to this version's schema, or makes it. Refused while a server has it.
    pub fn open(path: &Path) -> Result<Self, CopyError> {
        let options = OpenOptions { path: path.to_owned(), access: Access::Server, create: true };
        let Opened { writer: mut conn, lock, .. } = open::open(&options)?;
        // Rows come table by table; what they refer to is checked at the end.
        conn.batch_execute("PRAGMA foreign_keys = OFF").map_err(refused)?;
        Ok(Self { conn, path: path.to_owned(), _lock: lock })
    }
}

impl Rows for SqliteRows {
    fn tables(&mut self) -> Result<Vec<Table>, CopyError> {
        tables(&mut self.conn)
    }

    fn read(&mut self, table: &Table, sink: &mut RowSink<'_>) -> Result<(), CopyError> {
        read(&mut self.conn, table, sink)
    }
}

impl Rows for SqliteRowsToFill {
    fn tables(&mut self) -> Result<Vec<Table>, CopyError> {
        tables(&mut self.conn)
    }

    fn read(&mut self, table: &Table, sink: &mut RowSink<'_>) -> Result<(), CopyError> {
        read(&mut self.conn, table, sink)
    }
}

impl RowsToFill for SqliteRowsToFill {
    fn add(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Result<(), CopyError> {
        let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
        let one = format!("({})", vec!["?"; columns.len()].join(", "));
        let most = (MOST_VALUES / columns.len().max(1)).max(1);
        self.conn.batch_execute("BEGIN IMMEDIATE").map_err(refused)?;
        for rows in rows.chunks(most) {
            let places = vec![one.as_str(); rows.len()].join(", ");
            let text = format!("INSERT INTO {} ({}) VALUES {places}", quoted(&table.name), columns.join(", "));
            let mut insert = diesel::sql_query(text).into_boxed::<Sqlite>();
            for cell in rows.iter().flatten() {
                insert = bound(insert, cell);
            }
            insert.execute(&mut self.conn).map_err(refused)?;
        }
        self.conn.batch_execute("COMMIT").map_err(refused)
    }

    fn clear(&mut self, table: &Table) -> Result<(), CopyError> {
        self.conn.batch_execute(&format!("DELETE FROM {}", quoted(&table.name))).map_err(refused)
    }

    fn finish(&mut self) -> Result<(), CopyError> {
        self.conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").map_err(refused)?;
        Ok(open::check_in_use(&self.path)?)
    }
}

type Insert<'a> = BoxedSqlQuery<'a, Sqlite, diesel::query_builder::SqlQuery>;

fn bound<'a>(insert: Insert<'a>, cell: &Cell) -> Insert<'a> {
    match cell {
        Cell::Null => insert.bind::<Nullable<Text>, _>(None::<String>),
        Cell::Integer(number) => insert.bind::<BigInt, _>(*number),
        Cell::Real(number) => insert.bind::<Double, _>(*number),
        Cell::Text(text) => insert.bind::<Text, _>(text.clone()),
        Cell::Bytes(bytes) => insert.bind::<Binary, _>(bytes.clone()),
    }
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Every table but those of the database and of migrations themselves.
fn tables(conn: &mut Connection) -> Result<Vec<Table>, CopyError> {
    let names: Vec<Name> = diesel::sql_query(
        "SELECT name FROM sqlite_schema
         WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '__diesel_schema_migrations'
         ORDER BY name",
    )
    .load(conn)
    .map_err(refused)?;
    let mut tables = Vec::with_capacity(names.len());
    for Name { name } in names {
        let columns: Vec<Name> = diesel::sql_query("SELECT name FROM pragma_table_info(?) ORDER BY cid")
            .bind::<Text, _>(&name)
            .load(conn)
            .map_err(refused)?;
        tables.push(Table { name, columns: columns.into_iter().map(|column| column.name).collect() });
    }
    Ok(tables)
}

fn read(conn: &mut Connection, table: &Table, sink: &mut RowSink<'_>) -> Result<(), CopyError> {
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
    let text = format!("SELECT {} FROM {}", columns.join(", "), quoted(&table.name));
    let rows = diesel::sql_query(text).load_iter::<AnyRow, _>(conn).map_err(refused)?;
    let mut batch = Vec::with_capacity(BATCH);
    for row in rows {
        batch.push(row.map_err(refused)?.0);
        if batch.len() == BATCH {
            sink(std::mem::take(&mut batch))?;
        }
    }
    if batch.is_empty() { Ok(()) } else { sink(batch) }
}

/// A name of a table or column, as one.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A row of whatever table.
struct AnyRow(Vec<Cell>);

impl QueryableByName<Sqlite> for AnyRow {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let mut cells = Vec::with_capacity(row.field_count());
        for at in 0..row.field_count() {
            let field = Row::get(row, at).ok_or("a row is shorter than it says")?;
            let Some(value) = field.value() else {
                cells.push(Cell::Null);
                continue;
            };
            cells.push(match value.value_type() {
                None => Cell::Null,
                Some(SqliteType::Binary) => Cell::Bytes(FromSql::<Binary, Sqlite>::from_sql(value)?),
                Some(SqliteType::Text) => Cell::Text(FromSql::<Text, Sqlite>::from_sql(value)?),
                Some(SqliteType::Float | SqliteType::Double) => Cell::Real(FromSql::<Double, Sqlite>::from_sql(value)?),
                Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => {
                    Cell::Integer(FromSql::<BigInt, Sqlite>::from_sql(value)?)
                }
            });
        }
        Ok(Self(cells))
    }
}

fn refused(error: diesel::result::Error) -> CopyError {
    match super::dialect::store_error(error) {
        StoreError::Full => CopyError::Refused("the disk is full".to_owned()),
        StoreError::Busy => CopyError::Refused("another process holds the file".to_owned()),
        StoreError::Failed(source) => CopyError::Refused(source.to_string()),
        error @ StoreError::Stale => CopyError::Refused(error.to_string()),
    }
}
