//! Proper nouns: runs of capitalised words in the visitor's own letters.

/// Small words that may stand inside a name of a person or company.
const PARTICLES: &[&str] = &[
    "&", "and", "da", "de", "degli", "dei", "del", "della", "der", "di", "du", "e", "et", "la", "of", "und", "van",
    "von", "y",
];

/// Whether a word begins like a name: with a capital letter, or a digit before one.
pub(crate) fn is_capitalised(word: &str) -> bool {
    let mut characters = word.chars().filter(|character| character.is_alphanumeric());
    match characters.next() {
        Some(first) if first.is_uppercase() => true,
        Some(first) if first.is_ascii_digit() || word.starts_with(char::is_lowercase) => {
            // "3M", "eBay", "iAdvize"
            word.chars().take(3).any(char::is_uppercase)
        }
        _ => false,
    }
}

/// The proper noun that `text` begins with: up to `max` capitalised words, with particles between
/// them, up to the first punctuation that ends it.
pub(crate) fn proper_noun(text: &str, max: usize) -> Option<&str> {
    let text = text.trim_start_matches([' ', '"', '\u{201c}', '\u{ab}', '\u{201e}']);
    let mut end = 0;
    let mut at = 0;
    let mut taken = 0;
    for word in text.split_inclusive([' ', '\u{a0}', '\n', '\t']) {
        let bare = word.trim_end();
        let core = bare
            .trim_end_matches([',', ';', ':', '!', '?', '.', ')', '"', '\u{201d}', '\u{bb}', '\u{201c}', '\'', '-']);
        let stops = core.len() < bare.len() || word.ends_with(['\n', '\t']);
        // "Acme Robotics and I" are two.
        if core == "I" || core.starts_with("I'") {
            break;
        }
        if is_capitalised(core) && !core.contains(['@', '/', '<', '>', '=']) {
            taken += 1;
            end = at + core.len();
        } else if !(taken > 0 && PARTICLES.contains(&core)) {
            break;
        }
        at += word.len();
        if stops || taken == max {
            break;
        }
    }
    (taken > 0).then(|| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proper_noun_ends_where_its_capitals_end() {
        assert_eq!(proper_noun("Acme Robotics and we need help", 4), Some("Acme Robotics"));
        assert_eq!(proper_noun("Fischer & Söhne, Köln", 4), Some("Fischer & Söhne"));
        assert_eq!(proper_noun("Maria Garcia.", 3), Some("Maria Garcia"));
        assert_eq!(proper_noun("looking for a tool", 3), None);
        assert_eq!(proper_noun("eBay today", 3), Some("eBay"));
        assert_eq!(proper_noun("Acme Robotics and I decide", 4), Some("Acme Robotics"));
    }
}
