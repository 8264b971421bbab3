//! Passages: pieces of a document short enough to quote and long enough to answer.

use serde::{Deserialize, Serialize};

use crate::{id::Id, knowledge::Document};

/// The most characters of a passage.
pub const MAX_PASSAGE_CHARACTERS: usize = 1_000;

/// One piece of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The document.
    pub document: Id<Document>,
    /// 0, 1, … in the document; with the document it names the passage.
    pub ordinal: u32,
    /// The document's title.
    pub title: String,
    /// The heading or question that it stands under.
    pub heading: Option<String>,
    /// The text, a part of the document's.
    pub text: String,
}

/// A passage that was found, with how well it fits.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredPassage {
    /// The passage.
    pub passage: Passage,
    /// BM25, comparable within one search alone.
    pub score: f32,
}

/// Cuts a document's text into passages. A question of an FAQ and its answer stay together, a
/// Markdown heading belongs to what follows it, and long paragraphs are cut at sentence ends.
pub fn cut_into_passages(document: Id<Document>, title: &str, content: &str) -> Vec<Passage> {
    let mut cutter = Cutter { document, title, heading: None, buffer: String::new(), passages: Vec::new() };
    for block in blocks(content) {
        match block {
            Block::Heading(text) => {
                cutter.flush();
                cutter.heading = Some(text);
            }
            Block::Paragraph(text) => cutter.push(&text),
        }
    }
    cutter.flush();
    cutter.passages
}

enum Block {
    /// A Markdown heading, or the question of an FAQ.
    Heading(String),
    Paragraph(String),
}

/// The blocks of a text: headings (`# …`), questions (`Q: …`), and paragraphs between blank lines.
fn blocks(content: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let end_paragraph = |paragraph: &mut Vec<&str>, found: &mut Vec<Block>| {
        if !paragraph.is_empty() {
            found.push(Block::Paragraph(paragraph.join("\n")));
            paragraph.clear();
        }
    };
    for line in content.lines() {
        let line = line.trim_end();
        let trimmed = line.trim_start();
        if trimmed.is_empty() {
            end_paragraph(&mut paragraph, &mut found);
        } else if let Some(heading) = heading(trimmed) {
            end_paragraph(&mut paragraph, &mut found);
            found.push(Block::Heading(heading.to_owned()));
        } else if let Some(question) =
            labelled(trimmed, &["Q:", "Q.", "Question:", "D:", "Domanda:", "Frage:", "F:", "P:", "Pregunta:"])
        {
            end_paragraph(&mut paragraph, &mut found);
            found.push(Block::Heading(question.to_owned()));
        } else {
            let answer =
                labelled(trimmed, &["A:", "A.", "Answer:", "R:", "Risposta:", "Antwort:", "Réponse:", "Respuesta:"]);
            paragraph.push(answer.unwrap_or(trimmed));
        }
    }
    end_paragraph(&mut paragraph, &mut found);
    found
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let depth = line.len() - text.len();
    ((1..=6).contains(&depth) && text.starts_with(' ')).then(|| text.trim()).filter(|text| !text.is_empty())
}

fn labelled<'a>(line: &'a str, labels: &[&str]) -> Option<&'a str> {
    labels.iter().find_map(|label| line.strip_prefix(label)).map(str::trim).filter(|text| !text.is_empty())
}

struct Cutter<'a> {
    document: Id<Document>,
    title: &'a str,
    heading: Option<String>,
    buffer: String,
    passages: Vec<Passage>,
}

impl Cutter<'_> {
    fn push(&mut self, paragraph: &str) {
        for piece in pieces(paragraph) {
            let joined = self.buffer.chars().count() + piece.chars().count() + 2;
            if !self.buffer.is_empty() && joined > MAX_PASSAGE_CHARACTERS / 2 {
                self.flush_text();
            }
            if !self.buffer.is_empty() {
                self.buffer.push_str("\n\n");
            }
            self.buffer.push_str(&piece);
        }
    }

    /// Ends the passage; a heading without text of its own becomes a passage itself.
    fn flush(&mut self) {
        let has_text = !self.buffer.is_empty();
        let used = self.passages.last().is_some_and(|last| last.heading == self.heading);
        if let (false, false, Some(heading)) = (has_text, used, self.heading.clone()) {
            self.buffer = heading;
        }
        self.flush_text();
        self.heading = None;
    }

    fn flush_text(&mut self) {
        let text = std::mem::take(&mut self.buffer);
        if !text.is_empty() {
            self.passages.push(Passage {
                document: self.document,
                ordinal: u32::try_from(self.passages.len()).expect("a document has at most 5 million bytes"),
                title: self.title.to_owned(),
                heading: self.heading.clone(),
                text,
            });
        }
    }
}

/// A paragraph in pieces of at most [`MAX_PASSAGE_CHARACTERS`], cut at sentence ends, else at
/// blanks, else anywhere.
fn pieces(paragraph: &str) -> Vec<String> {
    let mut rest = paragraph;
    let mut found = Vec::new();
    while let Some((limit, _)) = rest.char_indices().nth(MAX_PASSAGE_CHARACTERS) {
        let head = &rest[..limit];
        let sentence_end = head
            .char_indices()
            .rfind(|(at, c)| {
                ".!?。！？".contains(*c) && (c.len_utf8() > 1 || head[at + 1..].starts_with(char::is_whitespace))
            })
            .map(|(at, c)| at + c.len_utf8());
        let blank = head.rfind(char::is_whitespace);
        let cut = sentence_end.filter(|at| *at > limit / 4).or(blank.filter(|at| *at > 0)).unwrap_or(limit);
        found.push(rest[..cut].trim().to_owned());
        rest = rest[cut..].trim_start();
    }
    if !rest.trim().is_empty() {
        found.push(rest.trim().to_owned());
    }
    found.retain(|piece| !piece.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_question_and_its_answer_stay_together() {
        let faq =
            "Q: What is Synaptiq?\nA: An AI-powered sales agent.\n\nQ: What does it cost?\nA: Pro is $149 a month.";
        let found = cut_into_passages(Id::from_bits(1), "FAQ", faq);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].heading.as_deref(), Some("What does it cost?"));
        assert_eq!(found[1].text, "Pro is $149 a month.");
    }

    #[test]
    fn a_heading_belongs_to_what_follows_it() {
        let found =
            cut_into_passages(Id::from_bits(1), "Plans", "# Pro\n\nFor teams.\n\n# Enterprise\n\nFor companies.");
        let headings: Vec<_> = found.iter().map(|passage| passage.heading.as_deref()).collect();
        assert_eq!(headings, [Some("Pro"), Some("Enterprise")]);
    }

    proptest! {
        #[test]
        fn passages_are_bounded_and_no_word_is_lost(text in "([a-zé]{1,12}[ .\n]{1,2}){0,400}") {
            let found = cut_into_passages(Id::from_bits(1), "t", &text);
            prop_assert!(found.iter().all(|passage| passage.text.chars().count() <= MAX_PASSAGE_CHARACTERS));
            let all: String = found.iter().map(|passage| passage.text.as_str()).collect::<Vec<_>>().join(" ");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&all), words(&text));
        }
    }
}
