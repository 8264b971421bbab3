//! Removing a person everywhere (security D6), asked for or because what they said is older than their
//! tenant keeps it (`docs/privacy.md`).
//!
//! Everything is emptied in commits of bounded size, and what a person is found by goes last: an erasure
//! that was cut short is completed by asking for it again. No event is told and no delivery is made.

use crate::{
    access::{Retention, SystemScope, TenantScope},
    changes::{Change, Changes},
    conversation::{Conversation, SessionHash, VisitorId},
    erasure::{Erased, Erasure, Person, PersonTraces, Trace},
    id::Id,
    lead::Lead,
    ports::StoreError,
    use_cases::{LaneKey, Recording, Services, UseCaseError, services::TRIES},
};

/// How many rows of a kind one commit empties at most: no unit holds the writer for long.
const PART: u32 = 50;
/// How many leads or conversations one round of retention empties at most in each tenant; the rest waits
/// for the next.
const A_ROUND: u32 = 100;

/// Removes a person everywhere and says what was removed; nothing, if nothing is known of them. When it
/// answers, no file of the store holds a byte of it.
pub async fn erase_person(
    services: &Services,
    system: SystemScope,
    scope: TenantScope,
    person: &Person,
    recording: Option<&Recording<'_, Erased>>,
) -> Result<Erased, UseCaseError> {
    let mut erased = Erased::default();
    let traces = services.store.find_person(scope, person).await?;
    erase(services, scope, &traces, &mut erased).await?;
    // What was on its way while the first round was made.
    erase(services, scope, &traces, &mut erased).await?;
    // A request that is asked again may be the rest of one that was cut short here.
    services.store.wipe(system).await?;
    if let Some(recording) = recording {
        let receipt = recording.answered(&erased, None, None, services.clock.now());
        services.store.commit(scope, Changes { receipt: Some(receipt), ..Changes::default() }).await?;
    }
    Ok(erased)
}

/// Empties what tenants keep no longer. `true` if anything was emptied. Visits are looked for where
/// `visits` says so: that reads all of them, and once an hour is enough.
pub async fn apply_retention(services: &Services, system: SystemScope, visits: bool) -> Result<bool, UseCaseError> {
    let mut erased = Erased::default();
    for tenant in services.store.list_tenants(system).await? {
        for scope in [TenantScope::live(tenant.id), TenantScope::sandbox(tenant.sandbox, tenant.id)] {
            retain(services, scope, tenant.settings.retention, visits, &mut erased).await?;
        }
    }
    Ok(!erased.is_nothing())
}

async fn retain(
    services: &Services,
    scope: TenantScope,
    retention: Retention,
    visits: bool,
    erased: &mut Erased,
) -> Result<(), UseCaseError> {
    let before = |days: u32| services.clock.now().plus(-time::Duration::days(i64::from(days)));
    if let Some(days) = retention.leads_after_days {
        for lead in services.store.leads_inactive_since(scope, before(days), A_ROUND).await? {
            let traces = services.store.find_person(scope, &Person::of_lead(lead)).await?;
            erase(services, scope, &traces, erased).await?;
        }
    }
    if let Some(days) = retention.conversations_after_days {
        for conversation in services.store.conversations_silent_since(scope, before(days), A_ROUND).await? {
            erase_conversation(services, scope, conversation, erased).await?;
        }
        if visits {
            erase_visits(services, scope, &Trace::VisitsBefore(before(days).day()), erased).await?;
        }
    }
    Ok(())
}

async fn erase(
    services: &Services,
    scope: TenantScope,
    traces: &PersonTraces,
    erased: &mut Erased,
) -> Result<(), UseCaseError> {
    let PersonTraces { leads, conversations, visitors } = traces;
    for visitor in visitors {
        erase_visits(services, scope, &Trace::Visitor(visitor.clone()), erased).await?;
    }
    for conversation in conversations {
        erase_conversation(services, scope, *conversation, erased).await?;
    }
    for lead in leads {
        erase_rows_of(services, scope, &Trace::Lead(*lead), erased).await?;
    }
    for lead in leads {
        erase_lead(services, scope, *lead, erased).await?;
    }
    Ok(())
}

