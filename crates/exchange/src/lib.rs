//! Moving a tenant's data in and out (contract § 14): NDJSON with one record a line, and CSV of leads.
//!
//! [`line`](mod@line) says what a line is, `import` and `export` move lines between files and a store. Ports
//! alone are used, so that every store is read and written alike.

mod canonical;
pub mod demo;
pub mod export;
pub mod import;
pub mod line;
mod ordinals;
mod pull;
pub mod table;
