//! Promises of the queue of deliveries: claims, leases, settlements.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use std::{collections::BTreeSet, slice};

use synaptiq_domain::{
    access::TenantScope,
    changes::{Change, Changes},
    id::Id,
    ports::store::{DueDelivery, Settlement},
    time::Timestamp,
    webhook::{Delivery, DeliveryStatus, Endpoint},
};

use crate::{
    contract::Trial,
    fixtures::{self, at},
};

async fn claim(trial: &Trial, now: i64, lease_until: i64, limit: u32, per_endpoint: u32) -> Vec<DueDelivery> {
    let (system, now, lease_until) = (trial.system(), at(now), at(lease_until));
    trial.store.claim_deliveries(system, now, lease_until, limit, per_endpoint).await.expect("a claim")
}

fn ids(due: &[DueDelivery]) -> Vec<Id<Delivery>> {
    due.iter().map(|due| due.delivery.id).collect()
}

fn ids_of<const N: usize>(numbers: [u32; N]) -> [Id<Delivery>; N] {
    numbers.map(fixtures::id)
}

/// What the delivery becomes by one more try that got an answer, and is tried again if told when.
fn tried(delivery: &Delivery, when: i64, status_code: u16, next: Option<Timestamp>) -> Delivery {
    let mut delivery = delivery.clone();
    delivery.attempts.push(fixtures::attempt(at(when), status_code));
    delivery.tries_used += 1;
    delivery.next_attempt_at = next;
    delivery.status = match next {
        Some(_) => DeliveryStatus::Pending,
        None if status_code == 200 => DeliveryStatus::Delivered,
        None => DeliveryStatus::Failed,
    };
    delivery
}

async fn settle(trial: &Trial, scope: TenantScope, delivery: Delivery) -> bool {
    let settlement = Settlement { delivery, disable_endpoint: None };
    trial.store.settle_delivery(trial.system(), scope, settlement).await.expect("a settlement")
}

async fn stored(trial: &Trial, delivery: &Delivery) -> Delivery {
    let found = trial.store.find_delivery(trial.scope(), delivery.endpoint, delivery.id).await.expect("a read");
    found.expect("the delivery is there")
}

async fn next_at(trial: &Trial) -> Option<Timestamp> {
    trial.store.next_delivery_at(trial.system()).await.expect("a read")
}

async fn one_endpoint(trial: &Trial, numbers: impl IntoIterator<Item = u32>) -> (Endpoint, Vec<Delivery>) {
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let deliveries = trial.add_deliveries(trial.scope(), &endpoint, numbers).await;
    (endpoint, deliveries)
}

pub async fn due_deliveries_are_claimed_oldest_first_up_to_the_limit(trial: &Trial) {
    // Number n is due at second n.
    let (endpoint, all) = one_endpoint(trial, [5, 2, 4, 1, 3, 10]).await;
    let due = claim(trial, 5, 100, 3, 9).await;
    assert_eq!(ids(&due), ids_of([1, 2, 3]));
    for due in &due {
        let given = all.iter().find(|given| given.id == due.delivery.id).expect("it was added");
        assert_eq!((due.scope, &due.endpoint, &due.delivery.body), (trial.scope(), &endpoint, &given.body));
        assert_eq!((&due.delivery.event, due.delivery.kind), (&given.event, given.kind));
        assert_eq!((due.delivery.status, due.delivery.tries_used), (DeliveryStatus::Pending, 0));
    }
    assert_eq!(ids(&claim(trial, 5, 100, 9, 9).await), ids_of([4, 5]), "not what is due later");
    assert_eq!(ids(&claim(trial, 10, 100, 0, 9).await), ids_of([]), "none if none are asked for");
    assert_eq!(ids(&claim(trial, 10, 100, 9, 9).await), ids_of([10]), "due at this very instant");
}

