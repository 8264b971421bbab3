//! The published `OpenAPI` documents, and the tables of the page on keys: what the server says about
//! its own routes, committed.

use std::{fs, process::Stdio};

use anyhow::{Context as _, Result, bail};

use crate::{
    keys_page,
    project::{Project, run as run_command, say},
};

/// One document per dialect that the server speaks.
const DIALECTS: [&str; 3] = ["v1", "app", "syrus"];
/// The page whose tables are made of the documents.
const KEYS_PAGE: &str = "docs/keys.md";

/// Whether to change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Writes the files.
    Write,
    /// Compares the files and writes nothing.
    Check,
}

/// Writes or checks every document.
pub(crate) fn run(project: &Project, mode: Mode) -> Result<()> {
    if mode == Mode::Write || !project.server_binary().exists() {
        run_command(&mut project.cargo(&["build", "--workspace", "--all-targets"]))?;
    }
    let folder = project.root().join("docs/openapi");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut documents = Vec::new();
    for dialect in DIALECTS {
        let said = document(project, dialect)?;
        settle(project, mode, &format!("docs/openapi/{dialect}.json"), &said)?;
        documents.push((dialect, serde_json::from_str(&said).context("the document is no JSON")?));
    }
    let page = fs::read_to_string(project.root().join(KEYS_PAGE)).context("docs/keys.md cannot be read")?;
    settle(project, mode, KEYS_PAGE, &keys_page::with_routes(&page, &documents)?)
}

/// Writes a file, or compares it.
fn settle(project: &Project, mode: Mode, name: &str, said: &str) -> Result<()> {
    let file = project.root().join(name);
    match mode {
        Mode::Write => {
            fs::write(&file, said).with_context(|| format!("{} cannot be written", file.display()))?;
            say(&format!("{name} is written"));
        }
        Mode::Check => {
            let committed =
                fs::read_to_string(&file).with_context(|| format!("{name} is missing: run `cargo xtask openapi`"))?;
            if committed != said {
                bail!("{name} is not what the server says: run `cargo xtask openapi`");
            }
            say(&format!("{name} is what the server says"));
        }
    }
    Ok(())
}

/// What `synaptiq openapi DIALECT` prints, ending with exactly one line feed.
fn document(project: &Project, dialect: &str) -> Result<String> {
    let output = project
        .command(project.server_binary(), &["openapi", dialect])
        // What the tests are told by variables is no setting of the server.
        .env_clear()
        .stderr(Stdio::inherit())
        .output()
        .context("the server cannot be started")?;
    if !output.status.success() {
        bail!("`synaptiq openapi {dialect}` failed");
    }
    let text = String::from_utf8(output.stdout).context("the document is not UTF-8")?;
    Ok(format!("{}\n", text.trim_end()))
}
