//! A lead as app prints it (contract § 6): a UUID, six statuses, and app's own free data.

use serde::Serialize;
use serde_json::Number;
use synaptiq_domain::{
    lead::{Contact, Lead, Tag, Utm},
    money::JsonMap,
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::{
    app::lead::status_word,
    number::major_units,
    words::{AppLeadStatusWord, LeadSourceWord},
};

/// A lead.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Lead)]
pub struct LeadRecord {
    /// Its id.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
    pub id: String,
    /// The person's name.
    #[schema(example = "Jane Smith")]
    pub name: Option<String>,
    /// The e-mail address as given.
    #[schema(example = "jane@example.com")]
    pub email: Option<String>,
    /// The phone number as given.
    pub phone: Option<String>,
    /// Their company.
    #[schema(example = "Acme Corp")]
    pub company: Option<String>,
    /// Their job.
    pub title: Option<String>,
    /// `new`, `qualifying`, `qualified`, `booked`, `disqualified` or `nurturing`.
    #[schema(value_type = AppLeadStatusWord)]
    pub status: &'static str,
    /// How likely they are to buy, 0–100.
    #[schema(maximum = 100, example = 78)]
    pub qualification_score: u8,
    /// Where the lead came from: `chat`, `api`, `import` or `form`.
    #[schema(value_type = LeadSourceWord)]
    pub source: &'static str,
    /// Labels.
    pub tags: Vec<String>,
    /// The first page they wrote from.
    pub source_url: Option<String>,
    /// The campaign that brought them.
    pub utm: UtmRecord,
    /// The deal in sight, in units of the tenant's currency.
    #[schema(value_type = Option<f64>)]
    pub estimated_deal_size: Option<Number>,
    /// Your own data; v1's `customFields` are kept apart.
    #[schema(value_type = Object)]
    pub metadata: JsonMap,
    /// When they first reached qualified or anything beyond it.
    #[schema(format = "date-time")]
    pub qualified_at: Option<String>,
    /// Why they qualified.
    pub qualification_reason: Option<String>,
    /// Why they were disqualified.
    pub disqualification_reason: Option<String>,
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
    #[schema(format = "date-time", example = "2026-04-01T14:30:00.000Z")]
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
            // v1's free data and syrus' first message are theirs alone.
            custom_fields: _,
            metadata,
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
            id: id.uuid(),
            name: name.clone(),
            email: email.as_ref().map(|email| email.as_str().to_owned()),
            phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
            company: company.clone(),
            title: title.clone(),
            status: status_word(*status),
            qualification_score: score.get(),
            source: source.as_str(),
            tags: tags.iter().map(Tag::as_str).map(str::to_owned).collect(),
            source_url: source_url.clone(),
            utm: utm.into(),
            estimated_deal_size: estimated_deal_size.map(major_units),
            metadata: metadata.clone(),
            qualified_at: qualified_at.map(Timestamp::rfc3339_millis),
            qualification_reason: qualification_reason.clone(),
            disqualification_reason: disqualification_reason.clone(),
            assigned_to: assigned_to.map(crate::id::uuid),
            archived: *archived,
            first_seen_at: first_seen_at.rfc3339_millis(),
            last_active_at: last_active_at.rfc3339_millis(),
            created_at: created_at.rfc3339_millis(),
            updated_at: updated_at.rfc3339_millis(),
        }
    }
}

/// The answer about one lead.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeadAnswer {
    /// The lead.
    pub lead: LeadRecord,
}

impl From<&Lead> for LeadAnswer {
    fn from(lead: &Lead) -> Self {
        Self { lead: lead.into() }
    }
}

/// One part of the list of leads.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeadsAnswer {
    /// The leads, newest first.
    pub leads: Vec<LeadRecord>,
}

impl From<&[Lead]> for LeadsAnswer {
    fn from(leads: &[Lead]) -> Self {
        Self { leads: leads.iter().map(LeadRecord::from).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn a_lead_prints_every_documented_field() {
        samples::assert_prints(
            &LeadRecord::from(&samples::lead()),
            &json!({
                "id": "00000000-0000-0000-0000-000000000001",
                "name": "Ada Byron",
                "email": "ada@example.com",
                "phone": "+44 20 7946 0018",
                "company": "Engines Ltd",
                "title": "Head of Sales",
                "status": "qualified",
                "qualificationScore": 82,
                "source": "chat",
                "tags": ["inbound", "saas"],
                "sourceUrl": "/pricing",
                "utm": {"source": "newsletter", "medium": null, "campaign": "spring", "term": null, "content": null},
                "estimatedDealSize": 30_000,
                "metadata": {"crm": 7},
                "qualifiedAt": "2026-04-01T09:20:00.000Z",
                "qualificationReason": "budget “we have 30k” (+25)",
                "disqualificationReason": null,
                "assignedTo": "00000000-0000-0000-0000-000000000005",
                "archived": false,
                "firstSeenAt": "2026-04-01T09:15:00.000Z",
                "lastActiveAt": "2026-04-01T09:20:00.000Z",
                "createdAt": "2026-04-01T09:15:30.250Z",
                "updatedAt": "2026-04-01T09:20:00.000Z",
            }),
        );
    }
}
