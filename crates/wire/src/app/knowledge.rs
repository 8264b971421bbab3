//! The knowledge base in app (contract § 11): documents as text, and one outcome for each file.

use serde::{Deserialize, Serialize};
use synaptiq_domain::knowledge::{Document, FileError};
use utoipa::ToSchema;

use crate::{
    fault::{Code, Fault},
    words::{CodeWord, DocumentStatusWord},
};

/// The most files of a request (contract § 11).
pub const MAX_FILES: usize = 20;

/// A document of the knowledge base, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Document)]
pub struct DocumentRecord {
    /// Its id.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
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
    #[schema(format = "date-time", example = "2026-04-01T14:30:00.000Z")]
    pub created_at: String,
    /// When it last changed.
    #[schema(format = "date-time")]
    pub updated_at: String,
}

impl From<&Document> for DocumentRecord {
    fn from(document: &Document) -> Self {
        let Document { id, title, label, status, content: _, passage_count, created_at, updated_at } = document;
        Self {
            id: id.uuid(),
            title: title.clone(),
            r#type: label.clone(),
            status: status.as_str(),
            passage_count: *passage_count,
            created_at: created_at.rfc3339_millis(),
            updated_at: updated_at.rfc3339_millis(),
        }
    }
}

/// One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocumentAnswer {
    /// The document.
    pub document: DocumentRecord,
}

impl From<&Document> for DocumentAnswer {
    fn from(document: &Document) -> Self {
        Self { document: document.into() }
    }
}

/// Every document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocumentList {
    /// Newest first.
    pub documents: Vec<DocumentRecord>,
}

impl From<&[Document]> for DocumentList {
    fn from(documents: &[Document]) -> Self {
        Self { documents: documents.iter().map(DocumentRecord::from).collect() }
    }
}

/// What became of each file, in the order in which they were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UploadAnswer {
    /// One outcome for each file.
    pub documents: Vec<FileOutcome>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum FileOutcome {
    /// A document.
    Stored(StoredFile),
    /// Nothing.
    Refused(RefusedFile),
}

/// A file that became a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoredFile {
    /// The document.
    #[serde(flatten)]
    pub document: DocumentRecord,
    /// The file's name.
    #[schema(example = "product-faq.md")]
    pub filename: String,
}

/// A file that became nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedFile {
    /// The file's name.
    #[schema(example = "brochure.pdf")]
    pub filename: String,
    /// Always `failed`.
    #[schema(example = "failed")]
    pub status: &'static str,
    /// Why, for people.
    #[schema(example = "brochure.pdf is a PDF document, which is not read yet; send its text as TXT or MD")]
    pub error: String,
    /// Why, for programs.
    #[schema(value_type = CodeWord)]
    pub code: &'static str,
}

impl FileOutcome {
    /// The outcome of a file by its name.
    pub fn of(filename: String, outcome: Result<&Document, &Fault>) -> Self {
        match outcome {
            Ok(document) => Self::Stored(StoredFile { document: document.into(), filename }),
            Err(fault) => Self::Refused(RefusedFile {
                filename,
                status: "failed",
                error: fault.message.clone(),
                code: fault.code.as_str(),
            }),
        }
    }
}

/// The fault of one file; its sentence begins with the file's name.
pub fn file_fault(filename: &str, error: &FileError) -> Fault {
    let code = match error {
        FileError::FileTooLarge | FileError::TextTooLarge => Code::PayloadTooLarge,
        FileError::NotReadYet(_) | FileError::UnknownKind | FileError::NotText => Code::UnsupportedMediaType,
        FileError::Field(..) => Code::InvalidRequest,
    };
    match error {
        FileError::Field(field, _) if *field != "content" => {
            Fault::new(code, format!("{field} {error}")).with_param(*field)
        }
        _ => Fault::new(code, format!("{filename} {error}")).with_param(filename),
    }
}

/// The fault of a request none of whose files became a document: what they have in common, else a
/// wrong request. Each file's reason is in the sentence.
pub fn no_file_stored(faults: &[&Fault]) -> Fault {
    let mut sentence: Vec<&str> = faults.iter().map(|fault| &*fault.message).collect();
    sentence.dedup();
    let (first, rest) = faults.split_first().expect("there is at least one file");
    let code = if rest.iter().all(|fault| fault.code == first.code) { first.code } else { Code::InvalidRequest };
    let param = if rest.is_empty() { first.param.clone() } else { None };
    Fault::new(code, sentence.join("; ")).with_param(param.unwrap_or_else(|| "file".to_owned()))
}

