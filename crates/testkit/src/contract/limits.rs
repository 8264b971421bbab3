//! Promises of counting requests, and the macro that makes a test of each.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use std::sync::Arc;

use futures_util::future::join_all;
use synaptiq_domain::{
    conversation::SessionHash,
    limit::{Allowance, Group, Place, Rule, Span, Subject, Verdict},
    ports::{Clock as _, Limiter},
    time::{Day, Timestamp},
};
use time::Duration;

use crate::{fakes::FakeClock, fixtures};

/// Puts a limiter under its contract: one test per promise.
///
/// Takes the name of a `fn(Arc<FakeClock>) -> Arc<dyn Limiter>` in the module that calls it.
#[macro_export]
macro_rules! limiter_contract {
    ($make:ident) => {
        $crate::limiter_contract! { @tests $make,
            a_client_as_fast_as_it_can_gets_exactly_the_limit_in_every_minute
            a_client_that_sleeps_as_told_gets_exactly_the_limit_in_every_minute
            whoever_waits_as_told_is_let_in_and_not_a_millisecond_before_the_slot
            a_request_counts_against_all_of_its_rules_or_against_none
            of_several_limits_the_tightest_is_told
            v4_a_days_budget_begins_anew_at_utc_midnight
            t5_no_subject_touches_another
            requests_at_the_same_moment_never_exceed_the_limit
            a_lower_limit_holds_from_the_next_request_on
            without_a_limit_everyone_is_let_in
        }
    };
    (@tests $make:ident, $($promise:ident)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $promise() {
            let clock = std::sync::Arc::new($crate::fakes::FakeClock::default());
            let limiter = super::$make(std::sync::Arc::clone(&clock));
            $crate::contract::limits::$promise(&$crate::contract::limits::Counting { limiter, clock }).await;
        })*
    };
}

/// A limiter and its clock.
pub struct Counting {
    /// What is under trial.
    pub limiter: Arc<dyn Limiter>,
    /// What it tells the time by.
    pub clock: Arc<FakeClock>,
}

const MINUTE: Duration = Duration::minutes(1);

fn at_most(limit: u32) -> Allowance {
    Allowance::at_most(limit.into()).expect("a limit")
}

fn key(n: u32, limit: u32) -> Rule {
    Rule { subject: Subject::Key(fixtures::id(n)), group: None, span: Span::Minute, limit: at_most(limit) }
}

fn of_subject(subject: Subject, limit: u32) -> Rule {
    Rule { subject, ..key(0, limit) }
}

impl Counting {
    async fn is_admitted(&self, rules: &[Rule]) -> bool {
        self.limiter.admit(rules).await.is_admitted()
    }

    /// How many of so many requests at once are let in.
    async fn admitted(&self, rules: &[Rule], requests: u32) -> u32 {
        let mut admitted = 0;
        for _ in 0..requests {
            admitted += u32::from(self.is_admitted(rules).await);
        }
        admitted
    }

    /// After how many seconds a refused request is told to come again.
    async fn told_to_wait(&self, rules: &[Rule]) -> u32 {
        match self.limiter.admit(rules).await {
            Verdict::Refused { retry_after, .. } => retry_after,
            Verdict::Admitted(standing) => panic!("let in: {standing:?}"),
        }
    }
}

/// How many of these times are in the minute that begins then.
fn in_minute_from(times: &[Timestamp], from: Timestamp) -> usize {
    times.iter().filter(|time| (Duration::ZERO..MINUTE).contains(&time.since(from))).count()
}

pub async fn a_client_as_fast_as_it_can_gets_exactly_the_limit_in_every_minute(counting: &Counting) {
    for limit in [60, 100] {
        let (mut admitted, mut asked) = (Vec::new(), Vec::new());
        for _ in 0..5 * 240 {
            let now = counting.clock.now();
            asked.push(now);
            if counting.is_admitted(&[key(limit, limit)]).await {
                admitted.push(now);
            }
            counting.clock.advance(Duration::milliseconds(250));
        }
        for from in &asked[..4 * 240] {
            assert_eq!(in_minute_from(&admitted, *from), limit as usize, "limit {limit}, from {from:?}");
        }
    }
}

