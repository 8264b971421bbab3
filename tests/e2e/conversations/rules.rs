//! What a script expects, and what holds of every conversation whether a script says so or not.

use serde_json::Value;

use super::{
    script::{Faq, Script},
    talk::{Talk, citations},
};

/// Every promise that was broken, in words.
pub(super) fn broken(script: &Script, talk: &Talk, faq: &Faq) -> Vec<String> {
    let mut broken = Vec::new();
    for (number, (turn, answer)) in script.turn.iter().zip(&talk.answers).enumerate() {
        let mut complain = |promise: String| broken.push(format!("turn {}: {promise}", number + 1));
        let content = answer["content"].as_str().unwrap_or_default();
        if let Some(intent) = &turn.intent
            && answer["intent"] != intent.as_str()
        {
            complain(format!("the intent is {intent}, not {}", answer["intent"]));
        }
        let titles: Vec<&str> = citations(answer).iter().filter_map(|citation| citation["title"].as_str()).collect();
        if let Some(title) = &turn.cites
            && !titles.contains(&title.as_str())
        {
            complain(format!("the answer cites {title:?}"));
        }
        if turn.refuses && !(titles.is_empty() && says_it_does_not_know(content)) {
            complain("the answer says that it does not know, and cites nothing".to_owned());
        }
        for words in &turn.never_says {
            if content.to_lowercase().contains(&words.to_lowercase()) {
                complain(format!("the answer never says {words:?}"));
            }
        }
        broken.extend(broken_by_any_answer(script, talk, faq, number));
    }
    broken.extend(asked_too_often(talk));
    broken.extend(broken_at_the_end(script, talk));
    broken.extend(talk.lead.as_ref().map_or_else(Vec::new, |lead| broken_by_the_breakdown(lead, talk)));
    broken
}

/// What holds of every answer of the built-in assistant.
fn broken_by_any_answer(script: &Script, talk: &Talk, faq: &Faq, number: usize) -> Vec<String> {
    let mut broken = Vec::new();
    let mut complain = |promise: String| broken.push(format!("turn {}: {promise}", number + 1));
    let answer = &talk.answers[number];
    let content = answer["content"].as_str().unwrap_or_default();
    if content.trim().is_empty() {
        complain("an answer has words".to_owned());
    }
    if answer["language"] != script.language.as_str() {
        complain(format!("the answer is in {}, not {}", script.language, answer["language"]));
    }
    if !answer["confidence"].as_f64().is_some_and(|confidence| (0.0..=1.0).contains(&confidence)) {
        complain(format!("confidence lies between 0 and 1, not at {}", answer["confidence"]));
    }
    if content.matches('?').count() > 1 {
        complain("an answer asks one question at a time".to_owned());
    }
    for citation in citations(answer) {
        let quote = squeeze(citation["quote"].as_str().unwrap_or_default());
        let source = citation["title"].as_str().and_then(|title| faq.content(title)).map(squeeze).unwrap_or_default();
        if quote.is_empty() || !source.contains(&quote) {
            complain(format!("a citation quotes its document, which does not say {quote:?}"));
        }
    }
    let heard = squeeze(&talk.said[..=number].join(" "));
    for figure in figures(content) {
        let written = faq.documents().any(|(_, text)| figures(text).contains(&figure));
        if !written && !figures(&heard).contains(&figure) {
            complain(format!("the figure {figure} stands in no document and was not said by the visitor"));
        }
    }
    broken
}

/// No question is asked more than twice in the same words.
fn asked_too_often(talk: &Talk) -> Vec<String> {
    let questions: Vec<&str> = talk
        .answers
        .iter()
        .filter_map(|answer| answer["content"].as_str())
        .flat_map(|content| content.split_inclusive(['.', '!', '?', '\n']))
        .map(str::trim)
        .filter(|sentence| sentence.ends_with('?'))
        .collect();
    let mut often: Vec<&str> = questions
        .iter()
        .filter(|question| questions.iter().filter(|other| other == question).count() > 2)
        .copied()
        .collect();
    often.sort_unstable();
    often.dedup();
    often.into_iter().map(|question| format!("nothing is asked more than twice: {question:?}")).collect()
}

