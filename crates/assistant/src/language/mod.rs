//! The language of a message: English, Italian, German, French or Spanish.
//!
//! A stated language is honoured. Otherwise short words decide, since visitors write short
//! messages; a long message goes to the trained detector too. A conversation keeps its language
//! until a message is clearly in another one: a name, an address or a single word is not.

mod words;

use whichlang::Lang;

/// The languages that the built-in assistant speaks.
pub(crate) const SPOKEN: [&str; 5] = ["en", "it", "de", "fr", "es"];

const SPANISH: usize = 4;

/// Letters in words that are no names from which on the trained detector is worth asking.
const LETTERS_FOR_DETECTOR: usize = 24;
/// How much more must speak for another language than for the one spoken so far.
const MARGIN: f32 = 1.0;
/// How much must speak for another language in all, unless every word is of that language.
const CLEAR: f32 = 1.5;

/// The one of [`SPOKEN`] that a caller's tag means: `it`, `it-IT`, `IT`.
pub(crate) fn spoken(tag: &str) -> Option<&'static str> {
    let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
    SPOKEN.into_iter().find(|known| known.eq_ignore_ascii_case(primary))
}

/// The language of a message.
pub(crate) fn detect(text: &str, stated: Option<&str>, previous: Option<&str>) -> &'static str {
    if let Some(stated) = stated.and_then(spoken) {
        return stated;
    }
    let words = words::words(text);
    let mut known = words::scores(&words);
    if text.contains(['¿', '¡']) {
        known[SPANISH] += 1.0;
    }
    let mut scores = known;
    let letters: usize = words.iter().filter(|word| !word.is_name).map(|word| word.folded.chars().count()).sum();
    if letters >= LETTERS_FOR_DETECTOR
        && let Some(index) = detected(&words).and_then(index_of)
    {
        scores[index] += 1.0;
    }
    let best = (0..SPOKEN.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a))).unwrap_or(0);
    let Some(before) = previous.and_then(spoken).and_then(index_of) else {
        return if scores[best] > 0.0 { SPOKEN[best] } else { "en" };
    };
    let wholly = words.len() > 1 && words.iter().all(|word| word.is_number() || words::knows(best, &word.folded));
    // Words must speak for it, not the detector alone.
    let clear = known[best] > 0.0 && (scores[best] >= CLEAR || wholly);
    if clear && scores[best] - scores[before] >= MARGIN { SPOKEN[best] } else { SPOKEN[before] }
}

fn index_of(language: &str) -> Option<usize> {
    SPOKEN.iter().position(|known| *known == language)
}

/// What the trained detector makes of the words; addresses are none.
fn detected(words: &[words::Word<'_>]) -> Option<&'static str> {
    let text = words.iter().map(|word| word.written).collect::<Vec<_>>().join(" ");
    match whichlang::detect_language(&text) {
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

    fn of(text: &str, stated: Option<&str>, previous: Option<&str>) -> &'static str {
        detect(text, stated, previous)
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
    fn names_addresses_and_a_single_foreign_word_keep_the_language_of_the_conversation() {
        let mut rows = crate::rows::Rows::default();
        for (text, spoken) in [
            ("Ana Morales, Grupo Alameda, ana.morales@alameda.example", "en"),
            ("Giulia Della Valle, Officine del Nord, giulia@officine.example", "de"),
            ("Jürgen Groß, Stahlbau Süd GmbH, +49 30 901820", "it"),
            ("No comment!", "en"),
            ("La mia e-mail è paolo@cantiere.example", "it"),
            ("la mail è paolo@cantiere.example", "it"),
            ("mi correo es luis@taller.example", "es"),
            ("mon mail : luc@atelier.example", "fr"),
            ("meine Mail: uwe@werk.example", "de"),
            ("my mail is kim@works.example", "en"),
            ("Ciao!", "de"),
            ("ok merci", "en"),
            ("Salesforce, HubSpot, Google Calendar, Microsoft Teams", "it"),
            ("via Garibaldi 12, 20121 Milano", "en"),
            ("https://la-casa-de-los-jardines.example/una-pagina", "de"),
            ("Demo bitte", "de"),
        ] {
            rows.eq(text, of(text, None, Some(spoken)), spoken);
        }
    }

    #[test]
    fn a_change_of_language_is_noticed() {
        let mut rows = crate::rows::Rows::default();
        for (text, before, after) in [
            ("Scusi, parla italiano? Vorrei sapere quanto costa", "en", "it"),
            ("Quanto costa?", "en", "it"),
            ("siamo in 30", "en", "it"),
            ("Was kostet das?", "en", "de"),
            ("Wir sind 40 Leute", "en", "de"),
            ("Sprechen Sie Deutsch?", "en", "de"),
            ("Combien ça coûte ?", "en", "fr"),
            ("nous sommes 30", "it", "fr"),
            ("¿Cuánto cuesta?", "it", "es"),
            ("How much is it?", "de", "en"),
            ("Can we switch to English please?", "fr", "en"),
            ("Vorrei una demo, per favore", "fr", "it"),
        ] {
            rows.eq(text, of(text, None, Some(before)), after);
        }
    }
}
