//! The one way to write: every part of a unit of work, in the order of what refers to what.

use synaptiq_domain::{access::TenantScope, changes::Changes};

use super::{
    Connection, Outcome, access, activity, conversations, counters, erasure, evidence, knowledge, leads, messages,
    receipts, visits, webhooks,
};

/// Writes everything. Whoever calls takes all of it back if any of it fails.
pub(crate) fn write(conn: &mut Connection, scope: TenantScope, changes: &Changes) -> Outcome<()> {
    let Changes {
        tenants,
        assistants,
        members,
        keys,
        leads: changed_leads,
        conversations: changed_conversations,
        merges,
        messages: new_messages,
        evidence: new_evidence,
        documents,
        passages,
        endpoints,
        visits: seen,
        events: new_events,
        deliveries,
        erasures,
        receipt,
    } = changes;
    let (data, content) = (scope.data().ulid(), scope.content().ulid());
    access::write_tenants(conn, tenants)?;
    access::write_assistants(conn, &content, assistants)?;
    access::write_members(conn, &content, members)?;
    access::write_keys(conn, keys)?;
    leads::write(conn, &data, changed_leads)?;
    conversations::write(conn, &data, changed_conversations)?;
    messages::add(conn, &data, new_messages)?;
    evidence::add(conn, &data, new_evidence)?;
    counters::add(conn, &data, &changes.counter_deltas())?;
    let counted: Vec<String> = changed_conversations
        .iter()
        .filter_map(|change| change.after().map(|conversation| conversation.id.ulid()))
        .collect();
    for merge in merges {
        leads::merge(conn, &data, merge, &counted)?;
    }
    for change in changed_leads {
        if let (Some(gone), None) = (change.before(), change.after()) {
            leads::forget(conn, &data, gone.id, &counted)?;
        }
    }
    if !(documents.is_empty() && passages.is_empty()) {
        knowledge::raise_generation(conn, &content)?;
    }
    knowledge::write(conn, &content, documents)?;
    knowledge::add_passages(conn, &content, passages)?;
    webhooks::write_endpoints(conn, &data, endpoints)?;
    let visitors = visits::note(conn, &data, seen)?;
    counters::add(conn, &data, &visitors)?;
    activity::add(conn, &data, new_events)?;
    webhooks::write_deliveries(conn, &data, deliveries)?;
    for part in erasures {
        erasure::empty(conn, &data, part)?;
    }
    if let Some(receipt) = receipt {
        receipts::write(conn, &data, receipt)?;
    }
    if changes.raises_generation() {
        access::raise_generation(conn)?;
    }
    Ok(())
}
