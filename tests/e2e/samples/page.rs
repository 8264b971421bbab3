//! Takes a published page apart: which lines are a sample, and in which language.

/// What runs a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Curl,
    JavaScript,
    Python,
}

/// One sample, line by line as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) language: Language,
    lines: Vec<String>,
}

/// Every sample of a page, in order. A curl command ends where the shell would end it; a JavaScript
/// or Python sample ends where another one or prose begins.
pub(super) fn samples(page: &str) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    let mut open: Option<Language> = None;
    for line in page.lines() {
        match (open, begins(line)) {
            (Some(Language::Curl), _) => {}
            (Some(language), Some(next)) if next == language => {}
            (_, Some(next)) => {
                samples.push(Sample { language: next, lines: Vec::new() });
                open = Some(next);
            }
            (_, None) if is_prose(line) => open = None,
            (_, None) => {}
        }
        let Some(language) = open else { continue };
        let sample = samples.last_mut().expect("an open sample was pushed");
        sample.lines.push(line.to_owned());
        if language == Language::Curl && is_whole_command(&sample.lines) {
            open = None;
        }
    }
    samples
}

fn begins(line: &str) -> Option<Language> {
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    if starts(&["curl "]) {
        Some(Language::Curl)
    } else if starts(&["async function ", "const express"]) {
        Some(Language::JavaScript)
    } else if starts(&["import ", "from ", "def "]) {
        Some(Language::Python)
    } else {
        None
    }
}

/// A sentence: it begins with a capital word and holds nothing that only code has.
fn is_prose(line: &str) -> bool {
    let mut characters = line.chars();
    characters.next().is_some_and(char::is_uppercase)
        && characters.next().is_some_and(|second| second.is_lowercase() || second == ' ')
        && !line.contains(['=', '(', '{', ';'])
}

/// No line to come: neither a backslash at the end nor an open quote.
fn is_whole_command(lines: &[String]) -> bool {
    let continues = lines.last().is_some_and(|line| line.ends_with('\\'));
    let quotes = lines.iter().map(|line| line.matches('\'').count()).sum::<usize>();
    !continues && quotes % 2 == 0
}

impl Sample {
    /// The text as published.
    pub(super) fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// The text with this server's address for the published host, and a key of it for the published one.
    pub(super) fn text_for(&self, address: &str, key: &str) -> String {
        adapt(&self.lines.join("\n"), address, key)
    }

    /// As [`Sample::text_for`], each line indented by as many steps as `depths` has in its place.
    pub(super) fn indented_for(&self, depths: &str, address: &str, key: &str) -> String {
        assert_eq!(depths.len(), self.lines.len(), "one depth a line: the page has changed");
        let lines = self.lines.iter().zip(depths.bytes()).map(|(line, depth)| {
            let depth = usize::from(depth - b'0');
            format!("{}{line}", "    ".repeat(depth))
        });
        adapt(&lines.collect::<Vec<_>>().join("\n"), address, key)
    }
}

/// Replaces what stands before `/api/v1` in every address, and whatever follows `sk_live_`.
pub(super) fn adapt(text: &str, address: &str, key: &str) -> String {
    let mut adapted = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("https://") {
        let end = rest[at..].find("/api/v1").map_or(rest.len(), |length| at + length);
        adapted.push_str(&rest[..at]);
        adapted.push_str(address);
        rest = &rest[end..];
    }
    adapted.push_str(rest);
    replace_words(&adapted, "sk_live_", key)
}

/// Replaces every word (letters, digits, `_`) that begins with `prefix`.
pub(super) fn replace_words(text: &str, prefix: &str, by: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(prefix) {
        let word = &rest[at + prefix.len()..];
        let length = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
        replaced.push_str(&rest[..at]);
        replaced.push_str(by);
        rest = &word[length..];
    }
    replaced.push_str(rest);
    replaced
}

/// The first text in double quotes that begins with `prefix`.
pub(super) fn quoted<'a>(text: &'a str, prefix: &str) -> &'a str {
    let at = text.find(&format!("\"{prefix}")).expect("the sample has such a constant") + 1;
    let length = text[at..].find('"').expect("a constant ends");
    &text[at..at + length]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
Some words about what follows.
curl -X POST https://api.example/api/v1/things \\
-H \"Authorization: Bearer sk_live_SOMETHING\" \\
-d '{
\"a\": 1
}'
{\"an\": \"answer\"}
async function one() {
const x = { a: 1 };
}
// Called like this
await one();
import requests
def two():
return 1
# Called like this
two()
More words:
const express = require(\"express\");
function three() {
}
Was that clear?
";

    #[test]
    fn a_page_falls_into_its_samples_and_prose_and_answers_are_none() {
        let found = samples(PAGE);
        let languages: Vec<Language> = found.iter().map(|sample| sample.language).collect();
        assert_eq!(languages, [Language::Curl, Language::JavaScript, Language::Python, Language::JavaScript]);
        assert_eq!(found.iter().map(|sample| sample.lines.len()).collect::<Vec<_>>(), [5, 5, 5, 3]);
    }

    #[test]
    fn host_and_key_are_replaced_and_nothing_else() {
        let curl = &samples(PAGE)[0];
        assert_eq!(
            curl.text_for("http://127.0.0.1:1", "sk_live_k"),
            "curl -X POST http://127.0.0.1:1/api/v1/things \\\n-H \"Authorization: Bearer sk_live_k\" \\\n\
             -d '{\n\"a\": 1\n}'"
        );
    }

    #[test]
    fn python_gets_its_indentation_back() {
        let text = samples(PAGE)[2].indented_for("00100", "h", "k");
        assert_eq!(text, "import requests\ndef two():\n    return 1\n# Called like this\ntwo()");
    }

    #[test]
    fn a_constant_is_found_by_how_it_begins() {
        assert_eq!(quoted("const A = \"x\"; const B = \"whsec_y\";", "whsec_"), "whsec_y");
    }
}
