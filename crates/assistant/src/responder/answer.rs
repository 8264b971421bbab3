//! The answer to a question: the sentences of the passages that hold its words.
//!
//! The ranks of a search say which passage is best, not whether it answers. Whether it does is
//! decided here: enough of the question's meaning must stand in the passage's heading or text.

use std::collections::{HashMap, HashSet};

use synaptiq_domain::{
    conversation::Citation,
    knowledge::{Passage, ScoredPassage},
};

use super::words::{Word, content_words};
use crate::{language, text::asked};

/// How much of a question's meaning a passage must hold.
const ENOUGH: f64 = 0.5;
/// How much where the question holds all words of the passage's heading.
const ENOUGH_UNDER_HEADING: f64 = 0.35;
/// How much of all that was told, where the question itself has no words of its own.
const ENOUGH_OF_ALL_THAT_WAS_TOLD: f64 = 0.25;
/// The most passages that are looked at.
const MAX_PASSAGES: usize = 12;
/// The most characters of one answer, and the most sentences.
const MAX_CHARACTERS: usize = 600;
const MAX_SENTENCES: usize = 3;

/// Sentences that answer, to the letter, and where they stand.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Answer {
    pub(super) sentences: Vec<String>,
    pub(super) citations: Vec<Citation>,
}

struct Candidate<'a> {
    passage: &'a ScoredPassage,
    title: HashSet<Word>,
    heading: HashSet<Word>,
    text: HashSet<Word>,
    topic: &'a Topic,
}

impl Candidate<'_> {
    /// Whether it says a word, or its document's title does.
    fn holds(&self, word: &Word) -> bool {
        self.heading.contains(word) || self.text.contains(word) || self.title.contains(word)
    }
}

/// What the intent is about: one thing, whatever it is called. Plans are asked for their prices.
struct Topic {
    names: Vec<Word>,
}

impl Topic {
    /// The words of a text that carry meaning, with the topic under one name.
    fn words(&self, text: &str) -> Vec<Word> {
        let mut words = content_words(text);
        if let Some(name) = self.names.first() {
            for word in words.iter_mut().filter(|word| self.names.contains(word)) {
                word.clone_from(name);
            }
        }
        words
    }
}

/// What is looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inquiry<'a> {
    /// The visitor's message.
    pub(super) text: &'a str,
    /// What the intent adds to its words ("price" to "how do you bill?").
    pub(super) hint: &'a str,
    /// Words that say nothing here, such as the company's name.
    pub(super) common: &'a str,
    /// The visitor's language, whose passages come first.
    pub(super) language: &'a str,
    /// Whether what is asked may be no more than "what do you offer?": then what was told before
    /// says what about.
    pub(super) open: bool,
}