pub async fn what_is_due_first_is_claimed_first_whenever_it_was_made(trial: &Trial) {
    let (_, all) = one_endpoint(trial, [1, 2, 3]).await;
    let due_at = |delivery: &Delivery, second| Delivery { next_attempt_at: Some(at(second)), ..delivery.clone() };
    let ended = Delivery { status: DeliveryStatus::Failed, ..due_at(&all[2], 1) };
    let changed = [due_at(&all[0], 9), due_at(&all[1], 5), ended];
    let deliveries = all.into_iter().zip(changed).map(|(before, after)| Change::updated(before, after)).collect();
    trial.commit(Changes { deliveries, ..Changes::default() }).await;
    assert_eq!(next_at(trial).await, Some(at(5)), "what is not pending is not due");
    assert_eq!(ids(&claim(trial, 10, 99, 9, 9).await), ids_of([2, 1]));
}

pub async fn a_claimed_delivery_is_no_one_elses_until_its_lease_ends(trial: &Trial) {
    one_endpoint(trial, [1]).await;
    assert_eq!(ids(&claim(trial, 1, 50, 9, 9).await), ids_of([1]));
    assert_eq!(ids(&claim(trial, 49, 99, 9, 9).await), ids_of([]));
    assert_eq!(ids(&claim(trial, 50, 99, 9, 9).await), ids_of([1]), "the lease has ended");
    assert_eq!(ids(&claim(trial, 98, 150, 9, 9).await), ids_of([]), "and another one holds");
}

pub async fn of_claims_at_once_each_delivery_goes_to_one(trial: &Trial) {
    one_endpoint(trial, 1..=40).await;
    let claims: Vec<_> = (0..8)
        .map(|_| {
            let (store, system) = (trial.store.clone(), trial.system());
            tokio::spawn(async move { store.claim_deliveries(system, at(50), at(99), 7, 99).await })
        })
        .collect();
    let mut claimed = Vec::new();
    for claim in claims {
        claimed.extend(ids(&claim.await.expect("no claim panics").expect("a claim")));
    }
    let distinct: BTreeSet<_> = claimed.iter().collect();
    assert_eq!((claimed.len(), distinct.len()), (40, 40), "every one once");
}

pub async fn w3_one_endpoint_that_hangs_keeps_no_other_from_being_claimed(trial: &Trial) {
    let (hanging, _) = one_endpoint(trial, 1..=30).await;
    let other = trial.add_endpoint(trial.other.scope(), fixtures::endpoint(2)).await;
    trial.add_deliveries(trial.other.scope(), &other, [40, 41]).await;
    let due = claim(trial, 50, 99, 4, 2).await;
    assert_eq!(ids(&due), ids_of([1, 2, 40, 41]), "two of each, though the first has older ones");
    assert_eq!(due[3].scope, trial.other.scope());
    assert_eq!(ids(&claim(trial, 50, 99, 4, 2).await), ids_of([]), "those in hand count");
    let first = &due[0].delivery;
    assert!(settle(trial, trial.scope(), tried(first, 51, 200, None)).await);
    assert_eq!(ids(&claim(trial, 52, 99, 4, 2).await), ids_of([3]), "one is out of hand");
    assert_eq!(ids(&claim(trial, 99, 150, 9, 2).await), ids_of([2, 3, 40, 41]), "leases that ended do not count");
    assert_eq!(hanging.id, first.endpoint);
}

pub async fn a_settlement_is_written_as_given(trial: &Trial) {
    let (_, all) = one_endpoint(trial, [1, 2, 3]).await;
    let due = claim(trial, 5, 50, 9, 9).await;
    let outcomes = [
        tried(&due[0].delivery, 6, 200, None),
        tried(&due[1].delivery, 6, 503, Some(at(70))),
        tried(&due[2].delivery, 6, 404, None),
    ];
    for (before, outcome) in all.iter().zip(outcomes) {
        assert!(settle(trial, trial.scope(), outcome.clone()).await);
        assert_eq!(stored(trial, before).await, outcome);
    }
    assert_eq!(ids(&claim(trial, 69, 99, 9, 9).await), ids_of([]));
    let again = claim(trial, 70, 99, 9, 9).await;
    assert_eq!(ids(&again), ids_of([2]), "the retry comes when it is due");
    assert_eq!(again[0].delivery.body, all[1].body, "with the same bytes");
    assert_eq!(again[0].delivery.attempts.len(), 1, "and the tries so far");
}

