//! What tries the `OpenAPI` documents from outside: the packages of `tests/openapi/`, which
//! `cargo xtask tools` has put into the target folder.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use synaptiq_testkit::left_out::{Lack, left_out};

use crate::binary::target_folder;

/// The folder of this repository that has the scripts and settings.
pub fn openapi_scripts() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi"))
}

/// The folder with Python and the programs that its packages brought; without it `what` is left out.
pub fn openapi_python(what: &str) -> Option<PathBuf> {
    let folder = target_folder().join("openapi-tools/python");
    present(&folder, what, "install python3-venv and run `cargo xtask tools`").then(|| folder.join("bin"))
}

/// The folder with the packages for Node; without it `what` is left out.
pub fn openapi_node(what: &str) -> Option<PathBuf> {
    let folder = target_folder().join("openapi-tools/node");
    let lack = "install node and npm and run `cargo xtask tools`";
    let node = Command::new("node").arg("--version").output().is_ok_and(|done| done.status.success());
    present_if(node, &folder, what, lack).then_some(folder)
}

fn present(folder: &Path, what: &str, lack: &str) -> bool {
    present_if(true, folder, what, lack)
}

/// The task writes the file last.
fn present_if(runs: bool, folder: &Path, what: &str, lack: &str) -> bool {
    let there = runs && folder.join("installed").is_file();
    if !there {
        left_out(what, Lack::Tool(lack));
    }
    there
}
