//! Patterns over folded text. Written as lists of phrases; compiled once, matched in linear time.

use regex::{Regex, RegexBuilder};

/// Words that stand for several spellings, in five languages where they have a counterpart.
const SHORTHANDS: &[(&str, &str)] = &[
    ("{im}", r"i(?:'?m| am)"),
    ("{we}", r"(?:we|i)"),
    ("{were}", r"(?:we(?:'?re| are)|i(?:'?m| am))"),
    ("{weve}", r"(?:we|i)(?:'?ve| have)?(?: got)?"),
    ("{id}", r"(?:i|we)(?:'?d| would)"),
    ("{not}", r"(?:n't|nt| not)"),
    ("{w}", r"[a-z0-9_'&-]+"),
    ("{words}", r"(?:[a-z0-9_'&-]+ ){0,3}"),
];

/// A pattern that finds any of these phrases as whole words.
pub(crate) fn phrases(list: &[&str]) -> Regex {
    raw(&format!(r"\b(?:{})\b", list.join("|")))
}

/// A pattern with the shorthands, matched over ASCII classes.
pub(crate) fn raw(pattern: &str) -> Regex {
    let mut pattern = pattern.to_owned();
    for (short, long) in SHORTHANDS {
        pattern = pattern.replace(short, long);
    }
    // Folded text is ASCII but for currency signs and other scripts; ASCII word boundaries and
    // classes keep the automata small.
    let pattern = pattern.replace(r"\b", r"(?-u:\b)").replace(r"\d", "[0-9]");
    let pattern = pattern.replace(r"[\w", "[a-z0-9_").replace(r"\w", "[a-z0-9_]").replace(r"\S", "[!-~]");
    RegexBuilder::new(&pattern).build().expect("a pattern of this crate is valid: a test compiles each one")
}
