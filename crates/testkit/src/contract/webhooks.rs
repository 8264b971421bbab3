//! Promises of reading endpoints and deliveries.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use std::slice;

use synaptiq_domain::{
    changes::{Change, Changes},
    paging::{Page, Paging},
    webhook::{
        Delivery, DeliveryQuery, DeliveryStatus, Endpoint, Profile, SealedSecret, SecretRotation, SignatureScheme,
    },
};

use crate::{
    contract::{Trial, dice::Dice},
    fixtures::{self, at},
};

fn endpoints(change: Change<Endpoint>) -> Changes {
    Changes { endpoints: vec![change], ..Changes::default() }
}

fn deliveries(change: Change<Delivery>) -> Changes {
    Changes { deliveries: vec![change], ..Changes::default() }
}

async fn list(trial: &Trial, endpoint: &Endpoint, query: DeliveryQuery) -> Page<Delivery> {
    trial.store.list_deliveries(trial.scope(), endpoint.id, &query).await.expect("a read")
}

pub async fn endpoints_are_listed_newest_first(trial: &Trial) {
    let two = trial.add_endpoint(trial.scope(), fixtures::endpoint(2)).await;
    let one = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let three = trial.add_endpoint(trial.scope(), fixtures::endpoint(3)).await;
    trial.add_endpoint(trial.other.scope(), fixtures::endpoint(4)).await;
    let listed = trial.store.list_endpoints(trial.scope()).await.expect("a read");
    assert_eq!(listed, [three, two, one]);
}

pub async fn an_endpoint_with_everything_in_it_reads_back_the_same(trial: &Trial) {
    let bare = Endpoint { description: None, ..fixtures::endpoint(1) };
    let bare = trial.add_endpoint(trial.scope(), bare).await;
    let full = Endpoint {
        assistant: Some(trial.home.assistant.id),
        profile: Profile::Syrus,
        signature_scheme: SignatureScheme::Body,
        rotation: Some(SecretRotation { next: SealedSecret(vec![0, 7, 255]), activates_at: at(500) }),
        active: false,
        disabled_reason: Some("the receiver answered 410".to_owned()),
        ..bare.clone()
    };
    trial.commit(endpoints(Change::updated(bare.clone(), full.clone()))).await;
    let found = trial.store.find_endpoint(trial.scope(), bare.id).await.expect("a read");
    assert_eq!(found, Some(Endpoint { version: 2, ..full }));
    assert_eq!(trial.store.find_endpoint(trial.scope(), fixtures::id(99)).await.expect("a read"), None);
}

pub async fn a_delivery_with_everything_in_it_reads_back_the_same(trial: &Trial) {
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let bare = trial.add_deliveries(trial.scope(), &endpoint, [1]).await.remove(0);
    let find = async || trial.store.find_delivery(trial.scope(), endpoint.id, bare.id).await.expect("a read");
    assert_eq!(find().await.as_ref(), Some(&bare));
    let full = Delivery {
        conversation: Some(fixtures::id(5)),
        body: (0..=255).collect(),
        status: DeliveryStatus::Failed,
        attempts: vec![fixtures::attempt(at(1), 500), fixtures::attempt(at(2), 200)],
        tries_used: 2,
        next_attempt_at: None,
        ..bare.clone()
    };
    trial.commit(deliveries(Change::updated(bare.clone(), full.clone()))).await;
    assert_eq!(find().await, Some(full));
}

pub async fn a_delivery_is_found_under_its_own_endpoint_alone(trial: &Trial) {
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let stranger = trial.add_endpoint(trial.scope(), fixtures::endpoint(2)).await;
    let delivery = trial.add_deliveries(trial.scope(), &endpoint, [1]).await.remove(0);
    let find = async |endpoint| trial.store.find_delivery(trial.scope(), endpoint, delivery.id).await.expect("a read");
    assert_eq!(find(endpoint.id).await.as_ref(), Some(&delivery));
    assert_eq!(find(stranger.id).await, None);
    assert_eq!(list(trial, &stranger, DeliveryQuery::default()).await.items, []);
}

