//! What callers send to create or change a lead in app.

use serde::Deserialize;
use synaptiq_domain::{
    lead::{Contact, LeadDraft, LeadPatch, LeadSource, Score},
    money::JsonMap,
    text::{Email, Phone},
};
use utoipa::ToSchema;

use crate::{
    app::lead::Status,
    field::{FieldError, Fields},
    lead::{MAX_NAME, MAX_URL, tags, utm},
    words::{AppLeadStatusWord, LeadSourceWord, TagText},
};

/// Reads the body of a creation. Name and e-mail must be there.
pub fn read_draft(body: &JsonMap) -> Result<LeadDraft, FieldError> {
    let fields = Fields::of_body(body);
    let name = |field| fields.optional(field, |given| given.bounded(MAX_NAME));
    let contact = Contact {
        name: Some(fields.required("name", |given| given.bounded(MAX_NAME))?),
        email: Some(fields.required("email", |given| given.parsed(Email::parse))?),
        phone: fields.optional("phone", |given| given.parsed(Phone::parse))?,
        company: name("company")?,
        title: name("title")?,
    };
    Ok(LeadDraft {
        contact,
        tags: fields.optional("tags", |given| tags(&given))?.unwrap_or_default(),
        custom_fields: JsonMap::new(),
        metadata: fields.optional("metadata", |given| given.free_data())?.unwrap_or_default(),
        source_url: fields.optional("sourceUrl", |given| given.bounded(MAX_URL))?,
        utm: fields.optional("utm", |given| utm(&given))?.unwrap_or_default(),
        source: fields.optional("source", |given| given.one_of(&LeadSource::ALL, LeadSource::as_str))?,
    })
}

/// Reads the body of a change. What is absent stays, `null` clears.
pub fn read_patch(body: &JsonMap) -> Result<LeadPatch, FieldError> {
    let fields = Fields::of_body(body);
    let name = |field| fields.nullable(field, |given| given.bounded(MAX_NAME));
    Ok(LeadPatch {
        email: fields.nullable("email", |given| given.parsed(Email::parse))?,
        phone: fields.nullable("phone", |given| given.parsed(Phone::parse))?,
        name: name("name")?,
        company: name("company")?,
        title: name("title")?,
        tags: fields.nullable("tags", |given| tags(&given))?.map(Option::unwrap_or_default),
        custom_fields: JsonMap::new(),
        metadata: fields.present("metadata", |given| given.free_data())?.unwrap_or_default(),
        status: fields.nullable("status", |given| given.one_of(&Status::ALL, Status::as_str).map(Status::wanted))?,
        score: fields.nullable("qualificationScore", |given| given.integer(0..=100).map(Score::clamped))?,
        // How a score is made up is shown and changed in v1.
        adjustments: None,
        archived: fields.present("archived", |given| given.boolean())?,
        estimated_deal_size: fields.nullable("estimatedDealSize", |given| given.money())?,
        assigned_to: fields.nullable("assignedTo", |given| given.id())?,
    })
}

/// The body of a creation, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LeadCreate)]
#[expect(dead_code, reason = "described, and read field by field by `read_draft`")]
pub struct LeadCreateBody {
    /// The person's name.
    #[schema(
        max_length = 200,
        pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        example = "Jane Smith"
    )]
    name: String,
    /// A valid address. A lead that has it already takes what is given: the answer is then 200.
    #[schema(format = "email", max_length = 254, example = "jane@example.com")]
    email: String,
    /// At least 5 digits.
    #[schema(max_length = 50, pattern = r"^(?:[-+./()# \u00a0extEXT]*[0-9]){5,20}[-+./()# \u00a0extEXT]*$")]
    phone: Option<String>,
    /// Their company.
    #[schema(
        max_length = 200,
        pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        example = "Acme Corp"
    )]
    company: Option<String>,
    /// Your own data: at most 16 KiB, nested at most 8 deep. v1's `customFields` are kept apart.
    #[schema(value_type = Option<Object>)]
    metadata: Option<JsonMap>,
    /// Their job.
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    title: Option<String>,
    /// Labels of 1 to 50 characters.
    #[schema(value_type = Option<Vec<TagText>>, max_items = 100)]
    tags: Option<Vec<String>>,
    /// The first page they wrote from.
    #[schema(max_length = 2000, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    source_url: Option<String>,
    /// The campaign that brought them.
    utm: Option<UtmBody>,
    /// `chat`, `api`, `import` or `form`; `api` where nothing is said.
    #[schema(value_type = Option<LeadSourceWord>)]
    source: Option<String>,
}

