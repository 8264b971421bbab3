//! Counting in memory: exact on one server.
//!
//! One lock is held while a request is decided, so that requests at the same moment come one after
//! the other and all rules of a request are seen at once; a decision takes one or two microseconds.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use synaptiq_domain::{
    limit::{Allowance, DayCount, Group, Place, Rule, Span, Standing, Subject, Verdict, Window},
    ports::{Clock, Limiter},
    time::Timestamp,
};

use crate::limits::table::{Moment, Table};

/// How many buckets of each kind are exact (contract § 5).
pub const EXACT_BUCKETS: usize = 200_000;
/// How long an admission counts.
pub const MINUTE: Duration = Duration::from_secs(60);

/// Finds a bucket among those of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    /// The key, the tenant, or half of a session's hash, which is SHA-256.
    owner: u128,
    /// The place; of a session's tenant the bits that are random.
    part: u64,
    group: Option<Group>,
}

/// The kinds of buckets. Each has tables of its own, so that no crowd of one kind takes
/// the buckets of another.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Credential,
    Session,
    Writer,
    Onlooker,
    Reader,
    Stranger,
}

const KINDS: usize = 6;

struct Tables {
    windows: [Table<Key, Window>; KINDS],
    days: [Table<Key, DayCount>; KINDS],
}

/// Counts in this process's memory.
pub struct MemoryLimiter {
    clock: Arc<dyn Clock>,
    span: u64,
    tables: Mutex<Tables>,
}

impl MemoryLimiter {
    /// Counts over 60 seconds and UTC days, exactly for [`EXACT_BUCKETS`] of each kind.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::over(clock, MINUTE, EXACT_BUCKETS)
    }

    /// Counts over another span than 60 seconds, exactly for so many buckets of each kind.
    pub fn over(clock: Arc<dyn Clock>, span: Duration, most: usize) -> Self {
        let nowhere: fn(&Key) -> Option<Key> = |_| None;
        let network: fn(&Key) -> Option<Key> = |key| Some(key.network());
        let kinds = [nowhere, nowhere, network, network, network, network];
        let tables = Tables {
            windows: kinds.map(|network_of| Table::new(most, network_of)),
            days: kinds.map(|network_of| Table::new(most, network_of)),
        };
        let span = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        Self { clock, span, tables: Mutex::new(tables) }
    }

    /// How many buckets there are, shared ones included (security P2).
    pub fn buckets(&self) -> usize {
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.windows.iter().map(Table::len).chain(tables.days.iter().map(Table::len)).sum()
    }
}

#[async_trait]
impl Limiter for MemoryLimiter {
    async fn admit(&self, rules: &[Rule]) -> Verdict {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        // Read with the lock held: then time does not go back from one decision to the next.
        let at = Moment { steady: self.clock.steady(), now: self.clock.now(), span: self.span };
        let limited = || rules.iter().filter_map(|rule| Some((rule, limit_of(rule)?)));
        let mut longest: Option<Refusal> = None;
        let mut tightest: Option<(&Rule, u32, u32)> = None;
        for (rule, limit) in limited() {
            let count = tables.count(rule, at);
            if count >= limit {
                let refusal = Refusal { limit: rule.limit, wait: tables.wait(rule, limit, at) };
                longest = longest.filter(|longest| longest.wait >= refusal.wait).or(Some(refusal));
            }
            let remaining = limit.saturating_sub(count).saturating_sub(1);
            if tightest.is_none_or(|(_, _, fewest)| remaining < fewest) {
                tightest = Some((rule, limit, remaining));
            }
        }
        if let Some(refusal) = longest {
            return refusal.verdict(at.now);
        }
        for (rule, limit) in limited() {
            tables.admit(rule, limit, at);
        }
        let Some((rule, limit, remaining)) = tightest else { return Verdict::Admitted(Standing::unlimited(at.now)) };
        let next_slot = after(at.now, tables.wait(rule, limit, at));
        Verdict::Admitted(Standing { limit: rule.limit, remaining, next_slot })
    }
}

/// What a rule counts to, if it counts.
fn limit_of(rule: &Rule) -> Option<u32> {
    match rule.limit {
        Allowance::AtMost(limit) => Some(limit.get()),
        Allowance::Unlimited => None,
    }
}

fn after(now: Timestamp, micros: u64) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_add_unsigned(micros))
}

struct Refusal {
    limit: Allowance,
    wait: u64,
}

impl Refusal {
    fn verdict(&self, now: Timestamp) -> Verdict {
        let standing = Standing { limit: self.limit, remaining: 0, next_slot: after(now, self.wait) };
        let seconds = self.wait.div_ceil(1_000_000).max(1);
        Verdict::Refused { standing, retry_after: u32::try_from(seconds).unwrap_or(u32::MAX) }
    }
}

impl Tables {
    fn count(&mut self, rule: &Rule, at: Moment) -> u32 {
        let (kind, key) = bucket(rule);
        match rule.span {
            Span::Minute => self.windows[kind as usize].count(&key, at),
            Span::Day => self.days[kind as usize].count(&key, at),
        }
    }

    fn wait(&mut self, rule: &Rule, limit: u32, at: Moment) -> u64 {
        let (kind, key) = bucket(rule);
        match rule.span {
            Span::Minute => self.windows[kind as usize].wait(&key, limit, at),
            Span::Day => self.days[kind as usize].wait(&key, limit, at),
        }
    }

    fn admit(&mut self, rule: &Rule, limit: u32, at: Moment) {
        let (kind, key) = bucket(rule);
        match rule.span {
            Span::Minute => self.windows[kind as usize].admit(key, limit, at),
            Span::Day => self.days[kind as usize].admit(key, limit, at),
        }
    }
}

/// Where a rule counts.
fn bucket(rule: &Rule) -> (Kind, Key) {
    let of_place = |owner: u128, place: Place| Key { owner, part: place.bits(), group: rule.group };
    match rule.subject {
        Subject::Key(key) => (Kind::Credential, Key { owner: key.bits(), part: 0, group: rule.group }),
        Subject::Operator(tenant) => (Kind::Credential, Key { owner: tenant.bits(), part: 1, group: rule.group }),
        Subject::Session(tenant, session) => {
            let owner = u128::from_be_bytes(*session.0.last_chunk().expect("a hash has 32 bytes"));
            let part = u64::try_from(tenant.bits() & u128::from(u64::MAX)).expect("64 bits");
            (Kind::Session, Key { owner, part, group: rule.group })
        }
        Subject::Writers(tenant, place) => (Kind::Writer, of_place(tenant.bits(), place)),
        Subject::Onlookers(tenant, place) => (Kind::Onlooker, of_place(tenant.bits(), place)),
        Subject::Readers(tenant, place) => (Kind::Reader, of_place(tenant.bits(), place)),
        Subject::Strangers(place) => (Kind::Stranger, of_place(0, place)),
    }
}

impl Key {
    /// The bucket of the network, for the key of a place.
    fn network(self) -> Self {
        Self { part: Place::from_bits(self.part).network().bits(), ..self }
    }
}
