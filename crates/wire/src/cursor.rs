//! Cursors: the last row seen, bound to the sort and filters of the list it came from.
//!
//! Opaque to callers and without secrets: it holds the sort value and the id of a row that the
//! caller has just seen. A cursor given with another sort or other filters is refused, because the
//! list would silently leave rows out.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use synaptiq_domain::paging::Position;

use crate::field::FieldError;

/// The parameter that carries a cursor.
pub const PARAMETER: &str = "cursor";

/// The first byte; raised when the layout changes.
const LAYOUT: u8 = 1;
const BINDING_BYTES: usize = 8;
const LENGTH: usize = 1 + BINDING_BYTES + 8 + 16;

/// What a cursor is bound to: a short hash of everything but paging that makes a list what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding([u8; BINDING_BYTES]);

impl Binding {
    /// The binding of a list named `list` with these parts of its query, each in one text.
    pub fn of(list: &str, parts: &[String]) -> Self {
        let mut hasher = Sha256::new();
        for part in std::iter::once(list).chain(parts.iter().map(String::as_str)) {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        let digest = hasher.finalize();
        let mut short = [0; BINDING_BYTES];
        short.copy_from_slice(&digest[..BINDING_BYTES]);
        Self(short)
    }
}

/// The cursor that continues after `position`.
pub fn encode(position: Position, binding: Binding) -> String {
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.push(LAYOUT);
    bytes.extend_from_slice(&binding.0);
    bytes.extend_from_slice(&position.value.to_be_bytes());
    bytes.extend_from_slice(&position.id.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a cursor of the same list.
pub fn decode(text: &str, binding: Binding) -> Result<Position, FieldError> {
    let garbage = || FieldError::new(PARAMETER, "is not a cursor that this API has given");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| garbage())?;
    let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| garbage())?;
    let (head, rest) = bytes.split_at(1);
    let (bound, rest) = rest.split_at(BINDING_BYTES);
    let (value, id) = rest.split_at(8);
    if head != [LAYOUT] {
        return Err(garbage());
    }
    if bound != binding.0 {
        return Err(FieldError::new(PARAMETER, "belongs to a list with another sort or other filters"));
    }
    let value = i64::from_be_bytes(value.try_into().map_err(|_| garbage())?);
    let id = u128::from_be_bytes(id.try_into().map_err(|_| garbage())?);
    Ok(Position { value, id })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back_for_its_own_list_alone(value: i64, id: u128, filter in "\\PC{0,12}", other in "\\PC{0,12}") {
            let position = Position { value, id };
            let binding = Binding::of("leads", std::slice::from_ref(&filter));
            let text = encode(position, binding);
            prop_assert_eq!(decode(&text, binding), Ok(position));
            prop_assert_eq!(text.len(), 44);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            prop_assert!(decode(&text, Binding::of("conversations", std::slice::from_ref(&filter))).is_err());
            if filter != other {
                prop_assert!(decode(&text, Binding::of("leads", &[other])).is_err());
            }
        }

        #[test]
        fn garbage_is_refused_and_names_the_cursor(text in "\\PC{0,60}") {
            let error = decode(&text, Binding::of("leads", &[])).expect_err("garbage");
            prop_assert_eq!(error.param, "cursor");
        }
    }

    #[test]
    fn parts_that_join_to_the_same_text_are_bound_apart() {
        let split =
            |parts: &[&str]| Binding::of("leads", &parts.iter().map(|&part| part.to_owned()).collect::<Vec<_>>());
        assert_ne!(split(&["ab", "c"]), split(&["a", "bc"]));
        assert_ne!(split(&["a"]), split(&["a", ""]));
    }
}
