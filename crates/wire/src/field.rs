//! One field of a JSON body after the other: what is there, what it must be, and what to say when
//! it is not. Parsers of every dialect read bodies through [`Fields`].

use std::ops::RangeInclusive;

use serde_json::Value;
use synaptiq_domain::{
    id::{Id, Kind},
    money::{JsonMap, Money},
    text::TextError,
    time::Timestamp,
};
use thiserror::Error;

use crate::{
    id::named_or_nil,
    time::{parse_instant, parse_instant_as_end},
};

/// The most bytes of free data in one field, as compact JSON (contract § 7).
pub const MAX_FREE_DATA_BYTES: usize = 16 * 1024;
/// The deepest nesting of free data; the object itself is the first level.
pub const MAX_FREE_DATA_DEPTH: usize = 8;
/// The most characters of a field's path in an error.
const MAX_PARAM_CHARACTERS: usize = 200;

/// What is wrong with a body or a query string, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{param} {message}")]
pub struct FieldError {
    /// The field's path (`customFields.industry`, `leads[3].email`), the parameter's name, or
    /// `body` where no field is at fault.
    pub param: String,
    /// The rest of a sentence that begins with the field's name.
    pub message: String,
}

impl FieldError {
    /// An error; a path longer than anyone would read is cut.
    pub fn new(param: impl Into<String>, message: impl Into<String>) -> Self {
        let mut param = param.into();
        if let Some((cut, _)) = param.char_indices().nth(MAX_PARAM_CHARACTERS) {
            param.truncate(cut);
            param.push('…');
        }
        Self { param, message: message.into() }
    }
}

/// The fields of one JSON object.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    map: &'a JsonMap,
    path: String,
}

impl<'a> Fields<'a> {
    /// The fields of a whole body.
    pub const fn of_body(map: &'a JsonMap) -> Self {
        Self { map, path: String::new() }
    }

    /// The path of one of the fields, as errors name it.
    pub fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// An error at one of the fields.
    pub fn error(&self, name: &str, message: impl Into<String>) -> FieldError {
        FieldError::new(self.path_of(name), message)
    }