pub async fn a_settlement_after_the_lease_was_lost_changes_nothing_and_says_so(trial: &Trial) {
    one_endpoint(trial, [1]).await;
    let slow = claim(trial, 1, 10, 9, 9).await.remove(0).delivery;
    let quick = claim(trial, 10, 20, 9, 9).await.remove(0).delivery;
    let settled = tried(&quick, 11, 503, Some(at(30)));
    assert!(settle(trial, trial.scope(), settled.clone()).await);
    assert!(!settle(trial, trial.scope(), tried(&slow, 12, 200, None)).await, "another one settled it");
    assert_eq!(stored(trial, &slow).await, settled);
    let third = claim(trial, 30, 40, 9, 9).await.remove(0).delivery;
    assert!(!settle(trial, trial.scope(), tried(&slow, 31, 200, None)).await, "and a third one has it now");
    let settled = tried(&third, 32, 200, None);
    assert!(settle(trial, trial.scope(), settled.clone()).await);
    assert!(!settle(trial, trial.scope(), settled.clone()).await, "twice is once too often");
    assert_eq!(stored(trial, &slow).await, settled);
}

pub async fn a_settlement_of_what_nobody_claimed_changes_nothing(trial: &Trial) {
    let (endpoint, all) = one_endpoint(trial, [1]).await;
    assert!(!settle(trial, trial.scope(), tried(&all[0], 2, 200, None)).await);
    assert_eq!(stored(trial, &all[0]).await, all[0]);
    let unknown = fixtures::delivery(99, endpoint.id, &fixtures::event(99, &fixtures::lead(1)));
    assert!(!settle(trial, trial.scope(), tried(&unknown, 2, 200, None)).await);
    let due = claim(trial, 1, 10, 9, 9).await.remove(0);
    assert!(!settle(trial, trial.scope(), due.delivery).await, "nor without a new try");
    assert!(!settle(trial, trial.other.scope(), tried(&all[0], 2, 200, None)).await, "nor in another tenant");
    assert!(settle(trial, trial.scope(), tried(&all[0], 2, 200, None)).await);
}

pub async fn a_settlement_after_its_endpoint_was_deleted_changes_nothing(trial: &Trial) {
    let (endpoint, all) = one_endpoint(trial, [1, 2]).await;
    let due = claim(trial, 1, 50, 1, 9).await.remove(0).delivery;
    trial.commit(Changes { endpoints: vec![Change::deleted(endpoint)], ..Changes::default() }).await;
    assert!(!settle(trial, trial.scope(), tried(&due, 2, 503, Some(at(60)))).await);
    for delivery in &all {
        let stored = stored(trial, delivery).await;
        assert_eq!((stored.status, stored.attempts.len()), (DeliveryStatus::Cancelled, 0));
    }
    assert_eq!(ids(&claim(trial, 99, 150, 9, 9).await), ids_of([]));
    assert_eq!(next_at(trial).await, None);
}

pub async fn a_replay_while_a_try_is_under_way_stands(trial: &Trial) {
    let (_, all) = one_endpoint(trial, [1]).await;
    let slow = claim(trial, 1, 50, 9, 9).await.remove(0).delivery;
    let replayed = Delivery { next_attempt_at: Some(at(20)), tries_used: 0, ..all[0].clone() };
    let deliveries = vec![Change::updated(slow.clone(), replayed.clone())];
    trial.commit(Changes { deliveries, ..Changes::default() }).await;
    assert!(!settle(trial, trial.scope(), tried(&slow, 2, 404, None)).await);
    assert_eq!(stored(trial, &slow).await, replayed);
    assert_eq!(ids(&claim(trial, 20, 99, 9, 9).await), ids_of([1]), "it is due when the replay says");
}

