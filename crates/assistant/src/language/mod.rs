//! The language of a message: English, Italian, German, French or Spanish.
//!
//! A stated language is honoured. Otherwise short words decide, since visitors write short
//! messages; a long message without such words goes to the trained detector; what is still
//! undecided keeps the language of the conversation, and the first message of one is English.

mod words;

use whichlang::Lang;

/// The languages that the built-in assistant speaks.
pub(crate) const SPOKEN: [&str; 5] = ["en", "it", "de", "fr", "es"];

/// Letters from which on the trained detector is worth asking.
const LETTERS_FOR_DETECTOR: usize = 24;

/// The one of [`SPOKEN`] that a caller's tag means: `it`, `it-IT`, `IT`.
pub(crate) fn spoken(tag: &str) -> Option<&'static str> {
    let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
    SPOKEN.into_iter().find(|known| known.eq_ignore_ascii_case(primary))
}

/// The language of a message. `text` is as written, `folded` without case and accents.
pub(crate) fn detect(text: &str, folded: &str, stated: Option<&str>, previous: Option<&str>) -> &'static str {
    if let Some(stated) = stated.and_then(spoken) {
        return stated;
    }
    let previous = previous.and_then(spoken);
    let mut scores = words::scores(folded);
    for (index, letters) in ["", "", "äöß", "êœàèùçî", "ñ¿¡"].into_iter().enumerate() {
        scores[index] += if text.chars().any(|character| letters.contains(character)) { 1.0 } else { 0.0 };
    }
    // What was spoken before wins a tie and loses to a clear word.
    if let Some(index) = previous.and_then(index_of) {
        scores[index] += 0.45;
    }
    // An address is in no language.
    let letters: usize = folded
        .split_whitespace()
        .filter(|word| !word.contains('@'))
        .map(|word| word.chars().filter(|character| character.is_alphabetic()).count())
        .sum();
    if letters >= LETTERS_FOR_DETECTOR
        && let Some(index) = detected(text).and_then(index_of)
    {
        scores[index] += 1.0;
    }
    let best = (0..SPOKEN.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a))).unwrap_or(0);
    if scores[best] > 0.0 { SPOKEN[best] } else { previous.unwrap_or("en") }
}

fn index_of(language: &str) -> Option<usize> {
    SPOKEN.iter().position(|known| *known == language)
}

fn detected(text: &str) -> Option<&'static str> {
    match whichlang::detect_language(text) {
        Lang::Eng => Some("en"),
        Lang::Ita => Some("it"),
        Lang::Deu => Some("de"),
        Lang::Fra => Some("fr"),
        Lang::Spa => Some("es"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Reading;

    fn of(text: &str, stated: Option<&str>, previous: Option<&str>) -> &'static str {
        detect(text, Reading::new(text).folded(), stated, previous)
    }

    #[test]
    fn short_messages_are_told_apart_by_their_words() {
        let mut rows = crate::rows::Rows::default();
        for (text, expected) in [
            ("hi", "en"),
            ("ciao", "it"),
            ("hallo", "de"),
            ("bonjour", "fr"),
            ("hola", "es"),
            ("Quanto costa?", "it"),
            ("Was kostet das?", "de"),
            ("Combien ça coûte ?", "fr"),
            ("¿Cuánto cuesta?", "es"),
            ("How much is it?", "en"),
            ("Guten Tag, wir suchen ein CRM", "de"),
            ("Buongiorno, vorrei una demo", "it"),
            ("je voudrais une démo", "fr"),
            ("quiero una demo", "es"),
            ("I'd like a demo", "en"),
            ("nous sommes 30", "fr"),
            ("siamo in 30", "it"),
            ("wir sind 30", "de"),
            ("somos 30", "es"),
            ("we are 30", "en"),
            ("Does it work with Salesforce?", "en"),
            ("Funziona con Salesforce?", "it"),
            ("Funktioniert es mit Salesforce?", "de"),
            ("Est-ce compatible avec Salesforce ?", "fr"),
            ("¿Funciona con Salesforce?", "es"),
        ] {
            rows.eq(text, of(text, None, None), expected);
        }
    }

    #[test]
    fn a_stated_language_is_honoured_and_an_unknown_one_is_not() {
        assert_eq!(of("hello there", Some("it-IT"), None), "it");
        assert_eq!(of("hello there", Some("pt"), Some("de")), "en");
    }

    #[test]
    fn what_says_nothing_keeps_the_language_of_the_conversation() {
        let mut rows = crate::rows::Rows::default();
        for text in ["50", "ok", "maria@cloudsoft.io", "20k", "👍", "+39 02 1234 5678"] {
            rows.eq(text, of(text, None, Some("de")), "de");
            rows.eq(text, of(text, None, None), "en");
        }
    }

    #[test]
    fn a_change_of_language_is_noticed() {
        assert_eq!(of("Scusi, parla italiano? Vorrei sapere quanto costa", None, Some("en")), "it");
    }
}
