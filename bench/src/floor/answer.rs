//! Answers of the same fields and about the same length as the product's. JSON that the database
//! has as text goes out as it is.

use serde::{Deserialize, Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::rows::{EvidenceRow, LeadRow};

/// What the product prints of a score that nobody has moved.
const BREAKDOWN: &str = r#"{"score":0,"threshold":60,"criteria":[{"name":"budget","weight":25,"grade":0,"points":0,"evidence":[]},{"name":"authority","weight":20,"grade":0,"points":0,"evidence":[]},{"name":"need","weight":30,"grade":0,"points":0,"evidence":[]},{"name":"timeline","weight":25,"grade":0,"points":0,"evidence":[]}],"adjustments":[],"signals":[],"override":null}"#;

/// A lead.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LeadAnswer<'a> {
    id: Prefixed<'a>,
    email: Option<&'a str>,
    name: Option<&'a str>,
    company: Option<&'a str>,
    title: Option<&'a str>,
    phone: Option<&'a str>,
    status: &'a str,
    score: i64,
    source: &'a str,
    #[serde(serialize_with = "as_it_is")]
    tags: &'a str,
    #[serde(serialize_with = "as_it_is")]
    custom_fields: &'a str,
    source_url: Option<&'a str>,
    #[serde(serialize_with = "utm_of")]
    utm: &'a str,
    qualified_at: Option<Instant>,
    qualification_reason: Option<&'a str>,
    disqualification_reason: Option<&'a str>,
    estimated_deal_size: Option<i64>,
    assigned_to: Option<&'a str>,
    archived: bool,
    first_seen_at: Instant,
    last_active_at: Instant,
    created_at: Instant,
    updated_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_breakdown: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Vec<Piece<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversations: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Piece<'a> {
    conversation_id: &'a str,
    message_id: &'a str,
    topic: &'a str,
    quote: &'a str,
}

struct Prefixed<'a>(&'a str);

impl Serialize for Prefixed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("lead_{}", self.0))
    }
}

struct Instant(i64);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nanoseconds = i128::from(self.0 / 1_000) * 1_000_000;
        let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map_err(S::Error::custom)?;
        serializer.serialize_str(&time.format(&Rfc3339).map_err(S::Error::custom)?)
    }
}

fn as_it_is<S: Serializer>(json: &&str, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<&RawValue>(json).map_err(S::Error::custom)?.serialize(serializer)
}

/// The campaign within what brought a lead.
fn utm_of<S: Serializer>(attribution: &&str, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Deserialize)]
    struct Attribution<'a> {
        #[serde(borrow)]
        utm: &'a RawValue,
    }
    serde_json::from_str::<Attribution<'_>>(attribution).map_err(S::Error::custom)?.utm.serialize(serializer)
}

impl<'a> LeadAnswer<'a> {
    /// The lead alone.
    pub(super) fn bare(lead: &'a LeadRow) -> Self {
        Self {
            id: Prefixed(&lead.id),
            email: lead.email.as_deref(),
            name: lead.name.as_deref(),
            company: lead.company.as_deref(),
            title: lead.title.as_deref(),
            phone: lead.phone.as_deref(),
            status: &lead.status,
            score: lead.score,
            source: &lead.source,
            tags: &lead.tags,
            custom_fields: &lead.custom_fields,
            source_url: lead.source_url.as_deref(),
            utm: &lead.attribution,
            qualified_at: lead.qualified_at.map(Instant),
            qualification_reason: lead.qualification_reason.as_deref(),
            disqualification_reason: lead.disqualification_reason.as_deref(),
            estimated_deal_size: lead.estimated_deal_size,
            assigned_to: lead.assigned_to.as_deref(),
            archived: lead.archived,
            first_seen_at: Instant(lead.first_seen_at),
            last_active_at: Instant(lead.last_active_at),
            created_at: Instant(lead.created_at),
            updated_at: Instant(lead.updated_at),
            score_breakdown: None,
            evidence: None,
            conversations: None,
        }
    }

    /// The lead with what its score comes from.
    pub(super) fn detail(lead: &'a LeadRow, evidence: &'a [EvidenceRow], conversations: usize) -> Self {
        let evidence = evidence.iter().map(|EvidenceRow { conversation_id, message_id, topic, quote, .. }| Piece {
            conversation_id,
            message_id,
            topic,
            quote,
        });
        Self {
            score_breakdown: serde_json::from_str(BREAKDOWN).ok(),
            evidence: Some(evidence.collect()),
            conversations: Some(conversations),
            ..Self::bare(lead)
        }
    }
}
