//! What callers send to create or change a lead in v1.

use serde::Deserialize;
use synaptiq_domain::{
    lead::{Contact, LeadDraft, LeadPatch, LeadSource, LeadStatus, Score, WantedStatus},
    money::JsonMap,
    qualification::Adjustment,
    text::{Email, Phone},
};
use utoipa::ToSchema;

use crate::{
    field::{FieldError, Fields, Given},
    lead::{MAX_NAME, MAX_URL, tags, utm},
    words::{LeadSourceWord, LeadStatusWord, TagText},
};

/// Reads the body of a creation. At least one of e-mail and phone must be there.
pub fn read_draft(body: &JsonMap) -> Result<LeadDraft, FieldError> {
    read_draft_fields(&Fields::of_body(body))
}

pub(super) fn read_draft_fields(fields: &Fields<'_>) -> Result<LeadDraft, FieldError> {
    let name = |field| fields.optional(field, |given| given.bounded(MAX_NAME));
    let contact = Contact {
        email: fields.optional("email", |given| given.parsed(Email::parse))?,
        phone: fields.optional("phone", |given| given.parsed(Phone::parse))?,
        name: name("name")?,
        company: name("company")?,
        title: name("title")?,
    };
    if contact.email.is_none() && contact.phone.is_none() {
        return Err(fields.error("email", "is required where there is no phone"));
    }
    Ok(LeadDraft {
        contact,
        tags: fields.optional("tags", |given| tags(&given))?.unwrap_or_default(),
        custom_fields: fields.optional("customFields", |given| given.free_data())?.unwrap_or_default(),
        metadata: JsonMap::new(),
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
        custom_fields: fields.present("customFields", |given| given.free_data())?.unwrap_or_default(),
        metadata: JsonMap::new(),
        status: fields
            .nullable("status", |given| given.one_of(&LeadStatus::ALL, LeadStatus::as_str).map(WantedStatus::from))?,
        score: fields.nullable("score", |given| given.integer(0..=100).map(Score::clamped))?,
        adjustments: fields.nullable("adjustments", |given| adjustments(&given))?.map(Option::unwrap_or_default),
        archived: fields.present("archived", |given| given.boolean())?,
        estimated_deal_size: fields.nullable("estimatedDealSize", |given| given.money())?,
        assigned_to: fields.nullable("assignedTo", |given| given.id())?,
    })
}

fn adjustments(given: &Given<'_>) -> Result<Vec<Adjustment>, FieldError> {
    given.array_of(20, |item| {
        let fields = item.object()?;
        let points = fields.required("points", |given| given.integer(-100..=100))?;
        Ok(Adjustment {
            reason: fields.required("reason", |given| given.bounded(200))?,
            points: i8::try_from(points).expect("−100 to 100 fit into i8"),
        })
    })
}

/// The body of a creation, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LeadCreate)]
#[expect(dead_code, reason = "described, and read field by field by `read_draft`")]
pub struct LeadCreateBody {
    /// A valid address. Required where there is no phone.
    #[schema(format = "email", max_length = 254, example = "maria.garcia@cloudsoft.io")]
    email: Option<String>,
    /// 5 to 20 digits. Required where there is no e-mail.
    #[schema(
        max_length = 50,
        pattern = r"^(?:[-+./()# \u00a0extEXT]*[0-9]){5,20}[-+./()# \u00a0extEXT]*$",
        example = "+1-555-0234"
    )]
    phone: Option<String>,
    /// The person's name.
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    name: Option<String>,
    /// Their company.
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    company: Option<String>,
    /// Their job.
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    title: Option<String>,
    /// Labels of 1 to 50 characters.
    #[schema(value_type = Option<Vec<TagText>>, max_items = 100)]
    tags: Option<Vec<String>>,
    /// Your own data: at most 16 KiB, nested at most 8 deep.
    #[schema(value_type = Option<Object>)]
    custom_fields: Option<JsonMap>,
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
    /// An address that another lead has is a conflict.
    #[schema(format = "email", max_length = 254)]
    email: Option<String>,
    /// The phone number.
    #[schema(max_length = 50, pattern = r"^(?:[-+./()# \u00a0extEXT]*[0-9]){5,20}[-+./()# \u00a0extEXT]*$")]
    phone: Option<String>,
    /// The person's name.
    #[schema(max_length = 200, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    name: Option<String>,
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
    custom_fields: Option<JsonMap>,
    /// A status set by hand stays until it is cleared.
    #[schema(value_type = Option<LeadStatusWord>)]
    status: Option<String>,
    /// A score set by hand stays until it is cleared.
    #[schema(maximum = 100)]
    score: Option<u8>,
    /// Replaces the points that people added or took away.
    #[schema(max_items = 20)]
    adjustments: Option<Vec<AdjustmentBody>>,
    /// Hides the lead from lists, or shows it again.
    #[schema(nullable = false)]
    archived: Option<bool>,
    /// The deal in sight, in units of the tenant's currency.
    #[schema(minimum = 0, maximum = 10_000_000_000_000_f64)]
    estimated_deal_size: Option<f64>,
    /// A member's id.
    assigned_to: Option<String>,
}

