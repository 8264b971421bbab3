//! Documented statuses that a single route cannot be brought to by its table alone: conflicts, what
//! cannot be done, reused idempotency keys, heads that are too large; in every dialect's shape.

use serde_json::json;
use synaptiq_domain::{
    access::{KeyKind, Permission, TenantScope},
    use_cases::{close_conversation, revoke_key, set_plan},
};
use synaptiq_http::{dialect::ALL, route::LimitGroup};
use synaptiq_wire::Code;

use super::{
    belongings::Belongings,
    case::{Effect, Thing, every_case, places},
    envelope::{assert_refused, assert_refused_as_documented},
    request::Wanted,
    world::World,
};
use crate::stage::new_key;

/// Brings one owner's things into a state in which some writes are conflicts.
async fn ended(world: &World, own: &Belongings, scope: TenantScope) {
    let services = &world.stage.services;
    let id = |thing| own.text(thing).text;
    let conversation = synaptiq_domain::id::Id::parse(&id(Thing::Conversation)).expect("an id");
    close_conversation(services, scope, conversation, None).await.expect("closed");
    let key = synaptiq_domain::id::Id::parse(&id(Thing::Key)).expect("an id");
    revoke_key(services, scope, key, None).await.expect("revoked");
    let path = format!("/api/v1/webhooks/{}", id(Thing::Webhook));
    let seen = world.stage.ask("PATCH", &path).json(&json!({"active": false})).seen().await;
    assert_eq!(seen.status, 200, "{}", seen.text());
}

#[actix_web::test]
async fn what_has_ended_cannot_be_worked_on_and_that_is_409_in_every_dialect() {
    let world = World::new().await;
    let owner = &world.owners[0];
    ended(&world, &owner.own, owner.scope).await;
    let mut conflicts = 0;
    for asked in every_case().filter(|asked| asked.case.effect != Effect::Reads) {
        // What deletes would leave nothing for the others; what ends twice changes nothing.
        let works = ["sendMessage", "handOff", "return", "rotateKey", "testWebhook", "replayDelivery"];
        if works.iter().any(|name| asked.case.operation.starts_with(name)) {
            conflicts += 1;
            let seen = Wanted::of(asked, &owner.own).ask(&world.stage, owner).seen().await;
            assert_refused_as_documented(asked, &seen, 409, Code::Conflict, "of what has ended");
        }
    }
    assert!(conflicts >= 6, "{conflicts} conflicts");
}

#[actix_web::test]
async fn p6_an_idempotency_key_with_another_request_is_422_in_every_dialect() {
    let mut reused = 0;
    for asked in every_case().filter(|asked| asked.route.idempotent) {
        let world = World::new().await;
        let owner = &world.owners[0];
        let more = world.more(owner, 1).await;
        let first = Wanted::of(asked, &owner.own);
        // A visitor's session is what their keys are scoped to: with another one it is another key.
        let places = places(asked);
        let Some(at) = places.iter().rposition(|(_, thing)| !matches!(thing, Thing::Session | Thing::Tenant)) else {
            continue;
        };
        let second = first.clone().with(at, more.text(places[at].1));
        if (first.target(), first.body()) == (second.target(), second.body()) {
            continue;
        }
        let ask =
            async |wanted: &Wanted| wanted.ask(&world.stage, owner).header("idempotency-key", "once").begun().await;
        assert!(ask(&first).await.status < 300, "{asked:?}");
        let stored = world.stored().await;
        let seen = ask(&second).await;
        reused += 1;
        let code = Code::IdempotencyKeyReuse;
        assert_refused_as_documented(asked, &seen, 422, code, "with a key that was used");
        assert_eq!(world.stored().await, stored, "{asked:?} was done all the same");
    }
    assert!(reused > 10, "{reused} routes");
}

#[actix_web::test]
async fn i5_heads_and_addresses_that_are_too_large_are_refused_in_every_dialects_shape() {
    let world = World::new().await;
    for dialect in ALL {
        let path = dialect.routes()[0].path;
        for asking in [world.stage.ask("GET", path), world.stage.ask_publicly("GET", path)] {
            let seen = asking.header("x-large", &"x".repeat(20_000)).seen().await;
            assert_refused(dialect, &seen, 431, Code::InvalidRequest, "a large head");
        }
        let path = format!("{path}?q={}", "x".repeat(10_000));
        for asking in [world.stage.ask("GET", &path), world.stage.ask_publicly("GET", &path)] {
            let seen = asking.seen().await;
            assert_refused(dialect, &seen, 414, Code::InvalidRequest, "a long address");
        }
    }
}

#[actix_web::test]
async fn a_webhook_too_many_is_422_in_every_dialect_that_makes_them() {
    let world = World::new().await;
    let owner = &world.owners[0];
    let hook = json!({"url": "https://example.com/h", "events": ["lead.created"]});
    for _ in 2..100 {
        assert_eq!(world.stage.ask("POST", "/api/v1/webhooks").json(&hook).seen().await.status, 201);
    }
    for asked in every_case().filter(|asked| asked.case.operation == "createWebhook") {
        let seen = Wanted::of(asked, &owner.own).ask(&world.stage, owner).seen().await;
        let about = "when there are a hundred";
        assert_refused_as_documented(asked, &seen, 422, Code::Unprocessable, about);
    }
}

#[actix_web::test]
async fn too_many_requests_are_429_in_every_dialect_at_every_place() {
    let world = World::new().await;
    let owner = &world.owners[0];
    set_plan(&world.stage.services, owner.scope, "starter").await.expect("a plan");
    for asked in every_case().filter(|asked| asked.case.operation == "listLeads") {
        // Each place has a key, and with it a count, of its own.
        let permissions = [Permission::LeadsRead].into_iter().collect();
        let key = new_key(&world.stage.services, owner.scope, asked.kind(), permissions).await;
        let wanted = Wanted::of(asked, &owner.own);
        let ask =
            async || wanted.ask_publicly(&world.stage).header("authorization", &format!("Bearer {key}")).seen().await;
        let mut seen = ask().await;
        let mut let_in = 0;
        while seen.status == 200 && let_in < 200 {
            let_in += 1;
            seen = ask().await;
        }
        assert_refused_as_documented(asked, &seen, 429, Code::RateLimited, "after too many");
        let limit = match (asked.kind(), asked.route.limited_with) {
            (KeyKind::Syrus, _) => 100,
            // Its case looks for a word.
            (_, Some(("q", LimitGroup::SearchLeads))) => 20,
            _ => 60,
        };
        assert_eq!(let_in, limit, "{asked:?}");
        let wait = seen.header("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
        assert!(wait.is_some_and(|seconds| (1..=60).contains(&seconds)), "{asked:?}: {wait:?}");
        assert_eq!(seen.header("retry-after"), seen.header("x-ratelimit-retryafter"), "{asked:?}");
    }
}
