//! Takes a published page apart: which lines are a sample, and in which language.

use serde_json::Value;

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
        if language == Language::Curl
            && let Some(left) = after_command(&sample.lines.join("\n"))
        {
            let last = sample.lines.last_mut().expect("a line was pushed");
            last.truncate(last.len() - left);
            open = None;
        }
    }
    samples
}

/// The objects of JSON that a page shows, in order: each begins with a brace that has a line of its own.
pub(crate) fn shown(page: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find("\n{\n") {
        let mut values = serde_json::Deserializer::from_str(&rest[at..]).into_iter::<Value>();
        found.push(values.next().expect("JSON follows").expect("well-formed"));
        // What the object holds is none of its own.
        rest = &rest[at + values.byte_offset()..];
    }
    found
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

/// How much of a text follows the command that it begins with, or `None` if lines are to come: a
/// quote is open, or the last line ends with a backslash. A page that lost a line's end runs on
/// right after the last quote, which no command does.
fn after_command(text: &str) -> Option<usize> {
    let (mut quote, mut before) = (None, ' ');
    for (at, character) in text.char_indices() {
        match quote {
            Some(open) if open == character => quote = None,
            None if matches!(before, '"' | '\'') && !character.is_whitespace() => return Some(text.len() - at),
            None if matches!(character, '"' | '\'') => quote = Some(character),
            Some(_) | None => {}
        }
        before = character;
    }
    (quote.is_none() && before != '\\').then_some(0)
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

/// Replaces the host in every address of the API, and every key: `YOUR_API_KEY`, and whatever
/// follows `sk_live_`.
pub(super) fn adapt(text: &str, address: &str, key: &str) -> String {
    const SCHEME: &str = "https://";
    let mut adapted = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(SCHEME) {
        let host = at + SCHEME.len();
        let end = rest[host..].find('/').map_or(rest.len(), |length| host + length);
        let is_ours = rest[end..].starts_with("/api/");
        adapted.push_str(&rest[..at]);
        adapted.push_str(if is_ours { address } else { &rest[at..end] });
        rest = &rest[end..];
    }
    adapted.push_str(rest);
    replace_words(&adapted.replace("YOUR_API_KEY", key), "sk_live_", key)
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
    fn a_command_ends_where_the_shell_would_end_it_though_the_page_runs_on() {
        let page = "curl https://h/api/a \\\n-H \"K: YOUR_API_KEY\"List all of it's\ncurl https://h/api/b \\\n-d '{\n\"a\": \"it\"\n}'| \
                    Field |\ncurl \"https://h/api/c?q=a\" \\\n-H \"K: v\"{\n\"an\": \"answer\"\n}Prose\n";
        let texts: Vec<String> = samples(page).iter().map(|sample| sample.text_for("http://x", "k")).collect();
        assert_eq!(
            texts,
            [
                "curl http://x/api/a \\\n-H \"K: k\"",
                "curl http://x/api/b \\\n-d '{\n\"a\": \"it\"\n}'",
                "curl \"http://x/api/c?q=a\" \\\n-H \"K: v\"",
            ]
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