    fn given(&self, name: &str) -> Option<Given<'a>> {
        self.map.get(name).map(|value| Given { value, path: self.path_of(name) })
    }

    /// A field that must be there: absent and `null` are errors.
    pub fn required<T>(
        &self,
        name: &str,
        read: impl FnOnce(Given<'a>) -> Result<T, FieldError>,
    ) -> Result<T, FieldError> {
        self.optional(name, read)?.ok_or_else(|| self.error(name, "is required"))
    }

    /// A field that may be absent or `null`, which both mean that nothing is said.
    pub fn optional<T>(
        &self,
        name: &str,
        read: impl FnOnce(Given<'a>) -> Result<T, FieldError>,
    ) -> Result<Option<T>, FieldError> {
        self.given(name).filter(|given| !given.value.is_null()).map(read).transpose()
    }

    /// A field of a patch: absent leaves alone, `null` clears, a value sets.
    pub fn nullable<T>(
        &self,
        name: &str,
        read: impl FnOnce(Given<'a>) -> Result<T, FieldError>,
    ) -> Result<Option<Option<T>>, FieldError> {
        match self.given(name) {
            None => Ok(None),
            Some(given) if given.value.is_null() => Ok(Some(None)),
            Some(given) => read(given).map(|value| Some(Some(value))),
        }
    }

    /// A field of a patch that cannot be cleared: absent leaves alone, `null` is of the wrong type.
    pub fn present<T>(
        &self,
        name: &str,
        read: impl FnOnce(Given<'a>) -> Result<T, FieldError>,
    ) -> Result<Option<T>, FieldError> {
        self.given(name).map(read).transpose()
    }
}

/// One value that is there.
#[derive(Debug, Clone)]
pub struct Given<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Given<'a> {
    /// The value's path, as errors name it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// An error at this value.
    pub fn error(&self, message: impl Into<String>) -> FieldError {
        FieldError::new(self.path.clone(), message)
    }

    /// A string as it was sent.
    pub fn text(&self) -> Result<&'a str, FieldError> {
        self.value.as_str().ok_or_else(|| self.error("must be a string"))
    }

    /// A string that `parse` accepts.
    pub fn parsed<T>(&self, parse: impl FnOnce(&str) -> Result<T, TextError>) -> Result<T, FieldError> {
        parse(self.text()?).map_err(|error| self.error(error.to_string()))
    }

    /// A string of 1 to `max` characters, trimmed.
    pub fn bounded(&self, max: usize) -> Result<String, FieldError> {
        self.parsed(|text| synaptiq_domain::text::bounded(text, max))
    }

    /// A string of 1 to `max` characters, kept as it was sent; blanks alone are no text.
    pub fn verbatim(&self, max: usize) -> Result<String, FieldError> {
        let text = self.text()?;
        if text.trim().is_empty() {
            return Err(self.error(TextError::Empty.to_string()));
        }
        if text.chars().count() > max {
            return Err(self.error(TextError::TooLong { max }.to_string()));
        }
        Ok(text.to_owned())
    }

    /// One of the words in `all`.
    pub fn one_of<T: Copy>(&self, all: &[T], word: impl Fn(T) -> &'static str) -> Result<T, FieldError> {
        let text = self.text()?;
        all.iter()
            .copied()
            .find(|candidate| word(*candidate) == text)
            .ok_or_else(|| self.error(must_be_one_of(all, word)))
    }

    /// A whole number in a range. `3.0` is one: JSON knows one kind of number.
    pub fn integer(&self, range: RangeInclusive<i64>) -> Result<i64, FieldError> {
        let wrong = || self.error(must_be_integer(&range));
        let number = self.value.as_number().ok_or_else(wrong)?;
        #[expect(clippy::cast_possible_truncation, reason = "only whole numbers below 2^53 get here")]
        let whole =
            |float: f64| (float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0).then_some(float as i64);
        let integer = number.as_i64().or_else(|| number.as_f64().and_then(whole)).ok_or_else(wrong)?;
        if range.contains(&integer) { Ok(integer) } else { Err(wrong()) }
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Result<bool, FieldError> {
        self.value.as_bool().ok_or_else(|| self.error("must be true or false"))
    }

    /// A number of any size; `None` if it is none.
    pub fn number(&self) -> Option<f64> {
        self.value.as_f64()
    }

    /// An amount in units of the currency: a number from 0 on.
    pub fn money(&self) -> Result<Money, FieldError> {
        self.value
            .as_f64()
            .and_then(Money::from_units)
            .ok_or_else(|| self.error("must be a number of at least 0 and at most 10000000000000"))
    }

    /// An instant; a date is its first.
    pub fn instant(&self) -> Result<Timestamp, FieldError> {
        parse_instant(self.text()?).ok_or_else(|| self.error(crate::time::EXPECTED))
    }

    /// An instant; a date is its last.
    pub fn instant_as_end(&self) -> Result<Timestamp, FieldError> {
        parse_instant_as_end(self.text()?).ok_or_else(|| self.error(crate::time::EXPECTED))
    }

    /// The id of a `K` in any form. A text that is none names nothing, and is not found later on.
    pub fn id<K: Kind>(&self) -> Result<Id<K>, FieldError> {
        self.text().map(named_or_nil)
    }

    /// An object whose fields are read one by one.
    pub fn object(&self) -> Result<Fields<'a>, FieldError> {
        self.value
            .as_object()
            .map(|map| Fields { map, path: self.path.clone() })
            .ok_or_else(|| self.error("must be an object"))
    }

    /// An object as it was sent, however large it is.
    pub fn map(&self) -> Result<&'a JsonMap, FieldError> {
        self.value.as_object().ok_or_else(|| self.error("must be an object"))
    }

    /// An object of free data: at most 16 KiB as compact JSON, nested at most 8 deep.
    pub fn free_data(&self) -> Result<JsonMap, FieldError> {
        let map = self.value.as_object().ok_or_else(|| self.error("must be an object"))?;
        if depth(self.value) > MAX_FREE_DATA_DEPTH {
            return Err(self.error(format!("must be nested at most {MAX_FREE_DATA_DEPTH} deep")));
        }
        if serde_json::to_string(map).is_ok_and(|text| text.len() > MAX_FREE_DATA_BYTES) {
            return Err(self.error(format!("must be at most {MAX_FREE_DATA_BYTES} bytes of JSON")));
        }
        Ok(map.clone())
    }

    /// The items of an array of at most `max`.
    pub fn items(&self, max: usize) -> Result<Vec<Given<'a>>, FieldError> {
        let items = self.value.as_array().ok_or_else(|| self.error("must be an array"))?;
        if items.len() > max {
            return Err(self.error(format!("must have at most {max} items")));
        }
        Ok(items
            .iter()
            .enumerate()
            .map(|(index, value)| Given { value, path: format!("{}[{index}]", self.path) })
            .collect())
    }

    /// An array of at most `max` items, each read alike.
    pub fn array_of<T>(
        &self,
        max: usize,
        read: impl FnMut(Given<'a>) -> Result<T, FieldError>,
    ) -> Result<Vec<T>, FieldError> {
        self.items(max)?.into_iter().map(read).collect()
    }
}

/// How deep a value is nested: 0 for a plain value, 1 for an object of plain values. Bodies are
/// read at most 64 deep, so the recursion is bounded.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// What to say of a word that is not in a list.
pub(crate) fn must_be_one_of<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> String {
    let words: Vec<&str> = all.iter().map(|candidate| word(*candidate)).collect();
    format!("must be one of {}", words.join(", "))
}

