//! Promises of counting visitors, and of the secrets by which those without a name are told apart.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use synaptiq_domain::{
    access::TenantScope,
    analytics::{CounterKey, DayFigures, Figures, Recount, Visit, VisitNote},
    changes::{Change, Changes},
    conversation::{Channel, VisitorId},
    time::{Day, Timestamp},
};

use crate::{
    contract::{Trial, dice::Dice},
    fixtures::{self, at},
};

fn visit(visitor: &str, channel: Channel, at: Timestamp) -> Visit {
    Visit { visitor: VisitorId::parse(visitor).expect("an id"), channel, at, page: Some(format!("/{visitor}")) }
}

fn note(visit: Visit, takes_over: Option<&str>) -> Changes {
    let takes_over = takes_over.map(|name| VisitorId::parse(name).expect("an id"));
    Changes { visits: vec![VisitNote { visit, takes_over }], ..Changes::default() }
}

/// How many visitors the counters have, by day and channel.
async fn visitors(trial: &Trial, scope: TenantScope) -> Vec<(Day, Option<Channel>, i64)> {
    let counters = trial.store.daily_figures(scope, Day(0), Day(1_000_000)).await.expect("a read");
    let counted = counters.iter().filter(|counter| counter.figures.visitors != 0);
    counted.map(|counter| (counter.key.day, counter.key.channel, counter.figures.visitors)).collect()
}

async fn recount(trial: &Trial) -> Recount {
    trial.store.recount(trial.scope()).await.expect("a read")
}

pub async fn a_visitor_is_counted_once_a_day_where_they_were_first_seen(trial: &Trial) {
    let (today, tomorrow) = (at(0), at(86_400));
    for (name, channel, moment) in [
        ("ann", Channel::WebChat, today),
        ("ann", Channel::WebChat, at(9)),
        ("ann", Channel::Slack, at(10)),
        ("Ann", Channel::WebChat, at(11)),
        ("ben", Channel::Api, at(86_399)),
        ("ann", Channel::WebChat, tomorrow),
    ] {
        trial.commit(note(visit(name, channel, moment), None)).await;
    }
    let expected = [
        (today.day(), Some(Channel::WebChat), 2),
        (today.day(), Some(Channel::Api), 1),
        (tomorrow.day(), Some(Channel::WebChat), 1),
    ];
    assert_eq!(visitors(trial, trial.scope()).await, expected);
    assert_eq!(recount(trial).await.rows, 4);
}

pub async fn a_visitor_takes_the_place_of_who_they_were_before_they_had_a_name(trial: &Trial) {
    trial.commit(note(visit("anon_1", Channel::WebChat, at(0)), None)).await;
    trial.commit(note(visit("ann", Channel::Slack, at(5)), Some("anon_1"))).await;
    let once = [(at(0).day(), Some(Channel::WebChat), 1)];
    assert_eq!(visitors(trial, trial.scope()).await, once, "and no counter moves");
    trial.commit(note(visit("ann", Channel::WebChat, at(6)), Some("anon_1"))).await;
    assert_eq!(visitors(trial, trial.scope()).await, once);
    // Somebody else at the same address, once it is nobody's any more.
    trial.commit(note(visit("ben", Channel::WebChat, at(7)), Some("anon_1"))).await;
    assert_eq!(visitors(trial, trial.scope()).await, [(at(0).day(), Some(Channel::WebChat), 2)]);
    // Yesterday's name is not today's.
    trial.commit(note(visit("anon_1", Channel::WebChat, at(8)), None)).await;
    trial.commit(note(visit("cid", Channel::WebChat, at(86_400)), Some("anon_1"))).await;
    assert_eq!(
        visitors(trial, trial.scope()).await,
        [(at(0).day(), Some(Channel::WebChat), 3), (at(86_400).day(), Some(Channel::WebChat), 1)]
    );
    // Who was seen already takes nobody's place.
    trial.commit(note(visit("ben", Channel::WebChat, at(9)), Some("anon_1"))).await;
    let again = note(visit("anon_1", Channel::WebChat, at(10)), None);
    trial.commit(again).await;
    assert_eq!(visitors(trial, trial.scope()).await[0].2, 3);
    assert_eq!(recount(trial).await.differences, []);
}

