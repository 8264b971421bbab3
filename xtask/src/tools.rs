//! The Node and Python packages with which tests run the published samples and try the `OpenAPI`
//! documents, in the target folder. Their versions stand in `tests/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::project::{Project, run as run_command, say, succeeds};

/// Each folder of `tests/` that lists packages, and the folder of the target folder that gets them.
const SETS: [(&str, &str); 2] = [("samples", "sample-tools"), ("openapi", "openapi-tools")];

/// Installs every set. What is there already in the wanted versions is left alone.
pub(crate) fn run(project: &Project) -> Result<()> {
    for (lists, folder) in SETS {
        let lists = project.root().join("tests").join(lists);
        let folder = project.target().join(folder);
        install(&lists.join("package.json"), &folder.join("node"), |folder| node(project, &lists, folder))?;
        install(&lists.join("requirements.txt"), &folder.join("python"), |folder| python(project, &lists, folder))?;
    }
    Ok(())
}

fn node(project: &Project, lists: &Path, folder: &Path) -> Result<()> {
    fs::copy(lists.join("package.json"), folder.join("package.json")).context("package.json cannot be copied")?;
    let arguments = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
    run_command(project.command("npm", &arguments).current_dir(folder))
}

fn python(project: &Project, lists: &Path, folder: &Path) -> Result<()> {
    let python = folder.join("bin/python");
    if !succeeds(project.command(&python, &["-m", "pip", "--version"]).current_dir(folder)) {
        run_command(project.command("python3", &["-m", "venv"]).arg(folder)).context("is python3-venv installed?")?;
    }
    run_command(
        project
            .command(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(lists.join("requirements.txt")),
    )
}

/// Runs `work` in `folder` unless it was done before for the same list of packages.
fn install(list: &Path, folder: &Path, work: impl Fn(&Path) -> Result<()>) -> Result<()> {
    let done: PathBuf = folder.join("installed");
    let wanted = fs::read_to_string(list).with_context(|| format!("{} cannot be read", list.display()))?;
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        say(&format!("{} is up to date", folder.display()));
        return Ok(());
    }
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    work(folder)?;
    fs::write(&done, wanted).with_context(|| format!("{} cannot be written", done.display()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use anyhow::bail;

    use super::*;

    #[test]
    fn a_set_is_installed_once_for_each_list_and_again_after_a_failure() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let list = temporary.path().join("list");
        let folder = temporary.path().join("set");
        let runs = Cell::new(0);
        let work = |_: &Path| {
            runs.set(runs.get() + 1);
            Ok(())
        };
        fs::write(&list, "one").expect("written");
        assert!(install(&list, &folder, |_| bail!("no network")).is_err());
        install(&list, &folder, work).expect("installed");
        install(&list, &folder, work).expect("there already");
        assert_eq!(runs.get(), 1);
        fs::write(&list, "two").expect("written");
        install(&list, &folder, work).expect("installed");
        assert_eq!(runs.get(), 2);
    }
}