pub async fn a_settlement_can_switch_the_endpoint_off(trial: &Trial) {
    let (endpoint, _) = one_endpoint(trial, [1]).await;
    let due = claim(trial, 1, 50, 9, 9).await.remove(0).delivery;
    let reason = "the receiver answered 410".to_owned();
    let settlement = Settlement { delivery: tried(&due, 2, 410, None), disable_endpoint: Some(reason.clone()) };
    assert!(trial.store.settle_delivery(trial.system(), trial.scope(), settlement.clone()).await.expect("a write"));
    let off = trial.store.find_endpoint(trial.scope(), endpoint.id).await.expect("a read").expect("the endpoint");
    assert_eq!((off.active, off.disabled_reason.as_ref(), off.version), (false, Some(&reason), 2));
    let view = trial.store.tenant_view(trial.scope()).await.expect("a read").expect("the tenant");
    assert_eq!(view.endpoints, slice::from_ref(&off), "the next view shows it");
    let stale = Changes { endpoints: vec![Change::updated(endpoint.clone(), endpoint)], ..Changes::default() };
    trial.refuses("who read it before", stale).await;
    let on = Endpoint { active: true, disabled_reason: None, ..off.clone() };
    trial.commit(Changes { endpoints: vec![Change::updated(off, on.clone())], ..Changes::default() }).await;
    assert!(!trial.store.settle_delivery(trial.system(), trial.scope(), settlement).await.expect("a write"));
    let stored = trial.store.find_endpoint(trial.scope(), on.id).await.expect("a read");
    assert_eq!(stored, Some(Endpoint { version: 3, ..on }), "a settlement that is lost switches nothing off");
}

pub async fn the_next_delivery_is_known_leases_included(trial: &Trial) {
    assert_eq!(next_at(trial).await, None);
    one_endpoint(trial, [7, 20]).await;
    assert_eq!(next_at(trial).await, Some(at(7)));
    let due = claim(trial, 7, 15, 9, 9).await.remove(0).delivery;
    assert_eq!(next_at(trial).await, Some(at(15)), "when its lease ends");
    assert!(settle(trial, trial.scope(), tried(&due, 8, 503, Some(at(30)))).await);
    assert_eq!(next_at(trial).await, Some(at(20)));
    let due = claim(trial, 20, 60, 9, 9).await.remove(0).delivery;
    assert_eq!(next_at(trial).await, Some(at(30)));
    assert!(settle(trial, trial.scope(), tried(&due, 21, 200, None)).await);
    let due = claim(trial, 30, 60, 9, 9).await.remove(0).delivery;
    assert!(settle(trial, trial.scope(), tried(&due, 31, 404, None)).await);
    assert_eq!(next_at(trial).await, None, "nothing is pending");
}

pub async fn a_sandboxes_deliveries_come_with_its_scope(trial: &Trial) {
    let sandbox = trial.home.sandbox();
    let endpoint = trial.add_endpoint(sandbox, fixtures::endpoint(1)).await;
    trial.add_deliveries(sandbox, &endpoint, [1]).await;
    let due = claim(trial, 1, 50, 9, 9).await;
    assert_eq!(due.iter().map(|due| due.scope).collect::<Vec<_>>(), [sandbox]);
    let settled = tried(&due[0].delivery, 2, 200, None);
    assert!(settle(trial, sandbox, settled.clone()).await);
    let found = trial.store.find_delivery(sandbox, endpoint.id, settled.id).await.expect("a read");
    assert_eq!(found, Some(settled));
}
