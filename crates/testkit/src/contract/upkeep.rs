//! Promises of the work that belongs to no request, besides deliveries: sweeping, idle
//! conversations, tenants, keys, values of the installation, health.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use synaptiq_domain::{
    access::{ApiKey, Tenant},
    changes::{Change, Changes},
    conversation::{Conversation, ConversationStatus},
    ports::store::StoreHealth,
    webhook::{Delivery, DeliveryStatus},
};

use crate::{
    contract::Trial,
    fixtures::{self, at},
};

pub async fn idle_conversations_come_oldest_first_with_their_scope(trial: &Trial) {
    let mut expected = Vec::new();
    // Number n wrote last at second n.
    for (n, scope) in [(3, trial.scope()), (1, trial.other.scope()), (2, trial.home.sandbox())] {
        let conversation = trial.conversation(n);
        expected.push((n, (scope, conversation.id)));
        let conversations = vec![Change::created(conversation)];
        trial.commit_in(scope, Changes { conversations, ..Changes::default() }).await;
    }
    for (n, status) in
        [(4, ConversationStatus::HandedOff), (5, ConversationStatus::Closed), (6, ConversationStatus::Expired)]
    {
        trial.add_conversation(Conversation { status, ..trial.conversation(n) }, 0).await;
    }
    trial.add_conversation(trial.conversation(10), 0).await;
    expected.sort_by_key(|(n, _)| *n);
    let expected: Vec<_> = expected.into_iter().map(|(_, idle)| idle).collect();
    let idle =
        async |since, limit| trial.store.idle_conversations(trial.system(), at(since), limit).await.expect("a read");
    assert_eq!(idle(10, 9).await, expected, "before the instant, not at it");
    assert_eq!(idle(10, 2).await, expected[..2]);
    assert_eq!(idle(3, 9).await, expected[..2]);
    assert_eq!(idle(1, 9).await, []);
}

pub async fn receipts_begun_before_an_instant_are_swept_part_by_part(trial: &Trial) {
    for n in 1..=5 {
        let receipt = if n % 2 == 0 { fixtures::receipt(n) } else { fixtures::begun_receipt(n) };
        trial.commit(Changes { receipt: Some(receipt), ..Changes::default() }).await;
    }
    let sandbox = Changes { receipt: Some(fixtures::receipt(1)), ..Changes::default() };
    trial.commit_in(trial.home.sandbox(), sandbox).await;
    let sweep = async |limit| trial.store.sweep_receipts(trial.system(), at(4), limit).await.expect("a sweep");
    assert_eq!(sweep(3).await, 3, "at most as many as asked for");
    assert_eq!(sweep(3).await, 1, "of every tenant");
    assert_eq!(sweep(3).await, 0);
    for n in 1..=5 {
        let key = fixtures::receipt(n).key;
        let found = trial.store.find_receipt(trial.scope(), key).await.expect("a read");
        assert_eq!(found.is_some(), n >= 4, "number {n}");
    }
}

