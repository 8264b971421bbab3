//! Tests that need something from outside the repository: a tool, or material beside it. Where it
//! is missing the test is left out, and the run says so at its end (`cargo xtask test`). In CI
//! nothing is left out: there it fails.

use std::{
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
};

/// What a test needs and does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack<'a> {
    /// Something that can be installed, and how.
    Tool(&'a str),
    /// A path below `../shared`, which lies beside the repository and is never part of it.
    Shared(&'a str),
}

/// What happens to a test that lacks something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    LeaveOut,
    Fail,
}

/// `requirement` is the value of `SYNAPTIQ_REQUIRE_ALL`: `1` requires everything, `tools` what can be installed.
fn verdict(requirement: Option<&str>, lack: Lack<'_>) -> Verdict {
    match (requirement, lack) {
        (Some("1"), _) | (Some("tools"), Lack::Tool(_)) => Verdict::Fail,
        _ => Verdict::LeaveOut,
    }
}

/// Notes that `what` (a plural: "the published curl samples") was not tested. The caller returns after it.
///
/// # Panics
///
/// Where leaving it out is not allowed.
pub fn left_out(what: &str, lack: Lack<'_>) {
    let line = match lack {
        Lack::Tool(tool) => format!("{what}: {tool}"),
        Lack::Shared(path) => format!("{what}: ../shared/{path} is not there"),
    };
    assert!(verdict(variable("SYNAPTIQ_REQUIRE_ALL").as_deref(), lack) == Verdict::LeaveOut, "left out: {line}");
    let _ = writeln!(std::io::stderr(), "LEFT OUT: {line}");
    if let Some(path) = variable("SYNAPTIQ_LEFT_OUT") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("the list of what is left out");
        // One write per line: several test processes append to the same file.
        file.write_all(format!("{line}\n").as_bytes()).expect("the list of what is left out");
    }
}

/// A path below `../shared`, or `None` if it is not there.
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    path.exists().then_some(path)
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the task that runs them, not by a settings file")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_required_in_ci_and_material_beside_the_repository_only_where_it_can_be() {
        let tool = Lack::Tool("node is not installed");
        let material = Lack::Shared("spec");
        assert_eq!(verdict(None, tool), Verdict::LeaveOut);
        assert_eq!(verdict(Some("0"), tool), Verdict::LeaveOut);
        assert_eq!(verdict(Some("tools"), tool), Verdict::Fail);
        assert_eq!(verdict(Some("tools"), material), Verdict::LeaveOut);
        assert_eq!(verdict(Some("1"), material), Verdict::Fail);
    }
}
