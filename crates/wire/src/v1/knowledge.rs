//! The knowledge base in v1 (contract § 11): documents as text, and the passages that a search finds.

use serde::Serialize;
use synaptiq_domain::knowledge::{Document, Passage, ScoredPassage};
use utoipa::ToSchema;

use crate::{field::FieldError, paging::List, query::Query, words::DocumentStatusWord};

/// A document of the knowledge base, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Document)]
pub struct DocumentRecord {
    /// Its id.
    #[schema(example = "doc_01HQ7ABC2DEF3GH14JK15MN06P")]
    pub id: String,
    /// Its title.
    #[schema(example = "Product FAQ")]
    pub title: String,
    /// A free label.
    #[schema(example = "faq")]
    pub r#type: String,
    /// `processing`, `ready` or `failed`.
    #[schema(value_type = DocumentStatusWord)]
    pub status: &'static str,
    /// How many passages it was cut into.
    pub passage_count: u32,
    /// When it was added.
    #[schema(format = "date-time")]
    pub created_at: String,
    /// When it last changed.
    #[schema(format = "date-time")]
    pub updated_at: String,
}

impl From<&Document> for DocumentRecord {
    fn from(document: &Document) -> Self {
        let Document { id, title, label, status, content: _, passage_count, created_at, updated_at } = document;
        Self {
            id: id.prefixed(),
            title: title.clone(),
            r#type: label.clone(),
            status: status.as_str(),
            passage_count: *passage_count,
            created_at: created_at.rfc3339_millis(),
            updated_at: updated_at.rfc3339_millis(),
        }
    }
}

/// Every document: stores list them all at once.
pub fn list(documents: &[Document]) -> List<DocumentRecord> {
    List::whole(documents, |document| DocumentRecord::from(document))
}

/// What a search asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRequest {
    /// The words.
    pub query: String,
    /// The most passages.
    pub limit: usize,
}

/// Reads `q` (1 to 1,000 characters) and `limit` (1–50, 10).
pub fn read_search(query: &Query) -> Result<SearchRequest, FieldError> {
    let text = query.optional("q", |given| given.parsed(|text| synaptiq_domain::text::bounded(text, 1_000)))?;
    Ok(SearchRequest {
        query: text.ok_or_else(|| FieldError::new("q", "is required"))?,
        limit: query
            .optional("limit", |given| given.integer(1..=50))?
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(10),
    })
}

/// The passages that a search found, best first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SearchResults)]
pub struct SearchAnswer {
    /// The passages.
    pub data: Vec<PassageRecord>,
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Passage)]
pub struct PassageRecord {
    /// The document.
    pub document_id: String,
    /// Its title.
    pub title: String,
    /// The heading or question that the passage stands under.
    pub heading: Option<String>,
    /// The document's own words.
    pub text: String,
    /// Its place in the document, from 0.
    pub ordinal: u32,
    /// How well it fits; comparable within one search alone.
    pub score: f32,
}

impl From<&[ScoredPassage]> for SearchAnswer {
    fn from(found: &[ScoredPassage]) -> Self {
        Self { data: found.iter().map(PassageRecord::from).collect() }
    }
}

impl From<&ScoredPassage> for PassageRecord {
    fn from(found: &ScoredPassage) -> Self {
        let ScoredPassage { passage: Passage { document, ordinal, title, heading, text }, score } = found;
        Self {
            document_id: document.prefixed(),
            title: title.clone(),
            heading: heading.clone(),
            text: text.clone(),
            ordinal: *ordinal,
            score: *score,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::id::Id;

    use super::*;
    use crate::samples;

    #[test]
    fn documents_print_without_their_text() {
        samples::assert_prints(
            &list(&[samples::document()]),
            &json!({
                "data": [{
                    "id": "doc_00000000000000000000000006", "title": "Plans", "type": "faq", "status": "ready", "passageCount": 1,
                    "createdAt": "2026-04-01T09:00:00.000Z", "updatedAt": "2026-04-01T09:00:00.000Z",
                }],
                "pagination": {"page": 1, "limit": 1, "total": 1, "totalPages": 1, "hasMore": false, "nextCursor": null},
            }),
        );
    }

    #[test]
    fn passages_print_with_their_scores() {
        let passage = Passage {
            document: Id::from_bits(6),
            ordinal: 2,
            title: "Plans".to_owned(),
            heading: Some("Pro".to_owned()),
            text: "Pro is $149 a month.".to_owned(),
        };
        samples::assert_prints(
            &SearchAnswer::from([ScoredPassage { passage, score: 1.5 }].as_slice()),
            &json!({"data": [{
                "documentId": "doc_00000000000000000000000006", "title": "Plans", "heading": "Pro", "text": "Pro is $149 a month.",
                "ordinal": 2, "score": 1.5,
            }]}),
        );
    }

    #[test]
    fn i1_every_wrong_parameter_of_a_search_is_refused() {
        for raw in ["q=", "limit=5", "q=a&limit=51", "q=a&limit=0"] {
            assert!(read_search(&Query::of(raw)).is_err(), "{raw}");
        }
        assert_eq!(read_search(&Query::of("q=a+b")), Ok(SearchRequest { query: "a b".to_owned(), limit: 10 }));
    }
}
