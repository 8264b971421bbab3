//! The interpreters with which published samples run, and the packages that `cargo xtask tools`
//! has put into the target folder for them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use synaptiq_testkit::left_out::{Lack, left_out};

use crate::{Finished, binary::target_folder};

/// Interpreters that were found with everything the samples import.
#[derive(Debug)]
pub struct Tools {
    node: Option<PathBuf>,
    python: Option<PathBuf>,
}

impl Default for Tools {
    fn default() -> Self {
        Self::find()
    }
}

impl Tools {
    /// Looks for them.
    pub fn find() -> Self {
        let folder = target_folder().join("sample-tools");
        let modules = folder.join("node/node_modules");
        let python = folder.join("python/bin/python");
        let node_works = modules.join("express").is_dir()
            && modules.join("standardwebhooks").is_dir()
            && works(Command::new("node").arg("--version"));
        let python_works = works(Command::new(&python).args(["-c", "import requests, standardwebhooks"]));
        Self { node: node_works.then_some(modules), python: python_works.then_some(python) }
    }

    /// Node with Express and the Standard Webhooks library; without it `what` is left out.
    pub fn node(&self, what: &str) -> Option<Command> {
        let Some(modules) = &self.node else {
            left_out(what, Lack::Tool("install node and npm and run `cargo xtask tools`"));
            return None;
        };
        let mut command = Command::new("node");
        command.env("NODE_PATH", modules);
        Some(command)
    }

    /// Python with requests and the Standard Webhooks library; without it `what` is left out.
    pub fn python(&self, what: &str) -> Option<Command> {
        let Some(python) = &self.python else {
            left_out(what, Lack::Tool("install python3-venv and run `cargo xtask tools`"));
            return None;
        };
        Some(Command::new(python))
    }

    /// PHP with its built-in web server; without it `what` is left out.
    pub fn php(&self, what: &str) -> Option<Command> {
        if works(Command::new("php").arg("--version")) {
            return Some(Command::new("php"));
        }
        left_out(what, Lack::Tool("install php-cli"));
        None
    }

    /// A POSIX shell that has curl; without it `what` is left out.
    pub fn shell_with_curl(&self, what: &str) -> Option<Command> {
        if works(Command::new("curl").arg("--version")) {
            return Some(Command::new("bash"));
        }
        left_out(what, Lack::Tool("install curl"));
        None
    }
}

/// Where a program is, if it is installed.
pub fn installed(program: &str) -> Option<PathBuf> {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).stdin(Stdio::null()).output().ok()?;
    let path = PathBuf::from(String::from_utf8(found.stdout).ok()?.trim());
    (found.status.success() && path.is_absolute()).then_some(path)
}

fn works(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// Writes a script to `folder/name` and runs it to its end.
///
/// # Panics
///
/// If the folder cannot be written to.
pub fn run_script(interpreter: &mut Command, folder: &Path, name: &str, text: &str) -> Finished {
    let path = folder.join(name);
    fs::write(&path, text).expect("a temporary folder can be written to");
    Finished::of(interpreter.arg(path).current_dir(folder))
}
