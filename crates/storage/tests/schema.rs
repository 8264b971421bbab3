//! `src/sqlite/schema.rs` says what the migrations make: a column that only one of them knows would
//! fail at run time, in whichever query names it first.

use std::{collections::BTreeMap, fs, path::Path};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::SimpleConnection as _,
    sql_query,
    sql_types::{BigInt, Text},
};

/// Primary key and columns of a table, a column being its name, its stored type, and whether it may be null.
#[derive(Debug, PartialEq, Eq)]
struct Table {
    primary_key: Vec<String>,
    columns: Vec<(String, &'static str, bool)>,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text, column_name = "type")]
    kind: String,
    #[diesel(sql_type = BigInt, column_name = "notnull")]
    not_null: i64,
    /// 0, or its place in the primary key from 1 on.
    #[diesel(sql_type = BigInt)]
    pk: i64,
}

/// The tables of an empty database after every migration, in order of their folders' names.
fn migrated(migrations: &Path) -> BTreeMap<String, Table> {
    let mut connection = SqliteConnection::establish(":memory:").expect("a database in memory");
    let mut folders: Vec<_> =
        fs::read_dir(migrations).expect("there are migrations").map(|entry| entry.expect("readable").path()).collect();
    folders.sort();
    for folder in folders {
        let sql = fs::read_to_string(folder.join("up.sql")).expect("a migration has an up.sql");
        connection.batch_execute(&sql).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    }
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let names: Vec<Name> = sql_query(names).load(&mut connection).expect("the names of the tables");
    let mut tables = BTreeMap::new();
    for Name { name } in names {
        let columns: Vec<Column> =
            sql_query("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?) ORDER BY cid")
                .bind::<Text, _>(&name)
                .load(&mut connection)
                .expect("the columns of a table");
        let mut key: Vec<&Column> = columns.iter().filter(|column| column.pk > 0).collect();
        key.sort_by_key(|column| column.pk);
        let table = Table {
            primary_key: key.iter().map(|column| column.name.clone()).collect(),
            columns: columns.iter().map(described).collect(),
        };
        tables.insert(name, table);
    }
    tables
}

fn described(column: &Column) -> (String, &'static str, bool) {
    let kind = match column.kind.as_str() {
        "TEXT" => "text",
        "INTEGER" => "integer",
        "REAL" => "real",
        "BLOB" => "blob",
        other => panic!("{} has the type {other:?}, which STRICT tables do not know", column.name),
    };
    (column.name.clone(), kind, column.not_null == 0)
}

/// The tables of every `table! { name (key) { column -> Type, } }` in a source file.
fn declared(source: &str) -> BTreeMap<String, Table> {
    let mut tables = BTreeMap::new();
    for declaration in source.split("table! {").skip(1) {
        let (head, body) = declaration.split_once(") {").expect("a table has a key and columns");
        let (name, key) = head.split_once('(').expect("a table has a name and a key");
        let (body, _) = body.split_once('}').expect("a table ends");
        let columns = body.lines().filter_map(|line| line.trim().trim_end_matches(',').split_once(" -> "));
        let table = Table {
            primary_key: key.split(',').map(|column| column.trim().to_owned()).collect(),
            columns: columns.map(|(column, kind)| stored(column, kind)).collect(),
        };
        tables.insert(name.trim().to_owned(), table);
    }
    tables
}

fn stored(column: &str, kind: &str) -> (String, &'static str, bool) {
    let inner = kind.strip_prefix("Nullable<").and_then(|inner| inner.strip_suffix('>'));
    let stored = match inner.unwrap_or(kind) {
        "Text" => "text",
        "BigInt" | "Bool" | "Integer" => "integer",
        "Double" => "real",
        "Binary" => "blob",
        other => panic!("{column} has the type {other:?}, which this test does not know"),
    };
    (column.to_owned(), stored, inner.is_some())
}

#[test]
fn the_declared_tables_are_those_that_the_migrations_make() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let migrated = migrated(&root.join("../../migrations/sqlite"));
    let source = fs::read_to_string(root.join("src/sqlite/schema.rs")).expect("the schema's source");
    let declared = declared(&source);
    assert!(!migrated.is_empty());
    assert_eq!(
        migrated.keys().collect::<Vec<_>>(),
        declared.keys().collect::<Vec<_>>(),
        "migrations/sqlite makes the tables on the left, src/sqlite/schema.rs declares those on the right"
    );
    for (name, table) in &migrated {
        assert_eq!(Some(table), declared.get(name), "{name}: migrations/sqlite and src/sqlite/schema.rs differ");
    }
}

#[test]
fn a_declaration_is_read_with_its_key_and_what_may_be_null() {
    let source = "diesel::table! {\n    a (x, y) {\n        x -> Text,\n        y -> Nullable<BigInt>,\n    }\n}\n";
    let columns = vec![("x".to_owned(), "text", false), ("y".to_owned(), "integer", true)];
    let table = Table { primary_key: vec!["x".to_owned(), "y".to_owned()], columns };
    assert_eq!(declared(source), BTreeMap::from([("a".to_owned(), table)]));
}
