//! Promises of reading tenants, keys and who they belong to.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use std::slice;

use synaptiq_domain::{
    access::{ApiKey, Assistant, KeyKind, Member, PermissionSet, Tenant, TenantSettings},
    changes::{Change, Changes},
    ports::store::Credential,
};

use crate::{
    contract::Trial,
    fixtures::{self, at},
};

fn keys(changes: impl IntoIterator<Item = Change<ApiKey>>) -> Changes {
    Changes { keys: changes.into_iter().collect(), ..Changes::default() }
}

/// The home tenant as stored after its founding.
fn stored_home(trial: &Trial) -> Tenant {
    Tenant { version: 1, ..trial.home.tenant.clone() }
}

pub async fn a_key_is_found_by_its_hash_with_its_tenant(trial: &Trial) {
    let key = fixtures::key(1, trial.home.tenant.id);
    let test_key =
        ApiKey { kind: KeyKind::Test, permissions: PermissionSet::NONE, ..fixtures::key(2, trial.home.tenant.id) };
    let foreign = fixtures::key(3, trial.other.tenant.id);
    trial.commit(keys([Change::created(key.clone()), Change::created(test_key.clone())])).await;
    trial.commit_in(trial.other.scope(), keys([Change::created(foreign.clone())])).await;
    let other = Tenant { version: 1, ..trial.other.tenant.clone() };
    for (key, tenant) in [(key, stored_home(trial)), (test_key, stored_home(trial)), (foreign, other)] {
        let found = trial.store.find_credential(key.hash).await.expect("a read");
        assert_eq!(found, Some(Credential { key, tenant }));
    }
    let unknown = fixtures::key_secret(99).hash();
    assert_eq!(trial.store.find_credential(unknown).await.expect("a read"), None);
}

pub async fn k3_a_revoked_key_is_seen_by_the_next_look_up(trial: &Trial) {
    let key = fixtures::key(1, trial.home.tenant.id);
    trial.commit(keys([Change::created(key.clone())])).await;
    trial.store.find_credential(key.hash).await.expect("a read, which may fill a cache");
    let revoked = ApiKey { revoked_at: Some(at(9)), ..key.clone() };
    trial.commit(keys([Change::updated(key.clone(), revoked.clone())])).await;
    let found = trial.store.find_credential(key.hash).await.expect("a read");
    assert_eq!(found.map(|credential| credential.key).as_ref(), Some(&revoked), "it is found, as revoked");
    trial.commit(keys([Change::deleted(revoked)])).await;
    assert_eq!(trial.store.find_credential(key.hash).await.expect("a read"), None);
    trial.commit(keys([Change::created(ApiKey { hash: key.hash, ..fixtures::key(2, key.tenant) })])).await;
}

pub async fn k3_a_change_of_a_key_that_was_rotated_or_revoked_meanwhile_is_stale(trial: &Trial) {
    let read = fixtures::key(1, trial.home.tenant.id);
    trial.commit(keys([Change::created(read.clone())])).await;
    let used = [(read.id, at(60))];
    trial.store.touch_keys(trial.system(), &used).await.expect("a write");
    let revoked = ApiKey { revoked_at: Some(at(9)), ..read.clone() };
    trial.commit(keys([Change::updated(read.clone(), revoked.clone())])).await;
    let rotated = ApiKey { hash: fixtures::key_secret(2).hash(), ..read.clone() };
    trial.refuses("a rotation over a revocation", keys([Change::updated(read.clone(), rotated.clone())])).await;
    trial.refuses("a deletion of what was not revoked", keys([Change::deleted(read.clone())])).await;
    assert_eq!(trial.store.find_credential(rotated.hash).await.expect("a read"), None);
    let found = trial.store.find_credential(read.hash).await.expect("a read");
    assert_eq!(found.map(|credential| credential.key), Some(revoked));

    let read = fixtures::key(3, trial.home.tenant.id);
    trial.commit(keys([Change::created(read.clone())])).await;
    let rotated = ApiKey { hash: fixtures::key_secret(4).hash(), ..read.clone() };
    trial.commit(keys([Change::updated(read.clone(), rotated.clone())])).await;
    let revoked = ApiKey { revoked_at: Some(at(9)), ..read.clone() };
    trial.refuses("a revocation of the old secret", keys([Change::updated(read.clone(), revoked)])).await;
    assert_eq!(trial.store.find_credential(read.hash).await.expect("a read"), None, "it was rotated away");
    let found = trial.store.find_credential(rotated.hash).await.expect("a read");
    assert_eq!(found.map(|credential| credential.key), Some(rotated));
}

pub async fn keys_are_listed_newest_first(trial: &Trial) {
    let all = [1, 2, 3].map(|n| fixtures::key(n, trial.home.tenant.id));
    for n in [1, 0, 2] {
        trial.commit(keys([Change::created(all[n].clone())])).await;
    }
    let foreign = fixtures::key(4, trial.other.tenant.id);
    trial.commit_in(trial.other.scope(), keys([Change::created(foreign)])).await;
    let [one, two, three] = all;
    let expected = [three, two, one];
    for scope in [trial.scope(), trial.home.sandbox()] {
        assert_eq!(trial.store.list_keys(scope).await.expect("a read"), expected);
    }
}

