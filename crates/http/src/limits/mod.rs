//! Rate limits (contract § 5): what a request counts against, when that is decided, and the headers
//! that tell every caller how they stand.
//!
//! A request is counted once, as soon as it is known who asks: a key or the operator against its
//! plan, a visitor against session and address, and one who chats with a page's key against both. What is refused before that (no such route, another
//! method, no valid credential, a head or body that cannot be read) is counted against the address
//! as a stranger's, so that it neither is free nor takes anything from a key's budget. A key is
//! looked up however many strangers its address has seen: others must not be able to lock it out.

mod memory;
mod table;

use std::{iter, net::IpAddr, sync::Arc};

use actix_web::HttpResponseBuilder;
use synaptiq_domain::{
    access::Tenant,
    conversation::SessionHash,
    id::Id,
    limit::{Allowance, Group, Place, Plan, Plans, PublicLimits, Rule, Span, Standing, Subject, Verdict},
    ports::{Clock, Limiter},
    time::Timestamp,
    use_cases::Principal,
};
use synaptiq_wire::{Code, Fault};

use crate::{
    auth::Caller,
    route::{Access, LimitGroup, Route},
};

pub use memory::{EXACT_BUCKETS, MINUTE, MemoryLimiter};

/// How many are let in.
pub const LIMIT: &str = "x-ratelimit-limit";
/// How many more would be let in now.
pub const REMAINING: &str = "x-ratelimit-remaining";
/// When the next slot is free, in Unix seconds.
pub const RESET: &str = "x-ratelimit-reset";
/// On 429: what `Retry-After` says too.
pub const RETRY_AFTER: &str = "x-ratelimit-retryafter";
/// What is printed where there is no limit: the largest number that every client can read.
const NO_LIMIT: u32 = i32::MAX.cast_unsigned();

/// Counts requests, or keeps them out.
pub struct Gate {
    limiter: Arc<dyn Limiter>,
    clock: Arc<dyn Clock>,
    plans: Arc<Plans>,
    public: PublicLimits,
}

/// What is known of a request that asks to be let in.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The route that it named, if there is one.
    pub route: Option<&'static Route>,
    /// What stood behind the `?`.
    pub query: &'a str,
    /// Who asks, if that is known.
    pub caller: Option<&'a Caller>,
    /// Where they are.
    pub address: IpAddr,
    /// Whether they want a stream.
    pub streamed: bool,
}

/// How a request stands, once it was counted.
#[derive(Debug, Default)]
pub struct Counted(Option<Standing>);

impl Gate {
    /// A gate before these limits.
    pub const fn new(
        limiter: Arc<dyn Limiter>,
        clock: Arc<dyn Clock>,
        plans: Arc<Plans>,
        public: PublicLimits,
    ) -> Self {
        Self { limiter, clock, plans, public }
    }

    /// Counts a request unless it was counted already; 429 if it is one too many.
    pub async fn count(&self, counted: &mut Counted, asked: Asked<'_>) -> Result<(), Fault> {
        if counted.0.is_some() {
            return Ok(());
        }
        if asked.route.is_some_and(|route| route.limit_group == LimitGroup::Unlimited) {
            self.excuse(counted);
            return Ok(());
        }
        let verdict = self.limiter.admit(&self.rules(asked)).await;
        counted.0 = Some(*verdict.standing());
        match verdict {
            Verdict::Admitted(_) => Ok(()),
            Verdict::Refused { standing, retry_after } => Err(too_many(&standing, retry_after)),
        }
    }

    /// Counts the message that began a session against that session, which had no name before.
    pub async fn session_began(&self, tenant: Id<Tenant>, session: SessionHash) {
        let _ = self.limiter.admit(&[a_minute(Subject::Session(tenant, session), self.public.session)]).await;
    }

    /// Lets a request in that counts against nothing, whoever asks.
    pub fn excuse(&self, counted: &mut Counted) {
        counted.0 = Some(Standing::unlimited(self.clock.now()));
    }

