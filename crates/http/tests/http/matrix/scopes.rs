//! Who may do what (contract § 3, security K1–K3): every route with every scope, and with every
//! credential that is none.

use serde_json::json;
use synaptiq_domain::{
    access::{KeyKind, KeySecret, Permission, PermissionSet, TenantScope},
    use_cases::{revoke_key, rotate_key},
};
use synaptiq_http::{
    dialect::choose,
    route::{Access, Verb},
};
use synaptiq_wire::Code;

use super::{
    belongings::unknown,
    case::{Asked, Effect, Thing, Where, every_case, places},
    envelope::{assert_refused, assert_refused_as_documented},
    request::Wanted,
    world::World,
};
use crate::stage::{ADMIN_TOKEN, Seen, new_key};

/// Every route that asks for a scope, in every dialect, with that scope.
fn guarded() -> impl Iterator<Item = (Asked, Permission)> {
    every_case().filter_map(|asked| Some((asked, asked.permission()?)))
}

/// A request that a route answers with success, or with 404 where it would use something up.
fn harmless(world: &World, asked: Asked) -> Wanted {
    let wanted = Wanted::of(asked, &world.owners[0].own);
    let first_id = places(asked).iter().position(|(at, _)| *at == Where::Path);
    match first_id {
        Some(at) if asked.route.verb != Verb::Get => wanted.with(at, unknown(asked.case.path[at]).remove(0)),
        _ => wanted,
    }
}

