//! The rows as the database has them, whole, as the product reads and writes them.

use diesel::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;
use ulid::Ulid;

use super::schema::{api_keys, conversations, events, evidence, leads, tenants};

/// What the product writes for a lead that no campaign and no conversation brought.
const NO_ATTRIBUTION: &str = "{\"utm\":{\"source\":null,\"medium\":null,\"campaign\":null,\"term\":null,\"content\":null},\
     \"first_conversation\":null}";

/// What a caller sends to create a lead.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Draft {
    pub(super) email: String,
    name: Option<String>,
    company: Option<String>,
    title: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    custom_fields: Option<Box<RawValue>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
#[expect(dead_code, reason = "read, as the product does")]
pub(super) struct KeyRow {
    tenant_id: String,
    id: String,
    kind: String,
    name: String,
    permissions: String,
    hash: Vec<u8>,
    tail: String,
    plan: Option<String>,
    created_at: i64,
    last_used_at: Option<i64>,
    pub(super) revoked_at: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tenants)]
#[expect(dead_code, reason = "read, as the product does")]
pub(super) struct TenantRow {
    pub(super) tenant_id: String,
    version: i64,
    name: String,
    sandbox_id: String,
    plan: String,
    is_default: bool,
    settings: String,
    created_at: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = evidence)]
#[expect(dead_code, reason = "read, as the product does")]
pub(super) struct EvidenceRow {
    tenant_id: String,
    pub(super) conversation_id: String,
    pub(super) message_id: String,
    pub(super) topic: String,
    grade: i64,
    pub(super) quote: String,
    at: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations)]
#[expect(dead_code, reason = "read, as the product does")]
pub(super) struct ConversationRow {
    tenant_id: String,
    id: String,
    version: i64,
    assistant_id: String,
    visitor: String,
    session_hash: Vec<u8>,
    lead_id: Option<String>,
    channel: String,
    status: String,
    handoff: Option<String>,
    assigned_to: Option<String>,
    subject: String,
    summary: String,
    intents: String,
    lead_score: i64,
    message_count: i64,
    responses: i64,
    response_millis: i64,
    was_handed_off: bool,
    language: Option<String>,
    facts: String,
    source_url: Option<String>,
    utm: String,
    first_message: Option<String>,
    metadata: String,
    started_at: i64,
    last_message_at: i64,
    ended_at: Option<i64>,
    created_at: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = leads, treat_none_as_default_value = false)]
pub(super) struct LeadRow {
    pub(super) tenant_id: String,
    pub(super) id: String,
    pub(super) version: i64,
    pub(super) email: Option<String>,
    pub(super) email_folded: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) name: Option<String>,
    pub(super) company: Option<String>,
    pub(super) title: Option<String>,
    pub(super) search_text: String,
    pub(super) status: String,
    pub(super) status_history: String,
    pub(super) score: i64,
    pub(super) overrides: String,
    pub(super) source: String,
    pub(super) source_url: Option<String>,
    pub(super) attribution: String,
    pub(super) tags: String,
    pub(super) custom_fields: String,
    pub(super) metadata: String,
    pub(super) archived: bool,
    pub(super) first_message: Option<String>,
    pub(super) estimated_deal_size: Option<i64>,
    pub(super) qualification_reason: Option<String>,
    pub(super) disqualification_reason: Option<String>,
    pub(super) qualified_at: Option<i64>,
    pub(super) assigned_to: Option<String>,
    pub(super) merged_into: Option<String>,
    pub(super) first_seen_at: i64,
    pub(super) last_active_at: i64,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
}

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub(super) struct EventRow {
    tenant_id: String,
    id: String,
    kind: &'static str,
    lead_id: Option<String>,
    conversation_id: Option<String>,
    description: String,
    facts: &'static str,
    at: i64,
}

/// Ids that rise in each worker as the product's do.
fn new_id(at: i64) -> String {
    thread_local! {
        static COUNTER: std::cell::Cell<u128> = std::cell::Cell::new(first_of_thread());
    }
    let random = COUNTER.with(|counter| counter.replace(counter.get() + 1));
    Ulid::from_parts(u64::try_from(at / 1_000).unwrap_or_default(), random).to_string()
}

/// Where a thread's ids begin: apart from every other thread's.
fn first_of_thread() -> u128 {
    use std::hash::{BuildHasher as _, Hasher as _, RandomState};
    u128::from(RandomState::new().build_hasher().finish())
}

impl LeadRow {
    /// A new lead of what was sent.
    pub(super) fn new(tenant: String, draft: Draft, at: i64) -> Self {
        let Draft { email, name, company, title, tags, custom_fields } = draft;
        let folded = email.to_lowercase();
        let words = [name.as_deref(), Some(&*email), company.as_deref()];
        let search_text = words.into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase();
        Self {
            tenant_id: tenant,
            id: new_id(at),
            version: 1,
            email: Some(email),
            email_folded: Some(folded),
            phone: None,
            name,
            company,
            title,
            search_text,
            status: "new".to_owned(),
            status_history: format!("[{{\"status\":\"new\",\"at\":{at}}}]"),
            score: 0,
            overrides: "{\"status_by_hand\":false,\"score\":null,\"adjustments\":[]}".to_owned(),
            source: "api".to_owned(),
            source_url: None,
            attribution: NO_ATTRIBUTION.to_owned(),
            tags: serde_json::to_string(&tags).expect("texts serialise"),
            custom_fields: custom_fields.map_or_else(|| "{}".to_owned(), |fields| fields.get().to_owned()),
            metadata: "{}".to_owned(),
            archived: false,
            first_message: None,
            estimated_deal_size: None,
            qualification_reason: None,
            disqualification_reason: None,
            qualified_at: None,
            assigned_to: None,
            merged_into: None,
            first_seen_at: at,
            last_active_at: at,
            created_at: at,
            updated_at: at,
        }
    }

    /// What is kept of the event of its creation.
    pub(super) fn created_event(&self) -> EventRow {
        let company = self.company.as_deref().unwrap_or("Acme");
        EventRow {
            tenant_id: self.tenant_id.clone(),
            id: new_id(self.created_at),
            kind: "lead.created",
            lead_id: Some(self.id.clone()),
            conversation_id: None,
            description: format!("New lead captured through the API: someone at {company}."),
            facts: r#"{"source":"api"}"#,
            at: self.created_at,
        }
    }
}
