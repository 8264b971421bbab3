//! What is written into the index for a passage, and what is looked up for a query.
//!
//! Each word is there as it is spelled, without accents, and as its stem: `en:price` cannot be
//! mistaken for a word, because words have no colon.

use std::collections::HashSet;

use rust_stemmers::Stemmer;
use synaptiq_domain::knowledge::Passage;

use crate::{
    language::{Language, LanguageCounts},
    stop_words::is_stop_word,
    words::{Word, without_accents, words},
};

/// The most characters of a title or heading that are indexed.
const MAX_HEADING_CHARACTERS: usize = 300;
/// How often the words of a title or heading count.
const HEADING_TIMES: usize = 3;
/// The most characters of a query that are read: a visitor's longest message.
const MAX_QUERY_CHARACTERS: usize = 4_000;
/// The most different words of a query that are looked up.
const MAX_QUERY_WORDS: usize = 500;
/// What a word that says nothing counts against one that does.
const STOP_WORD_WEIGHT: f32 = 0.2;
/// A language that fewer passages than one in this many are in is no main language.
const MAIN_LANGUAGE_SHARE: u32 = 20;

/// The terms of a passage and the language under which they were stemmed.
pub(crate) fn passage_terms(passage: &Passage) -> (Vec<String>, Option<Language>) {
    let heading = passage.heading.as_deref().unwrap_or_default();
    let title = first_characters(&passage.title, MAX_HEADING_CHARACTERS);
    let heading = first_characters(heading, MAX_HEADING_CHARACTERS);
    let language = Language::of(&format!("{}\n{heading}\n{title}", passage.text));
    let stemmer = language.map(|language| (language, language.stemmer()));
    let mut terms = Vec::new();
    for (text, times) in [(title, HEADING_TIMES), (heading, HEADING_TIMES), (&passage.text, 1)] {
        for word in words(text) {
            for term in spellings(&word, stemmer.as_slice()) {
                terms.extend(std::iter::repeat_n(term, times));
            }
        }
    }
    (terms, language)
}

/// A word of a query, as the index may have it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueryWord {
    /// As it is spelled.
    pub(crate) spelled: String,
    /// Its stem in each language of the index. A passage has at most one of them.
    pub(crate) stems: Vec<String>,
    /// How much a match counts.
    pub(crate) weight: f32,
}

/// The words of a query over passages in these languages, each once, in the query's order.
pub(crate) fn query_words(query: &str, languages: &LanguageCounts) -> Vec<QueryWord> {
    let stemmers: Vec<_> = languages.any().map(|language| (language, language.stemmer())).collect();
    let main: Vec<_> = languages.at_least_one_in(MAIN_LANGUAGE_SHARE).collect();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for word in words(first_characters(query, MAX_QUERY_CHARACTERS)) {
        if found.len() == MAX_QUERY_WORDS {
            break;
        }
        let mut spellings = spellings(&word, &stemmers);
        let stems = spellings.split_off(1);
        let Some(spelled) = spellings.pop() else { continue };
        let empty = main.iter().any(|language| is_stop_word(*language, &spelled));
        if seen.insert(spelled.clone()) {
            found.push(QueryWord { spelled, stems, weight: if empty { STOP_WORD_WEIGHT } else { 1.0 } });
        }
    }
    found
}

/// The word without accents, then its stem in each language.
fn spellings(word: &Word, stemmers: &[(Language, Stemmer)]) -> Vec<String> {
    match word {
        Word::Signs(signs) => vec![signs.clone()],
        Word::Spelled(word) => {
            let stems = stemmers
                .iter()
                .map(|(language, stemmer)| format!("{}:{}", language.code(), without_accents(&stemmer.stem(word))));
            std::iter::once(without_accents(word)).chain(stems).collect()
        }
    }
}

fn first_characters(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(at, _)| &text[..at])
}
