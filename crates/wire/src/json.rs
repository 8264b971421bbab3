//! Reading a JSON body strictly (contract § 4): what serde's own reader would let pass or fold
//! away is refused, and the error names the field.
//!
//! Refused: invalid UTF-8, duplicate keys at any depth, U+0000 in any string or key, nesting
//! 64 deep or deeper, anything after the value, and bodies that are not an object.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use synaptiq_domain::money::JsonMap;

use crate::field::FieldError;

/// The nesting from which on a body is refused; the body itself is the first level.
pub const REFUSED_DEPTH: usize = 64;

/// What an error names where no field is at fault.
const WHOLE_BODY: &str = "body";

/// Keys that begin so are `serde_json`'s own wire format for raw values and numbers: an object that
/// has one would be read back as something else, or not at all, once it was stored.
const RESERVED_KEYS: &str = "$serde_json::private::";

/// Reads a body that must be a JSON object.
pub fn read_object(body: &[u8]) -> Result<JsonMap, FieldError> {
    match read_value(body)? {
        Value::Object(map) => Ok(map),
        _ => Err(FieldError::new(WHOLE_BODY, "must be a JSON object")),
    }
}

/// Reads a body that may be left out: nothing at all, or blanks, are an object without fields.
pub fn read_object_or_nothing(body: &[u8]) -> Result<JsonMap, FieldError> {
    if body.trim_ascii().is_empty() { Ok(JsonMap::new()) } else { read_object(body) }
}

/// Reads any JSON value with the same strictness.
pub fn read_value(body: &[u8]) -> Result<Value, FieldError> {
    let mut place = Place::default();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = Strict { place: &mut place }.deserialize(&mut deserializer);
    let read = read.and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| {
        place.refused.take().unwrap_or_else(|| {
            let param = place.param();
            FieldError::new(param, format!("is not valid JSON: {error}"))
        })
    })
}

#[derive(Default)]
struct Place {
    path: Vec<Step>,
    refused: Option<FieldError>,
}

enum Step {
    Key(String),
    Item(usize),
}

impl Place {
    /// `customFields.industry`, `leads[3].email`, or the body as a whole.
    fn param(&self) -> String {
        let mut param = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if param.is_empty() => param.push_str(key),
                Step::Key(key) => {
                    param.push('.');
                    param.push_str(key);
                }
                Step::Item(index) => {
                    param.push('[');
                    param.push_str(&index.to_string());
                    param.push(']');
                }
            }
        }
        if param.is_empty() { WHOLE_BODY.to_owned() } else { param }
    }

    /// Keeps what to tell the caller and gives serde an error to stop with.
    fn refuse<E: serde::de::Error>(&mut self, message: impl Into<String>) -> E {
        self.refused = Some(FieldError::new(self.param(), message));
        E::custom("refused")
    }
}

