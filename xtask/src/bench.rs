//! Figures of the release binary. Measuring is the `synaptiq-bench` package's; here it is built,
//! run, and what it printed is put into the document between two marks.

use std::{fs, process::Stdio};

use anyhow::{Context as _, Result, bail};

use crate::project::{Project, run as run_command, say};

/// The document that shows the tables.
const DOCUMENT: &str = "docs/benchmarks.md";
/// The program that times decisions of the limiter.
const LIMITER: &str = "limiter_cost";
/// The line before the tables.
const BEGIN: &str = "<!-- printed by `cargo xtask bench`: do not edit -->";
/// The line after them.
const END: &str = "<!-- end of what was printed -->";

/// Builds, measures and prints; writes the document unless the extent is a caller's own.
pub(crate) fn run(project: &Project, extent: &[String]) -> Result<()> {
    run_command(&mut project.cargo(&["build", "--release", "--package", "synaptiq", "--package", "synaptiq-bench"]))?;
    run_command(&mut project.cargo(&["build", "--release", "--package", "synaptiq-http", "--example", LIMITER]))?;
    let release = project.target().join("release");
    let tables = measure(project, &release, extent)?;
    say(&tables);
    if !extent.is_empty() {
        return Ok(());
    }
    let path = project.root().join(DOCUMENT);
    let text = fs::read_to_string(&path).with_context(|| format!("{DOCUMENT} cannot be read"))?;
    fs::write(&path, with_tables(&text, &tables)?).with_context(|| format!("{DOCUMENT} cannot be written"))?;
    say(&format!("{DOCUMENT} is written"));
    Ok(())
}

fn measure(project: &Project, release: &std::path::Path, extent: &[String]) -> Result<String> {
    let mut command = project.command(release.join("synaptiq-bench"), &["run"]);
    // The target folder is on a disk; the machine's temporary folder may be in memory.
    command.arg("--limiter").arg(release.join("examples").join(LIMITER));
    command.arg("--server").arg(release.join("synaptiq")).arg("--folder").arg(project.target()).args(extent);
    let output = command.stderr(Stdio::inherit()).output().context("the benchmark cannot be started")?;
    if !output.status.success() {
        bail!("the benchmark failed");
    }
    String::from_utf8(output.stdout).context("the tables are not UTF-8")
}

/// The document with these tables in the place of its own.
fn with_tables(text: &str, tables: &str) -> Result<String> {
    let around = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = around.with_context(|| format!("{DOCUMENT} has lost the marks around its tables"))?;
    Ok(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", tables.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let text = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let written = with_tables(&text, "new\n").expect("the marks are there");
        assert_eq!(written, format!("before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"));
        assert_eq!(with_tables(&written, "new").expect("the marks are there"), written);
    }

    #[test]
    fn a_document_without_its_marks_is_left_alone() {
        assert!(with_tables("no marks", "new").is_err());
    }
}
