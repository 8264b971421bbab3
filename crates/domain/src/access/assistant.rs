//! The personas that chat, and the people of the team.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    id::{Id, Kind},
    money::Money,
    text::{TextError, bounded},
    time::Timestamp,
};

/// The name of an assistant in addresses: 1 to 64 lowercase letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// Makes a slug of any name: letters and digits stay, everything else becomes one hyphen.
    pub fn from_name(name: &str) -> Result<Self, TextError> {
        let mut slug = String::new();
        for character in bounded(name, 200)?.to_lowercase().chars() {
            if character.is_ascii_alphanumeric() {
                slug.push(character);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(64);
        let slug = slug.trim_end_matches('-');
        if slug.is_empty() { Err(TextError::Empty) } else { Ok(Self(slug.to_owned())) }
    }

    /// The slug itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The persona that chats on a site; syrus calls it a chatbot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assistant {
    /// Its id.
    pub id: Id<Assistant>,
    /// Raised by every commit that changes it.
    pub version: u64,
    /// Its name in addresses, unique in the tenant.
    pub slug: Slug,
    /// What it calls itself.
    pub name: String,
    /// The first message of a public conversation; the built-in greeting of the visitor's language where there is none.
    pub greeting: Option<String>,
    /// The language it speaks until the visitor's is known: ISO 639-1.
    pub language: String,
    /// From which deal size on a pricing or demo question is of high value. Default 10,000.
    pub high_value_amount: Money,
    /// Whether it serves requests that name no assistant.
    pub is_default: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Kind for Assistant {
    const PREFIX: &'static str = "asst";
}

/// A person of the team: whom a conversation is assigned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Their id.
    pub id: Id<Member>,
    /// Their name, as visitors see it.
    pub name: String,
    /// Their address, if known.
    pub email: Option<String>,
    /// When they joined.
    pub created_at: Timestamp,
}

impl Kind for Member {
    const PREFIX: &'static str = "usr";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_keeps_letters_and_digits() {
        assert_eq!(
            Slug::from_name("  Acme: Sales Bot 2! ").map(|slug| slug.to_string()),
            Ok("acme-sales-bot-2".to_owned())
        );
        assert!(Slug::from_name("!!!").is_err());
    }
}