/// The form of an upload, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DocumentUpload)]
#[expect(dead_code, reason = "described, and read part by part by the server")]
pub struct UploadForm {
    /// TXT or MD files in UTF-8, at most 20, each at most 10 MiB and 5 MB of text. The field's name
    /// does not matter: every part with a file name is a file.
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1, max_items = 20)]
    file: Vec<String>,
    /// A document's title, 1 to 200 characters: the first belongs to the first file, and so on. A
    /// file without one is titled by its name.
    #[schema(min_length = 1, max_length = 200)]
    title: Option<Vec<String>>,
    /// A free label of 1 to 50 characters for all files; `text` or `markdown` where nothing is said.
    #[schema(max_length = 50)]
    r#type: Option<String>,
}

/// What adding answers: a document for JSON, and one outcome for each file for a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum AddedAnswer {
    /// Of JSON.
    Document(DocumentAnswer),
    /// Of a form.
    Files(UploadAnswer),
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::text::TextError;

    use super::*;
    use crate::samples;

    #[test]
    fn documents_print_without_their_text() {
        let printed = json!({
            "id": "00000000-0000-0000-0000-000000000006", "title": "Plans", "type": "faq", "status": "ready", "passageCount": 1,
            "createdAt": "2026-04-01T09:00:00.000Z", "updatedAt": "2026-04-01T09:00:00.000Z",
        });
        samples::assert_prints(&DocumentAnswer::from(&samples::document()), &json!({"document": printed}));
        samples::assert_prints(&DocumentList::from(&[samples::document()][..]), &json!({"documents": [printed]}));
    }

    #[test]
    fn each_file_has_an_outcome_of_its_own() {
        let document = samples::document();
        let fault = file_fault("a.pdf", &FileError::NotReadYet("PDF"));
        let documents = vec![
            FileOutcome::of("plans.md".to_owned(), Ok(&document)),
            FileOutcome::of("a.pdf".to_owned(), Err(&fault)),
        ];
        samples::assert_prints(
            &UploadAnswer { documents },
            &json!({"documents": [
                {
                    "id": "00000000-0000-0000-0000-000000000006", "title": "Plans", "type": "faq", "status": "ready",
                    "passageCount": 1, "createdAt": "2026-04-01T09:00:00.000Z", "updatedAt": "2026-04-01T09:00:00.000Z",
                    "filename": "plans.md",
                },
                {
                    "filename": "a.pdf", "status": "failed",
                    "error": "a.pdf is a PDF document, which is not read yet; send its text as TXT or MD",
                    "code": "unsupported_media_type",
                },
            ]}),
        );
    }

    #[test]
    fn a_refused_file_is_named_and_so_is_a_field_at_fault() {
        for (error, status, param) in [
            (FileError::FileTooLarge, 413, "a.txt"),
            (FileError::TextTooLarge, 413, "a.txt"),
            (FileError::NotReadYet("DOCX"), 415, "a.txt"),
            (FileError::UnknownKind, 415, "a.txt"),
            (FileError::NotText, 415, "a.txt"),
            (FileError::Field("content", TextError::Empty), 400, "a.txt"),
            (FileError::Field("title", TextError::Empty), 400, "title"),
        ] {
            let fault = file_fault("a.txt", &error);
            assert_eq!((fault.status, fault.param.as_deref()), (status, Some(param)), "{error}");
            assert!(fault.message.starts_with(param), "{}", fault.message);
        }
    }

    #[test]
    fn where_no_file_is_stored_the_answer_is_what_all_refusals_have_in_common() {
        let [pdf, docx] = ["PDF", "DOCX"].map(|kind| file_fault(kind, &FileError::NotReadYet(kind)));
        let large = file_fault("large.txt", &FileError::FileTooLarge);
        let alone = no_file_stored(&[&large]);
        assert_eq!((alone.status, alone.param.as_deref()), (413, Some("large.txt")));
        assert_eq!(no_file_stored(&[&pdf, &docx]).status, 415);
        let mixed = no_file_stored(&[&pdf, &large]);
        assert_eq!((mixed.status, mixed.code, mixed.param.as_deref()), (400, Code::InvalidRequest, Some("file")));
        assert!(mixed.message.contains("PDF is a PDF") && mixed.message.contains("; large.txt is larger"));
    }
}
