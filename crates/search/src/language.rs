//! Which language a passage is in, and what its words are without their endings.
//!
//! A guess about one passage may be wrong. It does no harm: terms carry the language they were
//! stemmed under, and a query's words are stemmed under every language that the tenant's passages
//! have, so both sides always agree.

use rust_stemmers::{Algorithm, Stemmer};
use whichlang::{Lang, detect_language};

/// How much of a passage is read to tell its language, in characters.
const SAMPLE_CHARACTERS: usize = 1_000;

/// A language whose words can be stemmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Language {
    Arabic,
    Dutch,
    English,
    French,
    German,
    Italian,
    Portuguese,
    Russian,
    Spanish,
    Swedish,
    Turkish,
}

impl Language {
    /// Every language that can be stemmed.
    pub(crate) const ALL: [Self; 11] = [
        Self::Arabic,
        Self::Dutch,
        Self::English,
        Self::French,
        Self::German,
        Self::Italian,
        Self::Portuguese,
        Self::Russian,
        Self::Spanish,
        Self::Swedish,
        Self::Turkish,
    ];

    /// The language a text is most probably in, if its words can be stemmed.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let end = text.char_indices().nth(SAMPLE_CHARACTERS).map_or(text.len(), |(at, _)| at);
        match detect_language(&text[..end]) {
            Lang::Ara => Some(Self::Arabic),
            Lang::Nld => Some(Self::Dutch),
            Lang::Eng => Some(Self::English),
            Lang::Fra => Some(Self::French),
            Lang::Deu => Some(Self::German),
            Lang::Ita => Some(Self::Italian),
            Lang::Por => Some(Self::Portuguese),
            Lang::Rus => Some(Self::Russian),
            Lang::Spa => Some(Self::Spanish),
            Lang::Swe => Some(Self::Swedish),
            Lang::Tur => Some(Self::Turkish),
            Lang::Cmn | Lang::Hin | Lang::Jpn | Lang::Kor | Lang::Vie => None,
        }
    }

    /// ISO 639-1.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Arabic => "ar",
            Self::Dutch => "nl",
            Self::English => "en",
            Self::French => "fr",
            Self::German => "de",
            Self::Italian => "it",
            Self::Portuguese => "pt",
            Self::Russian => "ru",
            Self::Spanish => "es",
            Self::Swedish => "sv",
            Self::Turkish => "tr",
        }
    }

    /// What cuts endings off this language's words.
    pub(crate) fn stemmer(self) -> Stemmer {
        Stemmer::create(match self {
            Self::Arabic => Algorithm::Arabic,
            Self::Dutch => Algorithm::Dutch,
            Self::English => Algorithm::English,
            Self::French => Algorithm::French,
            Self::German => Algorithm::German,
            Self::Italian => Algorithm::Italian,
            Self::Portuguese => Algorithm::Portuguese,
            Self::Russian => Algorithm::Russian,
            Self::Spanish => Algorithm::Spanish,
            Self::Swedish => Algorithm::Swedish,
            Self::Turkish => Algorithm::Turkish,
        })
    }
}

/// A number of passages for each language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LanguageCounts([u32; Language::ALL.len()]);

impl LanguageCounts {
    /// One passage more.
    pub(crate) fn add(&mut self, language: Language) {
        self.0[language as usize] += 1;
    }

    /// One passage less.
    pub(crate) fn remove(&mut self, language: Language) {
        self.0[language as usize] -= 1;
    }

    /// The languages that at least one passage in `share` is in.
    pub(crate) fn at_least_one_in(&self, share: u32) -> impl Iterator<Item = Language> {
        let total: u32 = self.0.iter().sum();
        Language::ALL.into_iter().filter(move |language| {
            let count = self.0[*language as usize];
            count > 0 && count >= total / share
        })
    }

    /// The languages that any passage is in.
    pub(crate) fn any(&self) -> impl Iterator<Item = Language> {
        Language::ALL.into_iter().filter(|language| self.0[*language as usize] > 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sentence_tells_its_language() {
        assert_eq!(Language::of("How much does the professional plan cost per month?"), Some(Language::English));
        assert_eq!(
            Language::of("Quanto costa al mese il piano professionale per la mia azienda?"),
            Some(Language::Italian)
        );
        assert_eq!(Language::of("Wie viel kostet der Tarif für mein Unternehmen im Monat?"), Some(Language::German));
        assert_eq!(Language::of("专业版每月多少钱？"), None);
    }

    #[test]
    fn a_rare_language_is_left_out_of_the_main_ones() {
        let mut counts = LanguageCounts::default();
        for _ in 0..99 {
            counts.add(Language::English);
        }
        counts.add(Language::German);
        assert_eq!(counts.at_least_one_in(20).collect::<Vec<_>>(), [Language::English]);
        assert_eq!(counts.any().collect::<Vec<_>>(), [Language::English, Language::German]);
        counts.remove(Language::German);
        assert_eq!(counts.any().collect::<Vec<_>>(), [Language::English]);
    }

    proptest! {
        #[test]
        fn any_word_can_be_stemmed_in_any_language(word in "\\PC{0,40}") {
            let _ = Language::of(&word);
            for language in Language::ALL {
                let _ = language.stemmer().stem(&word);
            }
        }
    }
}
