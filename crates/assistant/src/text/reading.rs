//! A message as patterns see it: lower case, without accents, blanks collapsed; every place in it
//! leads back to the place in the message, so that what is found can be quoted to the letter.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::raw;

/// A range of bytes of the folded text.
pub(crate) type Span = Range<usize>;

/// The most characters of a quote; longer clauses are cut at commas, then at blanks.
const MAX_QUOTE_CHARACTERS: usize = 160;

/// How many bytes around a match are looked at for what it means.
const NEAR: usize = 200;

/// How many bytes after a number are looked at for what it counts.
const NEXT: usize = 64;

/// Words before a full stop that end no sentence.
const ABBREVIATIONS: &[&str] = &[
    "approx", "avv", "bzw", "ca", "co", "dott", "dr", "ecc", "etc", "evtl", "ing", "mio", "mr", "mrd", "mrs", "ms",
    "nr", "prof", "sig", "sr", "sra", "st", "tel", "usw", "vs", "zb",
];

/// Where a new clause with its own subject begins; the subject is group 1. Italian and Spanish
/// often say the subject with the verb.
static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"(?:[,;:] ?(?:(?:and|but|so|plus|also|e|ma|und|aber|et|mais|y|pero) )?| (?:and|but|e|ma|und|aber|et|mais|y|pero) )",
        r"((?:i|i'm|i've|i'd|we|we're|we've|we'd|our|my|it|there|",
        r"io|noi|abbiamo|siamo|vogliamo|vorremmo|vorrei|dobbiamo|cerchiamo|usiamo|decido|sono|ho|il nostro|la nostra|il mio|la mia|",
        r"ich|wir|unser\w*|mein\w*|es|je|j'ai|nous|on|notre|nos|mon|ma|c'est|il|",
        r"yo|nosotros|tenemos|somos|queremos|necesitamos|buscamos|usamos|soy|tengo|quiero|nuestr[oa]|mi)\b)"
    ))
});

/// One sentence of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    /// Where it is, without the blanks around it.
    pub(crate) span: Span,
    /// Whether it ends with a question mark.
    pub(crate) question: bool,
}

/// A message, folded.
#[derive(Debug, Clone)]
pub(crate) struct Reading<'a> {
    original: &'a str,
    folded: String,
    /// For each byte of `folded`, and for its end, where its character begins in `original`.
    origin: Vec<usize>,
    sentences: Vec<Sentence>,
}

/// A little of what follows a place of a text.
pub(crate) fn next(text: &str, at: usize) -> &str {
    let mut end = (at + NEXT).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(at..end).unwrap_or_default()
}

