//! The cases, a file for each dialect.

mod app;
mod syrus;
mod v1;

use super::case::Case;

/// The cases of a dialect.
pub(crate) fn of(dialect: &str) -> &'static [Case] {
    match dialect {
        "v1" => v1::CASES,
        "app" => app::CASES,
        "syrus" => syrus::CASES,
        _ => panic!("{dialect} has no cases: give it a file in crates/http/tests/http/matrix/table"),
    }
}
