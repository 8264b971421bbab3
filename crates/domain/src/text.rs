//! Text that was parsed at the edge: e-mail addresses, phone numbers, labels, and the folding that
//! makes two spellings of one word equal.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

/// The form in which search and uniqueness compare text: NFKC, lower case, `ß` as `ss`.
///
/// Computed here rather than by a database, so that every store folds alike.
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect::<String>().replace('ß', "ss").replace('ς', "σ")
}

/// Why a text is not what its field asks for. The display form ends a sentence that begins with
/// the name of the field.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// No characters besides blanks.
    #[error("must not be empty")]
    Empty,
    /// More characters than the field allows.
    #[error("must have at most {max} characters")]
    TooLong {
        /// The most characters allowed.
        max: usize,
    },
    /// A U+0000, which no store keeps.
    #[error("must not contain U+0000")]
    Nul,
    /// A control character, in a name for programs.
    #[error("must not contain control characters")]
    Control,
    /// Not an e-mail address.
    #[error("must be a valid e-mail address")]
    NotAnEmail,
    /// Not a phone number.
    #[error("must be a valid phone number")]
    NotAPhone,
}

/// Trims `text` and checks that it has 1 to `max` characters and no U+0000.
pub fn bounded(text: &str, max: usize) -> Result<String, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.contains('\0') {
        return Err(TextError::Nul);
    }
    if text.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    Ok(text.to_owned())
}

/// An e-mail address as it was given. Two addresses are the same person if they fold to the same
/// text ([`Email::folded`]).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Accepts what mail systems in use accept: `local@domain` with a dotted domain, at most 254
    /// characters. Quoted local parts, comments and literal addresses are refused: no visitor has one.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = bounded(text, 254)?;
        let Some((local, domain)) = text.rsplit_once('@') else { return Err(TextError::NotAnEmail) };
        if is_local_part(local) && is_domain(domain) { Ok(Self(text)) } else { Err(TextError::NotAnEmail) }
    }

    /// The address as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which addresses are compared.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// What follows the `@`, folded.
    pub fn domain(&self) -> String {
        fold(self.0.rsplit_once('@').map_or("", |(_, domain)| domain))
    }
}

fn is_local_part(local: &str) -> bool {
    (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    labels.len() >= 2
        && domain.len() <= 253
        && labels.iter().all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && labels.last().is_some_and(|top| top.chars().count() >= 2 && !top.chars().all(|c| c.is_ascii_digit()))
}

/// A phone number as it was given: 1 to 50 characters with at least five digits. How it is dialled
/// is not the product's business, so the text is kept as the person wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phone(String);

impl Phone {
    /// Accepts digits with the punctuation that people put between them, and an extension.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = bounded(text, 50)?;
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let known = text.chars().all(|c| c.is_ascii_digit() || "+-./() ext.#x\u{a0}".contains(c.to_ascii_lowercase()));
        if known && (5..=20).contains(&digits) { Ok(Self(text)) } else { Err(TextError::NotAPhone) }
    }

    /// The number as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits, the same however they are written; `+` before a country is `00`. A number with its
    /// country and one without are not the same: whose it is must not be a guess.
    pub fn dialled(&self) -> String {
        let digits: String = self.0.chars().filter(char::is_ascii_digit).collect();
        if self.0.starts_with('+') { format!("00{digits}") } else { digits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_differ_in_case_are_one_person() {
        let first = Email::parse(" Maria.Garcia@CloudSoft.io ").expect("valid");
        assert_eq!(first.as_str(), "Maria.Garcia@CloudSoft.io");
        assert_eq!(first.folded(), Email::parse("maria.garcia@cloudsoft.IO").expect("valid").folded());
        assert_eq!(first.domain(), "cloudsoft.io");
    }

    #[test]
    fn what_no_mail_system_delivers_is_refused() {
        for text in
            ["", "a", "a@b", "@b.io", "a@", "a b@c.io", "a@b..io", ".a@b.io", "a@-b.io", "a@1.2.3.4", "a@b.io\0"]
        {
            assert!(Email::parse(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn a_phone_number_needs_digits() {
        assert!(Phone::parse("+1-555-0234").is_ok());
        assert!(Phone::parse("+39 06 1234 5678 ext. 9").is_ok());
        assert!(Phone::parse("call me").is_err());
        assert!(Phone::parse("123").is_err());
    }

    #[test]
    fn a_phone_number_is_the_same_however_it_is_written() {
        let dialled = |text: &str| Phone::parse(text).expect("a number").dialled();
        assert_eq!(dialled("+49 30 123456"), dialled("0049-30/123456"));
        assert_ne!(dialled("030 123456"), dialled("+49 30 123456"));
    }

    #[test]
    fn folding_makes_spellings_equal() {
        assert_eq!(fold("STRASSE"), fold("Straße"));
        assert_eq!(fold("Ｆｕｌｌ"), "full");
        assert_eq!(fold("e\u{301}"), fold("É"));
    }
}