/// One character as patterns see it; an accent or an invisible character is nothing.
pub(crate) fn fold_char(character: char, out: &mut impl FnMut(char)) {
    match character {
        'a'..='z' | '0'..='9' => out(character),
        'A'..='Z' => out(character.to_ascii_lowercase()),
        '\n' | '\u{2028}' | '\u{2029}' => out('\n'),
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '`' | '\u{b4}' => out('\''),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => out('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => out('-'),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
        'ß' => ['s', 's'].into_iter().for_each(out),
        'œ' | 'Œ' => ['o', 'e'].into_iter().for_each(out),
        'æ' | 'Æ' => ['a', 'e'].into_iter().for_each(out),
        'ø' | 'Ø' => out('o'),
        'ł' | 'Ł' => out('l'),
        'ı' => out('i'),
        _ if character.is_whitespace() || (character.is_ascii() && character.is_control()) => out(' '),
        _ if character.is_ascii() => out(character),
        _ => std::iter::once(character)
            .nfkd()
            .filter(|part| !is_combining_mark(*part))
            .flat_map(char::to_lowercase)
            .filter(|part| !is_combining_mark(*part))
            .for_each(out),
    }
}

impl<'a> Reading<'a> {
    /// Reads a message.
    pub(crate) fn new(original: &'a str) -> Self {
        Self::masked(original, original)
    }

    /// Reads `masked`, a message of which parts are covered byte by byte, and quotes `original`.
    pub(crate) fn masked(original: &'a str, masked: &str) -> Self {
        debug_assert_eq!(original.len(), masked.len(), "a mask covers bytes one by one");
        let mut folded = String::with_capacity(masked.len());
        let mut origin = Vec::with_capacity(masked.len() + 1);
        for (at, character) in masked.char_indices() {
            fold_char(character, &mut |part| {
                let blank_again = part == ' ' && folded.ends_with([' ', '\n']);
                let line_again = part == '\n' && folded.ends_with('\n');
                if blank_again || line_again {
                    return;
                }
                folded.push(part);
                origin.resize(folded.len(), at);
            });
        }
        origin.push(masked.len());
        let sentences = sentences(&folded);
        Self { original, folded, origin, sentences }
    }

    /// The folded text.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    /// The sentences, in order.
    pub(crate) fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// The folded text of a span.
    pub(crate) fn at(&self, span: &Span) -> &str {
        self.folded.get(span.clone()).unwrap_or_default()
    }

    /// The visitor's own letters in a span, without blanks around them.
    pub(crate) fn original(&self, span: &Span) -> &'a str {
        let end = self.origin[span.end.min(self.folded.len())];
        let start = self.origin[span.start.min(self.folded.len())].min(end);
        self.original.get(start..end).unwrap_or_default().trim()
    }

    /// The message from a place of the folded text on, as far as a name can reach.
    pub(crate) fn letters_from(&self, at: usize) -> &'a str {
        let start = self.origin[at.min(self.folded.len())];
        let mut end = (start + NEAR).min(self.original.len());
        while !self.original.is_char_boundary(end) {
            end -= 1;
        }
        self.original.get(start..end).unwrap_or_default()
    }

    /// The message itself.
    pub(crate) fn message(&self) -> &'a str {
        self.original
    }

    /// A little of what follows a place: units, nouns, symbols.
    pub(crate) fn next(&self, at: usize) -> &str {
        next(&self.folded, at)
    }

    /// The sentence that holds a place.
    pub(crate) fn sentence_at(&self, at: usize) -> Sentence {
        let next = self.sentences.partition_point(|sentence| sentence.span.start <= at);
        next.checked_sub(1)
            .and_then(|index| self.sentences.get(index))
            .filter(|sentence| at < sentence.span.end)
            .cloned()
            .unwrap_or(Sentence { span: 0..self.folded.len(), question: false })
    }

    /// The sentence around a span, as far as it is near: what is said far away says nothing about
    /// it, and looking there for each of many matches would not be linear.
    pub(crate) fn around(&self, span: &Span) -> &str {
        let sentence = self.sentence_at(span.start).span;
        let start = self.boundary(span.start.saturating_sub(NEAR)).max(sentence.start);
        let end = self.boundary(span.end + NEAR).min(sentence.end.max(span.end));
        self.at(&(start.min(span.start)..end))
    }

    /// What follows a place in its sentence, as far as it is near.
    pub(crate) fn after(&self, at: usize) -> &str {
        let end = self.boundary(at + NEAR).min(self.sentence_at(at).span.end);
        self.at(&(at..end.max(at)))
    }

    /// The nearest boundary of characters at or before a place.
    fn boundary(&self, at: usize) -> usize {
        let mut at = at.min(self.folded.len());
        while !self.folded.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// What stands before a place in its clause: back to the last comma, "but" or sentence end.
    pub(crate) fn before(&self, at: usize) -> &str {
        let start = self.sentence_at(at).span.start.max(self.boundary(at.saturating_sub(NEAR)));
        let head = self.at(&(start.min(at)..at));
        let comma = head.rfind([',', ':', '(', '"']).map_or(0, |comma| comma + 1);
        let but = [" but ", " ma ", " pero ", " aber ", " sondern ", " mais ", " sino "]
            .into_iter()
            .filter_map(|word| head.rfind(word).map(|found| found + word.len()))
            .max()
            .unwrap_or(0);
        &head[comma.max(but)..]
    }

    /// The clause around a span in the visitor's own words: its sentence, or where that is long,
    /// what stands between the commas around it.
    pub(crate) fn quote(&self, span: &Span) -> String {
        let mut start = self.sentence_at(span.start).span.start.min(span.start);
        let mut end = self.sentence_at(span.end.saturating_sub(1)).span.end.max(span.end);
        let is_long = self.original(&(start..end)).chars().count() > MAX_QUOTE_CHARACTERS;
        (start, end) = self.clause(start..end, span);
        if is_long {
            start += self.folded[start..span.start].rfind([',', ';', ':']).map_or(0, |comma| comma + 1);
            end = span.end + self.folded[span.end..end].find([',', ';']).unwrap_or(end - span.end);
        }
        if self.original(&(start..end)).chars().count() > MAX_QUOTE_CHARACTERS {
            start = span.start;
            end = span.end;
        }
        let quote = self.original(&(start..end));
        match quote.char_indices().nth(MAX_QUOTE_CHARACTERS) {
            Some((cut, _)) => quote[..quote[..cut].rfind(char::is_whitespace).unwrap_or(cut)].trim().to_owned(),
            None => quote.to_owned(),
        }
    }

    /// The part of a sentence around a span that one subject and verb fill, where it strings
    /// several together: "we are 20, our budget is 5k and I decide".
    fn clause(&self, sentence: Span, span: &Span) -> (usize, usize) {
        let near = self.boundary(span.start.saturating_sub(NEAR)).max(sentence.start);
        let start = CLAUSE
            .captures_iter(self.at(&(near..span.end)))
            .filter_map(|found| found.get(1))
            .map(|subject| near + subject.start())
            .take_while(|start| *start <= span.start)
            .last()
            .unwrap_or(sentence.start);
        // The break may begin with the last character of the span.
        let far = self.boundary(span.end + NEAR).min(sentence.end);
        let end =
            CLAUSE.find(self.at(&(span.end..far.max(span.end)))).map_or(sentence.end, |found| span.end + found.start());
        (start, end.max(span.end))
    }
}

