//! Between values and cells, so that equal values come back: what spreadsheets would run is text, text
//! that looks like a value is quoted, and labels share a cell.

use std::borrow::Cow;

use serde_json::Value;
use synaptiq_domain::lead::Tag;
use synaptiq_wire::csv::safe;

use crate::canonical::Canonical;

/// Whether the table's writer puts an apostrophe in front of it (security D7).
fn is_neutralised(cell: &str) -> bool {
    matches!(safe(cell), Cow::Owned(_))
}

/// A cell that comes back the same although the writer may put an apostrophe in front of it: one that
/// has apostrophes there already gets one more.
pub(super) fn guarded(cell: &str) -> Cow<'_, str> {
    let bare = cell.trim_start_matches('\'');
    if bare.len() < cell.len() && is_neutralised(bare) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell without the apostrophe that was put in front of it, and of no other.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_neutralised(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// A value of free data as a cell: text as it is, everything else as JSON.
pub(super) fn of_value(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && json_of(text).is_none() => text.clone(),
        value => serde_json::to_string(&Canonical(value)).expect("a value has string keys and finite numbers"),
    }
}

/// The value in a cell.
pub(super) fn value_of(cell: &str) -> Value {
    json_of(cell).unwrap_or_else(|| Value::String(cell.to_owned()))
}

/// The value, if the cell is JSON to the letter as it would be written: `50` is a number, while `1e5`,
/// `007` and a number with more digits than one has are text.
fn json_of(cell: &str) -> Option<Value> {
    let value = synaptiq_wire::json::read_value(cell.as_bytes()).ok()?;
    let printed = serde_json::to_string(&Canonical(&value)).ok()?;
    (printed == cell).then_some(value)
}

/// Labels in one cell, with semicolons between them.
pub(super) fn of_tags(tags: &[Tag]) -> String {
    let escaped: Vec<String> = tags.iter().map(|tag| tag.as_str().replace('\\', "\\\\").replace(';', "\\;")).collect();
    escaped.join(";")
}

/// The labels in a cell.
pub(super) fn tags_of(cell: &str) -> Vec<String> {
    let mut tags = vec![String::new()];
    let mut characters = cell.chars();
    while let Some(character) = characters.next() {
        let current = tags.last_mut().expect("never empty");
        match character {
            '\\' => current.extend(characters.next()),
            ';' => tags.push(String::new()),
            other => current.push(other),
        }
    }
    tags.retain(|tag| !tag.trim().is_empty());
    tags
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn text_that_looks_like_a_value_stays_text_and_values_stay_values() {
        for (value, cell) in [
            (json!("plain"), "plain"),
            (json!("50"), "\"50\""),
            (json!(50), "50"),
            (json!(1.5), "1.5"),
            (json!("007"), "007"),
            (json!("1e5"), "1e5"),
            (json!("12345678901234567890123"), "12345678901234567890123"),
            (json!(""), "\"\""),
            (json!(null), "null"),
            (json!("null"), "\"null\""),
            (json!({"b": 1, "a": [true]}), r#"{"a":[true],"b":1}"#),
        ] {
            assert_eq!(of_value(&value), cell);
            assert_eq!(value_of(cell), value);
        }
    }

    proptest! {
        #[test]
        fn d7_what_is_neutralised_comes_back_the_same(text in "[ \t'=+@a-]{0,5}|\\PC{0,8}") {
            let guarded = guarded(&text).into_owned();
            let written = safe(&guarded).into_owned();
            prop_assert!(!is_neutralised(&written));
            prop_assert_eq!(unguarded(&written), text.as_str());
        }

        #[test]
        fn any_text_in_free_data_comes_back_the_same(text in "\\PC{0,12}|[0-9\"{}\\[\\]:,a-z]{0,6}") {
            prop_assert_eq!(value_of(&of_value(&json!(text))), json!(text));
        }

        #[test]
        fn labels_come_back_whatever_is_in_them(labels in prop::collection::vec("[a-z;\\\\ é]{1,6}", 0..4)) {
            let tags: Vec<Tag> = labels.iter().filter_map(|label| Tag::parse(label).ok()).collect();
            let read: Vec<Tag> = tags_of(&of_tags(&tags)).iter().map(|tag| Tag::parse(tag).expect("a label")).collect();
            prop_assert_eq!(read, tags);
        }
    }
}
