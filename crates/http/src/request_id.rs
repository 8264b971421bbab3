//! The id by which one request is found in answers and logs.
//!
//! A caller's own `X-Request-Id` is kept if it is sane, 1 to 64 letters, digits, `.`, `_` and `-`,
//! so that a call can be followed through several systems; anything else is replaced by a new ULID.
//! The character set keeps it harmless in logs, headers and JSON.

use synaptiq_domain::{id::Id, ports::Ids};

/// The header's name.
pub const HEADER: &str = "x-request-id";

/// The caller's id if it is sane, else a new one.
pub fn choose(given: Option<&str>, ids: &dyn Ids) -> String {
    match given {
        Some(id) if is_sane(id) => id.to_owned(),
        _ => Id::<()>::from_bits(ids.next()).ulid(),
    }
}

fn is_sane(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Ids for Fixed {
        fn next(&self) -> u128 {
            7
        }
        fn secret(&self) -> [u8; 32] {
            [0; 32]
        }
    }

    #[test]
    fn a_sane_id_is_kept_and_everything_else_is_replaced() {
        assert_eq!(choose(Some("trace-1.a_B"), &Fixed), "trace-1.a_B");
        let long = "x".repeat(65);
        for given in [None, Some(""), Some("a b"), Some("a\"b"), Some("a\r\nb"), Some("é"), Some(long.as_str())] {
            assert_eq!(choose(given, &Fixed), "00000000000000000000000007", "{given:?}");
        }
    }
}
