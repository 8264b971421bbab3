//! `synaptiq openapi v1|app|syrus`: the document that the routes give.

use anyhow::{Context as _, Result};

use synaptiq_http::{dialect::named, openapi::openapi};

use crate::commands::say;

pub(super) fn run(dialect: &str) -> Result<()> {
    let dialect =
        named(dialect).with_context(|| format!("'{dialect}' is not a dialect; there are v1, app and syrus"))?;
    let document = openapi(dialect);
    say(&serde_json::to_string_pretty(&document)?);
    Ok(())
}
