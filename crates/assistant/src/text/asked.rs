//! The part of a message that asks: visitors tell who they are and ask in one breath, and only what
//! they ask is looked up.

use std::{collections::HashSet, sync::LazyLock};

use super::Reading;

/// Words that begin a question or ask for an explanation, in five languages.
const BEGINNINGS: &str = "what how why who where when which can could do does is are will would tell explain show cosa che \
    come perche chi dove quando quale quali quanto posso avete potete puo c'e e spiegami was wie warum \
    wer wo wann welche welcher welches kann konnen gibt haben ist sind erklaren que quoi comment \
    pourquoi qui ou quand quel quelle combien est-ce peut-on avez-vous pouvez-vous expliquez como porque \
    quien donde cuando cual cuanto puedo pueden hay tienen es explique";

static BEGINNING_WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| BEGINNINGS.split_ascii_whitespace().collect());

/// Whether a text begins as a question does.
pub(crate) fn begins_like_a_question(text: &str) -> bool {
    let reading = Reading::new(text);
    let first = reading
        .folded()
        .trim_start_matches(|character: char| !character.is_alphanumeric())
        .split([' ', ',', '\n'])
        .next()
        .unwrap_or_default();
    BEGINNING_WORDS.contains(first)
}

/// What a message asks: its questions, each from the clause on that begins as one does; without a
/// question mark the sentences that begin as one does; else all of it.
pub(crate) fn asked(text: &str) -> String {
    let reading = Reading::new(text);
    let sentences = || reading.sentences().iter();
    let questions: Vec<&str> = sentences()
        .filter(|sentence| sentence.question)
        .map(|sentence| asking_clauses(reading.original(&sentence.span)))
        .collect();
    if !questions.is_empty() {
        return questions.join(" ");
    }
    let requests: Vec<&str> = sentences()
        .map(|sentence| reading.original(&sentence.span))
        .filter(|sentence| begins_like_a_question(sentence))
        .collect();
    if requests.is_empty() { text.to_owned() } else { requests.join(" ") }
}

/// A question from its first clause on that begins as a question does.
fn asking_clauses(sentence: &str) -> &str {
    let starts = std::iter::once(0).chain(sentence.match_indices([',', ':']).map(|(at, _)| at + 1));
    starts.map(|start| sentence[start..].trim_start()).find(|clause| begins_like_a_question(clause)).unwrap_or(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_is_looked_up() {
        let mut rows = crate::rows::Rows::default();
        for (text, expected) in [
            ("We run ten vans and lose jobs every day. How much is Basic?", "How much is Basic?"),
            ("We are 30 people, what would that cost?", "what would that cost?"),
            ("Siamo in 12, quanto costa il piano base?", "quanto costa il piano base?"),
            ("I saw your ad. Tell me about the free version.", "Tell me about the free version."),
            ("the free version", "the free version"),
            ("Is there an app? Our fitters have phones. Which ones work?", "Is there an app? Which ones work?"),
            ("Your backups, ours too?", "Your backups, ours too?"),
        ] {
            rows.eq(text, asked(text), expected);
        }
    }
}
