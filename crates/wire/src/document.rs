//! A document of the knowledge base as text in a JSON body: every dialect takes it alike.

use serde::Deserialize;
use synaptiq_domain::{knowledge::DocumentDraft, money::JsonMap};
use utoipa::ToSchema;

use crate::field::{FieldError, Fields};

/// Reads `{title, content, type?}`.
pub fn read_draft(body: &JsonMap) -> Result<DocumentDraft, FieldError> {
    let fields = Fields::of_body(body);
    let title = fields.required("title", |given| given.text())?;
    let content = fields.required("content", |given| given.text())?;
    let label = fields.optional("type", |given| given.text())?;
    DocumentDraft::parse(title, label, content).map_err(|(field, error)| fields.error(field, error.to_string()))
}

/// The body of a creation, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DocumentCreate)]
#[expect(dead_code, reason = "described, and read field by field by `read_draft`")]
pub struct DocumentCreateBody {
    /// Its title.
    #[schema(
        max_length = 200,
        pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        example = "Product FAQ"
    )]
    title: String,
    /// Its text: plain, Markdown, or `Q:` and `A:` lines; at most 5 MB.
    #[schema(
        pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        example = "Q: What does Pro cost?\nA: $149 a month."
    )]
    content: String,
    /// A free label of 1 to 50 characters; `text` where nothing is said.
    #[schema(
        max_length = 50,
        pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        example = "faq"
    )]
    r#type: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn i1_every_wrong_field_is_named() {
        let draft = |body: &Value| read_draft(body.as_object().expect("an object"));
        for (field, wrong) in [
            ("title", json!(null)),
            ("title", json!("")),
            ("title", json!("x".repeat(201))),
            ("content", json!(null)),
            ("content", json!(" ")),
            ("content", json!(7)),
            ("type", json!("x".repeat(51))),
            ("type", json!([])),
        ] {
            let mut body = json!({"title": "t", "content": "c"});
            body[field] = wrong.clone();
            assert_eq!(draft(&body).expect_err("wrong").param, field, "{wrong}");
        }
        let read = draft(&json!({"title": "t", "content": "c"})).expect("complete");
        assert_eq!(read, DocumentDraft { title: "t".to_owned(), label: "text".to_owned(), content: "c".to_owned() });
    }
}