/// The answer to a question, if the passages hold one.
pub(super) fn answer(inquiry: Inquiry<'_>, passages: &[ScoredPassage]) -> Option<Answer> {
    let common: HashSet<Word> = content_words(inquiry.common).into_iter().collect();
    let topic = Topic { names: content_words(inquiry.hint) };
    let meaning = |text: &str| -> Vec<Word> {
        let mut words = topic.words(text);
        words.retain(|word| !common.contains(word));
        words.sort_unstable();
        words.dedup();
        words
    };
    let mut asked = meaning(&asked(inquiry.text));
    let mut enough = ENOUGH;
    if asked.is_empty() {
        asked.extend(topic.names.first().cloned());
    }
    if asked.is_empty() && inquiry.open {
        asked = meaning(inquiry.text);
        enough = ENOUGH_OF_ALL_THAT_WAS_TOLD;
    }
    if asked.is_empty() {
        return None;
    }
    let candidates: Vec<Candidate<'_>> = passages
        .iter()
        .take(MAX_PASSAGES)
        .map(|found| {
            let Passage { title, heading, text, .. } = &found.passage;
            let words = |text: &str| topic.words(text).into_iter().collect();
            // A document's title stands over all of its passages, so it is the heading of none that
            // has one of its own.
            let own = heading.as_deref().unwrap_or(title);
            Candidate { passage: found, title: words(title), heading: words(own), text: words(text), topic: &topic }
        })
        .collect();
    let weights = weights(&asked, topic.names.first(), &candidates);
    let total: f64 = weights.values().sum();
    let held = |words: &dyn Fn(&Word) -> bool| -> f64 {
        asked.iter().filter(|word| words(word)).map(|word| weights[word]).sum::<f64>() / total
    };
    let coverage = |candidate: &Candidate<'_>| held(&|word| candidate.holds(word));
    let mut ranked: Vec<(f64, usize)> = candidates
        .iter()
        .enumerate()
        .map(|(index, candidate)| {
            let own = held(&|word| candidate.heading.contains(word) || candidate.text.contains(word));
            let heading = held(&|word| candidate.heading.contains(word));
            // A heading that asks the same is worth more than words here and there; the search's
            // order breaks near ties.
            let rank = 0.02 * f64::from(u8::try_from(index).unwrap_or(u8::MAX));
            let spoken = language::detect(&candidate.passage.passage.text, None, None) == inquiry.language;
            let familiar = if spoken { 0.1 } else { 0.0 };
            (0.8 * own + 0.2 * coverage(candidate) + 0.35 * heading + familiar - rank, index)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let best = ranked.iter().position(|(_, index)| {
        let candidate = &candidates[*index];
        // A short heading whose every word is asked for ("Which languages?") needs less.
        let passage = &candidate.passage.passage;
        let own = meaning(passage.heading.as_deref().unwrap_or(&passage.title));
        let asks_heading = !own.is_empty() && own.iter().all(|word| asked.contains(word));
        coverage(candidate) >= if asks_heading { enough.min(ENOUGH_UNDER_HEADING) } else { enough }
    })?;
    let (_, best) = ranked.remove(best);
    let candidate = &candidates[best];
    let mut found = Answer::default();
    let under_heading = held(&|word| candidate.heading.contains(word)) >= ENOUGH;
    quote(candidate, &weights, under_heading, &mut found);
    // What the best passage leaves open, another may answer.
    let open: Vec<&Word> = asked.iter().filter(|word| !candidate.holds(word)).collect();
    if let Some(other) = ranked.iter().map(|(_, index)| &candidates[*index]).find(|other| {
        !open.is_empty() && open.iter().any(|word| other.text.contains(word)) && coverage(other) >= ENOUGH
    }) && found.sentences.len() < MAX_SENTENCES
    {
        let only: HashMap<Word, f64> = weights
            .iter()
            .filter(|(word, _)| open.contains(word))
            .map(|(word, weight)| (word.clone(), *weight))
            .collect();
        quote_best(other, &only, &mut found);
    }
    (!found.sentences.is_empty()).then_some(found)
}

/// How much each word of the question counts: more if few passages hold it, most if none does, and
/// more if it is what the intent is about.
fn weights(asked: &[Word], topic: Option<&Word>, candidates: &[Candidate<'_>]) -> HashMap<Word, f64> {
    let all = f64::from(u32::try_from(candidates.len()).unwrap_or(u32::MAX));
    asked
        .iter()
        .map(|word| {
            let holding = candidates.iter().filter(|candidate| candidate.holds(word)).count();
            let holding = f64::from(u32::try_from(holding).unwrap_or(u32::MAX));
            let rare = 1.0 + (1.0 + (all - holding) / (holding + 1.0)).ln().min(1.2);
            (word.clone(), if topic == Some(word) { rare.max(1.6) } else { rare })
        })
        .collect()
}

/// Adds the sentences of a passage that fit best: under a heading that asks the same from the
/// first one on, else around the best one.
fn quote(candidate: &Candidate<'_>, weights: &HashMap<Word, f64>, under_heading: bool, found: &mut Answer) {
    let text = &candidate.passage.passage.text;
    let sentences = sentences(text);
    let scores: Vec<f64> =
        sentences.iter().map(|sentence| fit(&candidate.topic.words(&text[sentence.clone()]), weights)).collect();
    let best =
        scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0))).map_or(0, |(index, _)| index);
    let first = if under_heading && (best < MAX_SENTENCES || scores[best] <= 0.0) { 0 } else { best };
    let mut last = first;
    let mut characters = 0;
    for index in first..sentences.len().min(first + MAX_SENTENCES) {
        characters += text[sentences[index].clone()].chars().count();
        // Beyond the first sentence only what belongs to the answer: it holds words of the
        // question, or the heading asked it.
        if index > first && (characters > MAX_CHARACTERS || !(under_heading || scores[index] > 0.0)) {
            break;
        }
        last = index;
    }
    if let (Some(start), Some(end)) = (sentences.get(first), sentences.get(last)) {
        take(candidate, start.start..end.end, &sentences[first..=last], found);
    }
}

fn quote_best(candidate: &Candidate<'_>, weights: &HashMap<Word, f64>, found: &mut Answer) {
    let text = &candidate.passage.passage.text;
    let sentences = sentences(text);
    let best = sentences
        .iter()
        .map(|sentence| (fit(&candidate.topic.words(&text[sentence.clone()]), weights), sentence))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((fits, sentence)) = best.filter(|(fits, _)| *fits > 0.0) {
        debug_assert!(fits > 0.0, "filtered just before");
        take(candidate, sentence.clone(), std::slice::from_ref(sentence), found);
    }
}

