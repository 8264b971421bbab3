//! What the assistant may answer from: documents, cut into passages.

mod document;
mod passage;

pub use document::{Document, DocumentDraft, DocumentStatus};
pub use passage::{MAX_PASSAGE_CHARACTERS, Passage, ScoredPassage, cut_into_passages};
