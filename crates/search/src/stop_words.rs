//! Words that hold a sentence together and say nothing about its subject.
//!
//! In a small knowledge base they can be rarer than the words that matter ("how" stands in one FAQ
//! of five), so that how rare a word is does not tell. They still count, a little: a query of
//! nothing else must find something, and they break ties. Folded and without accents, as the index
//! has them.

use crate::language::Language;

/// Whether a word, folded and without accents, is one of a language's.
pub(crate) fn is_stop_word(language: Language, word: &str) -> bool {
    let list = match language {
        Language::English => ENGLISH,
        Language::French => FRENCH,
        Language::German => GERMAN,
        Language::Italian => ITALIAN,
        Language::Spanish => SPANISH,
        Language::Arabic
        | Language::Dutch
        | Language::Portuguese
        | Language::Russian
        | Language::Swedish
        | Language::Turkish => return false,
    };
    list.binary_search(&word).is_ok()
}

#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because", "been",
    "before", "being", "between", "but", "by", "can", "could", "did", "do", "does", "doing", "done", "for", "from",
    "get", "had", "has", "have", "having", "he", "hello", "her", "here", "hi", "him", "his", "how", "i", "if", "in",
    "into", "is", "it", "its", "just", "know", "let", "like", "many", "may", "me", "might", "much", "must", "my",
    "no", "nor", "not", "of", "off", "on", "only", "or", "other", "our", "out", "over", "please", "shall", "she",
    "should", "so", "some", "such", "tell", "than", "thank", "thanks", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "through", "to", "too", "under", "until", "up", "us", "very", "want",
    "was", "we", "were", "what", "when", "where", "which", "while", "who", "whom", "whose", "why", "will", "with",
    "would", "yes", "you", "your",
];

#[rustfmt::skip]
const FRENCH: &[&str] = &[
    "a", "ai", "au", "aux", "avec", "avez", "avoir", "avons", "bonjour", "car", "ce", "cela", "ces", "cet", "cette",
    "ceux", "chez", "comme", "comment", "dans", "de", "des", "donc", "du", "elle", "elles", "en", "entre", "es",
    "est", "et", "etaient", "etait", "etes", "etre", "eux", "fait", "faut", "ici", "il", "ils", "je", "la", "le",
    "les", "leur", "leurs", "lui", "ma", "mais", "me", "merci", "mes", "moi", "mon", "ne", "ni", "nos", "notre",
    "nous", "on", "ont", "ou", "par", "pas", "peut", "peux", "plus", "pour", "pourquoi", "pouvez", "puis", "qu",
    "quand", "que", "quel", "quelle", "quelles", "quels", "qui", "quoi", "sa", "sans", "se", "ses", "si", "son",
    "sont", "sous", "suis", "sur", "ta", "te", "tes", "toi", "ton", "tous", "tout", "toute", "toutes", "tres", "tu",
    "un", "une", "vers", "veux", "vos", "votre", "voudrais", "vous", "y",
];

#[rustfmt::skip]
const GERMAN: &[&str] = &[
    "aber", "alle", "allem", "allen", "aller", "alles", "als", "also", "am", "an", "auch", "auf", "aus", "bei",
    "beim", "bin", "bis", "bist", "bitte", "da", "damit", "danke", "dann", "das", "dass", "dein", "deine", "dem",
    "den", "denn", "der", "des", "dich", "die", "dies", "diese", "diesem", "diesen", "dieser", "dieses", "dir",
    "doch", "du", "durch", "ein", "eine", "einem", "einen", "einer", "eines", "er", "es", "etwas", "euch", "euer",
    "fur", "gegen", "gibt", "hab", "habe", "haben", "hallo", "hat", "hatte", "hatten", "hier", "ich", "ihm", "ihn",
    "ihnen", "ihr", "ihre", "ihrem", "ihren", "ihrer", "im", "in", "ins", "ist", "ja", "kann", "kein", "keine",
    "keinen", "konnen", "konnte", "man", "mein", "meine", "meinem", "meinen", "meiner", "mich", "mir", "mit",
    "mochte", "muss", "mussen", "nach", "nein", "nicht", "noch", "nun", "nur", "ob", "oder", "ohne", "sehr", "sein",
    "seine", "seinem", "seinen", "seiner", "sich", "sie", "sind", "so", "soll", "sollte", "uber", "um", "und",
    "uns", "unser", "unsere", "unter", "viel", "viele", "vom", "von", "vor", "wann", "war", "waren", "warum", "was",
    "weil", "welche", "welchem", "welchen", "welcher", "welches", "wem", "wen", "wenn", "wer", "werde", "werden",
    "wie", "will", "wir", "wird", "wo", "wollen", "wurde", "wurden", "zu", "zum", "zur",
];