fn take(
    candidate: &Candidate<'_>,
    quoted: std::ops::Range<usize>,
    sentences: &[std::ops::Range<usize>],
    found: &mut Answer,
) {
    let passage = &candidate.passage.passage;
    let quote = passage.text[quoted].trim();
    if quote.is_empty() || found.citations.iter().any(|citation| citation.quote == quote) {
        return;
    }
    found.sentences.extend(
        sentences
            .iter()
            .map(|sentence| passage.text[sentence.clone()].trim().to_owned())
            .filter(|sentence| !sentence.is_empty()),
    );
    found.citations.push(Citation {
        document: passage.document,
        title: passage.title.clone(),
        quote: quote.to_owned(),
    });
}

fn fit(sentence: &[Word], weights: &HashMap<Word, f64>) -> f64 {
    let words: HashSet<&Word> = sentence.iter().collect();
    words.iter().filter_map(|word| weights.get(word)).sum()
}

/// The sentences of a passage: cut after `. ! ?` before a blank, after their full-width forms, and
/// at line ends.
fn sentences(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let end = at + character.len_utf8();
        let blank_follows = characters.peek().is_none_or(|(_, next)| next.is_whitespace());
        let abbreviated = character == '.'
            && text[start..at].rsplit([' ', '(']).next().is_some_and(|word| {
                word.chars().count() <= 3 && word.chars().next().is_some_and(char::is_alphabetic) && word.contains('.')
            });
        let ends = matches!(character, '。' | '！' | '？' | '\n')
            || (matches!(character, '.' | '!' | '?') && blank_follows && !abbreviated);
        if ends || characters.peek().is_none() {
            let lead = text[start..end].len() - text[start..end].trim_start().len();
            let trimmed = text[start..end].trim();
            if !trimmed.is_empty() {
                found.push(start + lead..start + lead + trimmed.len());
            }
            start = end;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::{id::Id, knowledge::cut_into_passages};

    use super::*;

    const FAQ: &str = "Q: What does Synaptiq cost?\nA: Starter is $49 a month. Pro is $149 a month and includes 10,000 conversations. Enterprise is priced individually.\n\n\
        Q: Which CRMs does it work with?\nA: It connects to Salesforce, HubSpot and Pipedrive. Others can be reached through webhooks.\n\n\
        Q: Where is our data stored?\nA: All data stays on your own server. Nothing is sent to us.\n\n\
        Q: Which languages are spoken?\nA: English, Italian, German, French and Spanish.";

    fn passages() -> Vec<ScoredPassage> {
        cut_into_passages(Id::from_bits(7), "FAQ", FAQ)
            .into_iter()
            .map(|passage| ScoredPassage { passage, score: 1.0 })
            .collect()
    }

    fn inquiry<'a>(text: &'a str, hint: &'a str) -> Inquiry<'a> {
        Inquiry { text, hint, common: "Synaptiq", language: "en", open: false }
    }

    #[test]
    fn the_passage_that_holds_the_question_answers_it() {
        for (question, hint, expected) in [
            ("How much is the Pro plan?", "price plan", "Pro is $149 a month"),
            ("Does it work with HubSpot?", "integration", "It connects to Salesforce, HubSpot and Pipedrive."),
            ("where do you store my data", "", "All data stays on your own server."),
            ("Quanto costa?", "price plan", "Starter is $49 a month."),
            ("Was kostet das?", "price plan", "Starter is $49 a month."),
            ("which languages do you speak?", "", "English, Italian, German, French and Spanish."),
        ] {
            let found = answer(inquiry(question, hint), &passages()).unwrap_or_else(|| panic!("{question}"));
            assert!(found.sentences.concat().contains(expected), "{question}: {found:?}");
            for citation in &found.citations {
                assert!(
                    passages().iter().any(|passage| passage.passage.text.contains(&citation.quote)),
                    "{citation:?}"
                );
            }
        }
    }

    #[test]
    fn a_documents_title_is_the_heading_of_no_passage_that_has_its_own() {
        let faq =
            "Q: What does it cost?\nA: Plus is $90 a month.\n\nQ: What sets Plus apart?\nA: Plus has all connectors.";
        let passages: Vec<ScoredPassage> = cut_into_passages(Id::from_bits(7), "Prices", faq)
            .into_iter()
            .map(|passage| ScoredPassage { passage, score: 1.0 })
            .rev()
            .collect();
        let found = answer(inquiry("How much is Plus?", "price plan"), &passages).expect("an answer");
        assert_eq!(found.sentences, ["Plus is $90 a month."]);
    }

    #[test]
    fn what_no_passage_answers_is_not_answered() {
        let mut rows = crate::rows::Rows::default();
        for question in [
            "Can I bring my dog to the office?",
            "Who won the election?",
            "Do you sell bicycles in Norway?",
            "What is the weather in Rome tomorrow?",
            "Do you have a phone app for Android?",
        ] {
            rows.eq(question, answer(inquiry(question, ""), &passages()), None);
        }
        assert_eq!(answer(inquiry("How much is it?", "price"), &[]), None);
    }
}
