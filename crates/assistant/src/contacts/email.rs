//! E-mail addresses, found by walking outwards from each `@`, so that brackets, quotes, `mailto:`
//! and the punctuation of the sentence stay outside.

use std::ops::Range;

use synaptiq_domain::text::Email;

/// An address and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) email: Email,
    pub(crate) span: Range<usize>,
}

/// The most bytes looked at on each side of an `@`: an address has at most 254.
const REACH: usize = 260;

/// All addresses of a text, in order.
pub(crate) fn addresses(text: &str) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    for (at, _) in text.match_indices('@') {
        if found.last().is_some_and(|last| last.span.end > at) {
            continue;
        }
        if let Some(address) = around(text, at) {
            found.push(address);
        }
    }
    found
}

fn around(text: &str, at: usize) -> Option<Address> {
    let start = text[..at]
        .char_indices()
        .rev()
        .take_while(|(place, character)| at - place <= REACH && is_local(*character))
        .last()
        .map(|(place, _)| place)?;
    let after = &text[at + 1..];
    let length = after
        .char_indices()
        .take_while(|(place, character)| {
            *place <= REACH && (character.is_alphanumeric() || matches!(character, '-' | '.'))
        })
        .last()
        .map(|(place, character)| place + character.len_utf8())?;
    let domain = domain(&after[..length])?;
    // What the sentence put before the address: quotes, dashes of a list, `mailto:` is cut at its colon.
    let local = text[start..at]
        .trim_start_matches(['.', '-', '\'', '*', '_', '`', '/', '=', '?', '&', '|', '~', '{', '}', '!', '#', '$']);
    // "email=maria@acme.io" names a field first.
    let local = local.rsplit('=').next().unwrap_or(local).trim_end_matches(['*', '`']);
    let span = at - text[start..at].len() + (text[start..at].rfind(local)?)..at + 1 + domain.len();
    let email = Email::parse(&format!("{local}@{domain}")).ok()?;
    text[..span.end].ends_with(domain).then_some(Address { email, span })
}

/// The domain without the sentence's own full stop; "maria@acme.io.My phone" ends at `io`.
fn domain(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(['.', '-']);
    let mut end = text.len();
    // A capital after a dot begins the next sentence, unless the whole domain is in capitals.
    if text.chars().any(char::is_lowercase) {
        for (dot, _) in text.match_indices('.').skip(1) {
            let label = &text[dot + 1..];
            if label.starts_with(char::is_uppercase) && text[..dot].chars().all(|character| !character.is_uppercase()) {
                end = dot;
                break;
            }
        }
    }
    (!text[..end].is_empty()).then_some(&text[..end])
}

fn is_local(character: char) -> bool {
    character.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<String> {
        addresses(text).into_iter().map(|address| address.email.as_str().to_owned()).collect()
    }

    #[test]
    fn addresses_are_found_without_the_sentence_around_them() {
        let mut rows = crate::rows::Rows::default();
        for (text, expected) in [
            ("maria@cloudsoft.io", "maria@cloudsoft.io"),
            ("Write to maria@cloudsoft.io.", "maria@cloudsoft.io"),
            ("(maria@cloudsoft.io)", "maria@cloudsoft.io"),
            ("<maria.garcia+sales@cloud-soft.co.uk>", "maria.garcia+sales@cloud-soft.co.uk"),
            ("mailto:maria@cloudsoft.io?subject=Hi", "maria@cloudsoft.io"),
            ("[mail me](mailto:maria@cloudsoft.io)", "maria@cloudsoft.io"),
            ("email:maria@cloudsoft.io,thanks", "maria@cloudsoft.io"),
            ("\"maria@cloudsoft.io\"", "maria@cloudsoft.io"),
            ("'maria@cloudsoft.io'", "maria@cloudsoft.io"),
            ("- maria@cloudsoft.io!", "maria@cloudsoft.io"),
            ("Reach me at MARIA@CLOUDSOFT.IO; bye", "MARIA@CLOUDSOFT.IO"),
            ("maria@cloudsoft.io.My number follows", "maria@cloudsoft.io"),
            ("o'brien@dublin.ie", "o'brien@dublin.ie"),
            ("jürgen@müller.de", "jürgen@müller.de"),
            ("**maria@cloudsoft.io**", "maria@cloudsoft.io"),
            ("la mia mail è maria_g@azienda.it grazie", "maria_g@azienda.it"),
        ] {
            rows.eq(text, found(text), [expected]);
        }
        assert_eq!(found("a@one.io, b@two.io"), ["a@one.io", "b@two.io"]);
    }

    #[test]
    fn what_is_no_address_is_not_found() {
        let mut rows = crate::rows::Rows::default();
        for text in
            ["@maria on social media", "meet @ 5pm", "a@b", "maria@", "maria@localhost", "x@1.2.3.4", "we pay 5@10.50"]
        {
            rows.holds(text, found(text).is_empty());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_each_address_stands_where_it_says(text in "[a-zé@.,<>: \\-A-Z0-9*'`]{0,60}") {
            for address in addresses(&text) {
                prop_assert_eq!(&text[address.span.clone()], address.email.as_str());
            }
        }
    }
}