/// Whether a request with such an `Authorization` is answered where it was meant to be.
fn arrives(asked: Asked, wanted: &Wanted, authorization: Option<&str>) -> bool {
    let target = wanted.target();
    let path = target.split('?').next().unwrap_or_default();
    choose(path, authorization).dialect.name() == asked.dialect.name()
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

fn assert_admitted(asked: Asked, seen: &Seen, about: &str) {
    let admitted = seen.status < 300 || seen.status == 404;
    assert!(admitted, "{asked:?} {about}: {} {}", seen.status, seen.text());
}

#[actix_web::test]
async fn k2_a_scope_opens_the_routes_that_ask_for_it_and_no_other() {
    let world = World::new().await;
    let mut keys = Vec::new();
    for permission in Permission::ALL {
        for kind in [KeyKind::Live, KeyKind::Syrus] {
            keys.push((kind, permission, key(&world, kind, [permission]).await));
        }
    }
    for (asked, needed) in guarded() {
        let wanted = harmless(&world, asked);
        for (_, scope, key) in keys.iter().filter(|(kind, ..)| *kind == asked.kind()) {
            let seen = with_key(&world, &wanted, key).await;
            if *scope == needed {
                assert_admitted(asked, &seen, scope.as_str());
            } else {
                let about = format!("with {scope}");
                assert_refused_as_documented(asked, &seen, 403, Code::InsufficientScope, &about);
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
        let live = key(&world, KeyKind::Live, scopes.iter()).await;
        let syrus = key(&world, KeyKind::Syrus, scopes.iter()).await;
        for (asked, needed) in guarded() {
            let key = if asked.kind() == KeyKind::Syrus { &syrus } else { &live };
            let seen = with_key(&world, &harmless(&world, asked), key).await;
            if scopes.contains(needed) {
                assert_admitted(asked, &seen, bundle);
            } else {
                assert_refused_as_documented(asked, &seen, 403, Code::InsufficientScope, bundle);
            }
        }
    }
}

/// What is no key of a kind, or none any more, with what it is refused for.
async fn no_keys(world: &World, kind: KeyKind) -> Vec<(&'static str, Option<String>, Code)> {
    let services = &world.stage.services;
    let good = key(world, kind, Permission::ALL).await;
    let mut mistyped = good.clone();
    let last = mistyped.pop();
    mistyped.push(if last == Some('a') { 'b' } else { 'a' });
    let never_made = KeySecret::new(kind.prefix(), [9; 32]).reveal().to_owned();
    // The secret of a key under the prefix of another kind has another checksum.
    let of_another_kind =
        key(world, KeyKind::Test, Permission::ALL).await.replace(KeyKind::Test.prefix(), kind.prefix());
    let (revoked, rotated) = (key(world, kind, Permission::ALL).await, key(world, kind, Permission::ALL).await);
    let id_of = async |secret: &str| {
        let hash = KeySecret::parse_any(secret).expect("a key").1.hash();
        services.store.find_credential(hash).await.expect("a store").expect("a key").key.id
    };
    let scope = world.stage.scope;
    revoke_key(services, scope, id_of(&revoked).await, None).await.expect("revoked");
    rotate_key(services, scope, PermissionSet::all(), id_of(&rotated).await, None).await.expect("rotated");
    let session = world.owners[0].own.text(Thing::Session).text;
    let bearer = |key: &str| Some(format!("Bearer {key}"));
    vec![
        ("nothing", None, Code::MissingCredential),
        ("a word alone", Some("Bearer".to_owned()), Code::MissingCredential),
        ("an empty bearer", Some("Bearer ".to_owned()), Code::MissingCredential),
        ("another scheme", Some("Basic Zm9vOmJhcg==".to_owned()), Code::MissingCredential),
        ("a session", Some(format!("Session {session}")), Code::MissingCredential),
        ("a key without its scheme", Some(good.clone()), Code::MissingCredential),
        ("a session as a key", bearer(&session), Code::InvalidCredential),
        ("a mistyped key", bearer(&mistyped), Code::InvalidCredential),
        ("half a key", bearer(&good[..30]), Code::InvalidCredential),
        ("a prefix alone", bearer(kind.prefix()), Code::InvalidCredential),
        ("a key under another prefix", bearer(&of_another_kind), Code::InvalidCredential),
        ("a key that was never made", bearer(&never_made), Code::InvalidCredential),
        ("a rotated key's old secret", bearer(&rotated), Code::InvalidCredential),
        ("a revoked key", bearer(&revoked), Code::RevokedCredential),
    ]
}

#[actix_web::test]
async fn k1_k3_what_is_no_key_or_none_any_more_opens_nothing() {
    let world = World::new().await;
    for kind in [KeyKind::Live, KeyKind::Syrus] {
        let credentials = no_keys(&world, kind).await;
        let before = world.stored().await;
        for (asked, _) in guarded().filter(|(asked, _)| asked.dialect.accepts(kind)) {
            // What would succeed, so that nothing but the credential is at fault.
            let wanted = Wanted::of(asked, &world.owners[0].own);
            for (about, authorization, code) in &credentials {
                if !arrives(asked, &wanted, authorization.as_deref()) {
                    continue;
                }
                let seen = match authorization {
                    Some(text) => with_authorization(&world, &wanted, text).await,
                    None => wanted.ask_publicly(&world.stage).begun().await,
                };
                assert_refused_as_documented(asked, &seen, 401, *code, about);
            }
        }
        assert_eq!(world.stored().await, before, "something was changed without a credential");
    }
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
    for (asked, needed) in guarded().filter(|(asked, _)| asked.is_reached_without_a_key()) {
        let seen = with_key(&world, &harmless(&world, asked), &key).await;
        if needed == Permission::ChatWrite {
            assert_admitted(asked, &seen, "with a publishable key");
            for hidden in ["conversationId", "leadId", "leadScore"] {
                assert!(seen.json().get(hidden).is_none(), "{hidden} is shown: {}", seen.text());
            }
        } else {
            let about = "with a publishable key";
            assert_refused_as_documented(asked, &seen, 403, Code::InsufficientScope, about);
        }
    }
}

#[actix_web::test]
async fn a_test_key_does_what_its_scopes_say_and_changes_no_content() {
    let world = World::new().await;
    let sandbox = world.owners.iter().find(|owner| owner.is_sandbox()).expect("a sandbox");
    let scope = TenantScope::live(sandbox.scope.content());
    let before = world.stored().await;
    for (asked, needed) in guarded().filter(|(asked, _)| asked.is_reached_without_a_key()) {
        let none: PermissionSet = Permission::ALL.into_iter().filter(|scope| *scope != needed).collect();
        let without = new_key(&world.stage.services, scope, KeyKind::Test, none).await;
        let wanted = Wanted::of(asked, &sandbox.own);
        let seen = with_key(&world, &wanted, &without).await;
        assert_refused_as_documented(asked, &seen, 403, Code::InsufficientScope, "with a test key");
        if asked.case.effect == Effect::ChangesContent {
            // What it names is there and may be read: only changing it is refused.
            let seen = with_key(&world, &wanted, sandbox.key()).await;
            let about = "changes content with a test key";
            assert_refused_as_documented(asked, &seen, 403, Code::InsufficientScope, about);
            assert!(seen.text().contains("test key"), "{asked:?} does not say why: {}", seen.text());
        } else {
            let seen = with_key(&world, &harmless(&world, asked), sandbox.key()).await;
            assert_admitted(asked, &seen, "with a test key");
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
    for (asked, _) in guarded().filter(|(asked, _)| asked.is_reached_without_a_key()) {
        let wanted = harmless(&world, asked);
        assert_admitted(asked, &with_key(&world, &wanted, ADMIN_TOKEN).await, "with the admin token");
        let seen = with_key(&world, &wanted, "not the operator's token").await;
        assert_refused_as_documented(asked, &seen, 401, Code::InvalidCredential, "with a wrong token");
    }
}

#[actix_web::test]
async fn a_syrus_key_speaks_its_own_dialect_alone() {
    let world = World::new().await;
    let key = key(&world, KeyKind::Syrus, Permission::ALL).await;
    for (asked, _) in guarded().filter(|(asked, _)| !asked.dialect.accepts(KeyKind::Syrus)) {
        let wanted = harmless(&world, asked);
        let seen = with_key(&world, &wanted, &key).await;
        if arrives(asked, &wanted, Some(&format!("Bearer {key}"))) {
            assert_refused_as_documented(asked, &seen, 401, Code::InvalidCredential, "with a syrus key");
        } else if seen.status >= 400 {
            let syrus = synaptiq_http::dialect::named("syrus").expect("a dialect");
            let code = match seen.status {
                400 => Code::InvalidRequest,
                405 => Code::MethodNotAllowed,
                _ => Code::NotFound,
            };
            assert_refused(syrus, &seen, code.status(), code, &format!("{asked:?} with a syrus key"));
        }
    }
}

#[actix_web::test]
async fn k7_a_cookie_reads_everything_of_its_dialect_and_writes_with_the_proof_of_its_origin_alone() {
    let world = World::new().await;
    let logged_in = json!({"token": ADMIN_TOKEN});
    let seen = world.stage.ask_publicly("POST", "/api/admin/auth").json(&logged_in).seen().await;
    let cookie = seen.header("set-cookie").and_then(|set| set.split(';').next()).expect("a cookie").to_owned();
    let proofs: [(&[(&str, &str)], bool); 6] = [
        (&[], false),
        (&[("origin", "https://evil.example")], false),
        (&[("sec-fetch-site", "cross-site")], false),
        (&[("sec-fetch-site", "same-site")], false),
        (&[("sec-fetch-site", "same-origin")], true),
        (&[("host", "app.example"), ("origin", "http://app.example")], true),
    ];
    for (asked, _) in guarded().filter(|(asked, _)| asked.is_reached_without_a_key()) {
        let wanted = harmless(&world, asked);
        for (headers, is_proof) in proofs {
            let asking = wanted.ask_publicly(&world.stage).header("cookie", &cookie);
            let asking = headers.iter().fold(asking, |asking, (name, value)| asking.header(name, value));
            let seen = asking.begun().await;
            let about = format!("with a cookie and {headers:?}");
            if !asked.dialect.takes_cookies() {
                assert_refused_as_documented(asked, &seen, 401, Code::MissingCredential, &about);
            } else if is_proof || asked.route.verb == Verb::Get {
                assert_admitted(asked, &seen, &about);
            } else {
                assert_refused_as_documented(asked, &seen, 403, Code::InsufficientScope, &about);
            }
        }
        let asking = wanted.ask_publicly(&world.stage).header("cookie", "synaptiq_session=nonsense");
        let seen = asking.header("sec-fetch-site", "same-origin").begun().await;
        let code = if asked.dialect.takes_cookies() { Code::InvalidCredential } else { Code::MissingCredential };
        assert_refused_as_documented(asked, &seen, 401, code, "with a cookie that is none");
    }
}

#[actix_web::test]
async fn what_is_public_asks_for_nothing_and_a_session_is_not_a_key() {
    let world = World::new().await;
    for asked in every_case().filter(|asked| asked.is_reached_without_a_key()) {
        let wanted = Wanted::of(asked, &world.owners[0].own);
        match asked.route.access {
            Access::Public | Access::PublicChat | Access::PublicVisit => {
                for authorization in ["Bearer nonsense", "Session nonsense", "Basic Zm9vOmJhcg=="] {
                    let seen = with_authorization(&world, &wanted, authorization).await;
                    assert!(seen.status < 300, "{asked:?} with {authorization}: {}", seen.text());
                }
            }
            Access::Session => {
                let key = format!("Bearer {}", world.owners[0].key());
                for (authorization, code) in [
                    ("", Code::MissingCredential),
                    ("Session", Code::MissingCredential),
                    (&*key, Code::MissingCredential),
                    ("Session sess_tooshort", Code::InvalidCredential),
                ] {
                    let seen = with_authorization(&world, &wanted, authorization).await;
                    assert_refused_as_documented(asked, &seen, 401, code, authorization);
                }
            }
            Access::Scope(_) | Access::Login | Access::Operator => {}
        }
    }
}