    /// What a request counts against.
    fn rules(&self, Asked { route, query, caller, address, streamed }: Asked<'_>) -> Vec<Rule> {
        let place = Place::of(address);
        let group = || route.and_then(|route| group_of(route.limit_group_of(query), streamed));
        match caller {
            Some(Caller::Principal(principal)) => self.of_plan(principal, group()).collect(),
            Some(Caller::Page { principal, session, .. }) => {
                let is_chat = route.is_some_and(|route| route.limit_group == LimitGroup::Chat);
                let message = is_chat.then(|| self.of_message(principal.scope.data(), *session, place));
                self.of_plan(principal, group()).chain(message.into_iter().flatten()).collect()
            }
            Some(Caller::Visitor { scope, session, .. }) => match route.map(|route| route.access) {
                Some(Access::PublicChat) => self.of_message(scope.data(), *session, place).collect(),
                // Counted apart, so that a crowd that opens pages keeps nobody behind its address from writing.
                Some(Access::PublicVisit) => self.of_place(Subject::Onlookers(scope.data(), place)).into(),
                _ => vec![a_minute(Subject::Readers(scope.data(), place), self.public.other)],
            },
            Some(Caller::Anyone) | None => vec![a_minute(Subject::Strangers(place), self.public.other)],
        }
    }

    /// What a request of a key or of the operator counts against.
    fn of_plan(&self, principal: &Principal, group: Option<Group>) -> impl Iterator<Item = Rule> + use<> {
        let subject = match &principal.key {
            Some(key) => Subject::Key(key.id),
            None => Subject::Operator(principal.scope.data()),
        };
        let plan = self.plan_of(principal);
        let lower = group.and_then(|group| Some((group, plan.of_group(group)?)));
        let lower = lower.map(|(group, limit)| Rule { group: Some(group), ..a_minute(subject, limit) });
        iter::once(a_minute(subject, plan.requests)).chain(lower)
    }

    /// What a visitor's message counts against, whichever way it comes.
    fn of_message(
        &self,
        tenant: Id<Tenant>,
        session: Option<SessionHash>,
        place: Place,
    ) -> impl Iterator<Item = Rule> + use<> {
        let session = session.map(|session| a_minute(Subject::Session(tenant, session), self.public.session));
        session.into_iter().chain(self.of_place(Subject::Writers(tenant, place)))
    }

    /// What is written from one place counts against, so that one host adds so many rows a day at most.
    fn of_place(&self, subject: Subject) -> [Rule; 2] {
        let day = Rule { span: Span::Day, ..a_minute(subject, self.public.day) };
        [a_minute(subject, self.public.address), day]
    }

    fn plan_of(&self, principal: &Principal) -> &Plan {
        self.plans.find(&principal.plan).unwrap_or_else(|_| {
            tracing::warn!(plan = principal.plan, "these settings know no such plan; the installation's own applies");
            self.plans.usual()
        })
    }
}

/// So many of all that somebody asks in any 60 seconds.
const fn a_minute(subject: Subject, limit: Allowance) -> Rule {
    Rule { subject, group: None, span: Span::Minute, limit }
}

/// The limit below the plan's that a route counts against.
const fn group_of(group: LimitGroup, streamed: bool) -> Option<Group> {
    match group {
        LimitGroup::Chat if streamed => Some(Group::StreamedChat),
        LimitGroup::Chat => Some(Group::Chat),
        LimitGroup::CreateLead => Some(Group::CreateLead),
        LimitGroup::SearchLeads => Some(Group::SearchLeads),
        LimitGroup::Analytics => Some(Group::Analytics),
        LimitGroup::General | LimitGroup::Public | LimitGroup::Unlimited => None,
    }
}

fn too_many(standing: &Standing, retry_after: u32) -> Fault {
    let message = format!("the limit of {} requests is reached; try again in {retry_after} s", standing.limit);
    Fault::new(Code::RateLimited, message).with_retry_after(retry_after)
}

impl Counted {
    /// Tells the caller how they stand.
    pub fn tell(&self, response: &mut HttpResponseBuilder) {
        let Some(Standing { limit, remaining, next_slot }) = self.0 else { return };
        let limit = match limit {
            Allowance::AtMost(limit) => limit.get(),
            Allowance::Unlimited => NO_LIMIT,
        };
        response.insert_header((LIMIT, limit));
        response.insert_header((REMAINING, remaining.min(limit)));
        // Rounded up, so that whoever waits until then is not too early.
        response.insert_header((RESET, Timestamp::from_micros(next_slot.micros() + 999_999).seconds()));
    }
}
