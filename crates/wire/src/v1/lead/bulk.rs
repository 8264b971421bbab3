//! Many leads in one request: each row has its own outcome.

use serde::{Deserialize, Serialize};
use synaptiq_domain::{
    lead::{Lead, LeadDraft},
    money::JsonMap,
};
use utoipa::ToSchema;

use crate::{
    fault::Fault,
    field::{FieldError, Fields},
    v1::lead::{LeadCreateBody, LeadRecord, read_body::read_draft_fields},
    words::CodeWord,
};

/// The most rows of one request.
pub const MAX_BULK_ROWS: usize = 1_000;

/// Reads `{"leads":[…]}`. A body of another shape is an error as a whole; a row that is wrong is an
/// outcome of its own, whose error names `leads[3].email`.
pub fn read_bulk(body: &JsonMap) -> Result<Vec<Result<LeadDraft, FieldError>>, FieldError> {
    let fields = Fields::of_body(body);
    let rows = fields.required("leads", |given| given.items(MAX_BULK_ROWS))?;
    if rows.is_empty() {
        return Err(fields.error("leads", "must have at least 1 item"));
    }
    Ok(rows.iter().map(|row| row.object().and_then(|fields| read_draft_fields(&fields))).collect())
}

/// The body of a bulk request, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LeadBulk)]
#[expect(dead_code, reason = "described, and read row by row by `read_bulk`")]
pub struct BulkRequestBody {
    /// 1 to 1,000 leads.
    #[schema(min_items = 1, max_items = 1000)]
    leads: Vec<LeadCreateBody>,
}

/// What became of every row, in the order of the request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BulkAnswer {
    /// One outcome for each row.
    pub results: Vec<BulkRow>,
    /// How many leads were created.
    pub created: usize,
    /// How many were merged into a lead with the same e-mail.
    pub merged: usize,
    /// How many rows failed.
    pub failed: usize,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BulkRow {
    /// The row, from 0.
    pub index: usize,
    /// What became of it.
    pub status: BulkRowStatus,
    /// The lead's id, unless the row failed.
    pub id: Option<String>,
    /// The lead, unless the row failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadRecord>,
    /// Why the row failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<BulkError>,
}

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BulkRowStatus {
    /// A lead was created.
    Created,
    /// A lead with this e-mail was there and has been updated.
    Merged,
    /// Nothing happened.
    Error,
}

/// Why a row failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BulkRowError)]
pub struct BulkError {
    /// A word for programs.
    #[schema(value_type = CodeWord)]
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
    /// The field at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
}

impl BulkRow {
    /// A row that became a new lead.
    pub fn created(index: usize, lead: &Lead) -> Self {
        Self::done(index, BulkRowStatus::Created, lead)
    }

    /// A row that was merged into a lead that was there.
    pub fn merged(index: usize, lead: &Lead) -> Self {
        Self::done(index, BulkRowStatus::Merged, lead)
    }

    fn done(index: usize, status: BulkRowStatus, lead: &Lead) -> Self {
        Self { index, status, id: Some(lead.id.prefixed()), lead: Some(lead.into()), error: None }
    }

    /// A row that changed nothing.
    pub fn failed(index: usize, fault: Fault) -> Self {
        let Fault { status: _, code, message, param, existing, retry_after: _ } = fault;
        Self {
            index,
            status: BulkRowStatus::Error,
            id: existing.map(crate::id::v1),
            lead: None,
            error: Some(BulkError { code: code.as_str(), message, param }),
        }
    }
}

impl From<Vec<BulkRow>> for BulkAnswer {
    fn from(results: Vec<BulkRow>) -> Self {
        let count = |status| results.iter().filter(|row| row.status == status).count();
        Self {
            created: count(BulkRowStatus::Created),
            merged: count(BulkRowStatus::Merged),
            failed: count(BulkRowStatus::Error),
            results,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::samples;

    fn read(body: &Value) -> Result<Vec<Result<LeadDraft, FieldError>>, FieldError> {
        read_bulk(body.as_object().expect("an object"))
    }

    #[test]
    fn a_wrong_row_is_an_outcome_and_names_its_field() {
        let rows = read(&json!({"leads": [{"email": "a@b.io"}, {"email": "x"}, 7, {}]})).expect("a list of rows");
        let params: Vec<_> = rows.iter().map(|row| row.as_ref().err().map(|error| error.param.as_str())).collect();
        assert_eq!(params, [None, Some("leads[1].email"), Some("leads[2]"), Some("leads[3].email")]);
    }

    #[test]
    fn i1_a_body_of_another_shape_is_refused_as_a_whole() {
        let many: Vec<Value> = (0..=MAX_BULK_ROWS).map(|_| json!({"phone": "12345"})).collect();
        for body in
            [json!({}), json!({"leads": null}), json!({"leads": {}}), json!({"leads": []}), json!({"leads": many})]
        {
            assert_eq!(read(&body).expect_err("wrong").param, "leads");
        }
        assert!(read(&json!({"leads": many[1..]})).is_ok(), "1,000 rows");
    }

    #[test]
    fn the_answer_counts_and_names_every_row() {
        let wrong = Fault::from(FieldError::new("leads[2].email", "must be a string"));
        let answer = BulkAnswer::from(vec![
            BulkRow::created(0, &samples::lead()),
            BulkRow::merged(1, &samples::lead()),
            BulkRow::failed(2, wrong),
        ]);
        let lead = serde_json::to_value(LeadRecord::from(&samples::lead())).expect("prints");
        samples::assert_prints(
            &answer,
            &json!({
                "results": [
                    {"index": 0, "status": "created", "id": "lead_00000000000000000000000001", "lead": lead},
                    {"index": 1, "status": "merged", "id": "lead_00000000000000000000000001", "lead": lead},
                    {"index": 2, "status": "error", "id": null, "error": {
                        "code": "invalid_request", "message": "leads[2].email must be a string", "param": "leads[2].email",
                    }},
                ],
                "created": 1,
                "merged": 1,
                "failed": 1,
            }),
        );
    }
}