/// Every visit gets a name of its own that says nothing: a visitor of a day stays one, and nothing ties
/// one day to another.
async fn erase_visits(
    services: &Services,
    scope: TenantScope,
    of: &Trace,
    erased: &mut Erased,
) -> Result<(), UseCaseError> {
    loop {
        let mut part = services.store.traces(scope, of, PART).await?;
        for visit in &mut part.visits {
            visit.renamed = VisitorId::erased(services.ids.next());
        }
        let is_rest = part.is_rest(PART);
        empty(services, scope, part, erased).await?;
        if is_rest {
            return Ok(());
        }
    }
}

async fn erase_rows_of(
    services: &Services,
    scope: TenantScope,
    of: &Trace,
    erased: &mut Erased,
) -> Result<(), UseCaseError> {
    loop {
        let part = services.store.traces(scope, of, PART).await?;
        let is_rest = part.is_rest(PART);
        empty(services, scope, part, erased).await?;
        if is_rest {
            return Ok(());
        }
    }
}

async fn empty(
    services: &Services,
    scope: TenantScope,
    part: Erasure,
    erased: &mut Erased,
) -> Result<(), UseCaseError> {
    let counted = part.clone();
    services.store.commit(scope, Changes { erasures: vec![part], ..Changes::default() }).await?;
    *erased += &counted;
    Ok(())
}

/// Shuts the conversation with the first part of its rows, and empties it with the last.
async fn erase_conversation(
    services: &Services,
    scope: TenantScope,
    id: Id<Conversation>,
    erased: &mut Erased,
) -> Result<(), UseCaseError> {
    let mut is_shut = false;
    let mut tries = 0;
    loop {
        let lane = LaneKey::new("conversation", (scope.data().bits(), id.bits()));
        let _guard = services.lanes.enter([lane]).await.map_err(|_| UseCaseError::Busy)?;
        let Some(before) = services.store.find_conversation(scope, id).await? else { return Ok(()) };
        let part = services.store.traces(scope, &Trace::Conversation(id), PART).await?;
        let is_rest = part.is_rest(PART);
        let now = services.clock.now();
        let session = SessionHash(services.ids.secret());
        let after = if is_rest {
            before.erased(VisitorId::erased(services.ids.next()), session, now)
        } else if is_shut || before.erased_at.is_some() {
            before.clone()
        } else {
            before.shut(session, now)
        };
        let is_new = before.erased_at.is_none() && after.erased_at.is_some();
        let counted = part.clone();
        let conversations = if after == before { Vec::new() } else { vec![Change::updated(before, after)] };
        let has_changed = !conversations.is_empty();
        match services.store.commit(scope, Changes { conversations, erasures: vec![part], ..Changes::default() }).await
        {
            Ok(()) => {}
            Err(StoreError::Stale) if tries < TRIES => {
                tries += 1;
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        is_shut = true;
        *erased += &counted;
        erased.conversations += u64::from(is_new);
        if has_changed {
            services.signals.conversation_changed(scope, id);
        }
        if is_rest {
            return Ok(());
        }
    }
}

/// Empties a lead and everyone whom it absorbed in one commit: each of them may be what the person is
/// found by.
async fn erase_lead(
    services: &Services,
    scope: TenantScope,
    id: Id<Lead>,
    erased: &mut Erased,
) -> Result<(), UseCaseError> {
    for _ in 0..TRIES {
        let lane = LaneKey::new("lead", (scope.data().bits(), id.bits()));
        let _guard = services.lanes.enter([lane]).await.map_err(|_| UseCaseError::Busy)?;
        // An absorbed lead goes with its survivor; a deleted one has gone before.
        let Some(lead) = services.store.find_lead(scope, id).await?.filter(|lead| lead.id == id) else {
            return Ok(());
        };
        let mut family = services.store.absorbed_leads(scope, id).await?;
        family.push(lead);
        let now = services.clock.now();
        let changes: Vec<Change<Lead>> = family
            .into_iter()
            .filter(|lead| lead.erased_at.is_none())
            .map(|lead| Change::updated(lead.clone(), lead.erased(now)))
            .collect();
        let count = changes.len() as u64;
        match services.store.commit(scope, Changes { leads: changes, ..Changes::default() }).await {
            Ok(()) => {
                erased.leads += count;
                return Ok(());
            }
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}
