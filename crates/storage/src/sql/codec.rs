//! Between values of the domain and columns: ids, words of enums, numbers, JSON.

use serde::{
    Serialize,
    de::{
        DeserializeOwned, IntoDeserializer as _,
        value::{Error as WordError, StrDeserializer},
    },
};
use synaptiq_domain::{id::Id, lead::Score, time::Timestamp};

use super::{Fault, Outcome};

/// The id in a column.
pub(super) fn id<K>(column: &'static str, text: &str) -> Outcome<Id<K>> {
    Id::from_ulid(text).ok_or_else(|| Fault::corrupt(column, text))
}

/// The id in a column that may be empty.
pub(super) fn maybe_id<K>(column: &'static str, text: Option<&str>) -> Outcome<Option<Id<K>>> {
    text.map(|text| id(column, text)).transpose()
}

/// The enum, or the text that was parsed once, in a column.
pub(super) fn word<'a, T: serde::Deserialize<'a>>(column: &'static str, text: &'a str) -> Outcome<T> {
    let reader: StrDeserializer<'a, WordError> = text.into_deserializer();
    T::deserialize(reader).map_err(|_| Fault::corrupt(column, text))
}

/// The word in a column that may be empty.
pub(super) fn maybe_word<'a, T: serde::Deserialize<'a>>(
    column: &'static str,
    text: Option<&'a str>,
) -> Outcome<Option<T>> {
    text.map(|text| word(column, text)).transpose()
}

/// The number in a column, if its type holds it.
pub(super) fn number<N: TryFrom<i64>>(column: &'static str, value: i64) -> Outcome<N> {
    N::try_from(value).map_err(|_| Fault::corrupt(column, &value.to_string()))
}

/// The score in a column.
pub(super) fn score(column: &'static str, value: i64) -> Outcome<Score> {
    Score::new(number(column, value)?).ok_or_else(|| Fault::corrupt(column, &value.to_string()))
}

/// The 32 bytes in a column.
pub(super) fn bytes32(column: &'static str, bytes: &[u8]) -> Outcome<[u8; 32]> {
    bytes.try_into().map_err(|_| Fault::corrupt(column, "bytes of another length"))
}

/// The instant in a column that may be empty.
pub(super) fn maybe_instant(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}

/// The JSON in a column.
pub(super) fn json<T: DeserializeOwned>(column: &'static str, text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|_| Fault::corrupt(column, text))
}

/// Canonical JSON for a column: no blanks, keys as they were given.
pub(super) fn to_json<T: Serialize>(column: &'static str, value: &T) -> Outcome<String> {
    serde_json::to_string(value).map_err(|source| Fault::Unwritable { column, source })
}

/// A version as the database counts it. It starts at 0 and is raised by one per commit, so that
/// the sign is never reached.
pub(super) fn version(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
