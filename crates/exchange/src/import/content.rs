//! What a tenant is set up with, as a file says it: settings, assistants and people, committed at once.

use std::collections::HashSet;

use synaptiq_domain::{
    access::{Assistant, Member, Tenant, TenantScope},
    changes::{Change, Changes},
    id::Id,
    ports::{StoreError, store::TenantView},
    use_cases::Services,
};
use synaptiq_wire::FieldError;

use super::ImportError;
use crate::line::TenantPatch;

/// How many assistants and members are held back at most.
const MOST_HELD: usize = 1_000;
/// How often a tenant that somebody else changed is read again.
const TRIES: u32 = 5;

/// What was read and is not committed yet, each with its line.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) tenant: Option<(u64, TenantPatch)>,
    pub(super) assistants: Vec<(u64, Assistant)>,
    pub(super) members: Vec<(u64, Member)>,
}

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// Every assistant of the tenant from now on.
    pub(super) assistants: HashSet<Id<Assistant>>,
    /// The one of conversations that name none.
    pub(super) default: Option<Id<Assistant>>,
    pub(super) added_assistants: u64,
    pub(super) added_members: u64,
    pub(super) already_there: u64,
    pub(super) refused: Vec<(u64, FieldError)>,
}

impl Content {
    pub(super) fn is_empty(&self) -> bool {
        self.tenant.is_none() && self.assistants.is_empty() && self.members.is_empty()
    }

    pub(super) fn is_large(&self) -> bool {
        self.assistants.len() + self.members.len() >= MOST_HELD
    }

    /// Commits everything that is not there yet. In a tenant in which nothing has happened, the
    /// assistant and the member that it was founded with give way to those of the file.
    pub(super) async fn commit(self, services: &Services, scope: TenantScope) -> Result<Settled, ImportError> {
        let line = self.last_line();
        let failed = |source| ImportError::Store { line, source };
        for _ in 0..TRIES {
            let view = services.store.tenant_view(scope).await.map_err(failed)?.ok_or(ImportError::NoTenant)?;
            let overview = services.store.current_overview(scope).await.map_err(failed)?;
            let is_untouched = overview.leads == 0 && overview.conversations == 0;
            let (changes, settled) = self.decide(&view, is_untouched);
            match services.store.commit(scope, changes).await {
                Ok(()) => return Ok(settled),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Err(failed(StoreError::Stale))
    }

    fn last_line(&self) -> u64 {
        let tenant = self.tenant.as_ref().map(|(line, _)| *line);
        let assistants = self.assistants.iter().map(|(line, _)| *line);
        let members = self.members.iter().map(|(line, _)| *line);
        tenant.into_iter().chain(assistants).chain(members).max().unwrap_or(0)
    }

    fn decide(&self, view: &TenantView, is_untouched: bool) -> (Changes, Settled) {
        let mut changes = Changes::default();
        let mut settled = Settled::default();
        if let Some((_, patch)) = &self.tenant {
            let after: Tenant = patch.applied_to(&view.tenant);
            if after == view.tenant {
                settled.already_there += 1;
            } else {
                changes.tenants.push(Change::updated(view.tenant.clone(), after));
            }
        }
        self.decide_assistants(view, is_untouched, &mut changes, &mut settled);
        self.decide_members(view, is_untouched, &mut changes, &mut settled);
        (changes, settled)
    }

    fn decide_assistants(&self, view: &TenantView, is_untouched: bool, changes: &mut Changes, settled: &mut Settled) {
        let mut there: Vec<Assistant> = view.assistants.clone();
        let is_named = |id: Id<Assistant>| self.assistants.iter().any(|(_, assistant)| assistant.id == id);
        if let [founding] = view.assistants.as_slice()
            && is_untouched
            && !self.assistants.is_empty()
            && !is_named(founding.id)
            && founding.version == 1
            && founding.slug.as_str() == "assistant"
        {
            changes.assistants.push(Change::deleted(founding.clone()));
            there.clear();
        }
        for (line, assistant) in &self.assistants {
            if there.iter().any(|known| known.id == assistant.id) {
                settled.already_there += 1;
            } else if let Some(taken) = there.iter().find(|known| known.slug == assistant.slug) {
                let reason = format!("is refused: {} has it already", taken.id);
                settled.refused.push((*line, FieldError::new("slug", reason)));
            } else {
                // A tenant has one default; the one that it has stays.
                let is_default = assistant.is_default && !there.iter().any(|known| known.is_default);
                let added = Assistant { is_default, ..assistant.clone() };
                there.push(added.clone());
                changes.assistants.push(Change::created(added));
                settled.added_assistants += 1;
            }
        }
        settled.default = there.iter().find(|known| known.is_default).map(|known| known.id);
        if settled.default.is_none()
            && let Some(first) = there.first().map(|first| first.id)
        {
            make_default(changes, first);
            settled.default = Some(first);
        }
        settled.assistants = there.into_iter().map(|assistant| assistant.id).collect();
    }

    fn decide_members(&self, view: &TenantView, is_untouched: bool, changes: &mut Changes, settled: &mut Settled) {
        let mut there: Vec<Id<Member>> = view.members.iter().map(|member| member.id).collect();
        let is_named = |id: Id<Member>| self.members.iter().any(|(_, member)| member.id == id);
        if let [founding] = view.members.as_slice()
            && is_untouched
            && !self.members.is_empty()
            && !is_named(founding.id)
            && founding.name == "Team"
            && founding.email.is_none()
        {
            changes.members.push(Change::deleted(founding.clone()));
            there.clear();
        }
        for (_, member) in &self.members {
            if there.contains(&member.id) {
                settled.already_there += 1;
            } else {
                there.push(member.id);
                changes.members.push(Change::created(member.clone()));
                settled.added_members += 1;
            }
        }
    }
}

/// Makes a new assistant the default one: a tenant always has one.
fn make_default(changes: &mut Changes, id: Id<Assistant>) {
    for change in &mut changes.assistants {
        if let Some(after) = change.after().filter(|after| after.id == id) {
            *change = Change::created(Assistant { is_default: true, ..after.clone() });
        }
    }
}
