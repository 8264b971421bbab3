//! Leads: rows, reads and writes. The other half of `ports/store/leads.rs`.

use std::collections::HashSet;

use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use synaptiq_domain::{
    access::TenantScope,
    changes::Change,
    history::{RecordOutcome, Refusal},
    id::Id,
    lead::{Contact, FirstConversation, Lead, LeadMerge, LeadQuery, LeadSort, ScoreOverride, SpokeWith, Utm},
    money::Money,
    paging::{Page, Position},
    ports::store::{LeadFile, LeadKey},
    qualification::Adjustment,
    time::Timestamp,
};

use super::{
    Connection, Fault, Outcome, codec, conversations, dialect, evidence, meetings,
    paging::{Part, in_order},
    schema::{conversations as talks, events, leads},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = leads, primary_key(tenant_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct LeadRow {
    tenant_id: String,
    id: String,
    version: i64,
    email: Option<String>,
    email_folded: Option<String>,
    phone: Option<String>,
    name: Option<String>,
    company: Option<String>,
    title: Option<String>,
    search_text: String,
    status: String,
    status_history: String,
    score: i64,
    overrides: String,
    source: String,
    source_url: Option<String>,
    attribution: String,
    tags: String,
    custom_fields: String,
    metadata: String,
    archived: bool,
    first_message: Option<String>,
    estimated_deal_size: Option<i64>,
    qualification_reason: Option<String>,
    disqualification_reason: Option<String>,
    qualified_at: Option<i64>,
    assigned_to: Option<String>,
    merged_into: Option<String>,
    first_seen_at: i64,
    last_active_at: i64,
    created_at: i64,
    updated_at: i64,
}

/// What people set, in one column: a table has at most 32.
#[derive(Serialize, Deserialize)]
struct Overrides {
    status_by_hand: bool,
    score: Option<ScoreOverride>,
    adjustments: Vec<Adjustment>,
    /// When the lead was emptied, in microseconds. Indexed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    erased_at: Option<i64>,
}

/// What brought a lead, in one column for the same reason.
#[derive(Serialize, Deserialize)]
pub(super) struct Attribution {
    pub(super) utm: Utm,
    pub(super) first_conversation: Option<FirstConversation>,
}

impl LeadRow {
    fn of(tenant: &str, lead: &Lead, version: i64) -> Outcome<Self> {
        let Lead {
            id,
            version: _,
            contact: Contact { email, phone, name, company, title },
            status,
            status_by_hand,
            status_history,
            score,
            score_override,
            adjustments,
            source,
            source_url,
            utm,
            first_conversation,
            tags,
            custom_fields,
            metadata,
            archived,
            first_message,
            estimated_deal_size,
            qualification_reason,
            disqualification_reason,
            qualified_at,
            assigned_to,
            merged_into,
            first_seen_at,
            last_active_at,
            created_at,
            updated_at,
            erased_at,
        } = lead;
        let overrides = Overrides {
            status_by_hand: *status_by_hand,
            score: *score_override,
            adjustments: adjustments.clone(),
            erased_at: erased_at.map(Timestamp::micros),
        };
        let attribution = Attribution { utm: utm.clone(), first_conversation: *first_conversation };
        Ok(Self {
            tenant_id: tenant.to_owned(),
            id: id.ulid(),
            version,
            email: email.as_ref().map(|email| email.as_str().to_owned()),
            email_folded: address(lead),
            phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
            name: name.clone(),
            company: company.clone(),
            title: title.clone(),
            search_text: lead.search_text(),
            status: status.as_str().to_owned(),
            status_history: codec::to_json("leads.status_history", status_history)?,
            score: i64::from(score.get()),
            overrides: codec::to_json("leads.overrides", &overrides)?,
            source: source.as_str().to_owned(),
            source_url: source_url.clone(),
            attribution: codec::to_json("leads.attribution", &attribution)?,
            tags: codec::to_json("leads.tags", tags)?,
            custom_fields: codec::to_json("leads.custom_fields", custom_fields)?,
            metadata: codec::to_json("leads.metadata", metadata)?,
            archived: *archived,
            first_message: first_message.clone(),
            estimated_deal_size: estimated_deal_size.map(Money::minor),
            qualification_reason: qualification_reason.clone(),
            disqualification_reason: disqualification_reason.clone(),
            qualified_at: qualified_at.map(Timestamp::micros),
            assigned_to: assigned_to.map(Id::ulid),
            merged_into: merged_into.map(Id::ulid),
            first_seen_at: first_seen_at.micros(),
            last_active_at: last_active_at.micros(),
            created_at: created_at.micros(),
            updated_at: updated_at.micros(),
        })
    }

    pub(super) fn lead(self) -> Outcome<Lead> {
        let overrides: Overrides = codec::json("leads.overrides", &self.overrides)?;
        let attribution: Attribution = codec::json("leads.attribution", &self.attribution)?;
        Ok(Lead {
            id: codec::id("leads.id", &self.id)?,
            version: codec::number("leads.version", self.version)?,
            contact: Contact {
                email: codec::maybe_word("leads.email", self.email.as_deref())?,
                phone: codec::maybe_word("leads.phone", self.phone.as_deref())?,
                name: self.name,
                company: self.company,
                title: self.title,
            },
            status: codec::word("leads.status", &self.status)?,
            status_by_hand: overrides.status_by_hand,
            status_history: codec::json("leads.status_history", &self.status_history)?,
            score: codec::score("leads.score", self.score)?,
            score_override: overrides.score,
            adjustments: overrides.adjustments,
            source: codec::word("leads.source", &self.source)?,
            source_url: self.source_url,
            utm: attribution.utm,
            first_conversation: attribution.first_conversation,
            tags: codec::json("leads.tags", &self.tags)?,
            custom_fields: codec::json("leads.custom_fields", &self.custom_fields)?,
            metadata: codec::json("leads.metadata", &self.metadata)?,
            archived: self.archived,
            first_message: self.first_message,
            estimated_deal_size: self.estimated_deal_size.map(Money::from_minor),
            qualification_reason: self.qualification_reason,
            disqualification_reason: self.disqualification_reason,
            qualified_at: codec::maybe_instant(self.qualified_at),
            assigned_to: codec::maybe_id("leads.assigned_to", self.assigned_to.as_deref())?,
            merged_into: codec::maybe_id("leads.merged_into", self.merged_into.as_deref())?,
            first_seen_at: Timestamp::from_micros(self.first_seen_at),
            last_active_at: Timestamp::from_micros(self.last_active_at),
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            erased_at: codec::maybe_instant(overrides.erased_at),
        })
    }
}

/// The address that a lead holds against others: none once it is absorbed.
fn address(lead: &Lead) -> Option<String> {
    lead.contact.email.as_ref().filter(|_| lead.merged_into.is_none()).map(synaptiq_domain::text::Email::folded)
}

/// One lead with its evidence.
pub(crate) fn load(conn: &mut Connection, scope: TenantScope, key: &LeadKey) -> Outcome<Option<LeadFile>> {
    let found = match key {
        LeadKey::Id(id) => find(conn, scope, *id)?,
        LeadKey::Email(email) => leads::table
            .filter(leads::tenant_id.eq(scope.data().ulid()))
            .filter(leads::email_folded.eq(email.folded()))
            .select(LeadRow::as_select())
            .first(conn)
            .optional()?
            .map(LeadRow::lead)
            .transpose()?,
    };
    let Some(lead) = found else { return Ok(None) };
    let evidence = evidence::of_lead(conn, &scope.data().ulid(), &lead.id.ulid())?;
    Ok(Some(LeadFile { lead, evidence }))
}

/// One lead; the survivor where the id names an absorbed one.
pub(crate) fn find(conn: &mut Connection, scope: TenantScope, id: Id<Lead>) -> Outcome<Option<Lead>> {
    let tenant = scope.data().ulid();
    let mut wanted = id;
    // Survivors are absorbed in their turn; a ring, which no use case makes, ends the search.
    let mut seen = HashSet::new();
    while seen.insert(wanted) {
        let found = leads::table
            .find((&tenant, wanted.ulid()))
            .select(LeadRow::as_select())
            .first(conn)
            .optional()?
            .map(LeadRow::lead)
            .transpose()?;
        match found {
            Some(Lead { merged_into: Some(survivor), .. }) => wanted = survivor,
            found => return Ok(found),
        }
    }
    Ok(None)
}

/// A part of a list.
pub(crate) fn list(conn: &mut Connection, scope: TenantScope, query: &LeadQuery) -> Outcome<Page<Lead>> {
    let filtered = || filtered(scope, query);
    let part = Part::of(query.paging);
    let total: Option<i64> = if part.counts { Some(filtered()?.count().get_result(conn)?) } else { None };
    let rows: Vec<LeadRow> = match query.sort {
        LeadSort::CreatedAt => in_order!(filtered()?, part, query.order, leads::created_at, leads::id),
        LeadSort::UpdatedAt => in_order!(filtered()?, part, query.order, leads::updated_at, leads::id),
        LeadSort::Score => in_order!(filtered()?, part, query.order, leads::score, leads::id),
    }
    .select(LeadRow::as_select())
    .load(conn)?;
    let found = rows.into_iter().map(LeadRow::lead).collect::<Outcome<Vec<Lead>>>()?;
    part.page(found, total, |lead| Position::new(query.sort.value_of(lead), lead.id))
}

fn filtered(scope: TenantScope, query: &LeadQuery) -> Outcome<leads::BoxedQuery<'_, dialect::Backend>> {
    let mut rows =
        leads::table.filter(leads::tenant_id.eq(scope.data().ulid())).filter(leads::merged_into.is_null()).into_boxed();
    if !query.include_archived {
        rows = rows.filter(leads::archived.eq(false));
    }
    if !query.statuses.is_empty() {
        rows = rows.filter(leads::status.eq_any(query.statuses.iter().map(|status| status.as_str())));
    }
    if let Some(source) = query.source {
        rows = rows.filter(leads::source.eq(source.as_str()));
    }
    if let Some(email) = &query.email {
        rows = rows.filter(leads::email_folded.eq(email.folded()));
    }
    if let Some(tag) = &query.tag {
        // In canonical JSON a quote inside a label always follows a backslash, so that a comma or a
        // bracket right before a quote is always the beginning of a label.
        let label = codec::to_json("leads.tags", tag)?;
        let first = dialect::position_of(leads::tags, format!("[{label}")).gt(0);
        let later = dialect::position_of(leads::tags, format!(",{label}")).gt(0);
        rows = rows.filter(first.or(later));
    }
    for word in &query.words {
        rows = rows.filter(dialect::position_of(leads::search_text, word.as_str()).gt(0));
    }
    if let Some(score) = query.min_score {
        rows = rows.filter(leads::score.ge(i64::from(score.get())));
    }
    if let Some(at) = query.created_after {
        rows = rows.filter(leads::created_at.ge(at.micros()));
    }
    if let Some(at) = query.created_before {
        rows = rows.filter(leads::created_at.le(at.micros()));
    }
    if let Some(at) = query.updated_since {
        rows = rows.filter(leads::updated_at.ge(at.micros()));
    }
    match query.ever_qualified {
        Some(true) => rows = rows.filter(leads::qualified_at.is_not_null()),
        Some(false) => rows = rows.filter(leads::qualified_at.is_null()),
        None => {}
    }
    if let Some(SpokeWith { assistant, or_with_none }) = query.spoke_with {
        let theirs = || {
            talks::table
                .filter(talks::tenant_id.eq(scope.data().ulid()))
                .filter(talks::lead_id.eq(leads::id.nullable()))
        };
        let with_it = exists(theirs().filter(talks::assistant_id.eq(assistant.ulid())));
        rows = if or_with_none { rows.filter(with_it.or(not(exists(theirs())))) } else { rows.filter(with_it) };
    }
    Ok(rows)
}

/// Writes the changed leads. Deletions and freed addresses come first, so that one lead may take
/// the address of another in the same commit, in whichever order they are listed.
pub(super) fn write(conn: &mut Connection, tenant: &str, changes: &[Change<Lead>]) -> Outcome<()> {
    for change in changes {
        match (change.before(), change.after()) {
            (Some(before), None) => delete(conn, tenant, before)?,
            (Some(before), Some(after)) if address(before).is_some() && address(before) != address(after) => {
                diesel::update(leads::table.find((tenant, before.id.ulid())))
                    .set(leads::email_folded.eq(None::<String>))
                    .execute(conn)?;
            }
            _ => {}
        }
    }
    for change in changes {
        let Some(after) = change.after() else { continue };
        match change.before() {
            None => {
                diesel::insert_into(leads::table).values(LeadRow::of(tenant, after, 1)?).execute(conn)?;
            }
            Some(before) => {
                let version = codec::version(before.version);
                let stored = leads::table.find((tenant, before.id.ulid())).filter(leads::version.eq(version));
                let written = diesel::update(stored).set(LeadRow::of(tenant, after, version + 1)?).execute(conn)?;
                if written == 0 {
                    return Err(Fault::Stale);
                }
            }
        }
    }
    Ok(())
}

fn delete(conn: &mut Connection, tenant: &str, lead: &Lead) -> Outcome<()> {
    let stored = leads::table.find((tenant, lead.id.ulid())).filter(leads::version.eq(codec::version(lead.version)));
    if diesel::delete(stored).execute(conn)? == 0 { Err(Fault::Stale) } else { Ok(()) }
}

/// Repoints conversations and events of the absorbed lead to the survivor; evidence follows its
/// conversation. `counted` are the conversations whose versions this commit has raised already.
pub(super) fn merge(conn: &mut Connection, tenant: &str, merge: &LeadMerge, counted: &[String]) -> Outcome<()> {
    let (from, into) = (merge.from.ulid(), merge.into.ulid());
    let both: i64 = leads::table
        .filter(leads::tenant_id.eq(tenant))
        .filter(leads::id.eq_any([&from, &into]))
        .count()
        .get_result(conn)?;
    if both < if from == into { 1 } else { 2 } {
        return Err(Fault::Stale);
    }
    conversations::tie(conn, tenant, &from, Some(&into), counted)?;
    meetings::tie(conn, tenant, &from, &into)?;
    diesel::update(events::table.filter(events::tenant_id.eq(tenant)).filter(events::lead_id.eq(&from)))
        .set(events::lead_id.eq(&into))
        .execute(conn)?;
    Ok(())
}

/// What goes with a lead that is deleted: its evidence, its ties, and whoever it absorbed.
pub(super) fn forget(conn: &mut Connection, tenant: &str, lead: Id<Lead>, counted: &[String]) -> Outcome<()> {
    let lead = lead.ulid();
    evidence::delete_of_lead(conn, tenant, &lead)?;
    meetings::delete_of_lead(conn, tenant, &lead)?;
    conversations::tie(conn, tenant, &lead, None, counted)?;
    let mut absorbers = vec![lead];
    while let Some(absorber) = absorbers.pop() {
        let absorbed = leads::table.filter(leads::tenant_id.eq(tenant)).filter(leads::merged_into.eq(&absorber));
        let found: Vec<String> = absorbed.select(leads::id).load(conn)?;
        if !found.is_empty() {
            diesel::delete(absorbed).execute(conn)?;
            absorbers.extend(found);
        }
    }
    Ok(())
}

/// Adds a lead unless one with its id is there, or another lead holds its address.
pub(super) fn add_if_new(conn: &mut Connection, tenant: &str, lead: &Lead) -> Outcome<RecordOutcome> {
    let row = LeadRow::of(tenant, lead, 1)?;
    if diesel::insert_into(leads::table).values(row).on_conflict_do_nothing().execute(conn)? > 0 {
        return Ok(RecordOutcome::Added);
    }
    let there: Option<String> = leads::table.find((tenant, lead.id.ulid())).select(leads::id).first(conn).optional()?;
    if there.is_some() {
        return Ok(RecordOutcome::AlreadyThere);
    }
    let holder: String = leads::table
        .filter(leads::tenant_id.eq(tenant))
        .filter(leads::email_folded.eq(address(lead)))
        .select(leads::id)
        .first(conn)?;
    Ok(RecordOutcome::Refused(Refusal::EmailTaken(codec::id("leads.id", &holder)?)))
}

/// The leads after an id, in order of id, absorbed ones included.
pub(super) fn after(conn: &mut Connection, tenant: &str, after: &str, limit: i64) -> Outcome<Vec<Lead>> {
    let rows: Vec<LeadRow> = leads::table
        .filter(leads::tenant_id.eq(tenant))
        .filter(leads::id.gt(after))
        .order(leads::id.asc())
        .limit(limit)
        .select(LeadRow::as_select())
        .load(conn)?;
    rows.into_iter().map(LeadRow::lead).collect()
}

/// What a lead's row says of whose conversations it has and when the first one began.
pub(super) struct Ties {
    /// Who absorbed it.
    pub(super) merged_into: Option<Id<Lead>>,
    /// Its first conversation.
    pub(super) first_conversation: Option<FirstConversation>,
}

/// What is needed to tie a conversation to a lead, without reading all of the lead.
pub(super) fn ties(conn: &mut Connection, tenant: &str, lead: Id<Lead>) -> Outcome<Option<Ties>> {
    let found: Option<(Option<String>, String)> = leads::table
        .find((tenant, lead.ulid()))
        .select((leads::merged_into, leads::attribution))
        .first(conn)
        .optional()?;
    let Some((merged_into, attribution)) = found else { return Ok(None) };
    let attribution: Attribution = codec::json("leads.attribution", &attribution)?;
    Ok(Some(Ties {
        merged_into: codec::maybe_id("leads.merged_into", merged_into.as_deref())?,
        first_conversation: attribution.first_conversation,
    }))
}

/// A lead by its own id, absorbed or not.
pub(super) fn read(conn: &mut Connection, tenant: &str, lead: Id<Lead>) -> Outcome<Option<Lead>> {
    let found = leads::table.find((tenant, lead.ulid())).select(LeadRow::as_select()).first(conn).optional()?;
    found.map(LeadRow::lead).transpose()
}

/// Changes a lead that is there, raising its version.
pub(super) fn replace(conn: &mut Connection, tenant: &str, lead: &Lead) -> Outcome<()> {
    let row = LeadRow::of(tenant, lead, codec::version(lead.version) + 1)?;
    diesel::update(leads::table.find((tenant, lead.id.ulid()))).set(row).execute(conn)?;
    Ok(())
}