pub async fn a_tenant_is_found_by_its_id_or_as_the_default(trial: &Trial) {
    let store = &trial.store;
    let other = Tenant { version: 1, ..trial.other.tenant.clone() };
    assert_eq!(store.find_tenant(None).await.expect("a read"), Some(stored_home(trial)));
    assert_eq!(store.find_tenant(Some(other.id)).await.expect("a read").as_ref(), Some(&other));
    assert_eq!(store.find_tenant(Some(fixtures::id(99))).await.expect("a read"), None);
    let assistant = trial.other.assistant.id;
    assert_eq!(store.find_assistant_tenant(assistant).await.expect("a read"), Some(other));
    assert_eq!(store.find_assistant_tenant(fixtures::id(99)).await.expect("a read"), None);
}

pub async fn a_sandbox_is_not_found_as_a_tenant(trial: &Trial) {
    let found = trial.store.find_tenant(Some(trial.home.tenant.sandbox)).await.expect("a read");
    assert_eq!(found, None);
}

pub async fn a_view_holds_a_tenants_assistants_members_and_endpoints_in_order(trial: &Trial) {
    let second = Assistant { is_default: false, ..fixtures::assistant(11) };
    let third = Assistant { is_default: false, ..fixtures::assistant(12) };
    let members = [fixtures::member(11), fixtures::member(12)];
    // The younger ones are committed first.
    for (assistant, member) in [(&third, &members[1]), (&second, &members[0])] {
        trial
            .commit(Changes {
                assistants: vec![Change::created(assistant.clone())],
                members: vec![Change::created(member.clone())],
                ..Changes::default()
            })
            .await;
    }
    let newer = trial.add_endpoint(trial.scope(), fixtures::endpoint(2)).await;
    let older = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let view = trial.store.tenant_view(trial.scope()).await.expect("a read").expect("the tenant");
    assert_eq!(view.tenant, stored_home(trial));
    let first = trial.home.assistant.clone();
    let expected = [first, second, third].map(|assistant| Assistant { version: 1, ..assistant });
    assert_eq!(view.assistants, expected, "oldest first");
    let [second, third] = members;
    assert_eq!(view.members, [trial.home.member.clone(), second, third], "oldest first");
    assert_eq!(view.endpoints, [newer, older], "newest first");
}

pub async fn what_a_commit_changed_is_seen_by_the_next_view(trial: &Trial) {
    let scope = trial.scope();
    let view = async || trial.store.tenant_view(scope).await.expect("a read").expect("the tenant");
    view().await;

    let settings = TenantSettings { model_required: true, ..trial.home.tenant.settings.clone() };
    let tenant = Tenant { name: "Renamed".to_owned(), plan: "pro".to_owned(), settings, ..stored_home(trial) };
    let changes = Changes { tenants: vec![Change::updated(stored_home(trial), tenant.clone())], ..Changes::default() };
    trial.commit(changes).await;
    let tenant = Tenant { version: 2, ..tenant };
    assert_eq!(view().await.tenant, tenant);
    assert_eq!(trial.store.find_tenant(None).await.expect("a read"), Some(tenant));

    let before = Assistant { version: 1, ..trial.home.assistant.clone() };
    let after = Assistant { name: "Grace".to_owned(), greeting: None, ..before.clone() };
    let changes = Changes { assistants: vec![Change::updated(before, after.clone())], ..Changes::default() };
    trial.commit(changes).await;
    assert_eq!(view().await.assistants, [Assistant { version: 2, ..after }]);

    let before = trial.home.member.clone();
    let after = Member { email: None, ..before.clone() };
    let changes = Changes { members: vec![Change::updated(before, after.clone())], ..Changes::default() };
    trial.commit(changes).await;
    assert_eq!(view().await.members, [after]);

    let endpoint = trial.add_endpoint(scope, fixtures::endpoint(1)).await;
    assert_eq!(view().await.endpoints, slice::from_ref(&endpoint));
    trial.commit(Changes { endpoints: vec![Change::deleted(endpoint)], ..Changes::default() }).await;
    assert_eq!(view().await.endpoints, []);
}

pub async fn a_deleted_tenant_is_gone_with_all_that_was_its(trial: &Trial) {
    let key = fixtures::key(1, trial.home.tenant.id);
    trial.commit(keys([Change::created(key.clone())])).await;
    let lead = trial.add_lead(fixtures::lead(1)).await;
    let changes = Changes { tenants: vec![Change::deleted(stored_home(trial))], ..Changes::default() };
    trial.commit(changes).await;
    let store = &trial.store;
    assert_eq!(store.find_tenant(Some(key.tenant)).await.expect("a read"), None);
    assert_eq!(store.tenant_view(trial.scope()).await.expect("a read"), None);
    assert_eq!(store.find_credential(key.hash).await.expect("a read"), None);
    assert_eq!(store.find_assistant_tenant(trial.home.assistant.id).await.expect("a read"), None);
    assert_eq!(trial.lead(&lead).await, None);
    let left = store.list_tenants(trial.system()).await.expect("a read");
    assert_eq!(left, [Tenant { version: 1, ..trial.other.tenant.clone() }]);
}

pub async fn a_sandbox_reads_its_tenants_content_and_endpoints_of_its_own(trial: &Trial) {
    let live = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let test = trial.add_endpoint(trial.home.sandbox(), fixtures::endpoint(2)).await;
    let view = trial.store.tenant_view(trial.home.sandbox()).await.expect("a read").expect("the tenant");
    assert_eq!(view.tenant, stored_home(trial), "settings are the tenant's");
    assert_eq!(view.assistants.len(), 1, "so are assistants");
    assert_eq!(view.members.len(), 1, "and members");
    assert_eq!(view.endpoints, [test], "endpoints are its own");
    let view = trial.store.tenant_view(trial.scope()).await.expect("a read").expect("the tenant");
    assert_eq!(view.endpoints, [live]);
}