pub async fn a_client_that_sleeps_as_told_gets_exactly_the_limit_in_every_minute(counting: &Counting) {
    for limit in [60, 100] {
        let (rules, begun) = ([key(limit, limit)], counting.clock.now());
        let mut admitted = Vec::new();
        // The first request comes alone, so that slots do not all become free at one moment.
        admitted.extend(counting.is_admitted(&rules).await.then(|| counting.clock.now()));
        counting.clock.advance(Duration::seconds(7));
        while counting.clock.now().since(begun) < 6 * MINUTE {
            match counting.limiter.admit(&rules).await {
                Verdict::Admitted(_) => admitted.push(counting.clock.now()),
                Verdict::Refused { retry_after, .. } => counting.clock.advance(Duration::seconds(retry_after.into())),
            }
        }
        for second in 0..5 * 60 {
            let from = begun.plus(Duration::seconds(second));
            assert_eq!(in_minute_from(&admitted, from), limit as usize, "limit {limit}, from second {second}");
        }
    }
}

pub async fn whoever_waits_as_told_is_let_in_and_not_a_millisecond_before_the_slot(counting: &Counting) {
    let rules = [key(1, 2)];
    assert!(counting.is_admitted(&rules).await);
    counting.clock.advance(Duration::milliseconds(12_300));
    let Verdict::Admitted(standing) = counting.limiter.admit(&rules).await else { panic!("the second of two") };
    let slot = counting.clock.now().plus(MINUTE - Duration::milliseconds(12_300));
    assert_eq!((standing.remaining, standing.next_slot), (0, slot));
    let Verdict::Refused { standing, retry_after } = counting.limiter.admit(&rules).await else { panic!("a third") };
    assert_eq!((standing.remaining, standing.next_slot, retry_after), (0, slot, 48), "47.7 s are told as 48");
    counting.clock.set(Timestamp::from_millis(slot.millis() - 1));
    assert_eq!(counting.told_to_wait(&rules).await, 1, "never told to come again at once");
    counting.clock.set(slot);
    assert_eq!(counting.admitted(&rules, 5).await, 1);
    let wait = counting.told_to_wait(&rules).await;
    counting.clock.advance(Duration::seconds(wait.into()));
    assert!(counting.is_admitted(&rules).await);
}

pub async fn a_request_counts_against_all_of_its_rules_or_against_none(counting: &Counting) {
    let chat = Rule { group: Some(Group::Chat), ..key(1, 2) };
    let both = [key(1, 3), chat];
    assert_eq!(counting.admitted(&both, 9).await, 2, "the lower limit");
    assert_eq!(counting.admitted(&[key(1, 3)], 9).await, 1, "what was refused took nothing from the other");
    let twice = [of_subject(Subject::Key(fixtures::id(2)), 5), Rule { span: Span::Day, ..key(2, 1) }];
    assert_eq!(counting.admitted(&twice, 9).await, 1);
    assert_eq!(counting.admitted(&twice[..1], 9).await, 4);
}

pub async fn of_several_limits_the_tightest_is_told(counting: &Counting) {
    let chat = Rule { group: Some(Group::Chat), ..key(1, 3) };
    let told = |verdict: &Verdict| (verdict.standing().limit, verdict.standing().remaining);
    assert_eq!(told(&counting.limiter.admit(&[key(1, 5), chat]).await), (at_most(3), 2));
    counting.admitted(&[key(1, 5)], 2).await;
    assert_eq!(told(&counting.limiter.admit(&[key(1, 5), chat]).await), (at_most(5), 1), "now the whole is tighter");
    counting.clock.advance(Duration::seconds(20));
    counting.is_admitted(&[key(1, 5), chat]).await;
    // Both are full now: the lower one since 20 s later.
    let refused = counting.limiter.admit(&[key(1, 5), Rule { limit: at_most(1), ..chat }]).await;
    assert_eq!(refused.standing().limit, at_most(1), "what lasts longest is told");
    assert!(matches!(refused, Verdict::Refused { retry_after: 60, .. }), "{refused:?}");
}

pub async fn v4_a_days_budget_begins_anew_at_utc_midnight(counting: &Counting) {
    let midnight = Day(counting.clock.now().day().0 + 1).start();
    let budget = [Rule { span: Span::Day, ..key(1, 3) }];
    counting.clock.set(midnight.plus(Duration::milliseconds(-1_500)));
    assert_eq!(counting.admitted(&budget, 5).await, 3);
    let refused = counting.limiter.admit(&budget).await;
    assert_eq!(refused.standing().next_slot, midnight);
    assert!(matches!(refused, Verdict::Refused { retry_after: 2, .. }), "{refused:?}");
    counting.clock.set(midnight.plus(Duration::milliseconds(-1)));
    assert_eq!(counting.admitted(&budget, 5).await, 0);
    counting.clock.set(midnight);
    assert_eq!(counting.admitted(&budget, 5).await, 3);
    counting.clock.set(midnight.plus(Duration::hours(23) + Duration::minutes(59)));
    assert_eq!(counting.admitted(&budget, 5).await, 0, "all day long");
}