/// What to say of a number that is none or out of range.
pub(crate) fn must_be_integer(range: &RangeInclusive<i64>) -> String {
    match (*range.start(), *range.end()) {
        (start, end) if end >= i64::from(u32::MAX) => format!("must be an integer of at least {start}"),
        (start, end) => format!("must be an integer from {start} to {end}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::{lead::LeadStatus, text::Email};

    use super::*;

    fn message<T: std::fmt::Debug>(value: &Value, read: impl FnOnce(Given<'_>) -> Result<T, FieldError>) -> String {
        let body = json!({"field": value});
        let map = body.as_object().expect("an object");
        Fields::of_body(map).required("field", read).expect_err("must be refused").to_string()
    }

    #[test]
    fn i1_every_wrong_type_range_and_word_is_named() {
        let word = |given: Given<'_>| given.one_of(&LeadStatus::ALL, LeadStatus::as_str);
        for (value, found, expected) in [
            (json!(1), message(&json!(1), |given| given.bounded(5)), "field must be a string"),
            (json!(" "), message(&json!(" "), |given| given.bounded(5)), "field must not be empty"),
            (
                json!("123456"),
                message(&json!("123456"), |given| given.bounded(5)),
                "field must have at most 5 characters",
            ),
            (
                json!("x"),
                message(&json!("x"), |given| given.parsed(Email::parse)),
                "field must be a valid e-mail address",
            ),
            (
                json!("7"),
                message(&json!("7"), |given| given.integer(0..=100)),
                "field must be an integer from 0 to 100",
            ),
            (
                json!(101),
                message(&json!(101), |given| given.integer(0..=100)),
                "field must be an integer from 0 to 100",
            ),
            (
                json!(1.5),
                message(&json!(1.5), |given| given.integer(0..=100)),
                "field must be an integer from 0 to 100",
            ),
            (
                json!(1e300),
                message(&json!(1e300), |given| given.integer(0..=100)),
                "field must be an integer from 0 to 100",
            ),
            (json!("true"), message(&json!("true"), |given| given.boolean()), "field must be true or false"),
            (json!([]), message(&json!([]), |given| given.free_data()), "field must be an object"),
            (json!({}), message(&json!({}), |given| given.items(3).map(|items| items.len())), "field must be an array"),
            (
                json!([1, 2]),
                message(&json!([1, 2]), |given| given.items(1).map(|items| items.len())),
                "field must have at most 1 items",
            ),
            (
                json!(["a", 1]),
                message(&json!(["a", 1]), |given| given.array_of(5, |item| item.bounded(5))),
                "field[1] must be a string",
            ),
            (
                json!("2026-13-01"),
                message(&json!("2026-13-01"), |given| given.instant()),
                "field must be an ISO 8601 date or date-time",
            ),
            (
                json!(-1),
                message(&json!(-1), |given| given.money()),
                "field must be a number of at least 0 and at most 10000000000000",
            ),
            (
                json!("hot"),
                message(&json!("hot"), word),
                "field must be one of new, qualifying, qualified, contacted, booked, converted, nurturing, disqualified, lost",
            ),
        ] {
            assert_eq!(found, expected, "for {value}");
        }
    }

    #[test]
    fn a_patch_tells_absent_null_and_a_value_apart() {
        let body = json!({"cleared": null, "set": "x"});
        let fields = Fields::of_body(body.as_object().expect("an object"));
        let read = |name| fields.nullable(name, |given| given.bounded(5));
        assert_eq!(read("absent"), Ok(None));
        assert_eq!(read("cleared"), Ok(Some(None)));
        assert_eq!(read("set"), Ok(Some(Some("x".to_owned()))));
        assert_eq!(fields.optional("cleared", |given| given.bounded(5)), Ok(None));
        assert_eq!(fields.present("cleared", |given| given.boolean()).expect_err("null").param, "cleared");
        assert_eq!(fields.required("absent", |given| given.bounded(5)).expect_err("absent").message, "is required");
    }

    #[test]
    fn i4_free_data_is_bounded_in_bytes_and_depth() {
        let mut nested = json!(1);
        for _ in 0..8 {
            nested = json!({"a": nested});
        }
        let keep = |value: &Value| {
            let body = json!({"metadata": value});
            Fields::of_body(body.as_object().expect("an object")).required("metadata", |given| given.free_data())
        };
        assert!(keep(&nested).is_ok());
        assert_eq!(keep(&json!({"a": nested})).expect_err("9 deep").message, "must be nested at most 8 deep");
        assert!(keep(&json!({"a": "x".repeat(16_376)})).is_ok());
        assert!(keep(&json!({"a": "x".repeat(16_377)})).is_err());
    }
}