pub async fn a_visit_of_a_refused_commit_counts_nobody(trial: &Trial) {
    let lead = fixtures::lead(1);
    let stale = Change::updated(lead.clone(), lead);
    let visits = note(visit("ann", Channel::WebChat, at(0)), None).visits;
    trial.refuses("there is no such lead", Changes { leads: vec![stale], visits, ..Changes::default() }).await;
    assert_eq!(visitors(trial, trial.scope()).await, []);
    assert_eq!(recount(trial).await.rows, 0);
}

pub async fn visitors_of_a_sandbox_and_of_another_tenant_are_their_own(trial: &Trial) {
    trial.commit(note(visit("anon_1", Channel::WebChat, at(0)), None)).await;
    for scope in [trial.home.sandbox(), trial.other.scope()] {
        assert_eq!(visitors(trial, scope).await, []);
        trial.commit_in(scope, note(visit("ann", Channel::WebChat, at(0)), Some("anon_1"))).await;
        assert_eq!(visitors(trial, scope).await.len(), 1, "counted there");
    }
    trial.commit(note(visit("anon_1", Channel::WebChat, at(1)), None)).await;
    assert_eq!(visitors(trial, trial.scope()).await, [(at(0).day(), Some(Channel::WebChat), 1)]);
}

pub async fn a_recount_of_visitors_is_what_the_counters_say_and_finds_what_is_wrong(trial: &Trial) {
    let mut dice = Dice::new(21);
    for _ in 0..120 {
        let name = format!("{}{}", dice.pick(&["anon_", "v"]), dice.below(6));
        let moment = at(i64::from(dice.below(3)) * 86_400 + i64::from(dice.below(100)));
        let seen = visit(&name, dice.pick(&Channel::ALL), moment);
        let before = dice.maybe(2, |dice| format!("anon_{}", dice.below(6)));
        trial.commit(note(seen, before.as_deref())).await;
    }
    let found = recount(trial).await;
    let counted: i64 = visitors(trial, trial.scope()).await.iter().map(|(_, _, count)| count).sum();
    assert!(counted > 10, "{counted}");
    assert_eq!((found.rows, found.differences), (u64::try_from(counted).expect("a count"), vec![]));
    let key = CounterKey { day: at(0).day(), channel: Some(Channel::Slack), source: None };
    let wrong = DayFigures { key, figures: Figures { visitors: 3, ..Figures::default() } };
    trial.store.adjust_counters(trial.scope(), &[wrong]).await.expect("a write");
    let differences = recount(trial).await.differences;
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].correction().figures.visitors, -3);
}

async fn key(trial: &Trial, day: i32, fresh: u8) -> [u8; 32] {
    trial.store.visit_key(Day(day), [fresh; 32]).await.expect("a secret")
}

pub async fn everybody_who_asks_for_a_days_secret_gets_the_same(trial: &Trial) {
    let asked = futures_util::future::join_all((1..=20).map(|fresh| key(trial, 5, fresh))).await;
    assert!((1..=20).contains(&asked[0][0]), "somebody's own");
    assert!(asked.iter().all(|given| *given == asked[0]));
    assert_eq!(key(trial, 5, 99).await, asked[0]);
    assert_eq!(key(trial, 6, 99).await, [99; 32], "another day has another one");
}

pub async fn the_secrets_of_past_days_are_deleted_and_no_others(trial: &Trial) {
    for day in [3, 4, 5] {
        key(trial, day, 1).await;
    }
    trial.store.delete_visit_keys(Day(5)).await.expect("a write");
    assert_eq!([key(trial, 3, 2).await, key(trial, 4, 2).await, key(trial, 5, 2).await], [[2; 32], [2; 32], [1; 32]]);
    trial.store.delete_visit_keys(Day(3)).await.expect("there is nothing to do");
    assert_eq!(key(trial, 3, 3).await, [2; 32]);
}