/// The campaign that brought a lead.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = UtmCreate)]
#[expect(dead_code, reason = "described, and read field by field by `read_draft`")]
pub struct UtmBody {
    /// `utm_source`
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    source: Option<String>,
    /// `utm_medium`
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    medium: Option<String>,
    /// `utm_campaign`
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    campaign: Option<String>,
    /// `utm_term`
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    term: Option<String>,
    /// `utm_content`
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    content: Option<String>,
}

/// The body of a change, for the published description. What is absent stays, `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LeadPatch)]
#[expect(dead_code, reason = "described, and read field by field by `read_patch`")]
pub struct LeadPatchBody {
    /// `new`, `qualifying`, `qualified`, `booked`, `disqualified` or `nurturing`. A status set by hand
    /// stays until it is cleared.
    #[schema(value_type = Option<AppLeadStatusWord>)]
    status: Option<String>,
    /// A score set by hand stays until it is cleared.
    #[schema(maximum = 100, example = 92)]
    qualification_score: Option<u8>,
    /// The person's name.
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    name: Option<String>,
    /// An address that another lead has is a conflict.
    #[schema(format = "email", max_length = 254)]
    email: Option<String>,
    /// The phone number.
    #[schema(max_length = 50, pattern = r"^(?:[-+./()# \u00a0extEXT]*[0-9]){5,20}[-+./()# \u00a0extEXT]*$")]
    phone: Option<String>,
    /// Their company.
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    company: Option<String>,
    /// Their job.
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    title: Option<String>,
    /// Replaces the labels.
    #[schema(value_type = Option<Vec<TagText>>, max_items = 100)]
    tags: Option<Vec<String>>,
    /// Merged by key; a key that is `null` is removed.
    #[schema(value_type = Option<Object>, nullable = false)]
    metadata: Option<JsonMap>,
    /// Hides the lead from lists, or shows it again.
    #[schema(nullable = false)]
    archived: Option<bool>,
    /// The deal in sight, in units of the tenant's currency.
    #[schema(minimum = 0, maximum = 10_000_000_000_000_f64)]
    estimated_deal_size: Option<f64>,
    /// A member's id.
    assigned_to: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use synaptiq_domain::{
        id::Id,
        lead::{LeadStatus, Tag, Utm},
        money::Money,
    };

    use super::*;

    fn draft(body: &Value) -> Result<LeadDraft, FieldError> {
        read_draft(body.as_object().expect("an object"))
    }

    fn patch(body: &Value) -> Result<LeadPatch, FieldError> {
        read_patch(body.as_object().expect("an object"))
    }

    #[test]
    fn a_whole_creation_is_read() {
        let read = draft(&json!({
            "name": " Jane Smith ", "email": "Jane@Example.com", "phone": "+44 20 7946 0018", "company": "Acme Corp",
            "metadata": {"crm": 7}, "title": "CTO", "tags": ["a"], "sourceUrl": "/x", "utm": {"source": "s"}, "source": "form",
            "customFields": 7, "status": "booked", "unknown": true,
        }))
        .expect("complete");
        assert_eq!(
            read,
            LeadDraft {
                contact: Contact {
                    email: Some(Email::parse("Jane@Example.com").expect("valid")),
                    phone: Some(Phone::parse("+44 20 7946 0018").expect("valid")),
                    name: Some("Jane Smith".to_owned()),
                    company: Some("Acme Corp".to_owned()),
                    title: Some("CTO".to_owned()),
                },
                tags: vec![Tag::parse("a").expect("valid")],
                custom_fields: JsonMap::new(),
                metadata: json!({"crm": 7}).as_object().expect("an object").clone(),
                source_url: Some("/x".to_owned()),
                utm: Utm { source: Some("s".to_owned()), ..Utm::default() },
                source: Some(LeadSource::Form),
            }
        );
        let longest = json!({
            "name": "x".repeat(200), "email": "a@b.io", "phone": format!("{}{}", "1".repeat(20), "-".repeat(30)),
            "company": "é".repeat(200), "metadata": null,
        });
        assert!(draft(&longest).is_ok(), "the documented bounds are inclusive");
    }