/// The sentences of a folded text: cut at `. ! ? ;` before a blank, and at line ends. A full stop
/// in a number, an address or an abbreviation ends nothing.
fn sentences(folded: &str) -> Vec<Sentence> {
    let bytes = folded.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    for at in 0..=bytes.len() {
        let ends = match bytes.get(at) {
            None | Some(b'\n') => true,
            Some(b'!' | b'?' | b';') => !matches!(bytes.get(at + 1), Some(b'!' | b'?' | b'=' | b'&')),
            Some(b'.') => {
                matches!(bytes.get(at + 1), None | Some(b' ' | b'\n' | b'"' | b')'))
                    && !is_abbreviation(&folded[start..at])
            }
            Some(_) => false,
        };
        if !ends {
            continue;
        }
        let end = (at + 1).min(bytes.len());
        let text = &folded[start..end];
        let lead = text.len() - text.trim_start().len();
        let trimmed = text.trim();
        if trimmed.bytes().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) {
            found.push(Sentence {
                span: start + lead..start + lead + trimmed.len(),
                question: trimmed.ends_with(['?', '\u{bf}']) || trimmed.starts_with('\u{bf}'),
            });
        }
        start = end;
    }
    found
}

fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit([' ', '(', '\n']).next().unwrap_or_default();
    let last = word.rsplit('.').next().unwrap_or_default();
    // "S.p.A." and "z.B." have dots inside; a list's "1." has no sentence before it.
    (last.len() == 1 && (word.contains('.') || word.bytes().all(|byte| byte.is_ascii_digit())) && !word.is_empty())
        || ABBREVIATIONS.contains(&word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accents_and_case_do_not_matter_and_the_way_back_is_kept() {
        let reading = Reading::new("Ich bin  Geschäftsführer – ça va? STRASSE ß.");
        assert_eq!(reading.folded(), "ich bin geschaftsfuhrer - ca va? strasse ss.");
        let at = reading.folded().find("geschaftsfuhrer").expect("it is there");
        assert_eq!(reading.original(&(at..at + "geschaftsfuhrer".len())), "Geschäftsführer");
    }

    #[test]
    fn sentences_end_where_people_end_them() {
        let text = "We pay 1.500 € at Acme S.p.A. today. Can you help? Yes! www.acme.io\nBye";
        let reading = Reading::new(text);
        let found: Vec<_> = reading.sentences().iter().map(|sentence| reading.original(&sentence.span)).collect();
        assert_eq!(found, ["We pay 1.500 € at Acme S.p.A. today.", "Can you help?", "Yes!", "www.acme.io", "Bye"]);
        assert!(reading.sentences()[1].question);
    }

    #[test]
    fn of_a_sentence_that_says_several_things_the_clause_is_quoted() {
        let mut rows = crate::rows::Rows::default();
        for (text, word, clause) in [
            ("We are 20, our budget is 5k, I decide, and we start in May.", "5k", "our budget is 5k"),
            ("We are 20, our budget is 5k, I decide, and we start in May.", "decide", "I decide"),
            ("We are 20, our budget is 5k, I decide, and we start in May.", "may", "we start in May."),
            ("Siamo in 20, abbiamo 5.000 euro e decido io", "5.000", "abbiamo 5.000 euro"),
            (
                "Wir sind 20, unser Budget liegt bei 5.000 Euro und ich entscheide",
                "5.000",
                "unser Budget liegt bei 5.000 Euro",
            ),
            ("Nous sommes 20, notre budget est de 5 000 € et je décide", "decide", "je décide"),
            ("Somos 20, tenemos 5.000 euros y decido yo", "5.000", "tenemos 5.000 euros"),
            ("By May, if possible, for 20 people", "may", "By May, if possible, for 20 people"),
            ("20,000 dollars, maybe more", "20,000", "20,000 dollars, maybe more"),
        ] {
            let reading = Reading::new(text);
            let at = reading.folded().find(word).expect("the word is there");
            rows.eq(text, reading.quote(&(at..at + word.len())), clause);
        }
    }

    #[test]
    fn a_long_sentence_is_quoted_by_its_clause() {
        let text =
            format!("{}, our budget is 20k for the year, {}", "well you see ".repeat(12), "and so on ".repeat(12));
        let reading = Reading::new(&text);
        let at = reading.folded().find("budget").expect("it is there");
        assert_eq!(reading.quote(&(at..at + 6)), "our budget is 20k for the year");
    }

    proptest! {
        #[test]
        fn every_span_leads_to_a_part_of_the_message(text in "\\PC{0,80}", from in 0usize..100, length in 0usize..40) {
            let reading = Reading::new(&text);
            let mut from = from.min(reading.folded().len());
            while !reading.folded().is_char_boundary(from) { from -= 1; }
            let mut to = (from + length).min(reading.folded().len());
            while !reading.folded().is_char_boundary(to) { to -= 1; }
            prop_assert!(text.contains(reading.original(&(from..to))));
            prop_assert!(text.contains(&reading.quote(&(from..to))));
        }
    }
}
