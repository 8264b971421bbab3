//! A lead as v1 prints it, in lists, alone and in webhooks.

use serde::Serialize;
use serde_json::Number;
use synaptiq_domain::{
    lead::{Contact, Lead, Tag, Utm},
    money::JsonMap,
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::{
    number::major_units,
    words::{LeadSourceWord, LeadStatusWord},
};

/// A lead.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Lead)]
pub struct LeadRecord {
    /// Its id.
    #[schema(example = "lead_01HQ3VXK9BWMN4F6T2P8R5GYSC")]
    pub id: String,
    /// The e-mail address as given; unique without case.
    #[schema(example = "maria.garcia@cloudsoft.io")]
    pub email: Option<String>,
    /// The person's name.
    pub name: Option<String>,
    /// Their company.
    pub company: Option<String>,
    /// Their job.
    pub title: Option<String>,
    /// The phone number as given.
    pub phone: Option<String>,
    /// `new`, `qualifying`, `qualified`, `contacted`, `booked`, `converted`, `nurturing`, `disqualified` or `lost`.
    #[schema(value_type = LeadStatusWord)]
    pub status: &'static str,
    /// How likely they are to buy, 0–100.
    #[schema(maximum = 100, example = 87)]
    pub score: u8,
    /// Where the lead came from: `chat`, `api`, `import` or `form`.
    #[schema(value_type = LeadSourceWord)]
    pub source: &'static str,
    /// Labels.
    pub tags: Vec<String>,
    /// The caller's own data.
    #[schema(value_type = Object)]
    pub custom_fields: JsonMap,
    /// The first page they wrote from.
    pub source_url: Option<String>,
    /// The campaign that brought them.
    pub utm: UtmRecord,
    /// When they first reached qualified or anything beyond it.
    #[schema(format = "date-time")]
    pub qualified_at: Option<String>,
    /// Why they qualified.
    pub qualification_reason: Option<String>,
    /// Why they were disqualified.
    pub disqualification_reason: Option<String>,
    /// The deal in sight, in units of the tenant's currency.
    #[schema(value_type = Option<f64>, example = 30000)]
    pub estimated_deal_size: Option<Number>,
    /// The member they are assigned to.
    pub assigned_to: Option<String>,
    /// Whether lists hide the lead.
    pub archived: bool,
    /// Their first conversation, or when the lead was created.
    #[schema(format = "date-time")]
    pub first_seen_at: String,
    /// Their last message.
    #[schema(format = "date-time")]
    pub last_active_at: String,
    /// When the lead was created.
    #[schema(format = "date-time")]
    pub created_at: String,
    /// When it last changed.
    #[schema(format = "date-time")]
    pub updated_at: String,
}

/// The campaign that brought a visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Utm)]
pub struct UtmRecord {
    /// `utm_source`
    pub source: Option<String>,
    /// `utm_medium`
    pub medium: Option<String>,
    /// `utm_campaign`
    pub campaign: Option<String>,
    /// `utm_term`
    pub term: Option<String>,
    /// `utm_content`
    pub content: Option<String>,
}

impl From<&Utm> for UtmRecord {
    fn from(utm: &Utm) -> Self {
        let Utm { source, medium, campaign, term, content } = utm;
        Self {
            source: source.clone(),
            medium: medium.clone(),
            campaign: campaign.clone(),
            term: term.clone(),
            content: content.clone(),
        }
    }
}

impl From<&Lead> for LeadRecord {
    fn from(lead: &Lead) -> Self {
        let Lead {
            id,
            version: _,
            contact: Contact { email, phone, name, company, title },
            status,
            // How the status and the score came about is told by the detail's breakdown.
            status_by_hand: _,
            status_history: _,
            score,
            score_override: _,
            adjustments: _,
            source,
            source_url,
            utm,
            // For figures alone.
            first_conversation: _,
            tags,
            custom_fields,
            // app's free data and syrus' first message are theirs alone.
            metadata: _,
            archived,
            first_message: _,
            estimated_deal_size,
            qualification_reason,
            disqualification_reason,
            qualified_at,
            assigned_to,
            // An absorbed lead is never printed: its id answers with the survivor.
            merged_into: _,
            first_seen_at,
            last_active_at,
            created_at,
            updated_at,
            erased_at: _,
        } = lead;
        Self {
            id: id.prefixed(),
            email: email.as_ref().map(|email| email.as_str().to_owned()),
            name: name.clone(),
            company: company.clone(),
            title: title.clone(),
            phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
            status: status.as_str(),
            score: score.get(),
            source: source.as_str(),
            tags: tags.iter().map(Tag::as_str).map(str::to_owned).collect(),
            custom_fields: custom_fields.clone(),
            source_url: source_url.clone(),
            utm: utm.into(),
            qualified_at: qualified_at.map(Timestamp::rfc3339_millis),
            qualification_reason: qualification_reason.clone(),
            disqualification_reason: disqualification_reason.clone(),
            estimated_deal_size: estimated_deal_size.map(major_units),
            assigned_to: assigned_to.map(crate::id::v1),
            archived: *archived,
            first_seen_at: first_seen_at.rfc3339_millis(),
            last_active_at: last_active_at.rfc3339_millis(),
            created_at: created_at.rfc3339_millis(),
            updated_at: updated_at.rfc3339_millis(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn a_lead_prints_every_documented_field() {
        let record = LeadRecord::from(&samples::lead());
        samples::assert_prints(
            &record,
            &json!({
                "id": "lead_00000000000000000000000001",
                "email": "ada@example.com",
                "name": "Ada Byron",
                "company": "Engines Ltd",
                "title": "Head of Sales",
                "phone": "+44 20 7946 0018",
                "status": "qualified",
                "score": 82,
                "source": "chat",
                "tags": ["inbound", "saas"],
                "customFields": {"teamSize": "100-250", "industry": "Machines"},
                "sourceUrl": "/pricing",
                "utm": {"source": "newsletter", "medium": null, "campaign": "spring", "term": null, "content": null},
                "qualifiedAt": "2026-04-01T09:20:00.000Z",
                "qualificationReason": "budget “we have 30k” (+25)",
                "disqualificationReason": null,
                "estimatedDealSize": 30_000,
                "assignedTo": "usr_00000000000000000000000005",
                "archived": false,
                "firstSeenAt": "2026-04-01T09:15:00.000Z",
                "lastActiveAt": "2026-04-01T09:20:00.000Z",
                "createdAt": "2026-04-01T09:15:30.250Z",
                "updatedAt": "2026-04-01T09:20:00.000Z",
            }),
        );
    }

    #[test]
    fn what_is_not_known_is_null() {
        let mut lead = samples::lead();
        lead.contact = Contact { email: lead.contact.email, ..Contact::default() };
        lead.estimated_deal_size = None;
        lead.qualified_at = None;
        let printed = serde_json::to_value(LeadRecord::from(&lead)).expect("prints");
        for field in ["name", "company", "title", "phone", "estimatedDealSize", "qualifiedAt"] {
            assert_eq!(printed[field], json!(null), "{field}");
        }
    }
}
