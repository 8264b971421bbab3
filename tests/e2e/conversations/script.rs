//! The scripts and the questions and answers, as read from `tests/conversations/`.

use std::{fs, path::PathBuf};

use serde::Deserialize;

/// One conversation and what must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    /// The file's name, which begins with the language.
    #[serde(skip)]
    pub(super) name: String,
    /// What it is about, in one sentence.
    pub(super) about: String,
    /// The language that every answer must be in: en, it, de, fr or es.
    pub(super) language: String,
    /// What the visitor says, and what the answer must be.
    pub(super) turn: Vec<Turn>,
    /// How it must end.
    pub(super) end: End,
}

/// One message of the visitor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turn {
    /// What they say.
    pub(super) say: String,
    /// The intent that must be recognised.
    pub(super) intent: Option<String>,
    /// The title of a document that the answer must cite.
    pub(super) cites: Option<String>,
    /// The answer must say that it does not know, and cite nothing.
    #[serde(default)]
    pub(super) refuses: bool,
    /// What the answer must not contain, whatever its case.
    #[serde(default)]
    pub(super) never_says: Vec<String>,
}

/// What must be true when the visitor has left.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    /// Whether the lead has reached qualified.
    pub(super) qualified: bool,
    /// Fields of the lead; phone numbers compare by their digits.
    #[serde(default)]
    pub(super) captured: Captured,
    /// `false`: there must be no lead.
    pub(super) lead: Option<bool>,
    /// The least score.
    pub(super) score_min: Option<u64>,
    /// The greatest score.
    pub(super) score_max: Option<u64>,
    /// The lead's status.
    pub(super) status: Option<String>,
    /// The lead must be disqualified.
    #[serde(default)]
    pub(super) disqualified: bool,
    /// A person must have been asked for.
    #[serde(default)]
    pub(super) handed_off: bool,
    /// The size of the deal in the tenant's currency.
    pub(super) deal_size: Option<f64>,
}

/// Contact details that must have been taken down.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Captured {
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
    pub(super) company: Option<String>,
    pub(super) phone: Option<String>,
}

impl Captured {
    pub(super) fn fields(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("email", self.email.as_deref()),
            ("name", self.name.as_deref()),
            ("company", self.company.as_deref()),
            ("phone", self.phone.as_deref()),
        ]
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("conversations")
}

impl Script {
    /// Every script, in order of name.
    pub(super) fn read_all() -> Vec<Self> {
        let mut scripts: Vec<Self> = fs::read_dir(folder())
            .expect("tests/conversations is part of the repository")
            .map(|entry| entry.expect("a readable folder").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .map(|path| {
                let text = fs::read_to_string(&path).expect("a readable script");
                let mut script: Self =
                    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                script.name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
                script
            })
            .collect();
        scripts.sort_by(|one, other| one.name.cmp(&other.name));
        scripts
    }
}

/// The company's questions and answers.
#[derive(Debug)]
pub(super) struct Faq(Vec<(String, String)>);

impl Faq {
    /// One document for each heading.
    pub(super) fn read() -> Self {
        let text = fs::read_to_string(folder().join("faq.md")).expect("tests/conversations/faq.md is there");
        let documents = text.split("# ").filter(|part| !part.trim().is_empty()).map(|part| {
            let (title, content) = part.split_once('\n').expect("a heading has text below it");
            (title.trim().to_owned(), content.trim().to_owned())
        });
        Self(documents.collect())
    }

    /// Titles and texts.
    pub(super) fn documents(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(title, content)| (title.as_str(), content.as_str()))
    }

    /// The text of a document.
    pub(super) fn content(&self, title: &str) -> Option<&str> {
        self.documents().find(|(own, _)| *own == title).map(|(_, content)| content)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_sixty_scripts_in_five_languages_and_twenty_of_people_who_must_not_qualify() {
        let scripts = Script::read_all();
        assert!(scripts.len() >= 60, "{}", scripts.len());
        for language in ["en", "it", "de", "fr", "es"] {
            let of_it = scripts.iter().filter(|script| script.language == language).count();
            assert!(of_it >= 8, "{of_it} in {language}");
        }
        let refused = |script: &&Script| {
            !script.end.qualified
                && (script.end.disqualified || script.end.status.is_some() || script.end.score_max.is_some())
        };
        assert!(scripts.iter().filter(refused).count() >= 20);
        assert!(scripts.iter().filter(|script| script.end.qualified).count() >= 10);
    }

    #[test]
    fn every_script_is_named_after_its_language_and_cites_documents_that_exist() {
        let faq = Faq::read();
        for script in Script::read_all() {
            assert!(script.name.starts_with(&format!("{}_", script.language)), "{}", script.name);
            assert!(!script.about.is_empty() && !script.turn.is_empty(), "{}", script.name);
            for title in script.turn.iter().filter_map(|turn| turn.cites.as_deref()) {
                assert!(faq.content(title).is_some(), "{}: no document {title:?}", script.name);
            }
        }
    }

    #[test]
    fn no_two_scripts_share_an_address_since_that_would_merge_their_leads() {
        let mut seen = BTreeSet::new();
        for script in Script::read_all() {
            let words = script.turn.iter().flat_map(|turn| turn.say.split_whitespace());
            let own: BTreeSet<String> = words
                .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
                .filter(|word| word.contains('@'))
                .collect();
            for address in own {
                assert!(seen.insert(address.clone()), "{}: {address} is used twice", script.name);
            }
        }
    }
}
