//! Ids on the wire (contract § 2): v1 prints a prefix and 26 characters, app a UUID. Both read
//! every form.

use synaptiq_domain::id::{Id, Kind};

/// v1's form: `lead_01J…`.
pub fn v1<K: Kind>(id: Id<K>) -> String {
    id.prefixed()
}

/// app's form: a hyphenated lowercase UUID.
pub fn uuid<K>(id: Id<K>) -> String {
    id.uuid()
}

/// Reads an id in any form. A text that is none gives the nil id, which no one was ever given: so
/// a malformed id in a filter or a body is not found by the same path as an unknown one (T3, T4).
pub fn named_or_nil<K: Kind>(text: &str) -> Id<K> {
    Id::parse(text).unwrap_or(Id::from_bits(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use synaptiq_domain::{conversation::Conversation, lead::Lead};

    use super::*;

    proptest! {
        #[test]
        fn every_dialect_reads_what_any_dialect_prints(bits: u128) {
            let id = Id::<Lead>::from_bits(bits);
            prop_assert_eq!(named_or_nil::<Lead>(&v1(id)), id);
            prop_assert_eq!(named_or_nil::<Lead>(&uuid(id)), id);
            prop_assert_eq!(named_or_nil::<Lead>(&uuid(id).to_uppercase()), id);
        }

        #[test]
        fn t3_a_malformed_id_names_nothing(text in "\\PC{0,25}") {
            prop_assert_eq!(named_or_nil::<Lead>(&text), Id::from_bits(0));
        }
    }

    #[test]
    fn t4_an_id_of_another_kind_names_nothing() {
        let conversation = Id::<Conversation>::from_bits(7);
        assert_eq!(named_or_nil::<Lead>(&v1(conversation)), Id::from_bits(0));
    }
}
