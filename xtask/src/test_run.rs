//! Running every test: build, doc tests, then the test runner, whose summary is printed last.

use std::{collections::BTreeSet, fs, path::PathBuf, process::ExitCode, str::FromStr};

use anyhow::{Context as _, Result};

use crate::project::{Project, run as run_command, run_and_keep, say, succeeds};

/// What may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// A test that lacks something is left out, and named at the end.
    Nothing,
    /// It fails, unless what it lacks is material beside the repository that cannot be installed.
    Tools,
    /// It fails.
    Everything,
}

impl Requirement {
    /// The variable by which tests learn it (`testkit::left_out`).
    pub(crate) const VARIABLE: &str = "SYNAPTIQ_REQUIRE_ALL";

    const fn value(self) -> &'static str {
        match self {
            Self::Nothing => "0",
            Self::Tools => "tools",
            Self::Everything => "1",
        }
    }
}

impl FromStr for Requirement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Nothing, Self::Tools, Self::Everything]
            .into_iter()
            .find(|requirement| requirement.value() == text)
            .ok_or_else(|| format!("{} is 0, tools or 1", Self::VARIABLE))
    }
}

/// How a run of all tests ended.
#[derive(Debug)]
pub(crate) struct TestReport {
    passed: bool,
    summary: Vec<String>,
    left_out: BTreeSet<String>,
}

impl TestReport {
    /// What was left out, loudly, and then the test runner's own summary.
    pub(crate) fn print(&self) {
        if !self.left_out.is_empty() {
            say("\n======================= LEFT OUT: these tests did NOT run =======================");
            for line in &self.left_out {
                say(&format!("  * {line}"));
            }
            say("==================================================================================");
        }
        say("");
        for line in &self.summary {
            say(line);
        }
    }

    /// Whether every test that ran passed.
    pub(crate) const fn passed(&self) -> bool {
        self.passed
    }

    /// Failure unless every test passed. The summary says the rest, and is the last thing printed.
    pub(crate) fn exit_code(&self) -> ExitCode {
        if self.passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

enum Runner {
    Nextest,
    CargoTest,
}

impl Runner {
    fn present(project: &Project) -> Self {
        if succeeds(&mut project.cargo(&["nextest", "--version"])) { Self::Nextest } else { Self::CargoTest }
    }

    const fn arguments(&self) -> &'static [&'static str] {
        match self {
            Self::Nextest => &["nextest", "run", "--workspace", "--no-fail-fast"],
            Self::CargoTest => &["test", "--workspace", "--all-targets", "--no-fail-fast"],
        }
    }

    fn summary(&self, lines: &[String]) -> Vec<String> {
        match self {
            Self::Nextest => nextest_summary(lines),
            Self::CargoTest => cargo_test_summary(lines),
        }
    }
}

/// Runs every test.
///
/// `--all-targets` builds the server and the tests in one go with one set of features: building the
/// server alone would compile half of its dependencies a second time.
pub(crate) fn run(project: &Project, requirement: Requirement) -> Result<TestReport> {
    run_command(&mut project.cargo(&["build", "--workspace", "--all-targets"]))?;
    run_command(&mut project.cargo(&["test", "--workspace", "--doc", "--quiet"]))?;

    let left_out = left_out_file(project)?;
    let runner = Runner::present(project);
    let mut command = project.cargo(runner.arguments());
    command
        .env(Requirement::VARIABLE, requirement.value())
        .env("SYNAPTIQ_LEFT_OUT", &left_out)
        .env("SYNAPTIQ_BINARY", project.server_binary());
    let (passed, lines) = run_and_keep(&mut command)?;
    let named = fs::read_to_string(&left_out).with_context(|| format!("{} cannot be read", left_out.display()))?;
    Ok(TestReport { passed, summary: runner.summary(&lines), left_out: named.lines().map(str::to_owned).collect() })
}

/// The empty file in which tests note what they lack.
fn left_out_file(project: &Project) -> Result<PathBuf> {
    let path = project.target().join("left-out.txt");
    fs::write(&path, "").with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

/// From the `Summary […]` line to the end: the failures are listed below it.
fn nextest_summary(lines: &[String]) -> Vec<String> {
    let start = lines.iter().rposition(|line| line.contains("Summary [")).unwrap_or(lines.len().saturating_sub(5));
    lines[start..].to_vec()
}

/// The failed tests, and the sum of all `test result:` lines in the form of one.
fn cargo_test_summary(lines: &[String]) -> Vec<String> {
    let number_before = |line: &str, word: &str| -> u64 {
        line.split(';')
            .find_map(|part| part.trim().strip_suffix(word)?.split_whitespace().last()?.parse().ok())
            .unwrap_or(0)
    };
    let results: Vec<&String> = lines.iter().filter(|line| line.starts_with("test result:")).collect();
    let sum = |word: &str| results.iter().map(|line| number_before(line, word)).sum::<u64>();
    let mut summary: Vec<String> =
        lines.iter().filter(|line| line.starts_with("test ") && line.ends_with("FAILED")).cloned().collect();
    let verdict = if sum("failed") == 0 && !results.is_empty() { "ok" } else { "FAILED" };
    summary.push(format!(
        "test result: {verdict}. {} passed; {} failed; {} ignored; in {} test binaries",
        sum("passed"),
        sum("failed"),
        sum("ignored"),
        results.len()
    ));
    summary
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_summary_of_nextest_begins_at_its_summary_line_and_keeps_the_failures_below() {
        let output = lines("PASS a\nFAIL b\n------\n     Summary [   0.1s] 2 tests run: 1 passed, 1 failed\n  FAIL b");
        let summary = nextest_summary(&output);
        assert_eq!(summary, lines("     Summary [   0.1s] 2 tests run: 1 passed, 1 failed\n  FAIL b"));
    }

    #[test]
    fn the_summary_of_cargo_test_adds_up_every_binary_and_names_what_failed() {
        let output = lines(
            "test one ... ok\ntest two ... FAILED\n\
             test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             test result: ok. 3 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        );
        assert_eq!(
            cargo_test_summary(&output),
            lines("test two ... FAILED\ntest result: FAILED. 4 passed; 1 failed; 2 ignored; in 2 test binaries")
        );
    }

    #[test]
    fn a_run_without_any_result_line_is_not_called_ok() {
        assert_eq!(
            cargo_test_summary(&lines("error: could not compile")),
            lines("test result: FAILED. 0 passed; 0 failed; 0 ignored; in 0 test binaries")
        );
    }

    #[test]
    fn an_unknown_requirement_is_refused_with_the_known_ones() {
        assert_eq!("tools".parse(), Ok(Requirement::Tools));
        assert_eq!("yes".parse::<Requirement>(), Err("SYNAPTIQ_REQUIRE_ALL is 0, tools or 1".to_owned()));
    }
}