    #[test]
    fn i1_a_wrong_field_of_a_creation_is_named() {
        let with = |field: &str, value: Value| {
            let mut body = json!({"name": "Ada", "email": "a@b.io"});
            body[field] = value;
            body
        };
        for (body, param) in [
            (json!({}), "name"),
            (json!({"name": "Ada"}), "email"),
            (json!({"email": "a@b.io"}), "name"),
            (json!({"name": "Ada", "phone": "+1-555-0234"}), "email"),
            (with("name", json!(null)), "name"),
            (with("name", json!(" ")), "name"),
            (with("name", json!("x".repeat(201))), "name"),
            (with("name", json!(7)), "name"),
            (with("email", json!(null)), "email"),
            (with("email", json!("jane@")), "email"),
            (with("phone", json!("1".repeat(51))), "phone"),
            (with("phone", json!("call me")), "phone"),
            (with("company", json!("x".repeat(201))), "company"),
            (with("company", json!("")), "company"),
            (with("metadata", json!([])), "metadata"),
            (with("metadata", json!("{}")), "metadata"),
            (with("metadata", json!({"a": "x".repeat(17_000)})), "metadata"),
            (with("title", json!({})), "title"),
            (with("tags", json!(["a", 1])), "tags[1]"),
            (with("sourceUrl", json!(1)), "sourceUrl"),
            (with("utm", json!({"term": 1})), "utm.term"),
            (with("source", json!("fax")), "source"),
        ] {
            assert_eq!(draft(&body).expect_err("wrong").param, param, "{body}");
        }
    }

    #[test]
    fn a_change_tells_absent_null_and_a_value_apart() {
        assert_eq!(patch(&json!({})), Ok(LeadPatch::default()));
        let read = patch(&json!({
            "email": "a@b.io", "phone": null, "name": null, "tags": ["b"], "metadata": {"a": null}, "status": "disqualified",
            "qualificationScore": null, "archived": true, "estimatedDealSize": 1234.5,
            "assignedTo": "00000000-0000-0000-0000-000000000005", "customFields": {"x": 1}, "score": 7,
        }))
        .expect("complete");
        assert_eq!(
            read,
            LeadPatch {
                email: Some(Some(Email::parse("a@b.io").expect("valid"))),
                phone: Some(None),
                name: Some(None),
                company: None,
                title: None,
                tags: Some(vec![Tag::parse("b").expect("valid")]),
                custom_fields: JsonMap::new(),
                metadata: json!({"a": null}).as_object().expect("an object").clone(),
                status: Some(Some(Status::Disqualified.wanted())),
                score: Some(None),
                adjustments: None,
                archived: Some(true),
                estimated_deal_size: Some(Some(Money::from_minor(123_450))),
                assigned_to: Some(Some(Id::from_bits(5))),
            }
        );
        let wanted = patch(&json!({"status": "booked", "qualificationScore": 92})).expect("the source's sample");
        assert_eq!(wanted.status.flatten().map(|wanted| wanted.status), Some(LeadStatus::Booked));
        assert_eq!(wanted.score, Some(Score::new(92)));
    }

    #[test]
    fn i1_a_wrong_field_of_a_change_is_named() {
        for (body, param) in [
            (json!({"status": "contacted"}), "status"),
            (json!({"status": "hot"}), "status"),
            (json!({"status": 1}), "status"),
            (json!({"qualificationScore": 101}), "qualificationScore"),
            (json!({"qualificationScore": "70"}), "qualificationScore"),
            (json!({"qualificationScore": 70.5}), "qualificationScore"),
            (json!({"name": ""}), "name"),
            (json!({"email": "x"}), "email"),
            (json!({"phone": 1}), "phone"),
            (json!({"company": "x".repeat(201)}), "company"),
            (json!({"metadata": null}), "metadata"),
            (json!({"archived": null}), "archived"),
            (json!({"estimatedDealSize": -1}), "estimatedDealSize"),
            (json!({"assignedTo": 5}), "assignedTo"),
        ] {
            assert_eq!(patch(&body).expect_err("wrong").param, param, "{body}");
        }
    }
}