pub async fn deliveries_are_listed_newest_first_page_by_page_or_by_cursor(trial: &Trial) {
    let mut dice = Dice::new(5);
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let stranger = trial.add_endpoint(trial.scope(), fixtures::endpoint(2)).await;
    let mut all = Vec::new();
    for n in 1..=20 {
        let pending = trial.add_deliveries(trial.scope(), &endpoint, [n]).await.remove(0);
        let next_attempt_at = pending.next_attempt_at;
        let mut delivery = Delivery { status: dice.pick(&DeliveryStatus::ALL), ..pending.clone() };
        delivery.next_attempt_at = next_attempt_at.filter(|_| delivery.status == DeliveryStatus::Pending);
        trial.commit(deliveries(Change::updated(pending, delivery.clone()))).await;
        all.insert(0, delivery);
    }
    trial.add_deliveries(trial.scope(), &stranger, [50]).await;
    for status in [None].into_iter().chain(DeliveryStatus::ALL.map(Some)) {
        let wanted = |delivery: &&Delivery| status.is_none_or(|status| delivery.status == status);
        let matching: Vec<_> = all.iter().filter(wanted).cloned().collect();
        let (mut by_page, mut by_cursor) = (Vec::new(), Vec::new());
        for page in 1.. {
            let part = list(trial, &endpoint, DeliveryQuery { status, paging: Paging::Page { page, limit: 3 } }).await;
            assert_eq!(part.total, Some(matching.len() as u64));
            by_page.extend(part.items);
            if part.next.is_none() {
                break;
            }
        }
        let mut paging = Paging::Page { page: 1, limit: 2 };
        loop {
            let part = list(trial, &endpoint, DeliveryQuery { status, paging }).await;
            by_cursor.extend(part.items);
            let Some(position) = part.next else { break };
            paging = Paging::After { position, limit: 2 };
        }
        assert_eq!(by_page, matching, "{status:?}");
        assert_eq!(by_cursor, matching, "{status:?}");
    }
}

pub async fn deleting_an_endpoint_cancels_its_pending_deliveries(trial: &Trial) {
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let other = trial.add_endpoint(trial.scope(), fixtures::endpoint(2)).await;
    let all = trial.add_deliveries(trial.scope(), &endpoint, [1, 2]).await;
    let kept = trial.add_deliveries(trial.scope(), &other, [3]).await.remove(0);
    let done = Delivery { status: DeliveryStatus::Delivered, next_attempt_at: None, ..all[1].clone() };
    trial.commit(deliveries(Change::updated(all[1].clone(), done.clone()))).await;
    trial.commit(endpoints(Change::deleted(endpoint.clone()))).await;
    assert_eq!(trial.store.find_endpoint(trial.scope(), endpoint.id).await.expect("a read"), None);
    assert_eq!(trial.store.list_endpoints(trial.scope()).await.expect("a read"), slice::from_ref(&other));
    let find = async |endpoint, id| trial.store.find_delivery(trial.scope(), endpoint, id).await.expect("a read");
    let cancelled = Delivery { status: DeliveryStatus::Cancelled, next_attempt_at: None, ..all[0].clone() };
    assert_eq!(find(endpoint.id, all[0].id).await, Some(cancelled));
    assert_eq!(find(endpoint.id, all[1].id).await, Some(done), "what was done stays done");
    assert_eq!(find(other.id, kept.id).await, Some(kept), "another endpoint's is not touched");
}

pub async fn a_delivery_to_an_endpoint_that_is_gone_is_stale(trial: &Trial) {
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    trial.commit(endpoints(Change::deleted(endpoint.clone()))).await;
    let lead = fixtures::lead(1);
    let event = fixtures::event(1, &lead);
    let delivery = fixtures::delivery(1, endpoint.id, &event);
    let changes = Changes {
        leads: vec![Change::created(lead.clone())],
        events: vec![event],
        deliveries: vec![Change::created(delivery)],
        ..Changes::default()
    };
    trial.refuses("the endpoint was there when the fan-out was decided", changes).await;
    assert_eq!(trial.lead(&lead).await, None);
}
