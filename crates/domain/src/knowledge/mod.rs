//! What the assistant may answer from: documents, cut into passages.

mod document;
mod file;
mod passage;

pub use document::{Document, DocumentDraft, DocumentStatus};
pub use file::{FileError, GivenFile, MAX_FILE_BYTES, MAX_READ_BYTES};
pub use passage::{MAX_PASSAGE_CHARACTERS, Passage, ScoredPassage, cut_into_passages};
