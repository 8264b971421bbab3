//! What an answer may say (security M1, M3): figures, dates and commitments only if a passage, a
//! setting or the visitor said them; links only to allowed hosts; no images, no HTML. The same
//! checks hold for a model's answer and for the built-in assistant's.

use std::collections::HashSet;

use crate::{knowledge::ScoredPassage, text::fold};

/// What an answer may rest on.
#[derive(Debug, Clone, Default)]
pub struct Grounds {
    text: String,
    figures: HashSet<String>,
    links: HashSet<String>,
    allowed_hosts: Vec<String>,
}

/// Words that promise something. They may be said only where a passage says them.
const COMMITMENTS: &[&str] = &[
    "guarantee",
    "refund",
    "discount",
    "free trial",
    "for free",
    "free of charge",
    "money back",
    "we promise",
    "warranty",
    "garanzia",
    "garantiamo",
    "rimborso",
    "sconto",
    "gratis",
    "prova gratuita",
    "garantie",
    "garantieren",
    "rabatt",
    "kostenlos",
    "erstattung",
    "remboursement",
    "remise",
    "gratuit",
    "garantissons",
    "reembolso",
    "descuento",
    "garantía",
    "garantizamos",
    "prueba gratuita",
];

impl Grounds {
    /// The grounds that passages, the visitor's own words and settings give.
    pub fn new<'a>(
        passages: &[ScoredPassage],
        said: impl IntoIterator<Item = &'a str>,
        allowed_hosts: &[String],
    ) -> Self {
        let mut text = String::new();
        let mut figures = HashSet::new();
        for found in passages {
            for part in [
                Some(found.passage.text.as_str()),
                found.passage.heading.as_deref(),
                Some(found.passage.title.as_str()),
            ]
            .into_iter()
            .flatten()
            {
                text.push_str(&fold(part));
                text.push('\n');
            }
        }
        figures.extend(self::figures(&text));
        // A visitor's figures may be repeated to them; their promises may not.
        figures.extend(said.into_iter().flat_map(self::figures));
        let links = links(&text).into_iter().map(str::to_owned).collect();
        Self { text, figures, links, allowed_hosts: allowed_hosts.iter().map(|host| fold(host)).collect() }
    }

    /// Whether a sentence may be said.
    pub fn allow(&self, sentence: &str) -> bool {
        let folded = fold(sentence);
        !has_markup(sentence)
            && figures(&folded).iter().all(|figure| self.figures.contains(figure))
            && COMMITMENTS
                .iter()
                .map(|word| fold(word))
                .filter(|word| folded.contains(word))
                .all(|word| self.text.contains(&word))
            && links(&folded).iter().all(|link| self.allows_link(link))
            && has_plain_targets(&folded)
    }

    fn allows_link(&self, link: &str) -> bool {
        let host = link.split_once("://").map_or(link, |(_, rest)| rest);
        let host = host.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = host.split(':').next().unwrap_or_default();
        self.links.contains(link) || self.allowed_hosts.iter().any(|allowed| allowed == host)
    }
}

/// Images, HTML and schemes other than http, https and mailto.
fn has_markup(sentence: &str) -> bool {
    let folded = sentence.to_lowercase();
    let tag = sentence.char_indices().any(|(at, c)| {
        c == '<' && sentence[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || "/!?".contains(next))
    });
    tag || sentence.contains("![")
        || ["javascript:", "data:", "vbscript:", "file:"].iter().any(|scheme| folded.contains(scheme))
}

/// Every number of a text, as its digits alone. A single digit is no figure unless a currency or a
/// percent sign is beside it: "one of 3 plans" commits to nothing.
fn figures(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        if !characters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let begin = at;
        let mut digits = String::new();
        while at < characters.len() {
            let between = ".,'’ \u{a0}".contains(characters[at])
                && characters.get(at + 1).is_some_and(char::is_ascii_digit)
                && (characters[at] != ' ' || group_of_three(&characters, at + 1));
            if characters[at].is_ascii_digit() {
                digits.push(characters[at]);
            } else if !between {
                break;
            }
            at += 1;
        }
        let near = |at: usize| characters.get(at).is_some_and(|c| "$€£¥%".contains(*c));
        let marked = begin.checked_sub(1).is_some_and(near)
            || begin.checked_sub(2).is_some_and(near)
            || near(at)
            || near(at + 1);
        if digits.len() > 1 || marked {
            found.push(digits);
        }
    }
    found
}

fn group_of_three(characters: &[char], at: usize) -> bool {
    characters.get(at..at + 3).is_some_and(|group| group.iter().all(char::is_ascii_digit))
        && !characters.get(at + 3).is_some_and(char::is_ascii_digit)
}