pub async fn t5_no_subject_touches_another(counting: &Counting) {
    let (tenant, other) = (fixtures::id(1), fixtures::id(2));
    let place = |text: &str| Place::of(text.parse().expect("an address"));
    let (here, there) = (place("192.0.2.1"), place("192.0.2.2"));
    let (one, two) = (SessionHash([1; 32]), SessionHash([2; 32]));
    let subjects = [
        Subject::Key(fixtures::id(1)),
        Subject::Key(fixtures::id(2)),
        Subject::Operator(tenant),
        Subject::Operator(other),
        Subject::Session(tenant, one),
        Subject::Session(tenant, two),
        Subject::Session(other, one),
        Subject::Writers(tenant, here),
        Subject::Writers(tenant, there),
        Subject::Writers(other, here),
        Subject::Onlookers(tenant, here),
        Subject::Onlookers(tenant, there),
        Subject::Onlookers(other, here),
        Subject::Readers(tenant, here),
        Subject::Readers(other, here),
        Subject::Strangers(here),
        Subject::Strangers(there),
        Subject::Writers(tenant, place("2001:db8::1")),
        Subject::Writers(tenant, place("2001:db8:0:1::1")),
    ];
    for (index, subject) in subjects.into_iter().enumerate() {
        for rule in [
            of_subject(subject, 2),
            Rule { group: Some(Group::Chat), ..of_subject(subject, 2) },
            Rule { group: Some(Group::StreamedChat), ..of_subject(subject, 2) },
            Rule { span: Span::Day, ..of_subject(subject, 2) },
        ] {
            assert_eq!(counting.admitted(&[rule], 4).await, 2, "subject {index}: {rule:?}");
        }
    }
}

pub async fn requests_at_the_same_moment_never_exceed_the_limit(counting: &Counting) {
    let rules = [key(1, 100), Rule { group: Some(Group::Chat), ..key(1, 60) }];
    for _ in 0..5 {
        let tasks = (0..16).map(|task| {
            let limiter = Arc::clone(&counting.limiter);
            tokio::spawn(async move {
                let rules = if task % 2 == 0 { &rules[..] } else { &rules[..1] };
                let mut admitted = 0;
                for _ in 0..100 {
                    admitted += u32::from(limiter.admit(rules).await.is_admitted());
                    tokio::task::yield_now().await;
                }
                (task % 2 == 0, admitted)
            })
        });
        let done: Vec<(bool, u32)> = join_all(tasks).await.into_iter().map(|done| done.expect("no panic")).collect();
        assert_eq!(done.iter().map(|(_, admitted)| admitted).sum::<u32>(), 100);
        assert!(done.iter().filter(|(chats, _)| *chats).map(|(_, admitted)| admitted).sum::<u32>() <= 60);
        counting.clock.advance(MINUTE);
    }
}

pub async fn a_lower_limit_holds_from_the_next_request_on(counting: &Counting) {
    for _ in 0..10 {
        assert!(counting.is_admitted(&[key(1, 10)]).await);
        counting.clock.advance(Duration::SECOND);
    }
    // Ten count; under a limit of 3 the eighth of them has to go first, at second 67.
    assert_eq!(counting.told_to_wait(&[key(1, 3)]).await, 57);
    counting.clock.advance(Duration::seconds(57));
    assert_eq!(counting.admitted(&[key(1, 3)], 5).await, 1);
    assert_eq!(counting.admitted(&[key(1, 5)], 5).await, 2, "and a higher one too");
}

pub async fn without_a_limit_everyone_is_let_in(counting: &Counting) {
    let unlimited = Rule { limit: Allowance::Unlimited, ..key(1, 1) };
    for rules in [&[][..], &[unlimited]] {
        let verdict = counting.limiter.admit(rules).await;
        assert!(verdict.is_admitted());
        assert_eq!(
            (verdict.standing().limit, verdict.standing().next_slot),
            (Allowance::Unlimited, counting.clock.now())
        );
    }
    let mixed = [unlimited, Rule { group: Some(Group::Chat), ..key(1, 1) }];
    assert_eq!(counting.admitted(&mixed, 3).await, 1);
    assert_eq!(counting.admitted(&[unlimited], 3).await, 3);
}
