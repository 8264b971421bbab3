//! One way to write a value: keys sorted, no blanks, so that equal data gives equal bytes.

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap as _, SerializeSeq as _},
};
use serde_json::Value;
use synaptiq_domain::{
    id::{Id, Kind},
    money::JsonMap,
    time::Timestamp,
};

/// A JSON value with the keys of every object in it in the order of their bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Canonical<'a>(pub(crate) &'a Value);

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => CanonicalMap(map).serialize(serializer),
            Value::Array(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    sequence.serialize_element(&Self(item))?;
                }
                sequence.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

/// A JSON object with its keys, and those of every object in it, in the order of their bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CanonicalMap<'a>(pub(crate) &'a JsonMap);

impl CanonicalMap<'_> {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for CanonicalMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries: Vec<(&String, &Value)> = self.0.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        let mut map = serializer.serialize_map(Some(entries.len()))?;
        for (key, value) in entries {
            map.serialize_entry(key, &Canonical(value))?;
        }
        map.end()
    }
}

/// The canonical bytes of an object.
pub(crate) fn bytes_of(map: &JsonMap) -> Vec<u8> {
    serde_json::to_vec(&CanonicalMap(map)).expect("an object that was parsed has string keys and finite numbers")
}

/// An id as v1 prints it.
pub(crate) struct Name<K>(pub(crate) Id<K>);

impl<K: Kind> Serialize for Name<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.prefixed())
    }
}

/// An instant as v1 prints it.
pub(crate) struct At(pub(crate) Timestamp);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.rfc3339_millis())
    }
}

/// Whether a flag need not be written: what is not there is false.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth_and_nothing_is_blank() {
        let value = json!({"b": [{"z": 1, "a": null}], "a": {"é": 1.5, "Z": "x y"}});
        let map = value.as_object().expect("an object");
        assert_eq!(
            String::from_utf8(bytes_of(map)).expect("UTF-8"),
            r#"{"a":{"Z":"x y","é":1.5},"b":[{"a":null,"z":1}]}"#
        );
    }

    proptest! {
        #[test]
        fn every_finite_number_is_written_and_read_back_the_same(number in proptest::num::f64::NORMAL) {
            let map: JsonMap = [("n".to_owned(), json!(number))].into_iter().collect();
            let first = bytes_of(&map);
            let again: JsonMap = serde_json::from_slice(&first).expect("reads");
            prop_assert_eq!(bytes_of(&again), first);
        }
    }
}
