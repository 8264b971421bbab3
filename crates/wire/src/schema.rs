//! Gathers the schemas of published types for the `OpenAPI` documents.

use std::collections::BTreeMap;

use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

/// What a text matches that is not blank: it has a character that is none of those that parsers
/// trim, which are Unicode's `White_Space`. `\S` will not do: every language of patterns has blanks
/// of its own, and U+0085 is one for parsers but none for `ECMAScript`.
///
/// Derived schemas repeat these patterns, because they take nothing but literals; a test of each
/// dialect compares them.
pub const NOT_BLANK: &str = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";

/// What a visitor's name matches: it is not blank, and has no control characters.
pub const VISITOR_NAME: &str = concat!(
    r"^[^\x00-\x1f\x7f-\x9f]*",
    r"[^\x00- \x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"[^\x00-\x1f\x7f-\x9f]*$",
);

/// What a phone number matches: 5 to 20 digits, and what people put between them.
pub const PHONE: &str = r"^(?:[-+./()# \u00a0extEXT]*[0-9]){5,20}[-+./()# \u00a0extEXT]*$";

/// What the secret of a webhook matches.
pub const WEBHOOK_SECRET: &str = "^[!-~]*$";

/// Schemas by name.
pub type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Adds a type with everything that it refers to.
pub fn add<T: ToSchema>(schemas: &mut Schemas) {
    let mut referred = Vec::new();
    T::schemas(&mut referred);
    schemas.extend(referred);
    schemas.insert(T::name().into_owned(), T::schema());
}

#[cfg(test)]
pub(crate) mod checks {
    use serde_json::Value;

    use super::{NOT_BLANK, PHONE, Schemas, VISITOR_NAME, WEBHOOK_SECRET};
    use crate::words::language_pattern;

    /// Fails if a reference leads nowhere.
    pub(crate) fn assert_complete(schemas: &Schemas) {
        let printed = serde_json::to_value(schemas).expect("prints");
        let names: Vec<&str> = printed.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut references = Vec::new();
        collect(&printed, &mut references);
        for reference in references {
            let name = reference.strip_prefix("#/components/schemas/").expect("a reference to a schema");
            assert!(names.contains(&name), "{name} is referred to and not there; there are {names:?}");
        }
    }

    /// Fails if a text is held against another pattern than those that stand here once.
    pub(crate) fn assert_patterns_are_the_published_ones(schemas: &Schemas) {
        let language = language_pattern();
        let published = [NOT_BLANK, VISITOR_NAME, PHONE, WEBHOOK_SECRET, &language];
        let printed = serde_json::to_value(schemas).expect("prints");
        let mut patterns = Vec::new();
        patterns_of(&printed, &mut patterns);
        assert!(!patterns.is_empty(), "no schema has a pattern");
        for pattern in patterns {
            assert!(published.contains(&pattern), "{pattern} is none of the published patterns");
        }
    }

    fn patterns_of<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("pattern").and_then(Value::as_str));
                map.values().for_each(|value| patterns_of(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| patterns_of(value, found)),
            _ => {}
        }
    }

    fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| collect(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use proptest::prelude::*;
    use regex::Regex;
    use synaptiq_domain::{
        conversation::VisitorId,
        text::{Phone, bounded},
    };

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        static READ: [OnceLock<Regex>; 3] = [const { OnceLock::new() }; 3];
        let place = [NOT_BLANK, VISITOR_NAME, PHONE].iter().position(|known| *known == pattern).expect("one of three");
        READ[place].get_or_init(|| Regex::new(pattern).expect("a pattern")).is_match(text)
    }

    #[test]
    fn i1_every_blank_that_parsers_trim_is_one_of_the_pattern() {
        for character in '\0'..=char::MAX {
            assert_eq!(matches(NOT_BLANK, &character.to_string()), !character.is_whitespace(), "{character:?}");
        }
    }

    proptest! {
        #[test]
        fn i1_what_matches_a_pattern_is_read(
            phone in "[-+./()# \u{a0}extEXT0-9]{1,30}",
            name in any::<String>(),
            text in "[\\s\u{85}\u{feff}a\0]{0,3}",
        ) {
            let digits = phone.chars().filter(char::is_ascii_digit).count();
            prop_assert_eq!(matches(PHONE, &phone), (5..=20).contains(&digits));
            prop_assert!(!matches(PHONE, &phone) || Phone::parse(&phone).is_ok(), "{phone:?}");
            prop_assert!(!matches(PHONE, &name) || Phone::parse(&name).is_ok(), "{name:?}");
            prop_assert!(!matches(VISITOR_NAME, &name) || VisitorId::parse(&name).is_ok(), "{name:?}");
            prop_assert_eq!(matches(NOT_BLANK, &text) && !text.contains('\0'), bounded(&text, 9).is_ok(), "{:?}", text);
        }
    }
}
