//! How app gives long lists: at most 1,000 rows an answer, and never cut silently. `Link` names the
//! next part and `X-Total-Count` says how many rows there are in all (contract § 6).

use std::fmt::Write as _;

use synaptiq_domain::paging::Paging;

use crate::{
    cursor::{self, Binding},
    field::FieldError,
    query::{Query, names},
};

/// The most rows of one answer, and how many it has where nothing is said.
pub const MOST: u32 = 1_000;

/// Reads `limit`.
pub fn read_limit(query: &Query) -> Result<u32, FieldError> {
    query.number("limit", 1..=i64::from(MOST), MOST)
}

/// Reads `limit` and `cursor`. The first part is the one that is counted.
pub fn read_paging(query: &Query, binding: Binding) -> Result<Paging, FieldError> {
    let limit = read_limit(query)?;
    Ok(match query.optional(cursor::PARAMETER, |given| cursor::decode(given.text(), binding))? {
        Some(position) => Paging::After { position, limit },
        None => Paging::Page { page: 1, limit },
    })
}

/// The value of `Link` for the next part: the request's own address, as a reference within the
/// host, with one parameter set.
pub fn next_link(path: &str, query: &str, parameter: &str, value: &str) -> String {
    let mut link = String::from("<");
    push(&mut link, path);
    link.push('?');
    for pair in query.split('&').filter(|pair| !pair.is_empty() && !names(pair, parameter)) {
        push(&mut link, pair);
        link.push('&');
    }
    let _ = write!(link, "{parameter}={value}>; rel=\"next\"");
    link
}

/// Keeps what an address may hold and escapes the rest, so that nothing ends the reference early.
fn push(link: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$'()*+,;:@/%=".contains(&byte) {
            link.push(char::from(byte));
        } else {
            let _ = write!(link, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_part_is_asked_for_with_the_same_filters() {
        assert_eq!(next_link("/api/leads", "", "cursor", "AbC-_"), "</api/leads?cursor=AbC-_>; rel=\"next\"");
        assert_eq!(
            next_link("/api/leads", "q=acme+inc&%63ursor=old&cursor=older&limit=7", "cursor", "new"),
            "</api/leads?q=acme+inc&limit=7&cursor=new>; rel=\"next\""
        );
    }

    #[test]
    fn nothing_that_was_sent_ends_the_reference() {
        assert_eq!(
            next_link("/api/leads", "q=a>;rel=\"x\",<\r\né&x", "after", "7"),
            "</api/leads?q=a%3E;rel=%22x%22,%3C%0D%0A%C3%A9&x&after=7>; rel=\"next\""
        );
    }
}
