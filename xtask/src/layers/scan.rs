//! What cargo cannot see: words that only one crate may write.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

/// The right to work across tenants is made where servers and commands are wired, and in tests.
const SYSTEM_SCOPE_HOMES: &[&str] = &["crates/app", "crates/testkit"];

/// Every file whose product code has a word that it must not have.
pub(super) fn words_out_of_place(root: &Path) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for folder in fs::read_dir(root.join("crates")).context("crates/ cannot be read")? {
        let folder = folder.context("crates/ cannot be read")?.path().join("src");
        if folder.is_dir() {
            walk(&folder, &mut |path, text| {
                let path = path.strip_prefix(root).unwrap_or(path);
                let complaint = complaint_about(path, &product_code(path, text));
                violations.extend(complaint.map(|words| format!("{}: {words}", path.display())));
            })?;
        }
    }
    violations.sort();
    Ok(violations)
}

fn complaint_about(path: &Path, code: &str) -> Option<&'static str> {
    if code.contains("SystemScope::assume") && !SYSTEM_SCOPE_HOMES.iter().any(|home| path.starts_with(home)) {
        return Some("take a SystemScope as a parameter, only crates/app makes one (docs/decisions/0004)");
    }
    if path.starts_with("crates/domain") && code.split("tokio::").skip(1).any(|rest| !rest.starts_with("sync::")) {
        return Some("of tokio the domain uses `tokio::sync` alone (docs/decisions/0002)");
    }
    None
}

/// The part of a file before its tests, without comments; nothing of a file of tests.
fn product_code(path: &Path, text: &str) -> String {
    let name = path.file_stem().unwrap_or_default();
    if name == "tests" || path.components().any(|part| part.as_os_str() == "tests") {
        return String::new();
    }
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path, &str)) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry.with_context(|| format!("{} cannot be read", folder.display()))?.path();
        if path.is_dir() {
            walk(&path, visit)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            visit(&path, &text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violations_of(file: &str, text: &str) -> Vec<String> {
        let root = tempfile::tempdir().expect("a temporary folder");
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("made");
        fs::write(&path, text).expect("written");
        words_out_of_place(root.path()).expect("the folder is readable")
    }

    #[test]
    fn an_adapter_that_makes_a_system_scope_is_named() {
        let violations = violations_of("crates/webhook/src/relay/mod.rs", "fn f() { SystemScope::assume(); }");
        assert_eq!(violations.len(), 1);
        assert!(violations[0].starts_with("crates/webhook/src/relay/mod.rs: take a SystemScope"), "{violations:?}");
    }

    #[test]
    fn the_domain_uses_no_more_of_tokio_than_what_synchronises() {
        let file = "crates/domain/src/use_cases/lanes.rs";
        assert_eq!(violations_of(file, "use tokio::sync::Mutex;"), Vec::<String>::new());
        let violations = violations_of(file, "use tokio::sync::Mutex;\nuse tokio::net::TcpStream;");
        assert_eq!(violations.len(), 1);
        assert!(violations[0].contains("`tokio::sync` alone"), "{violations:?}");
    }

    #[test]
    fn the_application_tests_and_comments_may_say_it() {
        for (file, text) in [
            ("crates/app/src/wiring.rs", "fn f() { SystemScope::assume(); }"),
            (
                "crates/storage/src/lib.rs",
                "/// Not `SystemScope::assume`.\n#[cfg(test)]\nmod t { SystemScope::assume(); }",
            ),
            ("crates/storage/src/sqlite/tests.rs", "fn f() { SystemScope::assume(); }"),
        ] {
            assert_eq!(violations_of(file, text), Vec::<String>::new(), "{file}");
        }
    }
}
