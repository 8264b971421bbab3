//! Who may do what (contract § 3, security K1–K3): every route with every scope, and with every
//! credential that is none.

use synaptiq_domain::access::{KeyKind, KeySecret, Permission, PermissionSet, TenantScope};
use synaptiq_http::{
    dialect::{ALL, Dialect},
    route::{Access, Route, Verb},
};
use synaptiq_wire::Code;

use super::{
    belongings::unknown,
    case::{Case, Effect, Where, cases, places},
    envelope::{assert_refused, assert_refused_as_documented},
    request::Wanted,
    world::World,
};
use crate::stage::{ADMIN_TOKEN, Seen, new_key};

/// Every route that asks for a scope, in every dialect.
fn guarded() -> impl Iterator<Item = (&'static dyn Dialect, &'static Route, &'static Case, Permission)> {
    ALL.into_iter().flat_map(|dialect| {
        cases(dialect).filter_map(move |(route, case)| match route.access {
            Access::Scope(permission) => Some((dialect, route, case, permission)),
            Access::Public | Access::PublicChat | Access::Session => None,
        })
    })
}

/// A request that a route answers with success, or with 404 where it would use something up.
fn harmless(world: &World, route: &'static Route, case: &'static Case) -> Wanted {
    let wanted = Wanted::of(route, case, &world.owners[0].own);
    let first_id = places(route, case).iter().position(|(at, _)| *at == Where::Path);
    match first_id {
        Some(at) if route.verb != Verb::Get => wanted.with(at, unknown(case.path[at]).remove(0)),
        _ => wanted,
    }
}

async fn with_authorization(world: &World, wanted: &Wanted, authorization: &str) -> Seen {
    wanted.ask_publicly(&world.stage).header("authorization", authorization).begun().await
}

async fn with_key(world: &World, wanted: &Wanted, key: &str) -> Seen {
    with_authorization(world, wanted, &format!("Bearer {key}")).await
}

async fn key(world: &World, kind: KeyKind, permissions: impl IntoIterator<Item = Permission>) -> String {
    new_key(&world.stage.services, world.stage.scope, kind, permissions.into_iter().collect()).await
}

fn assert_admitted(route: &Route, seen: &Seen, about: &str) {
    let admitted = seen.status < 300 || seen.status == 404;
    assert!(admitted, "{route:?} {about}: {} {}", seen.status, seen.text());
}

#[actix_web::test]
async fn k2_a_scope_opens_the_routes_that_ask_for_it_and_no_other() {
    let world = World::new().await;
    let mut keys = Vec::new();
    for permission in Permission::ALL {
        keys.push((permission, key(&world, KeyKind::Live, [permission]).await));
    }
    for (dialect, route, case, needed) in guarded() {
        let wanted = harmless(&world, route, case);
        for (scope, key) in &keys {
            let seen = with_key(&world, &wanted, key).await;
            if *scope == needed {
                assert_admitted(route, &seen, scope.as_str());
            } else {
                let about = format!("with {scope}");
                assert_refused_as_documented(dialect, route, &seen, 403, Code::InsufficientScope, &about);
                assert!(seen.text().contains(needed.as_str()), "it says what is missing: {}", seen.text());
            }
        }
    }
}

#[actix_web::test]
async fn k2_a_bundle_opens_what_its_scopes_open() {
    let world = World::new().await;
    for bundle in ["read", "write", "admin"] {
        let scopes: PermissionSet = bundle.parse().expect("a bundle");
        let key = key(&world, KeyKind::Live, scopes.iter()).await;
        for (dialect, route, case, needed) in guarded() {
            let seen = with_key(&world, &harmless(&world, route, case), &key).await;
            if scopes.contains(needed) {
                assert_admitted(route, &seen, bundle);
            } else {
                assert_refused_as_documented(dialect, route, &seen, 403, Code::InsufficientScope, bundle);
            }
        }
    }
}

