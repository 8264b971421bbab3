//! What is said in the made-up conversations, and by whom.

use std::sync::LazyLock;

use synaptiq_domain::{conversation::Intent, lead::Grade, qualification::Topic};

/// One exchange: what a visitor says and is answered, in one language.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) language: &'static str,
    /// Where in a conversation it stands: `open`, `need`, `contact`, ….
    pub(super) step: &'static str,
    pub(super) intent: Intent,
    /// What it tells of the visitor, with the words that do.
    pub(super) finding: Option<(Topic, Grade, &'static str)>,
    pub(super) visitor: &'static str,
    pub(super) answer: &'static str,
}

/// Somebody who does not exist.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor {
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    pub(super) company: &'static str,
    pub(super) domain: &'static str,
}

/// Every exchange.
pub(super) static TALK: LazyLock<Vec<Exchange>> =
    LazyLock::new(|| lines(include_str!("talk.txt")).map(|fields| exchange(&fields)).collect());

/// Everybody.
pub(super) static PEOPLE: LazyLock<Vec<Visitor>> =
    LazyLock::new(|| lines(include_str!("people.txt")).map(|fields| visitor(&fields)).collect());

/// The languages with how many of a hundred conversations are held in them.
pub(super) const LANGUAGES: [(&str, u64); 5] = [("en", 52), ("de", 22), ("fr", 11), ("es", 8), ("it", 7)];

fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| line.split('|').collect())
}

fn exchange(fields: &[&'static str]) -> Exchange {
    let [language, step, intent, topic, grade, quote, visitor, answer] = *fields else {
        unreachable!("every line of the script has eight fields, as a test proves")
    };
    let finding = Topic::parse(topic).map(|topic| {
        let grade = grade.parse().ok().and_then(Grade::new);
        (topic, grade.expect("every topic of the script has a grade, as a test proves"), quote)
    });
    let intent = Intent::ALL.into_iter().find(|known| known.as_str() == intent);
    Exchange {
        language,
        step,
        intent: intent.expect("every intent of the script is known, as a test proves"),
        finding,
        visitor,
        answer,
    }
}

fn visitor(fields: &[&'static str]) -> Visitor {
    let [given, family, company, domain] = *fields else {
        unreachable!("every line of the people has four fields, as a test proves")
    };
    Visitor { given, family, company, domain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_reads_and_every_quote_stands_in_what_the_visitor_says() {
        assert!(TALK.len() > 50 && PEOPLE.len() >= 20);
        for Exchange { language, visitor, finding, .. } in TALK.iter() {
            assert!(LANGUAGES.iter().any(|(known, _)| known == language), "{language}");
            if let Some((_, _, quote)) = finding {
                assert!(!quote.is_empty() && visitor.contains(quote), "{visitor}");
            }
        }
        for (language, _) in LANGUAGES {
            for step in ["open", "need", "budget", "authority", "timeline", "contact", "human", "close"] {
                let known = TALK.iter().any(|exchange| exchange.language == language && exchange.step == step);
                assert!(known, "{language} has no {step}");
            }
        }
    }
}