/// What the script says about the end.
fn broken_at_the_end(script: &Script, talk: &Talk) -> Vec<String> {
    let mut broken = Vec::new();
    let end = &script.end;
    let field = |name: &str| talk.lead.as_ref().map_or(&Value::Null, |lead| &lead[name]);
    for (name, wanted) in end.captured.fields() {
        let Some(wanted) = wanted else { continue };
        let taken = field(name).as_str().unwrap_or_default();
        let same = if name == "phone" { digits(taken) == digits(wanted) } else { taken == wanted };
        if !same {
            broken.push(format!("the lead's {name} is {wanted:?}, not {taken:?}"));
        }
    }
    if let Some(wanted) = end.lead
        && wanted != talk.lead.is_some()
    {
        broken.push(format!("{} lead", if wanted { "there is a" } else { "there is no" }));
    }
    let qualified = !field("qualifiedAt").is_null();
    if end.qualified != qualified {
        broken.push(if end.qualified { "the lead qualifies" } else { "the lead does not qualify" }.to_owned());
    }
    let score = talk.score();
    if end.score_min.is_some_and(|least| score < least) || end.score_max.is_some_and(|most| score > most) {
        broken.push(format!("the score is {:?} to {:?}, not {score}", end.score_min, end.score_max));
    }
    let status = if end.disqualified { Some("disqualified") } else { end.status.as_deref() };
    if let Some(status) = status
        && field("status") != status
    {
        broken.push(format!("the lead is {status}, not {}", field("status")));
    }
    let handed_off = talk.conversation["status"] == "handed_off";
    if end.handed_off != handed_off {
        broken.push(format!("a person is {}asked for", if end.handed_off { "" } else { "not " }));
    }
    if let Some(size) = end.deal_size
        && field("estimatedDealSize").as_f64() != Some(size)
    {
        broken.push(format!("the deal is worth {size}, not {}", field("estimatedDealSize")));
    }
    broken
}

/// Every point of a score rests on words that the visitor said, to the letter.
fn broken_by_the_breakdown(lead: &Value, talk: &Talk) -> Vec<String> {
    let mut broken = Vec::new();
    let breakdown = &lead["scoreBreakdown"];
    let criteria = breakdown["criteria"].as_array().map_or(&[][..], Vec::as_slice);
    let points: u64 = criteria.iter().filter_map(|criterion| criterion["points"].as_u64()).sum();
    if criteria.is_empty() || lead["score"].as_u64() != Some(points.min(100)) {
        broken.push(format!("the points add up to the score {}, not to {points}", lead["score"]));
    }
    for criterion in criteria {
        let evidence = criterion["evidence"].as_array().map_or(&[][..], Vec::as_slice);
        if criterion["points"] != 0 && evidence.is_empty() {
            broken.push(format!("points for {} have evidence", criterion["name"]));
        }
        for piece in evidence {
            let quote = piece["quote"].as_str().unwrap_or_default();
            if quote.is_empty() || !talk.said.iter().any(|said| said.contains(quote)) {
                broken.push(format!("evidence quotes the visitor, who never said {quote:?}"));
            }
        }
    }
    broken
}

/// Ways to say it in the five languages. An answer needs one of them, in whatever sentence.
fn says_it_does_not_know(content: &str) -> bool {
    const WAYS: &[&str] = &[
        "don't know",
        "do not know",
        "don't have",
        "do not have",
        "couldn't find",
        "could not find",
        "can't find",
        "cannot find",
        "not sure",
        "no information",
        "nothing about",
        "no answer",
        "non lo so",
        "non so",
        "non ho",
        "non trovo",
        "nessuna informazione",
        "non dispongo",
        "nulla su",
        "weiß ich nicht",
        "weiß ich leider nicht",
        "weiß es nicht",
        "nicht sagen",
        "keine information",
        "keine angabe",
        "keine antwort",
        "nichts gefunden",
        "nicht gefunden",
        "nichts dazu",
        "finde ich nichts",
        "ne sais pas",
        "ne le sais pas",
        "n'ai pas",
        "ne trouve pas",
        "aucune information",
        "pas trouvé",
        "rien trouvé",
        "no lo sé",
        "no sé",
        "no tengo",
        "no encuentro",
        "no he encontrado",
        "ninguna información",
        "no dispongo",
    ];
    let content = content.to_lowercase().replace('’', "'");
    WAYS.iter().any(|way| content.contains(way))
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Numbers of two digits and more, without separators: "20.000" and "20,000" are the same figure.
fn figures(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','))
        .map(digits)
        .filter(|figure| figure.len() > 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_told_apart_from_words_and_single_digits() {
        assert_eq!(figures("From $1,250.50 on, 3 users, 20.000 € and 39/month."), ["125050", "20000", "39"]);
    }

    #[test]
    fn an_honest_answer_is_recognised_in_every_language_and_a_confident_one_is_not() {
        for honest in [
            "I’m sorry, I don’t know that.",
            "Mi dispiace, non lo so.",
            "Das weiß ich leider nicht.",
            "Je ne sais pas.",
            "Lo siento, no lo sé.",
        ] {
            assert!(says_it_does_not_know(honest), "{honest}");
        }
        assert!(!says_it_does_not_know("The Team plan costs 39 USD per user and month."));
    }
}
