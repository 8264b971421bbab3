//! A lead as syrus prints it, in lists and alone.

use serde::Serialize;
use synaptiq_domain::{
    lead::{Contact, Lead, Utm},
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::syrus::conversation::ConversationDetail;

/// A lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Lead)]
pub struct LeadRecord {
    /// Its id.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
    pub id: String,
    /// The person's name.
    #[schema(example = "Mario Rossi")]
    pub name: Option<String>,
    /// The e-mail address as given.
    #[schema(example = "mario@acme.it")]
    pub email: Option<String>,
    /// The phone number as given.
    #[schema(example = "+390612345678")]
    pub phone: Option<String>,
    /// Their company.
    pub company: Option<String>,
    /// Their job.
    pub title: Option<String>,
    /// The visitor's first message.
    pub message: Option<String>,
    /// Whether they have ever qualified.
    pub qualified: bool,
    /// How likely they are to buy, 0–100.
    #[schema(maximum = 100, example = 95)]
    pub qualification_score: u8,
    /// When they first qualified.
    #[schema(format = "date-time")]
    pub qualified_at: Option<String>,
    /// The first page they wrote from.
    #[schema(example = "https://client.tld/contatti")]
    pub source_url: Option<String>,
    /// `utm_source` of that page.
    pub utm_source: Option<String>,
    /// `utm_campaign` of that page.
    pub utm_campaign: Option<String>,
    /// When the lead was created.
    #[schema(format = "date-time", example = "2026-04-19T12:34:56Z")]
    pub created_at: String,
    /// When it last changed.
    #[schema(format = "date-time")]
    pub updated_at: String,
}

/// A lead with what was said.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeadDetail {
    /// The lead.
    #[serde(flatten)]
    pub lead: LeadRecord,
    /// Their latest conversation with its messages; null for a lead who never chatted.
    pub conversation: Option<ConversationDetail>,
}

impl From<&Lead> for LeadRecord {
    fn from(lead: &Lead) -> Self {
        let Lead {
            id,
            version: _,
            contact: Contact { email, phone, name, company, title },
            // Of the status syrus tells whether it was ever qualified, and of the score the sum.
            status: _,
            status_by_hand: _,
            status_history: _,
            score,
            score_override: _,
            adjustments: _,
            source: _,
            source_url,
            utm: Utm { source: utm_source, campaign: utm_campaign, medium: _, term: _, content: _ },
            // For figures alone.
            first_conversation: _,
            // The other dialects' own data.
            tags: _,
            custom_fields: _,
            metadata: _,
            archived: _,
            first_message,
            estimated_deal_size: _,
            qualification_reason: _,
            disqualification_reason: _,
            qualified_at,
            assigned_to: _,
            // An absorbed lead is never printed: its id answers with the survivor.
            merged_into: _,
            first_seen_at: _,
            last_active_at: _,
            created_at,
            updated_at,
            erased_at: _,
        } = lead;
        Self {
            id: crate::id::uuid(*id),
            name: name.clone(),
            email: email.as_ref().map(|email| email.as_str().to_owned()),
            phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
            company: company.clone(),
            title: title.clone(),
            message: first_message.clone(),
            qualified: qualified_at.is_some(),
            qualification_score: score.get(),
            qualified_at: qualified_at.map(Timestamp::rfc3339_seconds),
            source_url: source_url.clone(),
            utm_source: utm_source.clone(),
            utm_campaign: utm_campaign.clone(),
            created_at: created_at.rfc3339_seconds(),
            updated_at: updated_at.rfc3339_seconds(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::lead::LeadStatus;

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
                "message": "What does Pro cost?",
                "qualified": true,
                "qualification_score": 82,
                "qualified_at": "2026-04-01T09:20:00Z",
                "source_url": "/pricing",
                "utm_source": "newsletter",
                "utm_campaign": "spring",
                "created_at": "2026-04-01T09:15:30Z",
                "updated_at": "2026-04-01T09:20:00Z",
            }),
        );
    }

    #[test]
    fn qualified_means_ever_whatever_the_status_is_now() {
        for status in LeadStatus::ALL {
            let ever = Lead { status, ..samples::lead() };
            let never = Lead { qualified_at: None, ..ever.clone() };
            assert!(LeadRecord::from(&ever).qualified, "{status:?}");
            assert!(!LeadRecord::from(&never).qualified, "{status:?}");
        }
    }

    #[test]
    fn a_lead_who_never_chatted_has_no_conversation() {
        let detail = LeadDetail { lead: (&samples::lead()).into(), conversation: None };
        let printed = serde_json::to_value(detail).expect("prints");
        assert_eq!(printed["conversation"], json!(null));
        assert_eq!(printed["email"], "ada@example.com");
    }
}
