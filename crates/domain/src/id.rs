//! Identifiers: one 128-bit ULID per thing, typed by what it names.
//!
//! The dialects print the same bits in different ways (contract § 2): a prefix and 26 Crockford
//! characters, or a hyphenated UUID. Both codecs live here because both are codecs of the bits;
//! which one a dialect uses is the business of `wire`.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr as _};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::Ulid;

/// What an id can name. Implemented by the aggregate itself, so that `Id<Lead>` reads as it is said.
pub trait Kind {
    /// The prefix of the printed form, without the underscore: `lead`, `conv`, ….
    const PREFIX: &'static str;
}

/// The id of a `K`: 128 bits that sort by the time they were made.
pub struct Id<K> {
    bits: u128,
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// The id with these bits.
    pub const fn from_bits(bits: u128) -> Self {
        Self { bits, kind: PhantomData }
    }

    /// The 128 bits.
    pub const fn bits(self) -> u128 {
        self.bits
    }

    /// The 26 Crockford characters alone, as stores keep them.
    pub fn ulid(self) -> String {
        Ulid(self.bits).to_string()
    }

    /// Reads what [`Id::ulid`] prints, in either case.
    pub fn from_ulid(text: &str) -> Option<Self> {
        parse_crockford(text).map(Self::from_bits)
    }

    /// The hyphenated lowercase UUID of the same bits.
    pub fn uuid(self) -> String {
        let hex = format!("{:032x}", self.bits);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

impl<K: Kind> Id<K> {
    /// `lead_01J…`: the prefix of the kind and 26 Crockford characters.
    pub fn prefixed(self) -> String {
        format!("{}_{}", K::PREFIX, Ulid(self.bits))
    }

    /// Reads any printed form: prefixed with this kind's prefix, bare ULID, or UUID with or
    /// without hyphens. Everything else names nothing and is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let bits = match text.len() {
            36 => parse_uuid(text),
            32 => parse_hex(text.as_bytes()),
            26 => parse_crockford(text),
            _ => None,
        };
        bits.or_else(|| parse_crockford(text.strip_prefix(K::PREFIX)?.strip_prefix('_')?)).map(Self::from_bits)
    }
}

fn parse_crockford(text: &str) -> Option<u128> {
    // The crate accepts 26 characters whose first overflows 128 bits; a round trip refuses those.
    let parsed = (text.len() == 26 && text.is_ascii()).then(|| Ulid::from_str(text).ok())??;
    parsed.to_string().eq_ignore_ascii_case(text).then_some(parsed.0)
}

fn parse_uuid(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 || [8, 13, 18, 23].iter().any(|&at| bytes[at] != b'-') {
        return None;
    }
    let digits: Vec<u8> =
        bytes.iter().enumerate().filter(|(at, _)| ![8, 13, 18, 23].contains(at)).map(|(_, byte)| *byte).collect();
    parse_hex(&digits)
}

fn parse_hex(digits: &[u8]) -> Option<u128> {
    if digits.len() != 32 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u128::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bits.cmp(&other.bits)
    }
}
impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.bits.hash(state);
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.prefixed())
    }
}
impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.prefixed())
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.ulid())
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_ulid(&text).ok_or_else(|| serde::de::Error::custom("not a ULID"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug)]
    struct Thing;
    impl Kind for Thing {
        const PREFIX: &'static str = "thing";
    }

    proptest! {
        #[test]
        fn every_printed_form_reads_back_as_the_same_id(bits: u128) {
            let id = Id::<Thing>::from_bits(bits);
            for text in [id.prefixed(), id.uuid(), id.ulid(), id.uuid().replace('-', ""), id.ulid().to_lowercase()] {
                prop_assert_eq!(Id::<Thing>::parse(&text), Some(id));
            }
        }

        #[test]
        fn any_text_is_an_id_or_nothing(text in "\\PC{0,50}") {
            let _ = Id::<Thing>::parse(&text);
        }
    }

    #[test]
    fn a_foreign_prefix_names_nothing() {
        let id = Id::<Thing>::from_bits(7);
        assert_eq!(Id::<Thing>::parse(&id.prefixed().replace("thing", "lead")), None);
        assert_eq!(Id::<Thing>::parse("thing_81HQ7ABC2DEF3GH04JK05MN06P"), None, "overflows 128 bits");
        assert_eq!(Id::<Thing>::parse("01HQ7ABC2DEF3GHI4JKL5MNO6P"), None, "I, L and O are not in the alphabet");
    }
}
