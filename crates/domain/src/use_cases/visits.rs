//! Counting who comes by (contract § 12). What is kept of them, and why nobody can be found by it, is in
//! `docs/visitors.md`.

use crate::{
    access::TenantScope,
    analytics::{Onlooker, Visit, VisitNote},
    changes::Changes,
    conversation::{Channel, VisitorId},
    time::Day,
    use_cases::{Recording, Services, UseCaseError},
};

/// Somebody has opened a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitCommand {
    /// The site's name for the visitor, once there is one.
    pub visitor: Option<VisitorId>,
    /// What can be seen of them.
    pub onlooker: Onlooker,
    /// Where.
    pub channel: Channel,
    /// Which page; kept only of a visitor with a name.
    pub page: Option<String>,
}

/// Counts a visitor, once a UTC day. Whether they were counted already is told to nobody.
pub async fn count_visit(
    services: &Services,
    scope: TenantScope,
    command: VisitCommand,
    recording: Option<&Recording<'_, ()>>,
) -> Result<(), UseCaseError> {
    let VisitCommand { visitor, onlooker, channel, page } = command;
    let now = services.clock.now();
    let anonymous = anonymous_name(services, scope, &onlooker, now.day()).await?;
    let note = if let Some(visitor) = visitor {
        VisitNote { visit: Visit { visitor, channel, at: now, page }, takes_over: Some(anonymous) }
    } else {
        // No time and no page, by which a row could be found again in somebody's log.
        let visit = Visit { visitor: anonymous, channel, at: now.day().start(), page: None };
        VisitNote { visit, takes_over: None }
    };
    let receipt = recording.map(|recording| recording.answered(&(), None, None, now));
    services.store.commit(scope, Changes { visits: vec![note], receipt, ..Changes::default() }).await?;
    Ok(())
}

/// What somebody without a name is called on a day.
pub(crate) async fn anonymous_name(
    services: &Services,
    scope: TenantScope,
    onlooker: &Onlooker,
    day: Day,
) -> Result<VisitorId, UseCaseError> {
    let secret = services.store.visit_key(day, services.ids.secret()).await?;
    Ok(onlooker.name(secret, scope.data()))
}