#[actix_web::test]
async fn k1_k3_what_is_no_key_or_none_any_more_opens_nothing() {
    let world = World::new().await;
    let services = &world.stage.services;
    let good = key(&world, KeyKind::Live, Permission::ALL).await;
    let mut mistyped = good.clone();
    let last = mistyped.pop();
    mistyped.push(if last == Some('a') { 'b' } else { 'a' });
    let never_made = KeySecret::new(KeyKind::Live.prefix(), [9; 32]).reveal().to_owned();
    // The secret of a key under the prefix of another kind has another hash and another checksum.
    let other_kind = good.replace(KeyKind::Live.prefix(), KeyKind::Test.prefix());
    let scope = world.stage.scope;
    let (revoked, rotated) =
        (key(&world, KeyKind::Live, Permission::ALL).await, key(&world, KeyKind::Live, Permission::ALL).await);
    let id_of = async |secret: &str| {
        let hash = KeySecret::parse_any(secret).expect("a key").1.hash();
        services.store.find_credential(hash).await.expect("a store").expect("a key").key.id
    };
    let gone = id_of(&revoked).await;
    synaptiq_domain::use_cases::revoke_key(services, scope, gone, None).await.expect("revoked");
    let moved = id_of(&rotated).await;
    let all = PermissionSet::all();
    synaptiq_domain::use_cases::rotate_key(services, scope, all, moved, None).await.expect("rotated");
    let session = world.owners[0].own.text(super::case::Thing::Session).text;

    let bearer = |key: &str| Some(format!("Bearer {key}"));
    let credentials = [
        ("nothing", None, Code::MissingCredential),
        ("a word alone", Some("Bearer".to_owned()), Code::MissingCredential),
        ("an empty bearer", Some("Bearer ".to_owned()), Code::MissingCredential),
        ("another scheme", Some("Basic Zm9vOmJhcg==".to_owned()), Code::MissingCredential),
        ("a session", Some(format!("Session {session}")), Code::MissingCredential),
        ("a key without its scheme", Some(good.clone()), Code::MissingCredential),
        ("a mistyped key", bearer(&mistyped), Code::InvalidCredential),
        ("half a key", bearer(&good[..30]), Code::InvalidCredential),
        ("a prefix alone", bearer(KeyKind::Live.prefix()), Code::InvalidCredential),
        ("a key under another prefix", bearer(&other_kind), Code::InvalidCredential),
        ("a key that was never made", bearer(&never_made), Code::InvalidCredential),
        ("a rotated key's old secret", bearer(&rotated), Code::InvalidCredential),
        ("a session as a key", bearer(&session), Code::InvalidCredential),
        ("a revoked key", bearer(&revoked), Code::RevokedCredential),
    ];
    let before = world.stored().await;
    for (dialect, route, case, _) in guarded() {
        // What would succeed, so that nothing but the credential is at fault.
        let wanted = Wanted::of(route, case, &world.owners[0].own);
        for (about, authorization, code) in &credentials {
            let seen = match authorization {
                Some(text) => with_authorization(&world, &wanted, text).await,
                None => wanted.ask_publicly(&world.stage).begun().await,
            };
            assert_refused_as_documented(dialect, route, &seen, 401, *code, about);
        }
    }
    assert_eq!(world.stored().await, before, "something was changed without a credential");
}

#[actix_web::test]
async fn a_publishable_key_chats_and_does_nothing_else_whatever_is_stored_of_it() {
    let world = World::new().await;
    let key = key(&world, KeyKind::Publishable, Permission::ALL).await;
    // As it might have come in by another way than creation.
    let stored = KeySecret::parse_any(&key).expect("a key").1.hash();
    let stored = world.stage.services.store.find_credential(stored).await.expect("a store").expect("a key").key;
    let widened = synaptiq_domain::access::ApiKey { permissions: PermissionSet::all(), ..stored.clone() };
    let changes = synaptiq_domain::changes::Changes {
        keys: vec![synaptiq_domain::changes::Change::updated(stored, widened)],
        ..Default::default()
    };
    world.stage.services.store.commit(world.stage.scope, changes).await.expect("a commit");
    for (dialect, route, case, needed) in guarded() {
        let seen = with_key(&world, &harmless(&world, route, case), &key).await;
        if needed == Permission::ChatWrite {
            assert_admitted(route, &seen, "with a publishable key");
            for hidden in ["conversationId", "leadId", "leadScore"] {
                assert!(seen.json().get(hidden).is_none(), "{hidden} is shown: {}", seen.text());
            }
        } else {
            let about = "with a publishable key";
            assert_refused_as_documented(dialect, route, &seen, 403, Code::InsufficientScope, about);
        }
    }
}

