//! Reading a query string strictly (contract § 4): percent-decoded once, `+` as a blank, and every
//! known parameter given at most once. Unknown parameters are ignored, whatever they hold.

use std::{borrow::Cow, ops::RangeInclusive};

use synaptiq_domain::{
    id::{Id, Kind},
    text::TextError,
    time::Timestamp,
};

use crate::{
    field::{FieldError, must_be_integer, must_be_one_of},
    id::named_or_nil,
    time::{parse_instant, parse_instant_as_end},
};

/// The parameters of one request.
#[derive(Debug, Clone)]
pub struct Query {
    pairs: Vec<(String, Result<String, Unreadable>)>,
}

/// A value that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unreadable {
    InvalidUtf8,
    Nul,
}

impl Query {
    /// Splits and decodes what follows the `?`. What is wrong with a value is told when it is asked for.
    pub fn of(raw: &str) -> Self {
        let pairs = raw
            .split('&')
            .filter(|pair| !pair.is_empty())
            .filter_map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let value = match String::from_utf8(decode(value)) {
                    Err(_) => Err(Unreadable::InvalidUtf8),
                    Ok(text) if text.contains('\0') => Err(Unreadable::Nul),
                    Ok(text) => Ok(text),
                };
                // A name that is no text is no known name.
                String::from_utf8(decode(name)).ok().map(|name| (name, value))
            })
            .collect();
        Self { pairs }
    }

    /// The parameter, if it is there.
    pub fn get<'a>(&'a self, name: &'a str) -> Result<Option<Parameter<'a>>, FieldError> {
        let mut found = self.pairs.iter().filter(|(candidate, _)| candidate == name);
        let Some((_, value)) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(FieldError::new(name, "must not be given twice"));
        }
        match value {
            Ok(text) => Ok(Some(Parameter { name, text })),
            Err(Unreadable::InvalidUtf8) => Err(FieldError::new(name, "must be UTF-8")),
            Err(Unreadable::Nul) => Err(FieldError::new(name, "must not contain U+0000")),
        }
    }

    /// The parameter as `read` reads it, if it is there.
    pub fn optional<'a, T>(
        &'a self,
        name: &'a str,
        read: impl FnOnce(Parameter<'a>) -> Result<T, FieldError>,
    ) -> Result<Option<T>, FieldError> {
        self.get(name)?.map(read).transpose()
    }

    /// A whole number in a range, or `default`.
    pub fn number<T: TryFrom<i64>>(&self, name: &str, range: RangeInclusive<i64>, default: T) -> Result<T, FieldError> {
        let number = self.optional(name, |given| given.integer(range))?;
        Ok(number.and_then(|number| T::try_from(number).ok()).unwrap_or(default))
    }
}

/// One parameter that is there.
#[derive(Debug, Clone, Copy)]
pub struct Parameter<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> Parameter<'a> {
    /// Its decoded text.
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// An error at this parameter.
    pub fn error(&self, message: impl Into<String>) -> FieldError {
        FieldError::new(self.name, message)
    }

    /// A whole number in a range.
    pub fn integer(&self, range: RangeInclusive<i64>) -> Result<i64, FieldError> {
        let digits = self.text.strip_prefix('-').unwrap_or(self.text);
        let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| self.text.parse().ok()).flatten();
        number.filter(|number| range.contains(number)).ok_or_else(|| self.error(must_be_integer(&range)))
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Result<bool, FieldError> {
        match self.text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.error("must be true or false")),
        }
    }

    /// One of the words in `all`.
    pub fn one_of<T: Copy>(&self, all: &[T], word: impl Fn(T) -> &'static str) -> Result<T, FieldError> {
        all.iter()
            .copied()
            .find(|candidate| word(*candidate) == self.text)
            .ok_or_else(|| self.error(must_be_one_of(all, word)))
    }

    /// Some of the words in `all`, separated by commas.
    pub fn some_of<T: Copy>(&self, all: &[T], word: impl Fn(T) -> &'static str) -> Result<Vec<T>, FieldError> {
        self.text.split(',').map(|text| Self { name: self.name, text: text.trim() }.one_of(all, &word)).collect()
    }

    /// A text that `parse` accepts.
    pub fn parsed<T>(&self, parse: impl FnOnce(&str) -> Result<T, TextError>) -> Result<T, FieldError> {
        parse(self.text).map_err(|error| self.error(error.to_string()))
    }

    /// An instant; a date is its first.
    pub fn instant(&self) -> Result<Timestamp, FieldError> {
        parse_instant(self.text).ok_or_else(|| self.error(crate::time::EXPECTED))
    }

    /// An instant; a date is its last.
    pub fn instant_as_end(&self) -> Result<Timestamp, FieldError> {
        parse_instant_as_end(self.text).ok_or_else(|| self.error(crate::time::EXPECTED))
    }

    /// The id of a `K` in any form. A text that is none names nothing: the list is empty.
    pub fn id<K: Kind>(&self) -> Id<K> {
        named_or_nil(self.text)
    }
}

