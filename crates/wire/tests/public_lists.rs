//! Public lists of hostile and well-formed input, where they are present beside the project
//! (`../shared/data/hostile`): nothing panics, and what the lists call right or wrong is read or
//! refused. Where they are absent the run says so and passes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use synaptiq_wire::{chat, json as strict, query::Query, time, v1};

/// A file of the lists, or nothing with a loud word.
#[expect(clippy::print_stderr, reason = "a run without the lists must say so")]
fn list(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/hostile").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("NOT TESTED: {} is absent", path.display());
    None
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a readable file")).expect("valid JSON")
}

#[test]
fn i3_the_json_parsing_suite_is_read_and_refused_as_it_says() {
    let Some(archive) = list("jsontestsuite.tar.gz") else { return };
    let folder = std::env::temp_dir().join(format!("synaptiq-wire-json-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let unpacked = Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(&folder).status();
    if !unpacked.is_ok_and(|status| status.success()) {
        eprintln!("NOT TESTED: tar cannot unpack {}", archive.display());
        return;
    }
    let mut counted = (0, 0);
    for entry in fs::read_dir(folder.join("test_parsing")).expect("unpacked") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let read = strict::read_value(&fs::read(&path).expect("a readable file"));
        // What we refuse although it is JSON: keys given twice, and U+0000.
        let ours = ["y_object_duplicated_key", "y_object_escaped_null_in_key", "y_string_null_escape"];
        let stricter = ours.iter().any(|ours| name.starts_with(ours));
        match name.as_bytes()[0] {
            b'y' => assert_eq!(read.is_ok(), !stricter, "{name}: {read:?}"),
            b'n' => assert!(read.is_err(), "{name} was read as {read:?}"),
            _ => {}
        }
        if read.is_ok() { counted.0 += 1 } else { counted.1 += 1 }
    }
    fs::remove_dir_all(&folder).expect("removed");
    assert!(counted.0 > 80 && counted.1 > 180, "{counted:?}");
}

#[test]
fn rfc_3339_is_read_as_its_test_suite_says() {
    let Some(path) = list("json-schema-formats/date-time.json") else { return };
    // Wrong by RFC 3339, right by ISO 8601, which is what callers may send.
    let wider = ["2013-350T01:01:01", "1985-04-12T23:20:50+01", "1990-12-31T24:00:00Z"];
    for group in read_json(&path).as_array().expect("groups") {
        for case in group["tests"].as_array().expect("cases") {
            let Some(text) = case["data"].as_str() else { continue };
            let expected = case["valid"].as_bool().expect("a verdict") || wider.contains(&text);
            assert_eq!(time::parse_instant(text).is_some(), expected, "{text}");
        }
    }
}

#[test]
fn iso_8601_dates_are_read_as_their_test_suite_says() {
    let Some(path) = list("json-schema-formats/date.json") else { return };
    for group in read_json(&path).as_array().expect("groups") {
        for case in group["tests"].as_array().expect("cases") {
            let Some(text) = case["data"].as_str() else { continue };
            // Basic, week and ordinal forms are ISO 8601 though not RFC 3339.
            if case["valid"] == json!(true) {
                assert!(time::parse_instant_as_end(text).is_some(), "{text}");
            } else if text.len() == 10 && text.as_bytes().get(4) == Some(&b'-') && !text.contains('W') {
                assert_eq!(time::parse_instant_as_end(text), None, "{text}");
            }
        }
    }
}

#[test]
fn naughty_strings_pass_every_reader_or_are_named() {
    let Some(path) = list("blns.json") else { return };
    let strings = read_json(&path);
    let mut refused = 0;
    for text in strings.as_array().expect("a list").iter().filter_map(Value::as_str) {
        let body = json!({
            "message": text, "visitorId": "v", "sessionId": text, "metadata": {"page": text},
        });
        match chat::ChatRequest::read(body.as_object().expect("an object"), chat::Visitor::MustBeNamed) {
            Ok(read) => assert_eq!(read.message, text, "kept to the letter"),
            Err(error) => assert_eq!((error.param.as_str(), text.trim()), ("message", "")),
        }
        for field in ["email", "phone", "name", "sourceUrl", "source"] {
            let mut body = json!({"phone": "+1-555-0234"});
            body[field] = json!(text);
            if let Err(error) = v1::lead::read_draft(body.as_object().expect("an object")) {
                assert_eq!(error.param, field);
                refused += 1;
            }
        }
        let encoded: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for name in ["status", "email", "q", "minScore", "createdAfter", "archived", "sortBy", "page", "cursor"] {
            let raw = format!("{name}={}", encoded.concat());
            if let Err(error) = v1::lead::read_query(&Query::of(&raw)) {
                assert_eq!(error.param, name);
                refused += 1;
            }
            let _ = v1::lead::read_query(&Query::of(&format!("{name}={text}")));
        }
    }
    assert!(refused > 1_000, "{refused} refusals: the list was not read");
}
