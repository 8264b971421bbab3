//! A document of the knowledge base.

use serde::{Deserialize, Serialize};

use crate::{
    id::{Id, Kind},
    text::{TextError, bounded},
    time::Timestamp,
};

/// Whether a document can be answered from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentStatus {
    /// Its passages are still being stored; it is not searched yet.
    Processing,
    /// It is searched.
    Ready,
    /// No text could be read from it.
    Failed,
}

impl DocumentStatus {
    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }
}

/// A document of the knowledge base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: Id<Document>,
    /// Its title, 1 to 200 characters.
    pub title: String,
    /// A free label: `faq`, `pricing`, ….
    pub label: String,
    /// Whether it can be answered from.
    pub status: DocumentStatus,
    /// Its whole text.
    pub content: String,
    /// How many passages it was cut into.
    pub passage_count: u32,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Kind for Document {
    const PREFIX: &'static str = "doc";
}

/// A document as a caller gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentDraft {
    /// 1 to 200 characters.
    pub title: String,
    /// A free label of 1 to 50 characters; `text` where nothing is said.
    pub label: String,
    /// The text, at most 5 MB.
    pub content: String,
}

impl DocumentDraft {
    /// The most bytes of a document's text (security F1).
    pub const MAX_CONTENT_BYTES: usize = 5_000_000;

    /// Checks each field; the error names it.
    pub fn parse(title: &str, label: Option<&str>, content: &str) -> Result<Self, (&'static str, TextError)> {
        let title = bounded(title, 200).map_err(|error| ("title", error))?;
        let label = label.map_or(Ok("text".to_owned()), |label| bounded(label, 50)).map_err(|error| ("type", error))?;
        let content = bounded(content, Self::MAX_CONTENT_BYTES).map_err(|error| ("content", error))?;
        if content.len() > Self::MAX_CONTENT_BYTES {
            return Err(("content", TextError::TooLong { max: Self::MAX_CONTENT_BYTES }));
        }
        Ok(Self { title, label, content })
    }
}