/// Whether every link is written as `http://…`, `https://…` or `mailto:…`: anything else that leads
/// somewhere (`](//host)`, `[1]: …`, `www.host`) would pass by the list.
fn has_plain_targets(text: &str) -> bool {
    let is_plain = |target: &str| ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme));
    let targets = ["](", "]:"].into_iter().flat_map(|mark| text.match_indices(mark));
    let marked = targets.map(|(at, mark)| text[at + mark.len()..].trim_start_matches([' ', '<'])).all(is_plain);
    let bare = text.match_indices("//").all(|(at, _)| text[..at].ends_with("http:") || text[..at].ends_with("https:"));
    marked && bare && text.match_indices("www.").all(|(at, _)| text[..at].ends_with("//"))
}

fn links(text: &str) -> Vec<&str> {
    text.match_indices("http")
        .filter(|(at, _)| text[*at..].starts_with("http://") || text[*at..].starts_with("https://"))
        .map(|(at, _)| {
            let rest = &text[at..];
            let end = rest.find(|c: char| c.is_whitespace() || "<>()[]\"'`|".contains(c)).unwrap_or(rest.len());
            rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?'])
        })
        .collect()
}

/// Cuts text into sentences as it arrives. What is not yet a whole sentence stays inside.
#[derive(Debug, Default)]
pub struct Sentences {
    rest: String,
}

impl Sentences {
    /// Adds a piece and takes out the sentences that are whole.
    pub fn push(&mut self, piece: &str) -> Vec<String> {
        self.rest.push_str(piece);
        let mut whole = Vec::new();
        while let Some(end) = sentence_end(&self.rest) {
            let rest = self.rest.split_off(end);
            whole.push(std::mem::replace(&mut self.rest, rest));
        }
        whole
    }

    /// Takes out what is left at the end.
    pub fn finish(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.rest);
        (!rest.trim().is_empty()).then_some(rest)
    }
}

/// Where the first sentence ends, its trailing blanks included, if what follows it has begun.
fn sentence_end(text: &str) -> Option<usize> {
    let mut previous = ' ';
    let mut ended_at: Option<usize> = None;
    for (at, c) in text.char_indices() {
        if ended_at.is_some() {
            if !c.is_whitespace() {
                return Some(at);
            }
        } else if c == '\n' || (c.is_whitespace() && ".!?…".contains(previous)) || "。！？".contains(previous) {
            if !c.is_whitespace() {
                return Some(at);
            }
            ended_at = Some(at);
        }
        previous = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{id::Id, knowledge::Passage};

    fn grounds() -> Grounds {
        let passage = Passage {
            document: Id::from_bits(1),
            ordinal: 0,
            title: "Pricing".to_owned(),
            heading: Some("What does Pro cost?".to_owned()),
            text: "Pro is $149 a month for up to 10,000 conversations. See https://example.com/pricing. A refund is given within 30 days.".to_owned(),
        };
        Grounds::new(&[ScoredPassage { passage, score: 1.0 }], ["we are 50 people"], &["docs.example.com".to_owned()])
    }

    #[test]
    fn m1_figures_must_be_in_a_passage_or_in_the_visitors_words() {
        for allowed in [
            "Pro is $149 a month.",
            "Up to 10.000 conversations.",
            "With 50 people you need Pro.",
            "There are 3 plans.",
        ] {
            assert!(grounds().allow(allowed), "{allowed}");
        }
        for refused in ["Pro is $99 a month.", "You save 40%.", "From 2031 on.", "It is $5."] {
            assert!(!grounds().allow(refused), "{refused}");
        }
    }

    #[test]
    fn m1_commitments_must_be_in_a_passage() {
        assert!(grounds().allow("A refund is possible."));
        assert!(!grounds().allow("We guarantee it."));
        assert!(!grounds().allow("You get a discount."));
    }

    #[test]
    fn m1_links_are_allow_listed_and_markup_is_refused() {
        assert!(grounds().allow("See https://example.com/pricing."));
        assert!(grounds().allow("See https://docs.example.com/anything"));
        for refused in [
            "See https://evil.example.org",
            "See https://docs.example.com@evil.example.org/",
            "![x](https://example.com/pricing)",
            "<img src=x>",
            "[x](javascript:alert(1))",
            "See https://example.co",
            "See https://example.com/pricing.evil.example.org",
            "[x](//evil.example.org)",
            "[x](ftp://evil.example.org)",
            "[x]: evil.example.org",
            "See www.evil.example.org",
        ] {
            assert!(!grounds().allow(refused), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn sentences_put_together_are_the_text(pieces in proptest::collection::vec("[a-z .!?\n]{0,12}", 0..12)) {
            let mut cutter = Sentences::default();
            let mut out: String = pieces.iter().flat_map(|piece| cutter.push(piece)).collect();
            let whole: String = pieces.concat();
            out.push_str(&cutter.finish().unwrap_or_default());
            prop_assert_eq!(out.trim_end(), whole.trim_end());
        }

        #[test]
        fn any_text_is_allowed_or_refused(text in "\\PC{0,80}") {
            let _ = grounds().allow(&text);
        }
    }
}