/// Reads one value at a place. On an error the place stays where it was met.
struct Strict<'a> {
    place: &'a mut Place,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Strict<'_> {
    fn check_depth<E: serde::de::Error>(&mut self) -> Result<(), E> {
        if self.place.path.len() + 1 >= REFUSED_DEPTH {
            return Err(self.place.refuse(format!("must be nested less than {REFUSED_DEPTH} deep")));
        }
        Ok(())
    }

    fn check_text<E: serde::de::Error>(&mut self, text: &str) -> Result<(), E> {
        if text.contains('\0') { Err(self.place.refuse("must not contain U+0000")) } else { Ok(()) }
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: serde::de::Error>(mut self, value: &str) -> Result<Value, E> {
        self.check_text(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(mut self, value: String) -> Result<Value, E> {
        self.check_text(&value)?;
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        self.check_depth()?;
        let mut items = Vec::new();
        loop {
            self.place.path.push(Step::Item(items.len()));
            let Some(item) = access.next_element_seed(Strict { place: self.place })? else { break };
            items.push(item);
            self.place.path.pop();
        }
        self.place.path.pop();
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        self.check_depth()?;
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            self.place.path.push(Step::Key(key.clone()));
            if map.contains_key(&key) {
                return Err(self.place.refuse("must not be given twice"));
            }
            self.check_text(&key)?;
            if key.starts_with(RESERVED_KEYS) {
                return Err(self.place.refuse("is a reserved name"));
            }
            let value = access.next_value_seed(Strict { place: self.place })?;
            map.insert(key, value);
            self.place.path.pop();
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn refused(body: &[u8]) -> (String, String) {
        let error = read_object(body).expect_err("must be refused");
        (error.param, error.message)
    }

    #[test]
    fn i3_duplicates_nul_and_invalid_utf8_name_the_field() {
        for (body, param, message) in [
            (&br#"{"a":1,"a":2}"#[..], "a", "must not be given twice"),
            (br#"{"customFields":{"x":1,"\u0078":2}}"#, "customFields.x", "must not be given twice"),
            (br#"{"leads":[{},{"email":1,"email":1}]}"#, "leads[1].email", "must not be given twice"),
            (br#"{"name":"a\u0000b"}"#, "name", "must not contain U+0000"),
            (br#"{"tags":["a","\u0000"]}"#, "tags[1]", "must not contain U+0000"),
            (br#"{"a":{"k\u0000":1}}"#, "a.k\0", "must not contain U+0000"),
            (
                br#"{"a":{"$serde_json::private::RawValue":"[1"}}"#,
                "a.$serde_json::private::RawValue",
                "is a reserved name",
            ),
        ] {
            assert_eq!(refused(body), (param.to_owned(), message.to_owned()), "{}", String::from_utf8_lossy(body));
        }
        for body in
            [&b"{\"name\":\"\xff\"}"[..], b"{\"name\":\"\xed\xa0\x80\"}", br#"{"name":"\ud800"}"#, br#"{"name":1e999}"#]
        {
            let (param, message) = refused(body);
            assert_eq!(param, "name");
            assert!(message.starts_with("is not valid JSON"), "{message}");
        }
    }

    #[test]
    fn i3_only_one_whole_object_is_a_body() {
        for body in [
            &b"[]"[..],
            b"1",
            b"null",
            b"\"x\"",
            b"",
            b"  ",
            b"{} {}",
            b"{}x",
            b"{",
            b"{'a':1}",
            b"{\"a\":1,}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":NaN}",
        ] {
            assert!(read_object(body).is_err(), "{} was accepted", String::from_utf8_lossy(body));
        }
        assert_eq!(refused(b"[1]"), ("body".to_owned(), "must be a JSON object".to_owned()));
        assert_eq!(read_object_or_nothing(b" \n"), Ok(JsonMap::new()));
        assert!(read_object_or_nothing(b"[]").is_err());
    }

    #[test]
    fn i3_nesting_of_sixty_four_levels_is_refused_and_one_less_is_read() {
        let nested = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        assert!(read_object(nested(63).as_bytes()).is_ok());
        assert_eq!(refused(nested(64).as_bytes()).1, "must be nested less than 64 deep");
        let arrays = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(refused(arrays.as_bytes()).1, "must be nested less than 64 deep");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1_000_000i32..1_000_000).prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
            "[^\0]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec(("[^\0]{0,6}", inner), 0..6)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_prints_is_read_back_to_the_same_value(value in any_json()) {
            let text = serde_json::to_string(&value).expect("prints");
            prop_assert_eq!(read_value(text.as_bytes()), Ok(value));
        }

        #[test]
        fn i3_a_key_that_is_given_twice_is_found_wherever_it_is(value in any_json(), key in "[a-z]{1,8}", before in 0usize..3) {
            let twice = format!("{{\"{key}\":{value},\"other\":0,\"{key}\":{value}}}");
            let body = format!("{}{twice}{}", "{\"in\":[".repeat(before), "]}".repeat(before));
            let error = read_value(body.as_bytes()).expect_err("given twice");
            prop_assert_eq!(error.message, "must not be given twice");
            prop_assert_eq!(error.param, format!("{}{key}", "in[0].".repeat(before)));
        }

        #[test]
        fn i3_no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_value(&bytes);
        }

        #[test]
        fn i3_no_damaged_body_makes_it_panic(value in any_json(), at: usize, byte: u8) {
            let mut bytes = json!({"a": value}).to_string().into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = read_object(&bytes);
        }
    }
}