/// Points that a person added or took away.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Adjustment)]
#[expect(dead_code, reason = "described, and read field by field by `read_patch`")]
pub struct AdjustmentBody {
    /// Why.
    #[schema(
        max_length = 200,
        pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        example = "met at the fair"
    )]
    reason: String,
    /// How many.
    #[schema(minimum = -100, maximum = 100, example = 10)]
    points: i8,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use synaptiq_domain::{
        id::Id,
        lead::{Tag, Utm},
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
            "email": "Ada@Example.com", "name": " Ada ", "company": "Engines", "title": "CTO", "phone": "+44 20 7946 0018",
            "tags": ["a", "b"], "customFields": {"n": 1}, "sourceUrl": "/x", "utm": {"source": "s"}, "source": "form",
            "status": 7, "unknown": true,
        }))
        .expect("complete");
        assert_eq!(
            read,
            LeadDraft {
                contact: Contact {
                    email: Some(Email::parse("Ada@Example.com").expect("valid")),
                    phone: Some(Phone::parse("+44 20 7946 0018").expect("valid")),
                    name: Some("Ada".to_owned()),
                    company: Some("Engines".to_owned()),
                    title: Some("CTO".to_owned()),
                },
                tags: vec![Tag::parse("a").expect("valid"), Tag::parse("b").expect("valid")],
                custom_fields: json!({"n": 1}).as_object().expect("an object").clone(),
                metadata: JsonMap::new(),
                source_url: Some("/x".to_owned()),
                utm: Utm { source: Some("s".to_owned()), ..Utm::default() },
                source: Some(LeadSource::Form),
            }
        );
        assert!(draft(&json!({"phone": "+1-555-0234", "email": null})).is_ok(), "a phone alone is enough");
    }

    #[test]
    fn i1_a_wrong_field_of_a_creation_is_named() {
        for (body, param) in [
            (json!({}), "email"),
            (json!({"name": "Ada"}), "email"),
            (json!({"email": "ada"}), "email"),
            (json!({"email": 7}), "email"),
            (json!({"email": ["a@b.io"]}), "email"),
            (json!({"phone": "call me"}), "phone"),
            (json!({"email": "a@b.io", "name": ""}), "name"),
            (json!({"email": "a@b.io", "name": "x".repeat(201)}), "name"),
            (json!({"email": "a@b.io", "company": {}}), "company"),
            (json!({"email": "a@b.io", "title": 1}), "title"),
            (json!({"email": "a@b.io", "tags": "a"}), "tags"),
            (json!({"email": "a@b.io", "tags": ["a", ""]}), "tags[1]"),
            (json!({"email": "a@b.io", "tags": vec!["a"; 101]}), "tags"),
            (json!({"email": "a@b.io", "customFields": []}), "customFields"),
            (json!({"email": "a@b.io", "sourceUrl": 1}), "sourceUrl"),
            (json!({"email": "a@b.io", "utm": "x"}), "utm"),
            (json!({"email": "a@b.io", "utm": {"term": 1}}), "utm.term"),
            (json!({"email": "a@b.io", "source": "fax"}), "source"),
        ] {
            assert_eq!(draft(&body).expect_err("wrong").param, param, "{body}");
        }
    }

    #[test]
    fn a_change_tells_absent_null_and_a_value_apart() {
        assert_eq!(patch(&json!({})), Ok(LeadPatch::default()));
        let read = patch(&json!({
            "email": null, "phone": "+1-555-0234", "name": null, "tags": null, "customFields": {"a": null}, "status": null,
            "score": 70, "archived": true, "estimatedDealSize": 1234.5, "assignedTo": "usr_00000000000000000000000005",
            "adjustments": [{"reason": "fair", "points": -5}],
        }))
        .expect("complete");
        assert_eq!(
            read,
            LeadPatch {
                email: Some(None),
                phone: Some(Some(Phone::parse("+1-555-0234").expect("valid"))),
                name: Some(None),
                company: None,
                title: None,
                tags: Some(Vec::new()),
                custom_fields: json!({"a": null}).as_object().expect("an object").clone(),
                metadata: JsonMap::new(),
                status: Some(None),
                score: Some(Score::new(70)),
                adjustments: Some(vec![Adjustment { reason: "fair".to_owned(), points: -5 }]),
                archived: Some(true),
                estimated_deal_size: Some(Some(Money::from_minor(123_450))),
                assigned_to: Some(Some(Id::from_bits(5))),
            }
        );
    }

    #[test]
    fn i1_a_wrong_field_of_a_change_is_named() {
        for (body, param) in [
            (json!({"email": "x"}), "email"),
            (json!({"phone": 1}), "phone"),
            (json!({"status": "hot"}), "status"),
            (json!({"status": 1}), "status"),
            (json!({"score": 101}), "score"),
            (json!({"score": -1}), "score"),
            (json!({"score": "70"}), "score"),
            (json!({"score": 70.5}), "score"),
            (json!({"archived": null}), "archived"),
            (json!({"archived": "yes"}), "archived"),
            (json!({"customFields": null}), "customFields"),
            (json!({"estimatedDealSize": -1}), "estimatedDealSize"),
            (json!({"estimatedDealSize": "1"}), "estimatedDealSize"),
            (json!({"assignedTo": 5}), "assignedTo"),
            (json!({"adjustments": [{"points": 1}]}), "adjustments[0].reason"),
            (json!({"adjustments": [{"reason": "x", "points": 101}]}), "adjustments[0].points"),
        ] {
            assert_eq!(patch(&body).expect_err("wrong").param, param, "{body}");
        }
    }
}
