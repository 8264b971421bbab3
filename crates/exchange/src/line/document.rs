//! A document of the knowledge base with its content. Its passages are cut again where it is read.

use serde::Serialize;
use synaptiq_domain::knowledge::{Document, DocumentDraft, DocumentStatus};
use synaptiq_wire::{FieldError, field::Fields};

use super::{
    Naming,
    field::{self, MAX_NAME, maybe_at},
};
use crate::canonical::{At, Name};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentLine<'a> {
    content: &'a str,
    created_at: At,
    id: Name<Document>,
    object: &'static str,
    status: &'static str,
    title: &'a str,
    r#type: &'a str,
    updated_at: At,
}

impl<'a> From<&'a Document> for DocumentLine<'a> {
    fn from(document: &'a Document) -> Self {
        let Document { id, title, label, status, content, passage_count: _, created_at, updated_at } = document;
        Self {
            content,
            created_at: At(*created_at),
            id: Name(*id),
            object: "document",
            status: status.as_str(),
            title,
            r#type: label,
            updated_at: At(*updated_at),
        }
    }
}

/// The statuses of documents at rest. One that is still being stored belongs to a server at work.
const AT_REST: [DocumentStatus; 2] = [DocumentStatus::Ready, DocumentStatus::Failed];

/// Reads a document.
pub(super) fn read(fields: &Fields<'_>, naming: &mut Naming<'_>) -> Result<Document, FieldError> {
    let created_at = fields.required("createdAt", |given| field::at(&given))?;
    let content = fields.required("content", |given| {
        let text = given.text()?;
        if text.len() > DocumentDraft::MAX_CONTENT_BYTES {
            return Err(given.error(format!("must have at most {} bytes", DocumentDraft::MAX_CONTENT_BYTES)));
        }
        Ok(text.to_owned())
    })?;
    Ok(Document {
        id: naming.id(fields, created_at)?,
        title: fields.required("title", |given| given.verbatim(MAX_NAME))?,
        label: fields.optional("type", |given| given.verbatim(MAX_NAME))?.unwrap_or_else(|| "text".to_owned()),
        status: fields
            .optional("status", |given| given.one_of(&AT_REST, DocumentStatus::as_str))?
            .unwrap_or(DocumentStatus::Ready),
        content,
        passage_count: 0,
        updated_at: maybe_at(fields, "updatedAt")?.unwrap_or(created_at),
        created_at,
    })
}
