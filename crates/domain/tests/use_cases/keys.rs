//! Keys: what is kept of them, and what a key that is none costs.

use std::sync::Arc;

use synaptiq_domain::{
    access::{KeyKind, KeySecret, Permission, PermissionSet, TenantScope, hash_secret},
    use_cases::{
        AuthenticationError, CreateKey, CreateTenant, Services, UseCaseError, authenticate, create_key, create_tenant,
        list_keys, revoke_key, rotate_key,
    },
};
use synaptiq_storage::MemoryStore;
use synaptiq_testkit::fakes::{FakeClock, Unsteady, services};

async fn company() -> (Services, Arc<Unsteady>, TenantScope) {
    let store = Arc::new(Unsteady::new(Arc::new(MemoryStore::new())));
    let services = services(Arc::clone(&store) as _, Arc::new(FakeClock::default()));
    let command = CreateTenant { name: "Acme".to_owned(), plan: "self_hosted".to_owned(), is_default: true };
    let tenant = create_tenant(&services, command).await.expect("a tenant");
    (services, store, TenantScope::live(tenant.id))
}

fn wanted(kind: KeyKind) -> CreateKey {
    let permissions = [Permission::LeadsRead].into_iter().collect();
    CreateKey { name: "CRM".to_owned(), kind, permissions, plan: None }
}

#[tokio::test]
async fn k1_a_key_with_a_wrong_checksum_is_refused_without_a_look_into_the_store() {
    let (services, store, scope) = company().await;
    for kind in KeyKind::ALL {
        let made = create_key(&services, scope, PermissionSet::all(), wanted(kind), None).await.expect("a key");
        let good = made.secret.reveal().to_owned();
        let asked = store.others();
        let mut mistyped = good.clone();
        let last = mistyped.pop();
        mistyped.push(if last == Some('a') { 'b' } else { 'a' });
        for bad in [mistyped.as_str(), &good[1..], &good[..good.len() - 1], kind.prefix(), "", "Bearer"] {
            let refused = authenticate(&services, bad).await;
            assert!(matches!(refused, Err(AuthenticationError::Malformed)), "{kind:?} {bad}: {refused:?}");
        }
        assert_eq!(store.others(), asked, "{kind:?}: the store was asked");
        let never_made = KeySecret::new(kind.prefix(), [9; 32]);
        let refused = authenticate(&services, never_made.reveal()).await;
        assert!(matches!(refused, Err(AuthenticationError::Unknown)), "{kind:?}: {refused:?}");
        assert_eq!(store.others(), asked + 1, "{kind:?}: a well-formed one is looked up once");
        assert!(authenticate(&services, &good).await.is_ok(), "{kind:?}");
    }
}

#[tokio::test]
async fn k1_what_is_kept_of_a_key_is_its_sha_256() {
    let (services, _, scope) = company().await;
    let made = create_key(&services, scope, PermissionSet::all(), wanted(KeyKind::Live), None).await.expect("a key");
    let secret = made.secret.reveal();
    let kept = list_keys(&services, scope).await.expect("keys").remove(0);
    assert_eq!(kept.hash, hash_secret(secret));
    assert!(!format!("{kept:?}").contains(&secret[KeyKind::Live.prefix().len()..]), "the secret itself is kept");
    assert_eq!(kept.hint(), format!("sk_live_…{}", &secret[secret.len() - 4..]));
}

#[tokio::test]
async fn a_sandbox_makes_rotates_and_revokes_no_key() {
    let (services, _, scope) = company().await;
    let made = create_key(&services, scope, PermissionSet::all(), wanted(KeyKind::Test), None).await.expect("a key");
    let sandbox = authenticate(&services, made.secret.reveal()).await.expect("a principal").scope;
    assert!(!sandbox.may_change_content());
    let all = PermissionSet::all();
    let (key, before) = (made.key.id, list_keys(&services, scope).await.expect("keys"));
    let refused = [
        create_key(&services, sandbox, all, wanted(KeyKind::Live), None).await.map(|_| ()),
        rotate_key(&services, sandbox, all, key, None).await.map(|_| ()),
        revoke_key(&services, sandbox, key, None).await.map(|_| ()),
    ];
    assert!(refused.iter().all(|refused| matches!(refused, Err(UseCaseError::Forbidden(_)))), "{refused:?}");
    assert_eq!(list_keys(&services, sandbox).await.expect("keys"), before, "it reads them");
}