#[actix_web::test]
async fn a_test_key_does_what_its_scopes_say_and_changes_no_content() {
    let world = World::new().await;
    let sandbox = world.owners.iter().find(|owner| owner.is_sandbox()).expect("a sandbox");
    let scope = TenantScope::live(sandbox.scope.content());
    let before = world.stored().await;
    for (dialect, route, case, needed) in guarded() {
        let none: PermissionSet = Permission::ALL.into_iter().filter(|scope| *scope != needed).collect();
        let without = new_key(&world.stage.services, scope, KeyKind::Test, none).await;
        let wanted = Wanted::of(route, case, &sandbox.own);
        let seen = with_key(&world, &wanted, &without).await;
        assert_refused_as_documented(dialect, route, &seen, 403, Code::InsufficientScope, "with a test key");
        if case.effect == Effect::ChangesContent {
            // What it names is there and may be read: only changing it is refused.
            let seen = with_key(&world, &wanted, &sandbox.key).await;
            let about = "changes content with a test key";
            assert_refused_as_documented(dialect, route, &seen, 403, Code::InsufficientScope, about);
            assert!(seen.text().contains("test key"), "{route:?} does not say why: {}", seen.text());
        } else {
            let seen = with_key(&world, &harmless(&world, route, case), &sandbox.key).await;
            assert_admitted(route, &seen, "with a test key");
        }
    }
    for (owner, (before, after)) in world.owners.iter().zip(before.iter().zip(world.stored().await)) {
        if !owner.is_sandbox() {
            let keys_alone = |text: &str| text.lines().filter(|line| !line.contains("ApiKey")).collect::<String>();
            assert_eq!(keys_alone(before), keys_alone(&after), "a test key changed {}", owner.name);
        }
    }
}

#[actix_web::test]
async fn k4_the_admin_token_opens_every_route_and_a_wrong_one_none() {
    let world = World::new().await;
    for (dialect, route, case, _) in guarded() {
        let wanted = harmless(&world, route, case);
        assert_admitted(route, &with_key(&world, &wanted, ADMIN_TOKEN).await, "with the admin token");
        let seen = with_key(&world, &wanted, "not the operator's token").await;
        assert_refused_as_documented(dialect, route, &seen, 401, Code::InvalidCredential, "with a wrong token");
    }
}

#[actix_web::test]
async fn a_syrus_key_speaks_its_own_dialect_alone() {
    let world = World::new().await;
    let key = key(&world, KeyKind::Syrus, Permission::ALL).await;
    for (dialect, route, case, _) in guarded().filter(|(dialect, ..)| !dialect.accepts(KeyKind::Syrus)) {
        let seen = with_key(&world, &harmless(&world, route, case), &key).await;
        assert_refused(dialect, &seen, 401, Code::InvalidCredential, &format!("{route:?} with a syrus key"));
    }
}

#[actix_web::test]
async fn what_is_public_asks_for_nothing_and_a_session_is_not_a_key() {
    let world = World::new().await;
    for (dialect, route, case) in ALL.into_iter().flat_map(|dialect| cases(dialect).map(move |(r, c)| (dialect, r, c)))
    {
        let wanted = Wanted::of(route, case, &world.owners[0].own);
        match route.access {
            Access::Public | Access::PublicChat => {
                for authorization in ["Bearer nonsense", "Session nonsense", "Basic Zm9vOmJhcg=="] {
                    let seen = with_authorization(&world, &wanted, authorization).await;
                    assert!(seen.status < 300, "{route:?} with {authorization}: {}", seen.text());
                }
            }
            Access::Session => {
                let key = format!("Bearer {}", world.owners[0].key);
                for (authorization, code) in [
                    ("", Code::MissingCredential),
                    ("Session", Code::MissingCredential),
                    (&*key, Code::MissingCredential),
                    ("Session sess_tooshort", Code::InvalidCredential),
                ] {
                    let seen = with_authorization(&world, &wanted, authorization).await;
                    assert_refused_as_documented(dialect, route, &seen, 401, code, authorization);
                }
            }
            Access::Scope(_) => {}
        }
    }
}
