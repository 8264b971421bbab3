//! Where the server's binary is, and that it is the one of these sources.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::SystemTime,
};

/// The folder that cargo builds into: this test runs from `<target>/debug/deps`.
pub(crate) fn target_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    test.ancestors().nth(3).expect("cargo puts tests three folders deep").to_owned()
}

/// The server's binary. `cargo xtask test` has just built it and says where it is; otherwise it is
/// built here if it is missing or older than its sources.
pub fn server_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        #[expect(clippy::disallowed_methods, reason = "tests are told by the task that runs them")]
        if let Ok(path) = std::env::var("SYNAPTIQ_BINARY") {
            return PathBuf::from(path);
        }
        let binary = target_folder().join("debug/synaptiq");
        if !is_current(&binary) {
            let built = Command::new("cargo")
                .args(["build", "--quiet", "--package", "synaptiq"])
                .arg("--target-dir")
                .arg(target_folder())
                .current_dir(root())
                .status()
                .expect("cargo is there, since it built this test");
            assert!(built.success(), "the server cannot be built");
        }
        binary
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn is_current(binary: &Path) -> bool {
    let Ok(built) = fs::metadata(binary).and_then(|file| file.modified()) else { return false };
    let newest = ["crates", "migrations", "Cargo.lock"].iter().map(|path| newest_change(&root().join(path))).max();
    newest.is_some_and(|newest| newest <= built)
}

/// The latest change of a file, or of any file below a folder; test code aside.
fn newest_change(path: &Path) -> SystemTime {
    if path.is_dir() {
        let Ok(entries) = fs::read_dir(path) else { return SystemTime::UNIX_EPOCH };
        return entries
            .flatten()
            .filter(|entry| entry.file_name() != "tests" && entry.file_name() != "testkit")
            .map(|entry| newest_change(&entry.path()))
            .max()
            .unwrap_or(SystemTime::UNIX_EPOCH);
    }
    fs::metadata(path).and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}
