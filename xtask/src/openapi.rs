//! The published `OpenAPI` documents: what the server says about its own routes, committed.

use std::{fs, process::Stdio};

use anyhow::{Context as _, Result, bail};

use crate::project::{Project, run as run_command, say};

/// One document per dialect that the server speaks.
const DIALECTS: [&str; 3] = ["v1", "app", "syrus"];

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
    for dialect in DIALECTS {
        let file = folder.join(format!("{dialect}.json"));
        let said = document(project, dialect)?;
        match mode {
            Mode::Write => {
                fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
                fs::write(&file, said).with_context(|| format!("{} cannot be written", file.display()))?;
                say(&format!("docs/openapi/{dialect}.json is written"));
            }
            Mode::Check => {
                let committed = fs::read_to_string(&file)
                    .with_context(|| format!("docs/openapi/{dialect}.json is missing: run `cargo xtask openapi`"))?;
                if committed != said {
                    bail!("docs/openapi/{dialect}.json is not what the server says: run `cargo xtask openapi`");
                }
                say(&format!("docs/openapi/{dialect}.json is what the server says"));
            }
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
