//! Phone numbers: runs of digits and the punctuation people put between them, judged by the
//! numbering plans. Without a country prefix a number is tried in the countries where the
//! message's language is spoken; prices, dates, order numbers and addresses of machines are not
//! numbers to call.

use std::{ops::Range, sync::LazyLock};

use phonenumber::country::Id;
use regex::Regex;
use synaptiq_domain::text::Phone;

use super::Address;
use crate::text::{next, raw};

/// A run that might be dialled: an optional `+` or bracket, then digits with single separators.
static CANDIDATE: LazyLock<Regex> =
    LazyLock::new(|| raw(r"(?:\+|\(\+?)?\d(?:[ \x{a0}]?[-./()\x{2010}-\x{2015}]?[ \x{a0}]?[()]?\d){5,19}"));
static EXTENSION: LazyLock<Regex> = LazyLock::new(|| raw(r"^[ ,]{0,2}(?i:ext\.?|x|#) ?\d{1,6}\b"));
/// Words just before a number that says it is one.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"(?i)(?:\b(?:phone|telephone|tel|mobile|cell(?:ulare)?|handy|call(?: me)?|ring|text me|reach(?: me)?|whatsapp|number(?: is)?|nummer|",
        r"telefon(?:o|nummer)?|t[eé]l[eé]phone|portable|num[eé]ro|n[uú]mero|m[oó]vil|rufen|chiama(?:temi|rmi|mi)|appele[zr](?:-moi)?|joindre|",
        r"ll[aá]m(?:ame|eme|enme)|contact|fon|mob)\b)[^\d\n]{0,25}$"
    ))
});
/// Words just before a number that say it is something else.
static NOT_CALL: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"(?i)(?:\b(?:order|invoice|ticket|case|ref(?:erence)?|id|serial|account|customer|tracking|po|vat|iban|isbn|error|code|version|",
        r"ordine|fattura|pratica|codice|p\.? ?iva|partita iva|bestell(?:ung|nummer)|rechnung(?:snummer)?|kundennummer|vorgang|auftrag|",
        r"commande|facture|dossier|siret|siren|pedido|factura|cif|nif)\b[^\d\n]{0,14}|[#€$£№]\s?)$"
    ))
});
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        r"^\(?(?:(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d|(?:19|20)\d\d ?- ?(?:19|20)\d\d)(?:[ T]\d{0,2})?$",
    )
});
static MACHINE: LazyLock<Regex> = LazyLock::new(|| raw(r"^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$"));
/// "20.000", "1,250,000": grouped as amounts are.
static GROUPED: LazyLock<Regex> = LazyLock::new(|| raw(r"^\d{1,3}(?:\.\d{3})+$|^\d{1,3}(?: 000)+$"));
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        r"(?i)^ ?(?:[€$£%]|(?:eur|usd|gbp|chf|euros?|dollars?|k|mila|mio|users?|people|persone|leute|utenti|visitors?|leads?)\b)",
    )
});

/// Where a number without a country prefix may belong, by language; the first that accepts it wins.
fn regions(language: &str) -> &'static [Id] {
    match language {
        "it" => &[Id::IT, Id::CH],
        "de" => &[Id::DE, Id::AT, Id::CH],
        "fr" => &[Id::FR, Id::BE, Id::CH],
        "es" => &[Id::ES, Id::MX, Id::AR, Id::CO],
        _ => &[Id::US, Id::GB],
    }
}

/// The first phone number of a text, outside its e-mail addresses.
pub(crate) fn first_phone(text: &str, addresses: &[Address], language: &str) -> Option<Phone> {
    CANDIDATE.find_iter(text).find_map(|candidate| {
        let span = candidate.range();
        let within_address =
            addresses.iter().any(|address| address.span.start < span.end && span.start < address.span.end);
        if within_address || !stands_alone(text, &span) {
            return None;
        }
        let written = trim(candidate.as_str());
        let before = &text[..span.start];
        let window = before.char_indices().rev().take(40).last().map_or(0, |(at, _)| at);
        let before = &before[window..];
        let after = next(text, span.start + written.len());
        let called = CALL.is_match(before);
        if NOT_CALL.is_match(before) || UNIT.is_match(after) || DATE.is_match(written) || MACHINE.is_match(written) {
            return None;
        }
        if !called && !written.starts_with(['+', '(']) && GROUPED.is_match(written) {
            return None;
        }
        if !is_dialled(written, called, language) {
            return None;
        }
        let extension = EXTENSION.find(after).map_or("", |found| found.as_str());
        let with_extension = format!("{written}{extension}");
        Phone::parse(&with_extension).or_else(|_| Phone::parse(written)).ok()
    })
}

/// Not a piece of a word, of an address on the web, or of a longer number.
fn stands_alone(text: &str, span: &Range<usize>) -> bool {
    let before = text[..span.start].chars().next_back();
    let mut after = text[span.end..].chars();
    let (next, second) = (after.next(), after.next());
    let glued_before = before.is_some_and(|character| {
        character.is_alphanumeric() || matches!(character, '_' | '/' | '=' | '@' | '.' | ',' | '-' | '&')
    });
    let glued_after = next.is_some_and(|character| {
        character.is_alphanumeric() && !matches!(character, 'x' | 'e') || matches!(character, '_' | '@' | '/' | '=')
    }) || matches!((next, second), (Some('.' | ',' | '-'), Some('0'..='9')));
    !glued_before && !glued_after
}