#[rustfmt::skip]
const ITALIAN: &[&str] = &[
    "a", "ad", "agli", "ai", "al", "alla", "alle", "allo", "anche", "avete", "c", "che", "chi", "ci", "ciao", "co",
    "col", "come", "con", "cosa", "cui", "da", "dagli", "dai", "dal", "dalla", "dalle", "dallo", "degli", "dei",
    "del", "della", "delle", "dello", "di", "dove", "e", "ed", "era", "essere", "fare", "gli", "grazie", "ha",
    "hai", "hanno", "ho", "i", "il", "in", "io", "l", "la", "le", "lei", "lo", "loro", "lui", "ma", "mi", "mia",
    "mie", "miei", "mio", "ne", "negli", "nei", "nel", "nella", "nelle", "nello", "no", "noi", "non", "nostra",
    "nostro", "o", "ogni", "per", "perche", "piu", "poi", "posso", "puo", "qual", "quale", "quali", "quando",
    "quanta", "quante", "quanti", "quanto", "quella", "quelle", "quelli", "quello", "questa", "queste", "questi",
    "questo", "se", "sei", "si", "sia", "siamo", "siete", "solo", "sono", "sta", "su", "sua", "sue", "sugli", "sui",
    "sul", "sulla", "sulle", "sullo", "suo", "suoi", "ti", "tra", "tu", "tua", "tuo", "tutti", "tutto", "un", "una",
    "uno", "vi", "voglio", "voi", "vorrei", "vostra", "vostri", "vostro",
];

#[rustfmt::skip]
const SPANISH: &[&str] = &[
    "a", "al", "algo", "ante", "como", "con", "cual", "cuales", "cuando", "cuanta", "cuantas", "cuanto", "cuantos",
    "de", "del", "desde", "donde", "durante", "e", "el", "ella", "ellas", "ellos", "en", "entre", "era", "eres",
    "es", "esa", "ese", "eso", "esta", "estan", "estar", "estas", "este", "esto", "estos", "estoy", "fue", "gracias",
    "ha", "hace", "hacer", "han", "has", "hasta", "hay", "he", "hola", "la", "las", "le", "les", "lo", "los", "mas",
    "me", "mi", "mis", "mucho", "muy", "nada", "ni", "no", "nos", "nosotros", "nuestra", "nuestro", "o", "os",
    "otra", "otro", "para", "pero", "por", "porque", "puede", "puedo", "que", "quien", "quienes", "quiero",
    "quisiera", "se", "ser", "si", "sin", "sobre", "sois", "somos", "son", "soy", "su", "sus", "tambien", "te",
    "tengo", "ti", "tiene", "tienen", "todo", "todos", "tu", "tus", "un", "una", "unas", "uno", "unos", "usted",
    "ustedes", "vosotros", "y", "ya", "yo",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Word, without_accents, words};

    #[test]
    fn the_lists_are_sorted_and_as_the_index_has_words() {
        for list in [ENGLISH, FRENCH, GERMAN, ITALIAN, SPANISH] {
            assert!(list.is_sorted(), "{list:?}");
            for word in list {
                assert_eq!(words(word), [Word::Spelled(without_accents(word))]);
            }
        }
    }

    #[test]
    fn a_word_says_something_in_one_language_and_nothing_in_another() {
        assert!(is_stop_word(Language::German, "die"));
        assert!(!is_stop_word(Language::English, "die"));
    }
}