pub async fn deliveries_are_swept_by_their_last_try(trial: &Trial) {
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let all = trial.add_deliveries(trial.scope(), &endpoint, 1..=11).await;
    let statuses = [DeliveryStatus::Delivered, DeliveryStatus::Failed, DeliveryStatus::Cancelled];
    let ended: Vec<Delivery> = all
        .iter()
        .take(9)
        .zip(statuses.into_iter().cycle())
        // The first try of all is long ago; the last one is at 100, 200 and 300, three each.
        .zip([100, 100, 100, 200, 200, 200, 300, 300, 300])
        .map(|((delivery, status), last)| Delivery {
            status,
            attempts: vec![fixtures::attempt(at(9), 500), fixtures::attempt(at(last), 200)],
            next_attempt_at: None,
            ..delivery.clone()
        })
        .collect();
    let deliveries = all.iter().cloned().zip(ended).map(|(before, after)| Change::updated(before, after)).collect();
    trial.commit(Changes { deliveries, ..Changes::default() }).await;
    let sweep = async |delivered, failed, limit| {
        trial.store.sweep_deliveries(trial.system(), at(delivered), at(failed), limit).await.expect("a sweep")
    };
    let left = async || {
        let query = synaptiq_domain::webhook::DeliveryQuery::default();
        let page = trial.store.list_deliveries(trial.scope(), endpoint.id, &query).await.expect("a read");
        page.items.into_iter().rev().map(|delivery| delivery.id).collect::<Vec<_>>()
    };
    assert_eq!(sweep(100, 100, 9).await, 0, "before the instants, not at them");
    assert_eq!(sweep(300, 101, 9).await, 4);
    let expected = [5, 6, 7, 8, 9, 10, 11].map(fixtures::id);
    assert_eq!(left().await, expected, "delivered before 300, failed or cancelled before 101");
    assert_eq!(sweep(999, 999, 3).await, 3, "at most as many as asked for");
    assert_eq!(sweep(999, 999, 9).await, 2);
    assert_eq!(left().await, [10, 11].map(fixtures::id), "what is pending stays, however old");
}

pub async fn every_tenant_is_listed_oldest_first_without_sandboxes(trial: &Trial) {
    let late = fixtures::company(9);
    let early = fixtures::company(3);
    for company in [&late, &early] {
        trial.commit_in(company.scope(), company.founding()).await;
    }
    let lead = Changes { leads: vec![Change::created(fixtures::lead(1))], ..Changes::default() };
    trial.commit_in(early.sandbox(), lead).await;
    let expected = [&trial.home, &trial.other, &early, &late];
    let expected = expected.map(|company| Tenant { version: 1, ..company.tenant.clone() });
    assert_eq!(trial.store.list_tenants(trial.system()).await.expect("a read"), expected);
}

pub async fn a_key_is_found_by_its_id_in_any_tenant(trial: &Trial) {
    let key = fixtures::key(1, trial.other.tenant.id);
    let changes = Changes { keys: vec![Change::created(key.clone())], ..Changes::default() };
    trial.commit_in(trial.other.scope(), changes).await;
    assert_eq!(trial.store.find_key(trial.system(), key.id).await.expect("a read"), Some(key));
    assert_eq!(trial.store.find_key(trial.system(), fixtures::id(99)).await.expect("a read"), None);
}

pub async fn the_last_use_of_keys_is_noted(trial: &Trial) {
    let keys = [1, 2].map(|n| fixtures::key(n, trial.home.tenant.id));
    trial.commit(Changes { keys: keys.clone().map(Change::created).into(), ..Changes::default() }).await;
    let used = [(keys[0].id, at(60)), (fixtures::id(99), at(60))];
    trial.store.touch_keys(trial.system(), &used).await.expect("unknown keys are no error");
    trial.store.touch_keys(trial.system(), &[]).await.expect("nor is none");
    let find = async |key: &ApiKey| trial.store.find_key(trial.system(), key.id).await.expect("a read");
    assert_eq!(find(&keys[0]).await, Some(ApiKey { last_used_at: Some(at(60)), ..keys[0].clone() }));
    assert_eq!(find(&keys[1]).await.as_ref(), Some(&keys[1]));
}

pub async fn a_value_of_the_installation_is_what_was_last_put(trial: &Trial) {
    let find = async |name| trial.store.find_setting(trial.system(), name).await.expect("a read");
    let put = async |name, value| trial.store.put_setting(trial.system(), name, value).await.expect("a write");
    assert_eq!(find("admin_token").await, None);
    put("admin_token", "first").await;
    put("key_check", "käse ☕").await;
    put("admin_token", "second").await;
    assert_eq!(find("admin_token").await.as_deref(), Some("second"));
    assert_eq!(find("key_check").await.as_deref(), Some("käse ☕"));
    assert_eq!(find("Admin_token").await, None, "names are exact");
}

pub async fn a_store_at_work_is_well(trial: &Trial) {
    assert_eq!(trial.store.health(trial.system()).await, StoreHealth::Ok);
}