/// The number without a bracket that is the sentence's.
fn trim(candidate: &str) -> &str {
    let unbalanced = candidate.matches('(').count() != candidate.matches(')').count();
    if unbalanced { candidate.trim_end_matches([')', '(']) } else { candidate }
}

/// Whether a numbering plan knows it: a country's own after `+` or `00`, else one of the language's
/// countries. Without a word such as "call" before it a bare run of digits must look like a number
/// to call: begin with `0`, or be written in groups.
fn is_dialled(written: &str, called: bool, language: &str) -> bool {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    if !(7..=15).contains(&digits.len()) || all_alike(&digits) {
        return false;
    }
    if written.trim_start_matches('(').starts_with('+') {
        return is_valid(None, &format!("+{digits}")) || called || has_known_prefix(&digits);
    }
    if let Some(international) = digits.strip_prefix("00") {
        return is_valid(None, &format!("+{international}"));
    }
    let grouped = written.chars().any(|character| !character.is_ascii_digit());
    if !called && !grouped && !digits.starts_with('0') && digits.len() != 10 {
        return false;
    }
    let valid = regions(language).iter().any(|region| is_valid(Some(*region), &digits));
    // Numbers of fiction and of examples (555-0123) are in no plan; a visitor who says "call me
    // at" means one all the same.
    valid || (called && (7..=13).contains(&digits.len()) && (grouped || digits.len() >= 9))
}

/// A number with a plus is meant to be dialled even where its plan has gaps: `+1-555-0234`.
fn has_known_prefix(digits: &str) -> bool {
    ["1", "33", "34", "39", "41", "43", "44", "49", "32", "31", "351", "353", "52", "54", "57"]
        .iter()
        .any(|prefix| digits.strip_prefix(prefix).is_some_and(|rest| rest.len() >= 7))
}

fn all_alike(digits: &str) -> bool {
    let first = digits.bytes().next();
    digits.bytes().all(|digit| Some(digit) == first)
}

fn is_valid(region: Option<Id>, digits: &str) -> bool {
    phonenumber::parse(region, digits).is_ok_and(|number| phonenumber::is_valid(&number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts::addresses;

    fn found(text: &str, language: &str) -> Option<String> {
        first_phone(text, &addresses(text), language).map(|phone| phone.as_str().to_owned())
    }

    #[test]
    fn numbers_are_found_as_they_are_written() {
        let mut rows = crate::rows::Rows::default();
        for (text, language, expected) in [
            ("Call me at +1 (415) 555-2671", "en", "+1 (415) 555-2671"),
            ("+1-555-0234", "en", "+1-555-0234"),
            ("my number is 415-555-2671, thanks", "en", "415-555-2671"),
            ("(212) 736-5000 is the office", "en", "(212) 736-5000"),
            ("020 7946 0958 in London", "en", "020 7946 0958"),
            ("il mio numero è 333 123 4567", "it", "333 123 4567"),
            ("+39 06 6982 1234", "it", "+39 06 6982 1234"),
            ("chiamatemi allo 02 7200 1234", "it", "02 7200 1234"),
            ("Tel.: 030 901820", "de", "030 901820"),
            ("+49 (0)89 636-48018", "de", "+49 (0)89 636-48018"),
            ("0049 89 63648018", "de", "0049 89 63648018"),
            ("mobil 0171 2345678", "de", "0171 2345678"),
            ("mon numéro : 01 42 68 53 00", "fr", "01 42 68 53 00"),
            ("06.12.34.56.78", "fr", "06.12.34.56.78"),
            ("llámame al 612 345 678", "es", "612 345 678"),
            ("+34 91 411 11 11", "es", "+34 91 411 11 11"),
            ("reach me on 415-555-2671 ext. 12", "en", "415-555-2671 ext. 12"),
            ("WhatsApp: +44 7400 123456.", "en", "+44 7400 123456"),
        ] {
            rows.eq(text, found(text, language).as_deref(), Some(expected));
        }
    }

    #[test]
    fn other_numbers_are_no_phones() {
        let mut rows = crate::rows::Rows::default();
        for (text, language) in [
            ("our budget is 20.000.000 €", "it"),
            ("we pay 1.250.000 a year", "de"),
            ("from 2026-11-21", "en"),
            ("am 21.11.2026", "de"),
            ("21/11/2026", "fr"),
            ("order #4155552671", "en"),
            ("order number 4155552671", "en"),
            ("invoice 2026-0001234", "en"),
            ("the server is 192.168.100.200", "en"),
            ("ordine 3331234567", "it"),
            ("https://acme.io/t/4155552671", "en"),
            ("v4.12.345.6789", "en"),
            ("between 2024 - 2026", "en"),
            ("1234567890123456789012", "en"),
            ("0000000000", "en"),
            ("10 20 30 users", "en"),
            ("about 1 000 000 leads", "en"),
            ("agent4155552671@acme.io", "en"),
        ] {
            rows.eq(text, found(text, language), None);
        }
    }
}
