//! Leads as a table (contract § 14): RFC 4180 in UTF-8 with a byte order mark, one lead a row, and a
//! column for each key of the free data.
//!
//! What a table cannot hold (the history of the status, what people set by hand, absorbed and archived
//! leads) is moved by lines alone.

mod cell;
mod read;
mod write;

pub(crate) use read::{Row, Rows, read};
pub use write::export_leads;

/// The columns of every table, in their order.
const COLUMNS: [&str; 12] = [
    "id",
    "email",
    "name",
    "phone",
    "company",
    "status",
    "score",
    "source_url",
    "created_at",
    "last_activity_at",
    "tags",
    "assigned_to",
];

/// What the name of a free column begins with.
const CUSTOM: &str = "custom_";

/// The field of a line that a column is, or the column where it is none.
fn field_of(column: &str) -> &str {
    match column {
        "source_url" => "sourceUrl",
        "created_at" => "createdAt",
        "last_activity_at" => "lastActiveAt",
        "assigned_to" => "assignedTo",
        same => same,
    }
}

/// The column that a field of a line is in.
fn column_of(field: &str) -> String {
    match field.strip_prefix("customFields.") {
        Some(key) => format!("{CUSTOM}{key}"),
        None => COLUMNS.into_iter().find(|column| field_of(column) == field).unwrap_or(field).to_owned(),
    }
}