/// Whether one pair of a raw query string is of this parameter.
pub(crate) fn names(pair: &str, name: &str) -> bool {
    decode(pair.split_once('=').map_or(pair, |(name, _)| name)) == name.as_bytes()
}

/// Percent-decodes once; `+` is a blank, and a `%` without two digits stands for itself.
fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let hex = |at: usize| {
        bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
    };
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high << 4 | low);
                at += 3;
                continue;
            }
            (b'+', ..) => decoded.push(b' '),
            (byte, ..) => decoded.push(byte),
        }
        at += 1;
    }
    decoded
}

/// The text of a path segment, percent-decoded once; `None` if it is no text.
pub fn decode_segment(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('%') {
        return Some(Cow::Borrowed(segment));
    }
    let decoded = String::from_utf8(decode(&segment.replace('+', "%2B"))).ok()?;
    (!decoded.contains('\0')).then_some(Cow::Owned(decoded))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use synaptiq_domain::lead::LeadStatus;

    use super::*;

    fn message<T: std::fmt::Debug>(raw: &str, read: impl FnOnce(Parameter<'_>) -> Result<T, FieldError>) -> String {
        Query::of(raw).optional("p", read).expect_err("must be refused").to_string()
    }

    #[test]
    fn values_are_decoded_once_and_plus_is_a_blank() {
        let query = Query::of("q=caf%C3%A9+bar%2525&empty=&flag&%71x=1&bad=%zz%2");
        let text = |name| query.get(name).expect("readable").map(|parameter| parameter.text().to_owned());
        assert_eq!(text("q").as_deref(), Some("café bar%25"));
        assert_eq!(text("empty").as_deref(), Some(""));
        assert_eq!(text("flag").as_deref(), Some(""));
        assert_eq!(text("qx").as_deref(), Some("1"));
        assert_eq!(text("bad").as_deref(), Some("%zz%2"), "a lone percent sign stands for itself");
        assert_eq!(text("absent"), None);
    }

    #[test]
    fn i1_every_wrong_parameter_is_named() {
        assert_eq!(message("p=%ff", |_| Ok(())), "p must be UTF-8");
        assert_eq!(message("p=%00", |_| Ok(())), "p must not contain U+0000");
        assert_eq!(message("p=1&p=1", |_| Ok(())), "p must not be given twice");
        for wrong in ["0", "101", "", "abc", "1.0", "+5", " 5", "99999999999999999999", "-", "١"] {
            assert_eq!(
                message(&format!("p={wrong}"), |given| given.integer(1..=100)),
                "p must be an integer from 1 to 100"
            );
        }
        assert_eq!(message("p=yes", |given| given.boolean()), "p must be true or false");
        assert!(
            message("p=hot", |given| given.one_of(&LeadStatus::ALL, LeadStatus::as_str))
                .starts_with("p must be one of new, ")
        );
        assert!(
            message("p=new,hot", |given| given.some_of(&LeadStatus::ALL, LeadStatus::as_str))
                .starts_with("p must be one of ")
        );
        assert_eq!(message("p=yesterday", |given| given.instant()), "p must be an ISO 8601 date or date-time");
    }

    #[test]
    fn unknown_parameters_are_ignored_whatever_they_hold() {
        let query = Query::of("x=%ff&x=1&%ff=2&p=7");
        assert_eq!(query.number("p", 1..=100, 25_u32), Ok(7));
        assert_eq!(query.number("limit", 1..=100, 25_u32), Ok(25));
    }

    #[test]
    fn a_path_segment_keeps_its_plus() {
        assert_eq!(decode_segment("a+b%20c").as_deref(), Some("a+b c"));
        assert_eq!(decode_segment("%ff"), None);
        assert_eq!(decode_segment("%00"), None);
    }

    proptest! {
        #[test]
        fn i1_no_query_string_makes_it_panic(raw in "\\PC{0,60}", name in "[a-z]{1,3}") {
            let _ = Query::of(&raw).get(&name);
        }

        #[test]
        fn every_text_comes_back_from_its_percent_encoding(text in "[^\0]{0,20}") {
            let encoded: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let raw = format!("p={}", encoded.concat());
            let query = Query::of(&raw);
            let found = query.get("p").expect("readable").map(|parameter| parameter.text().to_owned());
            prop_assert_eq!(found, Some(text));
        }
    }
}
