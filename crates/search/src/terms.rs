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
/// How often the words of a heading count.
const HEADING_TIMES: usize = 2;
/// The most characters of a query that are read: a visitor's longest message.
const MAX_QUERY_CHARACTERS: usize = 4_000;
/// What a word that says nothing counts against one that does.
const STOP_WORD_WEIGHT: f32 = 0.1;
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
    for (text, times) in [(title, 1), (heading, HEADING_TIMES), (&passage.text, 1)] {
        for word in words(text) {
            for term in spellings(&word, stemmer.as_slice()) {
                terms.extend(std::iter::repeat_n(term, times));
            }
        }
    }
    (terms, language)
}

/// A term to look up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueryTerm {
    /// As the index has it.
    pub(crate) text: String,
    /// How much a match counts.
    pub(crate) weight: f32,
}

/// The terms of a query over passages in these languages, each once, in the query's order.
pub(crate) fn query_terms(query: &str, languages: &LanguageCounts) -> Vec<QueryTerm> {
    let stemmers: Vec<_> = languages.any().map(|language| (language, language.stemmer())).collect();
    let main: Vec<_> = languages.at_least_one_in(MAIN_LANGUAGE_SHARE).collect();
    let mut seen = HashSet::new();
    let mut terms = Vec::new();
    for word in words(first_characters(query, MAX_QUERY_CHARACTERS)) {
        let spellings = spellings(&word, &stemmers);
        let empty = spellings.first().is_some_and(|plain| main.iter().any(|language| is_stop_word(*language, plain)));
        let weight = if empty { STOP_WORD_WEIGHT } else { 1.0 };
        for text in spellings {
            if seen.insert(text.clone()) {
                terms.push(QueryTerm { text, weight });
            }
        }
    }
    terms
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
