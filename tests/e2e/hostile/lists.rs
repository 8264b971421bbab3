//! What hostile callers send: the project's own list, and published ones that lie beside the
//! repository.

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use synaptiq_testkit::left_out::{Lack, left_out, shared};

/// The folder of the published lists, below `../shared`.
const PUBLISHED: &str = "data/hostile";

/// Texts of every kind that has ever broken something.
pub(super) fn own() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\u{a0}",
        "\u{200b}",
        "\u{feff}",
        "\u{202e}gnp.exe",
        "\u{1}",
        "\u{7f}",
        "\u{85}",
        "\u{fffd}",
        "\u{ffff}",
        "\u{10ffff}",
        "null",
        "undefined",
        "true",
        "NaN",
        "Infinity",
        "0",
        "-0",
        "-1",
        "1e999",
        "1e-999",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "999999999999999999999999999999999999999999",
        "0x7f",
        "１２３",
        "٣",
        "½",
        "1,000.00",
        "1.000,00 €",
        "€ -5",
        "' OR '1'='1",
        "'; DROP TABLE leads; --",
        "\" OR 1=1 --",
        "%' OR '%'='",
        "a' UNION SELECT NULL--",
        "\\",
        "\\'",
        "%",
        "_",
        "%_%",
        "*",
        "?",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "{}",
        "[]",
        "\"",
        "\"\"",
        "`",
        "$",
        "${x}",
        "{{7*7}}",
        "#{7*7}",
        "<%= 7*7 %>",
        "$(id)",
        "`id`",
        "; ls",
        "| ls",
        "&& ls",
        "%n%n%n%s%s",
        "%00",
        "%0d%0aX: y",
        "\r\nX: y",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "data:text/html,x",
        "]]>",
        "<!--",
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
        "../../../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "/dev/null",
        "CON",
        "file:///etc/passwd",
        "//evil.example",
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(1)",
        "a@b",
        "a@b.",
        "@b.c",
        "a@@b.c",
        "a b@c.d",
        "\"a b\"@c.de",
        "a@[127.0.0.1]",
        "ä@ö.de",
        "a@xn--e1afmkfd.example",
        "a@example.com, b@example.com",
        "a@example.com\r\nbcc: b@example.com",
        "+",
        "++1",
        "+1 (555) 555-5555 ext. 5",
        "00000000000000000000",
        "2026-02-30",
        "2026-13-01",
        "0000-00-00",
        "9999-12-31",
        "9999-12-31T23:59:60Z",
        "9999-12-31T24:00:00Z",
        "10000-01-01",
        "-0001-01-01",
        "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-01-01T00:00:00+99:99",
        "2026-W53-7",
        "2026-366",
        "20260101T000000Z",
        "now",
        "lead_00000000000000000000000000",
        "lead_ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "lead_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "{6F9619FF-8B86-D011-B42D-00CF4FC964FF}",
        "sess_",
        "sk_live_",
        "sk_live_x",
        "whsec_",
        "whsec_!",
        "é",
        "e\u{301}",
        "ﬁ",
        "İ",
        "ß",
        "ſ",
        "Ǆ",
        "K",
        "Å",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "🇨🇭",
        "👍🏽",
        "\u{1f3f4}\u{e0067}\u{e0062}",
        "Z̴̘͝a̸̹͘l̶̰͝g̷̠̈́o̵̤͝",
        "日本語",
        "السلام",
        "שלום",
        "ก็็็็็็็็็็็็็็็็",
        "\u{0}",
        "a\u{0}b",
        "and or not",
        "title:",
        "a AND",
        "a OR OR b",
        "\"unclosed",
        "(unclosed",
        "a~1",
        "a^2",
        "text:[a TO b]",
        "NEAR(a b)",
        "a*b*",
        "+a -b",
        "__proto__",
        "constructor",
        "$serde_json::private::Number",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    for length in [201, 4_001, 70_000] {
        texts.push("x".repeat(length));
    }
    texts.push("é".repeat(4_000));
    texts.push("a\u{301}".repeat(2_000));
    texts.push("🙂".repeat(1_000));
    texts.push("\"".repeat(3_000));
    texts.push("(".repeat(3_000));
    texts.push("[a](b)".repeat(600));
    texts.push("a@a.aa ".repeat(500));
    texts.push("1 2 3 4 5 ".repeat(400));
    texts.push("€1 ".repeat(1_300));
    texts.push("+1 555 0100 ".repeat(300));
    texts.push("a. ".repeat(1_300));
    texts.push("\n".repeat(3_000) + "x");
    texts.push(" ".repeat(3_000) + "x");
    texts
}

/// A published list by its name, or nothing if it is not there.
pub(super) fn published() -> Option<Vec<(String, Vec<String>)>> {
    let Some(folder) = shared(PUBLISHED) else {
        left_out("published lists of hostile input", Lack::Shared(PUBLISHED));
        return None;
    };
    let mut lists = Vec::new();
    for path in files(&folder) {
        let name = path.strip_prefix(&folder).expect("below it").display().to_string();
        if name.ends_with(".tar.gz") {
            continue;
        }
        let bytes = fs::read(&path).expect("readable");
        let mut texts = Vec::new();
        if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
            collect(&value, &mut texts);
        } else {
            let text = String::from_utf8_lossy(&bytes);
            texts.extend(text.lines().map(str::to_owned));
            // A value and what it is read as, with the kind before it.
            texts.extend(
                text.lines().filter_map(|line| Some(line.split_once(": ")?.1.split(" -> ").next()?.to_owned())),
            );
            for value in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
                collect(&value, &mut texts);
            }
        }
        texts.sort();
        texts.dedup();
        assert!(!texts.is_empty(), "{name} holds nothing");
        lists.push((name, texts));
    }
    assert!(lists.len() > 20, "only {} lists", lists.len());
    Some(lists)
}

/// Texts that try to talk an assistant out of its rules, or nothing if they are not there.
pub(super) fn injections() -> Option<Vec<String>> {
    let lists = published()?;
    let wanted = |name: &str| name.starts_with("prompt_injection/") || name == "payloads/prompt_injection.md";
    Some(lists.into_iter().filter(|(name, _)| wanted(name)).flat_map(|(_, texts)| texts).collect())
}

/// Files that a JSON parser must accept (`y_…`), must refuse (`n_…`) or may do either with (`i_…`).
pub(super) fn json_files() -> Option<Vec<(String, Vec<u8>)>> {
    let path = format!("{PUBLISHED}/jsontestsuite.tar.gz");
    let Some(archive) = shared(&path) else {
        left_out("the published JSON parsing files", Lack::Shared(&path));
        return None;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let unpacked = Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(folder.path()).status();
    if !unpacked.is_ok_and(|status| status.success()) {
        left_out("the published JSON parsing files", Lack::Tool("install tar and gzip"));
        return None;
    }
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        (name, fs::read(path).expect("readable"))
    };
    Some(
        files(folder.path())
            .into_iter()
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .map(read)
            .collect(),
    )
}

/// As many as `count` of a list, evenly from all of it, beginning at the `offset`th.
pub(super) fn sample<T: Clone>(list: &[T], count: usize, offset: usize) -> Vec<T> {
    let count = count.min(list.len());
    (0..count).map(|at| list[(offset + at * list.len() / count) % list.len()].clone()).collect()
}

/// Every text in a JSON value.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(map) => map.values().for_each(|item| collect(item, texts)),
        _ => {}
    }
}

/// Every file below a folder, in order.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found.sort();
    found
}
