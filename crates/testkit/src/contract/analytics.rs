//! Promises of reading figures.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use synaptiq_domain::{
    access::TenantScope,
    analytics::{CurrentOverview, DayCount, StatusCounts},
    changes::{Change, Changes},
    lead::{Lead, LeadStatus},
    time::{Day, Timestamp},
};

use crate::{
    contract::{Trial, dice::Dice},
    fixtures::{self, at},
};

/// Leads of every status on a few days, some archived, some absorbed, committed and as stored.
async fn add_any_leads(trial: &Trial, count: u32) -> Vec<Lead> {
    let mut dice = Dice::new(9);
    let mut leads: Vec<Lead> = Vec::new();
    for n in 1..=count {
        let mut lead = fixtures::lead(n);
        lead.status = dice.pick(&LeadStatus::ALL);
        lead.qualified_at = dice.maybe(3, |_| at(3));
        lead.archived = dice.one_in(5);
        lead.created_at = at(i64::from(dice.below(4)) * 86_400 + i64::from(dice.below(86_400)));
        lead.merged_into = leads.first().filter(|_| dice.one_in(7)).map(|first| first.id);
        leads.push(lead);
    }
    let changes = Changes { leads: leads.iter().cloned().map(Change::created).collect(), ..Changes::default() };
    trial.commit(changes).await;
    leads
}

fn counted(leads: &[Lead]) -> impl Iterator<Item = &Lead> {
    leads.iter().filter(|lead| lead.merged_into.is_none())
}

async fn overview(trial: &Trial, scope: TenantScope) -> CurrentOverview {
    trial.store.current_overview(scope).await.expect("a read")
}

pub async fn the_overview_counts_archived_leads_and_no_absorbed_ones(trial: &Trial) {
    assert_eq!(overview(trial, trial.scope()).await, CurrentOverview::default(), "nothing is there yet");
    let leads = add_any_leads(trial, 60).await;
    assert!(leads.iter().any(|lead| lead.archived) && leads.iter().any(|lead| lead.merged_into.is_some()));
    trial.add_conversation(trial.conversation(1), 3).await;
    trial.add_conversation(trial.conversation(2), 4).await;
    let expected = CurrentOverview {
        leads: counted(&leads).count() as u64,
        ever_qualified: counted(&leads).filter(|lead| lead.qualified_at.is_some()).count() as u64,
        conversations: 2,
        messages: 7,
    };
    assert!(expected.ever_qualified > 0);
    assert_eq!(overview(trial, trial.scope()).await, expected);
}

pub async fn the_status_counts_add_up_to_the_overviews_leads(trial: &Trial) {
    let leads = add_any_leads(trial, 60).await;
    let counts = trial.store.status_counts(trial.scope()).await.expect("a read");
    assert_eq!(counts, counted(&leads).map(|lead| (lead.status, 1)).collect());
    assert_eq!(counts.total(), overview(trial, trial.scope()).await.leads);
}

pub async fn a_change_of_status_and_a_deletion_are_counted_at_once(trial: &Trial) {
    let before = trial.add_lead(fixtures::lead(1)).await;
    let after = Lead { status: LeadStatus::Booked, qualified_at: Some(at(9)), ..before.clone() };
    let booked = trial.change_lead(before, after).await;
    let counts = trial.store.status_counts(trial.scope()).await.expect("a read");
    assert_eq!((counts.of(LeadStatus::Booked), counts.total()), (1, 1));
    assert_eq!(overview(trial, trial.scope()).await.ever_qualified, 1);
    trial.commit(Changes { leads: vec![Change::deleted(booked)], ..Changes::default() }).await;
    assert_eq!(trial.store.status_counts(trial.scope()).await.expect("a read"), StatusCounts::default());
    assert_eq!(overview(trial, trial.scope()).await, CurrentOverview::default());
}

pub async fn a_lead_counts_on_the_utc_day_of_its_creation_from_first_to_last_instant(trial: &Trial) {
    let today = at(0).day();
    let (first, last) = (today.start(), Timestamp::from_micros(Day(today.0 + 1).start().micros() - 1));
    let instants = [Timestamp::from_micros(first.micros() - 1), first, last, Timestamp::from_micros(last.micros() + 1)];
    let mut leads: Vec<Lead> =
        (1..).zip(instants).map(|(n, at)| Lead { created_at: at, ..fixtures::lead(n) }).collect();
    leads[1].archived = true;
    let absorbed = Lead { created_at: first, merged_into: Some(leads[2].id), ..fixtures::lead(9) };
    leads.push(absorbed);
    trial.commit(Changes { leads: leads.into_iter().map(Change::created).collect(), ..Changes::default() }).await;
    let days: Vec<Day> = [-2, -1, 0, 1, 2].map(|distance| Day(today.0 + distance)).into();
    let counted = trial.store.leads_created_on(trial.scope(), &days).await.expect("a read");
    let expected: Vec<DayCount> =
        days.iter().zip([0, 1, 2, 1, 0]).map(|(day, count)| DayCount { day: *day, count }).collect();
    assert_eq!(counted, expected);
    assert_eq!(trial.store.leads_created_on(trial.scope(), &[]).await.expect("a read"), []);
}

pub async fn figures_of_a_sandbox_and_of_another_tenant_are_their_own(trial: &Trial) {
    let lead = trial.add_lead(fixtures::lead(1)).await;
    trial.add_conversation(trial.conversation(1), 2).await;
    for scope in [trial.home.sandbox(), trial.other.scope()] {
        assert_eq!(overview(trial, scope).await, CurrentOverview::default());
        assert_eq!(trial.store.status_counts(scope).await.expect("a read"), StatusCounts::default());
        let day = lead.created_at.day();
        let created = trial.store.leads_created_on(scope, &[day]).await.expect("a read");
        assert_eq!(created, [DayCount { day, count: 0 }]);
    }
}
